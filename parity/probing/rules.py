"""Which of an operation's constraints a request breaks, and what AWS says of each.

Members are looked at in the reverse of the model's order, the only one that agrees with each recorded message of more
than one violation (test_layer_exceptions, test_function_name_and_qualifier_validation); a probe holds a target to the
order only as strictly as that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from parity.lambda_model import Shape, input_name, shape_named
from parity.probing.patterns import matches
from parity.probing.printed_forms import printed_forms
from parity.probing.printing import printed

_NUMBERS = frozenset({"integer", "long", "float", "double"})
_FRACTIONS = frozenset({"float", "double"})
# What no recording of Lambda shows: how a member in a list of structures is counted (`a.1.member.b` is what other
# services of the same framework print), how a fraction is printed, and what is said of a secret.
_UNSEEN = "regression"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken constraint. `rule` is a table of `printed_forms.toml` ("max_length"), `claim` the class of evidence.

    `sentence` is AWS's whole sentence; `path` the member as AWS names it ("vpcConfig.subnetIds").
    """

    path: str
    rule: str
    sentence: str
    claim: str


@dataclass(frozen=True, slots=True)
class _Demand:
    """One constraint that a value does not meet: its kind, and its words as they stand in a list of them."""

    rule: str
    text: str
    claim: str


def violations(operation: str, members: dict[str, Any]) -> list[Violation]:
    """What a request with these members breaks, in the order in which AWS says it. Raises KeyError."""
    name = input_name(operation)
    return list(_in_structure(name, members, "", operation)) if name else []


def message(broken: Sequence[Violation]) -> str:
    """All of it in one message."""
    frame = printed_forms().frame
    text = frame.between.join(violation.sentence for violation in broken)
    return (frame.one if len(broken) == 1 else frame.several).format(count=len(broken), violations=text)


def is_checked_by_service(operation: str, member: str) -> bool:
    """Whether not the model's constraints but the service itself checks that member of the input."""
    return f"{operation}.{member}" in printed_forms().by_service


def is_for_the_account(operation: str, members: dict[str, Any]) -> bool:
    """Whether it depends on the account, or on what the function runs on, if a number of the request is too great."""
    name = input_name(operation)
    return name is not None and any(_is_lowered(*value) for value in _numbers(name, members))


def _is_lowered(name: str, value: Any) -> bool:
    lowered = printed_forms().lowered.get(name)
    return lowered is not None and value > lowered.most


def _numbers(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """All numbers in structures, each with the name of its shape."""
    shape = shape_named(name)
    if shape["type"] in _NUMBERS and value is not None:
        yield name, value
    elif shape["type"] == "structure" and isinstance(value, dict):
        for member, reference in shape["members"].items():
            yield from _numbers(reference["shape"], value.get(member))


def enum_values(name: str, where: str) -> tuple[str, ...]:
    """The values of an enumeration in the order in which AWS prints them. `where` is "ListLayers.CompatibleRuntime"."""
    enums = printed_forms().enums
    recorded = enums.get(where) or enums.get(name)
    return tuple(recorded.values.split()) if recorded else tuple(shape_named(name)["enum"])


# --- What is inside of what ---


def _in_structure(name: str, given: dict[str, Any], path: str, where: str) -> Iterator[Violation]:
    shape = shape_named(name)
    for member, reference in reversed(shape["members"].items()):
        label, inner = f"{path}{_lower_first(member)}", f"{where}.{member}"
        if inner in printed_forms().by_service:
            continue
        value = given.get(member)
        if value is not None:
            yield from _in_value(reference["shape"], value, label, inner)
        elif member in shape.get("required", ()):
            yield _missing(label)


def _in_value(name: str, value: Any, path: str, where: str) -> Iterator[Violation]:
    shape = shape_named(name)
    match shape["type"]:
        case "structure":
            yield from _in_structure(name, value, f"{path}.", where)
        case "list":
            yield from _own(name, value, path, where)
            yield from _in_list(name, value, path, where)
        case "map":
            yield from _own(name, value, path, where)
            yield from _in_map(name, value, path, where)
        case _:
            yield from _own(name, value, path, where)


def _own(name: str, value: Any, path: str, where: str) -> Iterator[Violation]:
    for demand in _unmet(name, value, where):
        yield _violation(name, value, path, demand)


def _in_list(name: str, values: list[Any], path: str, where: str) -> Iterator[Violation]:
    element = shape_named(name)["member"]["shape"]
    if shape_named(element)["type"] == "structure":
        for number, value in enumerate(values, start=1):
            label = f"{path}.{number}.member"
            for found in [_missing(label)] if value is None else _in_structure(element, value, f"{label}.", where):
                yield Violation(found.path, found.rule, found.sentence, _UNSEEN)
    elif not all(_is_met(element, value, where) for value in values):
        yield _violation(name, values, path, _of_elements(name, element, where))


def _of_elements(name: str, element: str, where: str) -> _Demand:
    """What a list demands of its elements, in the form in which AWS prints it for that list."""
    forms = printed_forms()
    demands = list(_demands(element, where))
    if name in forms.plain_elements:
        return demands[0]
    texts = [demand.text for demand in demands]
    if name not in forms.nullable_elements:
        texts.append(_null())
    evidence = forms.nullable_elements.get(name) or forms.recorded_elements.get(name, "")
    demand = _demand("element", ", ".join(texts))
    return _Demand(demand.rule, demand.text, "documented" if evidence.startswith("rec:") else demand.claim)


def _in_map(name: str, entries: dict[str, Any], path: str, where: str) -> Iterator[Violation]:
    shape = shape_named(name)
    for rule, part, values in (("key", "key", entries), ("entry", "value", entries.values())):
        inner = shape[part]["shape"]
        if not all(_is_met(inner, value, where) for value in values):
            texts = [demand.text for demand in _demands(inner, where)]
            yield _violation(name, entries, path, _demand(rule, ", ".join(texts or [_null()])))


def _is_met(name: str, value: Any, where: str) -> bool:
    """Whether an element, a key or a value of a map is as it has to be."""
    if value is None:
        return False
    shape = shape_named(name)
    inside = all(_is_met(shape["member"]["shape"], item, where) for item in value) if shape["type"] == "list" else True
    return inside and not list(_unmet(name, value, where))


# --- The constraints of one value ---


def _demands(name: str, where: str) -> Iterator[_Demand]:
    """All constraints of a value: greatest length, least length, pattern, values; those of its elements come first."""
    shape = shape_named(name)
    if shape["type"] == "list":
        yield _demand("element", ", ".join(demand.text for demand in _demands(shape["member"]["shape"], where)))
    kind = "value" if shape["type"] in _NUMBERS else "length"
    if "max" in shape:
        yield _demand(f"max_{kind}", shape["max"])
    if "min" in shape:
        yield _demand(f"min_{kind}", shape["min"])
    if "pattern" in shape:
        yield _demand("pattern", _printed_pattern(name, shape))
    if "enum" in shape:
        yield _demand("enum", ", ".join(enum_values(name, where)))


def _unmet(name: str, value: Any, where: str) -> Iterator[_Demand]:
    """The constraints that the value itself breaks, or the size of a list or map."""
    shape = shape_named(name)
    size = len(value) if isinstance(value, str | bytes | list | dict) else value
    for demand in _demands(name, where):
        match demand.rule:
            case "max_value" | "max_length":
                broken = size > shape["max"]
            case "min_value" | "min_length":
                broken = size < shape["min"]
            case "pattern":
                broken = not matches(shape["pattern"], value) and not matches(_printed_pattern(name, shape), value)
            case "enum":
                broken = value not in shape["enum"] and value not in enum_values(name, where)
            case _:
                broken = False
        if broken:
            yield demand


def _printed_pattern(name: str, shape: Shape) -> str:
    recorded = printed_forms().patterns.get(name)
    return recorded.printed if recorded else str(shape["pattern"])


# --- Wording ---


def _demand(rule: str, limit: object) -> _Demand:
    sentence = printed_forms().sentences[rule]
    return _Demand(rule, sentence.text.format(limit=limit), sentence.claim)


def _null() -> str:
    return printed_forms().sentences["null"].text


def _missing(path: str) -> Violation:
    null = printed_forms().sentences["null"]
    return Violation(path, "null", printed_forms().frame.null.format(path=path, constraint=null.text), null.claim)


def _violation(name: str, value: Any, path: str, demand: _Demand) -> Violation:
    frame = printed_forms().frame
    if shape_named(name).get("sensitive"):
        sentence = frame.secret.format(path=path, constraint=demand.text)
        return Violation(path, demand.rule, sentence, _UNSEEN)
    sentence = frame.value.format(value=printed(name, value), path=path, constraint=demand.text)
    is_unsure = shape_named(name)["type"] in _FRACTIONS or _is_lowered(name, value)
    claim = _UNSEEN if is_unsure else demand.claim
    return Violation(path, demand.rule, sentence, claim)


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
