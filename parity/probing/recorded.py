"""Which constraints AWS is recorded to have worded: `recorded.toml`, read."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("recorded.toml")


class Link(msgspec.Struct, frozen=True):
    """Says of which operation the recorded answers at `key` of `test` are; both are patterns with `*`."""

    test: str
    key: str
    operation: str


class Recorded(msgspec.Struct, frozen=True):
    """The whole file. `attested` are "operation/path/rule" that a recording holds.

    `placeholders` are values for those of the recordings whose own value the broken constraint tells.
    """

    attested: tuple[str, ...]
    placeholders: dict[str, str]
    links: tuple[Link, ...]


@cache
def recorded() -> Recorded:
    """The file that stands beside this module."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Recorded)


@cache
def _attested() -> frozenset[str]:
    return frozenset(recorded().attested)


def is_recorded(operation: str, path: str, rule: str) -> bool:
    """Whether AWS is recorded to refuse that member of that operation for that kind of constraint."""
    return f"{operation}/{path}/{rule}" in _attested()
