"""Values for probes: for each shape of the model those just inside its constraints, just outside, and of wrong types.

Whether a value is inside or outside is not said here: `rules` decides it for the request that it becomes part of. The
seed decides everything, and each value has a random generator of its own, so that a probe is the same alone.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from parity.lambda_model import Shape, shape_named
from parity.probing.patterns import matches, matching
from parity.probing.rules import enum_values

_MATCHING = 3  # strings that match a pattern, beside those of the shortest and the greatest length
_FOREIGN = "!*~ ?$/."  # one of them is foreign to nearly every pattern
_FAR = 2**31 - 1  # the greatest Integer
_MOMENT = 1_700_000_000  # seconds

# What the least valid request names: things that nobody has. Every other string comes from its pattern.
_SAMPLES = {
    **dict.fromkeys(
        (
            *("FunctionName", "NamespacedFunctionName", "UnqualifiedFunctionName", "FunctionUrlFunctionName"),
            *("LayerNameOrArn", "CapacityProviderName", "Alias", "StatementId", "NamespacedStatementId"),
        ),
        "parity-probe",
    ),
    "Action": "lambda:InvokeFunction",
    "CodeSigningConfigArn": "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-parityprobe000000",
    "DurableExecutionArn": (
        "arn:aws:lambda:us-east-1:000000000000:function:parity-probe:1/durable-execution/parity-probe/parity-probe"
    ),
    "PolicyResourceArn": "arn:aws:lambda:us-east-1:000000000000:function:parity-probe",
    "Principal": "s3.amazonaws.com",
    "RoleArn": "arn:aws:iam::000000000000:role/parity-probe",
    "TaggableResource": "arn:aws:lambda:us-east-1:000000000000:function:parity-probe",
    "UUIDString": "00000000-0000-4000-8000-000000000000",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A value to try in one place. `within` leads to what is tried inside of a list or map: "[]", "{key}", ".Arn".

    `rule` is the family of constraints that it is about ("length"), `variant` which side of it ("above").
    """

    within: str
    rule: str
    variant: str
    value: Any


@dataclass(frozen=True, slots=True)
class Values:
    """Makes the values of one operation. `where` is the operation's name; `seed` decides every choice.

    `wire` is how a value travels ("body", "uri", "querystring", "header"): what can stand in JSON may be impossible in
    a header.
    """

    where: str
    seed: int
    wire: str = "body"

    def good(self, name: str) -> Any:
        """The least value of that shape that is inside of all constraints: required members alone, one element."""
        shape = shape_named(name)
        match shape["type"]:
            case "structure":
                required = shape.get("required", ())
                return {member: self.good(shape["members"][member]["shape"]) for member in required}
            case "list":
                return [self.good(shape["member"]["shape"])] * max(1, shape.get("min", 0))
            case "map":
                return {self.good(shape["key"]["shape"]): self.good(shape["value"]["shape"])}
            case "string":
                return self._good_string(name, shape)
            case "integer" | "long" | "double" | "float":
                return shape.get("min", 1)
            case kind:
                return _GOOD[kind]

    def cases(self, name: str) -> Iterator[Case]:
        """All values to try for a shape, what is inside of it included."""
        shape = shape_named(name)
        match shape["type"]:
            case "structure":
                yield from self._of_structure(name, shape)
            case "list":
                yield from self._of_list(shape)
            case "map":
                yield from self._of_map(shape)
            case "string":
                yield from self._of_string(name, shape)
            case "integer" | "long" | "double" | "float":
                yield from self._of_number(shape)
            case "boolean":
                yield from (Case("", "value", str(value).lower(), value) for value in (True, False))
            case "timestamp":
                yield Case("", "value", "moment", _MOMENT)
            case "blob":
                yield from self._of_blob(shape)

    def wrong_types(self, name: str) -> Iterator[Case]:
        """Values of another JSON type than the shape's, and those inside of it; the variant names both."""
        shape = shape_named(name)
        for kind in _WRONG.get(shape["type"], ()):
            yield Case("", "type", f"{kind}-for-{shape['type']}", _OF_KIND[kind])
        match shape["type"]:
            case "structure":
                least = self.good(name)
                for member, reference in shape["members"].items():
                    for case in self.wrong_types(reference["shape"]):
                        yield Case(f".{member}{case.within}", "type", case.variant, {**least, member: case.value})
            case "list":
                for case in self.wrong_types(shape["member"]["shape"]):
                    yield Case(f"[]{case.within}", "type", case.variant, [case.value])
            case "map":
                key = self.good(shape["key"]["shape"])
                for case in self.wrong_types(shape["value"]["shape"]):
                    yield Case(f"{{value}}{case.within}", "type", case.variant, {key: case.value})

    # --- what holds others ---

    def _of_structure(self, name: str, shape: Shape) -> Iterator[Case]:
        least = self.good(name)
        yield Case("", "members", "required-only", least)
        for member, reference in shape["members"].items():
            if member in least:
                others = {key: value for key, value in least.items() if key != member}
                yield Case(f".{member}", "null", "missing", others)
            yield Case(f".{member}", "null", "null", {**least, member: None})
            for case in self.cases(reference["shape"]):
                yield Case(f".{member}{case.within}", case.rule, case.variant, {**least, member: case.value})

    def _of_list(self, shape: Shape) -> Iterator[Case]:
        element = shape["member"]["shape"]
        good = self.good(element)
        for variant, size in _bounds(shape):
            yield Case("", "size", variant, [good] * size)
        for case in self.cases(element):
            yield Case(f"[]{case.within}", case.rule, case.variant, [case.value])
            if shape.get("max", 2) > 1 and case.variant in _BESIDE_A_GOOD_ONE:
                yield Case(f"[]{case.within}", case.rule, f"{case.variant}-second", [good, case.value])
        if self.wire == "body":
            yield Case("[]", "null", "null", [None])

    def _of_map(self, shape: Shape) -> Iterator[Case]:
        key, value = shape["key"]["shape"], shape["value"]["shape"]
        good_key, good_value = self.good(key), self.good(value)
        for variant, size in _bounds(shape):
            yield Case("", "size", variant, {f"{good_key}{number or ''}": good_value for number in range(size)})
        for case in self.cases(key):
            yield Case(f"{{key}}{case.within}", case.rule, case.variant, {case.value: good_value})
        for case in self.cases(value):
            yield Case(f"{{value}}{case.within}", case.rule, case.variant, {good_key: case.value})
        yield Case("{value}", "null", "null", {good_key: None})

    # --- single values ---

    def _of_number(self, shape: Shape) -> Iterator[Case]:
        whole = shape["type"] in ("integer", "long")
        step: Any = 1 if whole else 0.5
        least, most = shape.get("min"), shape.get("max")
        if least is not None:
            yield Case("", "range", "at-min", least)
            yield Case("", "range", "below", least - step)
            yield Case("", "range", "far-below", -_FAR if whole else -1e9)
        if most is not None:
            yield Case("", "range", "at-max", most)
            yield Case("", "range", "above", most + step)
            yield Case("", "range", "far-above", _FAR if whole else 1e9)
        if least is not None and most is not None:
            yield Case("", "range", "middle", (least + most) // 2 if whole else (least + most) / 2)

    def _of_blob(self, shape: Shape) -> Iterator[Case]:
        for variant, size in _bounds(shape):
            yield Case("", "size", variant, b"x" * size)

    def _of_string(self, name: str, shape: Shape) -> Iterator[Case]:
        seen = set()
        for case in (*self._of_enum(name, shape), *self._of_length(name, shape), *self._of_pattern(name, shape)):
            if case.value not in seen and _can_travel(case.value, self.wire):
                seen.add(case.value)
                yield case

    def _of_enum(self, name: str, shape: Shape) -> Iterator[Case]:
        if "enum" not in shape:
            return
        for value in shape["enum"]:
            yield Case("", "enum", f"value-{value}", value)
        first = enum_values(name, self.where)[0]
        yield Case("", "enum", "unknown", "NoSuchValue")
        yield Case("", "enum", "other-case", first.swapcase())
        yield Case("", "enum", "padded", f"{first} ")
        yield Case("", "enum", "empty", "")

    def _of_length(self, name: str, shape: Shape) -> Iterator[Case]:
        for variant, length in _bounds(shape):
            text = self._string(name, shape, f"length-{variant}", length)
            if text is None:  # no string of that length matches: the pattern is broken too, and both are reported
                good = self._good_string(name, shape)
                text = (good + "a" * length)[:length]
            yield Case("", "length", variant, text)

    def _of_pattern(self, name: str, shape: Shape) -> Iterator[Case]:
        pattern = shape.get("pattern")
        if pattern is None:
            return
        for number in range(1, _MATCHING + 1):
            text = self._string(name, shape, f"matching-{number}")
            if text is not None and shape.get("min", 0) <= len(text) <= shape.get("max", math.inf):
                yield Case("", "pattern", f"matching-{number}", text)
        good = self._good_string(name, shape)
        for variant, text in _near(good, pattern):
            if not matches(pattern, text) and shape.get("min", 0) <= len(text) <= shape.get("max", math.inf):
                yield Case("", "pattern", variant, text)

    def _good_string(self, name: str, shape: Shape) -> str:
        if "enum" in shape:
            return str(shape["enum"][0])
        if name in _SAMPLES:
            return _SAMPLES[name]
        least = max(shape.get("min", 0), 1)
        lengths = (None, least, least + 5) if least <= 1 else (least, None, least + 5)
        for length in lengths:
            text = self._string(name, shape, "good", length)
            if text and shape.get("min", 0) <= len(text) <= shape.get("max", math.inf):
                return text
        return ""

    def _string(self, name: str, shape: Shape, purpose: str, length: int | None = None) -> str | None:
        if "pattern" not in shape:
            return "parity" if length is None else "a" * length
        return _made(shape["pattern"], f"{self.seed} {name} {purpose}", length)


@cache
def _made(pattern: str, seed: str, length: int | None) -> str | None:
    return matching(pattern, Random(seed), length)  # noqa: S311 - it has to be repeatable, and guards nothing


_GOOD: dict[str, Any] = {"boolean": False, "timestamp": _MOMENT, "blob": b"parity"}
_OF_KIND: dict[str, Any] = {
    "string": "parity",
    "number": 7,
    "true": True,
    "object": {},
    "list": [],
    "bad-base64": "%%%",
}
_WRONG = {  # by the type of the shape, which JSON values cannot be one
    "structure": ("string", "number", "true", "list"),
    "map": ("string", "number", "true", "list"),
    "list": ("string", "number", "true", "object"),
    "string": ("number", "true", "object", "list"),
    "integer": ("string", "true", "object", "list"),
    "long": ("string", "true", "object", "list"),
    "double": ("string", "true", "object", "list"),
    "boolean": ("string", "number", "object", "list"),
    "timestamp": ("true", "object", "list"),
    "blob": ("number", "true", "object", "list", "bad-base64"),
}
_BESIDE_A_GOOD_ONE = frozenset({"above-max", "below-min", "foreign-end", "unknown", "below", "above", "missing"})


def _bounds(shape: Shape) -> Iterator[tuple[str, int]]:
    """The sizes at and just beyond the bounds of a list, a map or a string."""
    least, most = shape.get("min"), shape.get("max")
    if least is not None:
        yield "at-min", least
        if least > 0:
            yield "below-min", least - 1
    if most is not None:
        yield "at-max", most
        yield "above-max", most + 1


def _near(good: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Strings that are nearly `good`, each wrong in one way (if its pattern cares)."""
    foreign = next((char for char in _FOREIGN if not matches(pattern, good + char)), "\n")
    middle = len(good) // 2
    yield "foreign-start", foreign + good
    yield "foreign-middle", good[:middle] + foreign + good[middle:]
    yield "foreign-end", good + foreign
    yield "space-end", good + " "
    yield "newline-end", good + "\n"
    yield "newline-middle", good[:middle] + "\n" + good[middle:]
    yield "truncated", good[:-1]
    yield "beheaded", good[1:]
    yield "twice", good + good
    yield "other-case", good.swapcase()
    yield "non-ascii", good + "é"


def _can_travel(text: str, wire: str) -> bool:
    """Whether a client can put the string there, and everyone agrees on what it means there.

    An empty label makes another path, an empty header or query parameter may count as none, and where the length of a
    request line ends is for each server to say.
    """
    if wire == "body":
        return True
    if wire == "header":
        return 0 < len(text) <= _LONGEST_LINE and text.isascii() and text.isprintable() and text == text.strip()
    return 0 < len(text) <= _LONGEST_LINE


_LONGEST_LINE = 3000
