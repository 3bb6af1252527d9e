"""Names of what a run creates, so that everything it leaves behind can be recognised later.

Each scenario that runs gets a prefix of its own, `parity-66f0a1b2-3c9d0e`: when it started (seconds since 1970, hex)
and six random digits. Always 22 characters of [a-z0-9-], which every AWS service takes in a name.
"""

import re
import secrets
import time

TAG = "lambda-parity"
"""The key of the tag on everything that takes tags; its value is the prefix. Functions are not tagged: a tag would be
part of what GetFunction answers, and so of the snapshots."""

_PREFIX = re.compile(r"parity-([0-9a-f]{8})-[0-9a-f]{6}(?![0-9a-z])")


def new_prefix() -> str:
    """A prefix that no other scenario run has."""
    return f"parity-{int(time.time()):08x}-{secrets.token_hex(3)}"


def prefix_in(name: str) -> str | None:
    """The prefix that a name starts with, or None where it is not one of ours: "parity-66f0a1b2-3c9d0e-role"."""
    match = _PREFIX.match(name)
    return match[0] if match else None


def started(prefix: str) -> float:
    """When the scenario run of that prefix started, in seconds since 1970."""
    match = _PREFIX.match(prefix)
    if match is None:
        raise ValueError(prefix)
    return float(int(match[1], 16))
