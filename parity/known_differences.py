"""The differences that a candidate is known to have: a list that may only shrink.

A TOML file of entries, each excusing the one difference at one path of one step, with the reason:

    [[difference]]
    step = "alias/create-alias#create-again"
    path = "body.Message"
    reason = "the sentence names the alias without its version"

It is strict both ways: a difference that is not listed fails a run, and so does an entry whose difference is gone.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from parity.errors import ParityError


class KnownDifference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry: the full id of a step, the path of the difference, and why it is there."""

    step: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.step} {self.path}"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    difference: list[KnownDifference] = []


class _Different(Protocol):
    """What is excused: a `comparison.Difference`."""

    @property
    def step(self) -> str: ...

    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class KnownDifferences:
    """The entries of one file, in its order."""

    entries: tuple[KnownDifference, ...] = ()

    def excusing(self, difference: _Different) -> KnownDifference | None:
        """The entry that excuses the difference, or None."""
        place = (difference.step, difference.path)
        return next((entry for entry in self.entries if (entry.step, entry.path) == place), None)

    def gone(self, differences: Iterable[_Different], compared: Iterable[str]) -> list[KnownDifference]:
        """The entries that excuse nothing any more, among those about steps that were compared (full ids)."""
        there = {(difference.step, difference.path) for difference in differences}
        asked = set(compared)
        return [entry for entry in self.entries if entry.step in asked and (entry.step, entry.path) not in there]

    def about_nothing(self, steps: Iterable[str]) -> list[KnownDifference]:
        """The entries about steps that no scenario has; `steps` are the full ids of all."""
        known = set(steps)
        return [entry for entry in self.entries if entry.step not in known]


def load(path: Path | None) -> KnownDifferences:
    """The entries of a file; none without one. Raises ParityError for a file that cannot be used."""
    if path is None:
        return KnownDifferences()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = msgspec.convert(content, _File).difference
    except FileNotFoundError:
        raise ParityError(f"{path}: there is no such file") from None
    except OSError as error:
        raise ParityError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ParityError(f"{path}: {error}") from None
    _check(path, entries)
    return KnownDifferences(tuple(entries))


def _check(path: Path, entries: Sequence[KnownDifference]) -> None:
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(entries, 1):
        if "#" not in entry.step:
            raise ParityError(f"{path}: entry {number}: `{entry.step}` is no step; expected the form scenario#step")
        if not entry.path or not entry.reason.strip():
            raise ParityError(f"{path}: entry {number} ({entry.step}) needs a path and a reason")
        if (entry.step, entry.path) in seen:
            raise ParityError(f"{path}: entry {number} lists {entry} a second time")
        seen.add((entry.step, entry.path))
