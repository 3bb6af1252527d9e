"""Compares what a published recording holds with what a snapshot holds, member by member.

A recording holds an answer as an SDK parsed it, and publishers drop or replace what differs each time. What it no
longer holds cannot be compared, and the result says so for each such part; everything that it does hold has to agree,
and what we have beyond it must be explained.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parity.attestation.foreign_tokens import Terms, Verdict
from parity.templates import escape

ABSENT = object()
"""What stands where one side has no such member."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A member that does not agree. `ours` is ABSENT where the answer lacks it, `theirs` where the recording does."""

    member: str
    theirs: Any
    ours: Any


@dataclass(slots=True)
class Agreement:
    """What came of the comparison: the members by how they were compared, and why others were not.

    `literal` members bear the same value; `kinds` members bear a placeholder of theirs and a value of that kind of
    ours; `left_out` names what could not be compared, with the reason. `refused` says why nothing could be compared.
    """

    literal: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    mismatches: list[Mismatch] = field(default_factory=list)
    refused: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether everything that the recording holds agrees, and it holds something."""
        return not self.refused and not self.mismatches and bool(self.literal or self.kinds)


@dataclass(slots=True)
class Comparison:
    """Compares values and collects what it finds. `unordered` are the ways to lists whose order means nothing."""

    terms: Terms
    reading: Mapping[str, str]
    unordered: frozenset[tuple[str, ...]] = frozenset()
    found: Agreement = field(default_factory=Agreement)

    def value(self, theirs: Any, ours: Any, path: tuple[str, ...], *, parsed: bool = True) -> None:
        """Compares two values. `parsed` ones went through an SDK, which drops members that are null."""
        if isinstance(theirs, dict | list) and isinstance(ours, str):
            ours = decoded(ours)  # JSON in a string, which the publishers decoded
        if isinstance(theirs, dict) and isinstance(ours, dict):
            self._members(theirs, ours, path, parsed=parsed)
        elif isinstance(theirs, list) and isinstance(ours, list):
            self._items(theirs, ours, path, parsed=parsed)
        else:
            self._scalar(theirs, ours, path)

    def _members(self, theirs: dict[str, Any], ours: dict[str, Any], path: tuple[str, ...], *, parsed: bool) -> None:
        if path and not theirs and not ours:
            self.found.literal.append(shown(path))
        left = dict(ours)
        for key, value in theirs.items():
            name = self._name(key, left)
            if name is None:
                self.found.mismatches.append(Mismatch(shown((*path, key)), value, ABSENT))
            else:
                self.value(value, left.pop(name), (*path, key), parsed=parsed)
        for name, value in left.items():
            if value is None and parsed:
                self.found.left_out[shown((*path, name))] = "null here, and SDKs drop nulls"
            else:
                self.found.mismatches.append(Mismatch(shown((*path, name)), ABSENT, value))

    def _name(self, theirs: str, ours: Mapping[str, Any]) -> str | None:
        if escape(theirs) in ours:
            return escape(theirs)
        if "<" not in theirs and not self.reading:
            return None
        trial = self.terms.copy()
        return next((name for name in ours if trial.meet(theirs, name, "", self.reading) is Verdict.KIND), None)

    def _items(self, theirs: list[Any], ours: list[Any], path: tuple[str, ...], *, parsed: bool) -> None:
        if len(theirs) != len(ours):
            self.found.mismatches.append(Mismatch(shown(path), theirs, ours))
            return
        if not theirs:
            self.found.literal.append(shown(path))
        if _without_indexes(path) in self.unordered:
            ours = self._sorted_like(theirs, ours, path, parsed=parsed)
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            self.value(one, other, (*path, f"[{index}]"), parsed=parsed)

    def _sorted_like(self, theirs: list[Any], ours: list[Any], path: tuple[str, ...], *, parsed: bool) -> list[Any]:
        """Our items in the order of theirs, as far as they agree."""
        left, ordered = list(ours), []
        for item in theirs:
            chosen = next(
                (index for index, other in enumerate(left) if self._would_agree(item, other, path, parsed)), 0
            )
            ordered.append(left.pop(chosen))
        return ordered

    def _would_agree(self, theirs: Any, ours: Any, path: tuple[str, ...], parsed: bool) -> bool:
        trial = Comparison(self.terms.copy(), self.reading, self.unordered)
        trial.value(theirs, ours, path, parsed=parsed)
        if trial.found.mismatches:
            return False
        self.terms.adopt(trial.terms)
        return True

    def _scalar(self, theirs: Any, ours: Any, path: tuple[str, ...]) -> None:
        verdict = Verdict.DIFFERENT
        if isinstance(theirs, str) and isinstance(ours, dict | list):
            if theirs.startswith("<") and self.terms.meet(theirs, "x", path[-1], self.reading) is Verdict.OPAQUE:
                verdict = Verdict.OPAQUE
        elif ours is not ABSENT and not isinstance(ours, dict | list) and not isinstance(theirs, dict | list):
            verdict = self.terms.meet(theirs, ours, path[-1] if path else "", self.reading)
        match verdict:
            case Verdict.LITERAL:
                self.found.literal.append(shown(path))
            case Verdict.KIND:
                self.found.kinds.append(shown(path))
            case Verdict.OPAQUE:
                self.found.left_out[shown(path)] = f"the publishers wrote {theirs} in its place"
            case Verdict.DIFFERENT:
                self.found.mismatches.append(Mismatch(shown(path), theirs, ours))


def decoded(ours: str) -> Any:
    try:
        return json.loads(ours)
    except ValueError:
        return ours


def shown(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[", "[") or "answer"


def _without_indexes(path: tuple[str, ...]) -> tuple[str, ...]:
    return ("body", *(key for key in path if not key.startswith("[")))
