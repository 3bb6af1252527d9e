"""Identifiers: request ids, revision ids, keys and tokens."""

import hashlib
import itertools
import secrets
import uuid

_keys = itertools.count(1)


def request_id() -> str:
    """A new id for `x-amzn-RequestId`: a version 4 UUID."""
    return str(uuid.uuid4())


def revision_id() -> str:
    """A new RevisionId: a version 4 UUID, different from every other."""
    return str(uuid.uuid4())


def version_key() -> str:
    """A new `FunctionVersion.key`; unique as long as this process lives, short because it names folders and pools."""
    return f"v{next(_keys)}"


def token() -> str:
    """An unguessable URL-safe text: download links, page markers."""
    return secrets.token_urlsafe(24)


def stable_digest(*parts: str) -> str:
    """64 hex digits that are the same for the same parts, for identifiers AWS keeps stable and we cannot look up."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
