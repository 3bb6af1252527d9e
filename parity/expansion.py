"""`each`: one written step becomes one step for each set of values of its variables."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from parity.format_check import Misfit, described
from parity.reference_check import texts
from parity.references import UnresolvedReference, bind
from parity.yaml_document import Way

_VARIABLE = re.compile(r"[a-z][a-z0-9_-]*")
_NEVER_BOUND = ("id", "each")


@dataclass(frozen=True, slots=True)
class Variant:
    """A step as written with the variables of `each` in their places; `index` is None without `each`."""

    members: dict[str, Any]
    index: int | None
    variables: dict[str, Any]


def variants(step: dict[str, Any]) -> list[Variant]:
    """The step once for each set of values. `each` must be free of `each_misfits`. Raises UnresolvedReference."""
    each: dict[str, list[Any]] = step.get("each", {})
    if not each:
        return [Variant({key: value for key, value in step.items() if key != "each"}, None, {})]
    rows = [dict(zip(each, values, strict=True)) for values in zip(*each.values(), strict=True)]
    return [Variant(_bound(step, row), index, row) for index, row in enumerate(rows)]


def each_misfits(each: Any, taken: Collection[str]) -> Iterator[Misfit]:
    """What is wrong with the `each` of a step; `taken` are the names that mean something else already."""
    if not isinstance(each, dict):
        yield (), f"`each`: expected a mapping from variables to lists, found {described(each)}"
        return
    if not each:
        yield (), "`each` is empty; expected at least one variable and its values"
    for name, values in each.items():
        if not _VARIABLE.fullmatch(name):
            yield (name,), f"`{name}` is no name for a variable; expected lower-case letters, digits, - and _"
        elif name in taken:
            yield (name,), f"the variable `{name}` hides a need or a built-in name; choose another"
        if not isinstance(values, list):
            yield (name,), f"`{name}`: expected a list of values, found {described(values)}"
        elif not values:
            yield (name,), f"`{name}` has no values; the step would never run"
    lengths = {name: len(values) for name, values in each.items() if isinstance(values, list)}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        yield (), f"the variables have lists of different lengths ({listed}); expected equal ones"


def binding_misfits(step: dict[str, Any]) -> Iterator[Misfit]:
    """Where in the step a variable has no such member or cannot be inserted."""
    each: dict[str, list[Any]] = step.get("each", {})
    for values in zip(*each.values(), strict=True):
        row = dict(zip(each, values, strict=True))
        for way, text in texts({key: value for key, value in step.items() if key not in _NEVER_BOUND}, ()):
            if wrong := _binding_error(text, row):
                yield way, wrong


def _bound(step: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    return {"id": step.get("id")} | {key: bind(value, row) for key, value in step.items() if key not in _NEVER_BOUND}


def _binding_error(text: str, row: dict[str, Any]) -> str | None:
    try:
        bind(text, row)
    except UnresolvedReference as error:
        return error.message
    return None


def malformed(value: Any, way: Way) -> Iterator[Misfit]:
    """The references in a value that are not written as references are."""
    for place, text in texts(value, way):
        if wrong := _binding_error(text, {}):
            yield place, wrong
