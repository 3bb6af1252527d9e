"""Identifiers: request ids, revision ids, keys and tokens."""

import hashlib
import itertools
import secrets
import string
import uuid

_keys = itertools.count(1)
_URL_CHARACTERS = string.ascii_lowercase + string.digits


def request_id() -> str:
    """A new id for `x-amzn-RequestId`: a version 4 UUID."""
    return str(uuid.uuid4())


def revision_id() -> str:
    """A new RevisionId: a version 4 UUID, different from every other."""
    return str(uuid.uuid4())


def version_key() -> str:
    """A new `FunctionVersion.key`; unique as long as this process lives, short because it names folders and pools."""
    return f"v{next(_keys)}"


def code_signing_config_id() -> str:
    """`csc-` and 17 digits, the first of them 0, as in every example of AWS's [docs: configuration-codesigning]."""
    return f"csc-0{secrets.token_hex(8)}"


def url_id() -> str:
    """32 letters and digits: the first part of a function URL's host [issues: turbot/steampipe-plugin-aws#1146]."""
    return "".join(secrets.choice(_URL_CHARACTERS) for _ in range(32))


def token() -> str:
    """An unguessable URL-safe text: download links, page markers."""
    return secrets.token_urlsafe(24)


def stable_digest(*parts: str) -> str:
    """64 hex digits that are the same for the same parts, for identifiers AWS keeps stable and we cannot look up."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
