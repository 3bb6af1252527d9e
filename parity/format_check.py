"""Values against the types of the format, every misfit at once.

msgspec stops at the first and speaks of `$.steps[0]`; authors want all of them, by line, with the names that the format
has. So the types are looked at a second time, here, where msgspec has found that something is wrong.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from parity.errors import did_you_mean
from parity.yaml_document import Way

T = TypeVar("T", bound=msgspec.Struct)
Misfit = tuple[Way, str]
"""Where in the value, and what was found and expected there."""


def fitted(value: Any, format_type: type[T]) -> T | list[Misfit]:
    """The value as `format_type`, a msgspec struct, or everything in it that does not fit."""
    try:
        return msgspec.convert(value, format_type)
    except msgspec.ValidationError as error:  # the first misfit, in msgspec's words
        return list(_check(value, _type_info(format_type), ())) or [((), str(error))]


def described(value: Any) -> str:
    """A value in an error message: `a list`, `"text"`, `5`."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}…"


def named(way: Way) -> str:
    """How a message about what `way` leads to begins: `"`tags[0]`: "`, or nothing at the top."""
    last = max((index for index, key in enumerate(way) if isinstance(key, str)), default=None)
    if last is None:
        return ""
    return f"`{way[last]}{''.join(f'[{index}]' for index in way[last + 1 :])}`: "


_type_info = cache(inspect.type_info)

_KINDS: dict[type[inspect.Type], tuple[tuple[type, ...], str]] = {
    inspect.StrType: ((str,), "text"),
    inspect.IntType: ((int,), "a whole number"),
    inspect.BoolType: ((bool,), "true or false"),
    inspect.NoneType: ((type(None),), "nothing"),
    inspect.ListType: ((list,), "a list"),
    inspect.DictType: ((dict,), "a mapping"),
    inspect.StructType: ((dict,), "a mapping"),
}


def _check(value: Any, expected: inspect.Type, way: Way) -> Iterator[Misfit]:
    chosen = next((kind for kind in _alternatives(expected) if _is_a(value, kind)), None)
    match chosen:
        case None:
            yield way, f"{named(way)}expected {_wanted(expected)}, found {described(value)}"
        case inspect.StructType():
            yield from _check_struct(value, chosen, way)
        case inspect.DictType():
            yield from _length(value, chosen.min_length, way)
            for key, item in value.items():
                yield from _check(item, chosen.value_type, (*way, key))
        case inspect.ListType():
            yield from _length(value, chosen.min_length, way)
            for index, item in enumerate(value):
                yield from _check(item, chosen.item_type, (*way, index))
        case inspect.StrType() if chosen.pattern and not re.search(chosen.pattern, value):
            yield way, f"{named(way)}expected {_PATTERNS[chosen.pattern]}, found {described(value)}"
        case inspect.StrType():
            yield from _length(value, chosen.min_length, way)
        case inspect.IntType() if chosen.ge is not None and value < chosen.ge:
            yield way, f"{named(way)}expected {chosen.ge} or more, found {value}"
        case inspect.IntType() if chosen.le is not None and value > chosen.le:
            yield way, f"{named(way)}expected {chosen.le} or less, found {value}"


def _check_struct(value: dict[str, Any], struct: inspect.StructType, way: Way) -> Iterator[Misfit]:
    fields = {field.encode_name: field for field in struct.fields}
    for key, item in value.items():
        if key not in fields:
            hint = did_you_mean(key, list(fields)) or f"; expected one of {', '.join(fields)}"
            yield (*way, key), f"unknown key `{key}`{hint}"
        else:
            yield from _check(item, fields[key].type, (*way, key))
    for name, field in fields.items():
        if field.required and name not in value:
            yield way, f"`{name}` is missing"


def _alternatives(expected: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(expected, inspect.Metadata):
        yield from _alternatives(expected.type)
    elif isinstance(expected, inspect.UnionType):
        for kind in expected.types:
            yield from _alternatives(kind)
    else:
        yield expected


def _is_a(value: Any, kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.AnyType):
        return True
    types, _ = _KINDS[type(kind)]
    return isinstance(value, types) and (not isinstance(value, bool) or bool in types)


def _wanted(expected: inspect.Type) -> str:
    kinds = [kind for kind in _alternatives(expected) if not isinstance(kind, inspect.NoneType)]
    *others, last = dict.fromkeys(
        _PATTERNS.get(getattr(kind, "pattern", None), _KINDS[type(kind)][1]) for kind in kinds
    )
    return f"{', '.join(others)} or {last}" if others else last


def _length(value: Any, least: int | None, way: Way) -> Iterator[Misfit]:
    if least and len(value) < least:
        wanted = "text" if isinstance(value, str) else "at least one entry"
        yield way, f"{named(way)}expected {wanted}, found nothing"


_PATTERNS: dict[str | None, str] = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "a kebab-case name (lower-case letters, digits, single hyphens)",
    r"^\d+(\.\d+)?(ms|s|m)$": "a duration such as 500ms, 3s or 2m",
    "^[A-Z]+$": "an HTTP method in capitals",
    "^/": "a path that starts with /",
    r"^[A-Z]\w+$": "the name of an exception",
    "^(Unhandled|Handled)$": "Unhandled or Handled",
}
