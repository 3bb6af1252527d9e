"""The constraints that the service model puts on an operation's input, and the sentences in which AWS names them.

AWS refuses a value with `Value 'x' at 'fileSystemConfigs.1.member.arn' failed to satisfy constraint: Member must …`.
What the elements of a list, or the keys and values of a map, have to satisfy is printed as one list for all of them:
there, a constraint is named only where the request also breaks it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

ServiceModel = Mapping[str, Any]
"""A service model as botocore ships it: `operations` and `shapes`."""

IN_PATH = " (path)"
"""Marks the rules that an empty part of a request's path would break: such a path is another one."""

_SENTENCE = re.compile(r"at '([^']*)' failed to satisfy constraint: (.*?)(?=; Value |\Z)", re.DOTALL)
_NUMBERED = re.compile(r"\.\d+\.member\b")
_ELEMENTS, _KEYS, _VALUES = "Member must satisfy constraint", "Map keys must satisfy constraint", "Map value must"
_CATEGORIES = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s"}  # Java's names of what Python's `re` knows


@dataclass(frozen=True, slots=True)
class Sentence:
    """One violation as AWS prints it: where, in AWS's spelling without numbers of elements, and what must hold."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """One rule for one member. `path` is the member's, `Layers[]` and `Tags{}` being what a list or a map holds.

    `place` is how AWS names it, `wording` how its sentence begins; `frame` how the sentence about the elements of a
    list or map begins, which names the rule inside, or None. `holds` tells whether a value keeps the rule; None, which
    stands for what is not known, breaks only that it is required.
    """

    path: str
    rule: str
    place: str
    wording: str
    frame: str | None
    holds: Callable[[Any], bool]

    @property
    def name(self) -> str:
        """`FunctionName length <= 140`."""
        return f"{self.path} {self.rule}"

    def is_named_by(self, sentence: Sentence, given: Mapping[str, Any]) -> bool:
        """Whether the sentence refuses `given`, an operation's input, for this rule."""
        if sentence.place != self.place:
            return False
        if self.frame is None:
            return sentence.text.startswith(self.wording)
        framed = sentence.text.startswith(self.frame) and self.wording in sentence.text
        plain = sentence.text.startswith(self.wording)  # as AWS prints some lists of enumerated values
        return (framed or plain) and not all(map(self.holds, _values_at(given, self.path)))


def sentences(message: str) -> Iterator[Sentence]:
    """The violations that the message of an error answer names."""
    for match in _SENTENCE.finditer(message):
        yield Sentence(_NUMBERED.sub(".member", match[1]), match[2])


def constraints_of(model: ServiceModel, operation: str) -> Iterator[Constraint]:
    """Every constraint on every member of the operation's input, however deep."""
    described = model["operations"][operation].get("input")
    if described:
        yield from _structure(model, described["shape"], _Place())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: its path, AWS's name for it, the frame it is printed in, and the structures above it."""

    path: str = ""
    printed: str = ""
    frame: str | None = None
    above: frozenset[str] = frozenset()

    def member(self, name: str, owner: str) -> "_Place":
        dot = "." if self.path else ""
        printed = f"{self.printed}{dot}{name[:1].lower()}{name[1:]}"
        return _Place(f"{self.path}{dot}{name}", printed, None, self.above | {owner})

    def element(self, suffix: str, frame: str) -> "_Place":
        return replace(self, path=f"{self.path}{suffix}", frame=self.frame or frame)

    def structure_in_list(self) -> "_Place":
        return replace(self, path=f"{self.path}[]", printed=f"{self.printed}.member")


def _structure(model: ServiceModel, name: str, at: _Place) -> Iterator[Constraint]:
    if name in at.above:  # a structure that holds itself
        return
    shape = model["shapes"][name]
    for member, described in shape["members"].items():
        place = at.member(member, name)
        in_path = IN_PATH if described.get("location") == "uri" else ""
        if member in shape.get("required", ()):
            rule = f"required{in_path}"
            yield Constraint(place.path, rule, place.printed, "Member must not be null", None, _is_there)
        for constraint in _value(model, described["shape"], place):
            refuses_nothing_only = constraint.rule == "length >= 1" and constraint.path == place.path
            yield replace(constraint, rule=f"{constraint.rule}{in_path}") if refuses_nothing_only else constraint


def _value(model: ServiceModel, name: str, at: _Place) -> Iterator[Constraint]:
    """The constraints of one value and of what it holds."""
    shape = model["shapes"][name]
    for rule, wording, holds in _own(shape):
        yield Constraint(at.path, rule, at.printed, wording, at.frame, holds)
    match shape["type"]:
        case "structure":
            yield from _structure(model, name, at)
        case "list":
            element = shape["member"]["shape"]
            is_structure = model["shapes"][element]["type"] == "structure"
            yield from _value(model, element, at.structure_in_list() if is_structure else at.element("[]", _ELEMENTS))
        case "map":
            yield from _value(model, shape["key"]["shape"], at.element("{key}", _KEYS))
            yield from _value(model, shape["value"]["shape"], at.element("{}", _VALUES))


def _is_there(value: Any) -> bool:
    return value is not None


def _own(shape: Mapping[str, Any]) -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    """The rules of one shape: name, the beginning of AWS's sentence, test."""
    is_number = shape["type"] in ("integer", "long", "double", "float")
    noun, measure = ("value", _itself) if is_number else ("length", len)
    if (most := shape.get("max")) is not None:
        yield (
            f"{noun} <= {most}",
            f"Member must have {noun} less than or equal to",
            lambda value: _at_most(measure, value, most),
        )
    if (least := shape.get("min")) is not None:
        yield (
            f"{noun} >= {least}",
            f"Member must have {noun} greater than or equal to",
            lambda value: _at_most(lambda one: -measure(one), value, -least),
        )
    if pattern := shape.get("pattern"):
        accepts = re.compile(_as_python(pattern)).fullmatch
        yield (
            "pattern",
            "Member must satisfy regular expression pattern",
            lambda value: not isinstance(value, str) or accepts(value) is not None,
        )
    if values := shape.get("enum"):
        yield "enum", "Member must satisfy enum value set", lambda value: value is None or value in values


def _itself(value: Any) -> Any:
    return value


def _at_most(measure: Callable[[Any], Any], value: Any, most: Any) -> bool:
    try:
        return bool(measure(value) <= most)
    except TypeError:
        return True  # of another type: refused before its constraints are looked at


def _as_python(pattern: str) -> str:
    for java, python in _CATEGORIES.items():
        pattern = pattern.replace(java, python)
    return pattern


def _values_at(given: Any, path: str) -> Iterator[Any]:
    """The values in an input that a constraint's path leads to; none where the input does not hold it."""
    found = [given]
    for name, inside in re.findall(r"(\w+)|(\[\]|\{key\}|\{\})", path):
        found = [value for one in found for value in _step(one, name, inside)]
    return iter(found)


def _step(value: Any, name: str, inside: str) -> Iterator[Any]:
    if name:
        if isinstance(value, Mapping) and name in value:
            yield value[name]
    elif inside == "[]":
        yield from value if isinstance(value, list) else ()
    elif isinstance(value, Mapping):
        yield from value if inside == "{key}" else value.values()
