"""The last look before a file is written: nothing secret may be in it.

Scrubbing itself is done when tokens are placed: account ids, access keys, session tokens, signed URLs, addresses and
the like are kinds of `token_kinds` that are `secret`. Here the finished bytes are searched once more, for the patterns
of those kinds and for the very secrets of this run, in every form in which they could hide. What is found is refused,
not mended.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from parity.errors import ParityError
from parity.token_kinds import KINDS, compiled

_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_SHORTEST = 6  # characters; a shorter secret would be found everywhere


@dataclass(frozen=True, slots=True)
class Leak:
    """Something secret: the way to the text that holds it, and what it is. Never the secret itself."""

    place: str
    what: str


class SecretsLeft(ParityError):
    """A file would hold secrets. It was not written."""


def refuse_secrets(content: bytes, *, secrets: Iterable[str] = (), literals: str = "") -> None:
    """Raises SecretsLeft where the JSON file `content` holds a secret.

    `secrets` are the values of this run that must not appear: its credentials and account id. `literals` is text that
    is public anyway (the scenario): what merely looks like a secret and stands there is none.
    """
    leak = next(find_leaks(content, secrets=secrets, literals=literals), None)
    if leak is not None:
        raise SecretsLeft(f"{leak.place} would hold {leak.what}; the file was not written")


def find_leaks(content: bytes, *, secrets: Iterable[str] = (), literals: str = "") -> Iterator[Leak]:
    """Everything secret in a JSON file."""
    public = literals + unquote(literals)
    sought = [form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)]
    for place, text in _texts(msgspec.json.decode(content), ()):
        for shape in _shapes(text):
            yield from (Leak(place, "a secret of this run") for form in sought if form in shape)
            yield from (Leak(place, what) for what in _secrets_by_pattern(shape, public))
    yield from (Leak("the file", "a secret of this run") for form in sought if form.encode() in content)


def _secrets_by_pattern(text: str, public: str) -> Iterator[str]:
    for kind in KINDS.values():
        for pattern in kind.found if kind.secret else ():
            if any(match["value"] not in public for match in compiled(pattern).finditer(text)):
                yield f"what looks like a value of kind {kind.name}"


def _forms(secret: str) -> set[str]:
    """The secret as it would stand in a text: plain, percent-encoded, in JSON, and in base64 at any offset."""
    plain = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}
    raw = secret.encode()
    shifted = (base64.b64encode(b"\0" * offset + raw).decode() for offset in range(3))
    # What the neighbours of the secret share in is cut off: the first characters, and the last group.
    cores = {code[skip : len(code) - len(code) % 4 - 4] for code, skip in zip(shifted, (0, 2, 3), strict=True)}
    return plain | {core for core in cores if len(core) >= _SHORTEST}


def _shapes(text: str) -> Iterator[str]:
    """The text, and what it says when it is decoded."""
    yield text
    if "%" in text:
        yield unquote(text)
    for match in _BASE64.finditer(text):
        try:
            yield base64.b64decode(match[0]).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue


def _texts(value: Any, way: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, keys included, and the way to it."""
    if isinstance(value, str):
        yield ".".join(way), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield ".".join(way) or "a key", key
            yield from _texts(item, (*way, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*way, str(index)))
    elif not isinstance(value, bool) and value is not None:
        yield ".".join(way), str(value)
