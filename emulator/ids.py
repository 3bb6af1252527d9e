"""Identifiers: request ids, revision ids, access keys and tokens."""

import base64
import hashlib
import itertools
import random
import re
import secrets
import string
import zlib

_bits = random.getrandbits
_VARIANTS = dict(zip(string.hexdigits[:16], "89ab" * 4, strict=True))  # RFC 9562: the two upper bits are 10
_keys = itertools.count(1)
_process = secrets.token_hex(3)
_URL_CHARACTERS = string.ascii_lowercase + string.digits

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_ACCESS_KEY = re.compile(r"ASIA([A-Z2-7]{16})")
_ACCOUNT_SHIFT = 7  # the account id stands above the lowest seven bits of the first 48
_ACCOUNT_BYTES, _RANDOM_BYTES, _MARK_BYTES = 6, 2, 2  # together 16 letters of base32


def request_id() -> str:
    """A new id for `x-amzn-RequestId`: a version 4 UUID.

    These guard nothing, so they need not be hard to guess; `uuid` takes ten times as long.
    """
    digits = f"{_bits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:]}"


def revision_id() -> str:
    """A new RevisionId: a version 4 UUID, different from every other."""
    return request_id()


def version_key() -> str:
    """A new `FunctionVersion.key`; unique also among those that an earlier process has left in its saved state."""
    return f"v{_process}-{next(_keys)}"


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


def access_key(account_id: str) -> str:
    """`ASIA…`: a temporary access key that bears the account, as AWS's do, and that `account_of` knows for ours.

    On AWS the letters behind `ASIA` are a number whose upper bits are the account id.
    """
    head = (1 << 47) | (int(account_id) << _ACCOUNT_SHIFT) | secrets.randbits(_ACCOUNT_SHIFT)
    body = head.to_bytes(_ACCOUNT_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    return "ASIA" + base64.b32encode(body + _mark(body)).decode()


def account_of(access_key: str) -> str | None:
    """The account that an access key names: one of 12 digits is its account, one that a function was given bears it.

    None for any other. A developer's real keys bear an account too, and must not take him out of the one that all
    his other tools work in here; so ours have a mark.
    """
    if _ACCOUNT_ID.fullmatch(access_key):
        return access_key
    found = _ACCESS_KEY.fullmatch(access_key)
    if found is None:
        return None
    decoded = base64.b32decode(found[1])
    body, mark = decoded[:-_MARK_BYTES], decoded[-_MARK_BYTES:]
    if mark != _mark(body):
        return None
    number = int.from_bytes(body[:_ACCOUNT_BYTES], "big") & ~(1 << 47)
    return f"{number >> _ACCOUNT_SHIFT:012d}"


def _mark(body: bytes) -> bytes:
    return zlib.crc32(b"lambda-parity" + body).to_bytes(4, "big")[:_MARK_BYTES]
