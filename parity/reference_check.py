"""Whether the references of a scenario will meet something, found out before anything is deployed or sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parity.errors import did_you_mean
from parity.format_check import Misfit
from parity.references import Part, Reference, UnresolvedReference, parse
from parity.scenario import NEED_ATTRIBUTES
from parity.yaml_document import Way

WayCheck = Callable[[Way], str | None]
"""Says why nothing can be at the end of a way from one root, or None where something can."""

ROLE = "role"
ZIP = "zip"
PLAIN_ROOTS = ("account", "region", "partition", "prefix")
BUILT_IN = frozenset({*PLAIN_ROOTS, ROLE, ZIP})


@dataclass(slots=True)
class Known:
    """What references can meet at one point of a scenario, and what they have met so far."""

    roots: dict[str, WayCheck]
    later: dict[str, int] = field(default_factory=dict)  # needs and steps to come, and their lines
    certain: bool = True  # False: something that could not be read may have been a root
    used: set[str] = field(default_factory=set)  # roots
    used_code: set[str] = field(default_factory=set)  # folders of _functions, by ${zip.…}

    def misfits(self, value: Any, way: Way) -> Iterator[Misfit]:
        """What is wrong with the references in `value`, which stands at `way`."""
        for place, text in texts(value, way):
            try:
                parts = parse(text)
            except UnresolvedReference as error:
                yield place, error.message
                continue
            for part in parts:
                if isinstance(part, Reference) and (wrong := self._wrong(part, parts)):
                    yield place, wrong

    def _wrong(self, reference: Reference, parts: tuple[Part, ...]) -> str | None:
        root = reference.root
        self.used.add(root)
        check = self.roots.get(root)
        if check is None and not self.certain and root not in self.later:
            return None
        if check is None:
            return f"`{reference.text}` refers to nothing; {self._absent(root)}"
        if wrong := check(reference.way):
            return f"`{reference.text}`: {wrong}"
        if root == ZIP:
            self.used_code.add(str(reference.way[0]))
            if len(parts) > 1:
                return f"`{reference.text}` is bytes, which cannot be inserted in a text"
        return None

    def _absent(self, root: str) -> str:
        if root in self.later:
            return f"`{root}` comes later (line {self.later[root]})"
        if root in NEED_ATTRIBUTES:
            return f"`needs` has no {root}"
        return f"there is no earlier step, need or variable `{root}`{did_you_mean(root, list(self.roots))}"


def built_in(code: Mapping[str, bytes]) -> dict[str, WayCheck]:
    """The roots that every scenario has."""
    return dict.fromkeys(PLAIN_ROOTS, no_members) | {
        ROLE: attributes(NEED_ATTRIBUTES[ROLE]),
        ZIP: folders(list(code)),
    }


def no_members(way: Way) -> str | None:
    """The check of a root that is plain text."""
    return "it is text and has no members" if way else None


def anything(_: Way) -> str | None:
    """The check of a root of which nothing is known in advance."""
    return None


def attributes(names: frozenset[str]) -> WayCheck:
    """The check of a need: exactly one of its attributes."""

    def check(way: Way) -> str | None:
        if len(way) == 1 and way[0] in names:
            return None
        found = f"there is no `{way[0]}`" if way else "it is no value itself"
        return f"{found}; expected one of {', '.join(f'.{name}' for name in sorted(names))}"

    return check


def folders(names: list[str]) -> WayCheck:
    """The check of `zip`: a folder of _functions."""

    def check(way: Way) -> str | None:
        if len(way) == 1 and way[0] in names:
            return None
        name = str(way[0]) if way else ""
        return f"there is no folder `{name}` in _functions{did_you_mean(name, names)}"

    return check


def numbered(checks: Sequence[WayCheck], of: str) -> WayCheck:
    """The check of a step that has several answers: an index comes first."""

    def check(way: Way) -> str | None:
        if not way or not isinstance(way[0], int):
            return (
                f"the step has {len(checks)} answers, one for each {of}; expected an index, [0] to [{len(checks) - 1}]"
            )
        if way[0] >= len(checks):
            return f"the step has {len(checks)} answers, one for each {of}; [{way[0]}] is too high"
        return checks[way[0]](way[1:])

    return check


def texts(value: Any, way: Way) -> Iterator[tuple[Way, str]]:
    """Every text in a value with a `${` in it, keys included, and the way to it."""
    if isinstance(value, str):
        if "${" in value:
            yield way, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if "${" in key:
                yield (*way, key), key
            yield from texts(item, (*way, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*way, index))
