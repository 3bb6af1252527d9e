"""The constraints of a single value, each with the sentence AWS prints for it.

The order of a value's constraints is AWS's: greatest length, least length, pattern (validation.md §2).
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from emulator.protocol.java_pattern import compile_java
from emulator.protocol.model import Shape
from emulator.protocol.printed_forms import ENUMS, PATTERNS

NOT_NULL = "Member must not be null"


class Constraint(NamedTuple):
    """One rule: what AWS says when it is broken, and the test for it."""

    text: str
    holds: Callable[[Any], bool]


def constraints_of(shape: Shape, name: str, where: str) -> tuple[Constraint, ...]:
    """The constraints of a value of `shape`, called `name` in the model; for a list or a map those of its size.

    `where` is `Operation.Member`, for enumerations that operations print differently.
    """
    if shape.type in {"integer", "long", "double"}:
        return tuple(_bounds_of_value(shape))
    if shape.type == "string":
        return (*_bounds_of_length(shape), *_pattern(shape, name), *_enum(shape, name, where))
    return tuple(_bounds_of_length(shape))


def _bounds_of_value(shape: Shape) -> Iterable[Constraint]:
    if (most := shape.max) is not None:
        yield Constraint(f"Member must have value less than or equal to {most}", lambda value: value <= most)
    if (least := shape.min) is not None:
        yield Constraint(f"Member must have value greater than or equal to {least}", lambda value: value >= least)


def _bounds_of_length(shape: Shape) -> Iterable[Constraint]:
    if (most := shape.max) is not None:
        yield Constraint(f"Member must have length less than or equal to {most}", lambda value: len(value) <= most)
    if (least := shape.min) is not None:
        yield Constraint(f"Member must have length greater than or equal to {least}", lambda value: len(value) >= least)


def _pattern(shape: Shape, name: str) -> Iterable[Constraint]:
    if shape.pattern is None:
        return
    accepts = compile_java(shape.pattern).fullmatch
    if (recorded := PATTERNS.get(name)) is None:
        yield Constraint(_must_match(shape.pattern), lambda value: accepts(value) is not None)
        return
    also_accepts = compile_java(recorded.pattern).fullmatch
    yield Constraint(
        _must_match(recorded.pattern), lambda value: accepts(value) is not None or also_accepts(value) is not None
    )


def _must_match(pattern: str) -> str:
    return f"Member must satisfy regular expression pattern: {pattern}"


def _enum(shape: Shape, name: str, where: str) -> Iterable[Constraint]:
    if not shape.enum:
        return
    recorded = ENUMS.get(where) or ENUMS.get(name)
    printed = recorded.values if recorded else shape.enum
    accepted = frozenset(shape.enum).union(printed)
    yield Constraint(f"Member must satisfy enum value set: [{', '.join(printed)}]", accepted.__contains__)
