"""The patterns with which an event source mapping chooses records: which of them are well-formed.

A pattern is JSON: keys lead to objects or, at the end, to a list of what the value may be. A list holds texts, numbers,
booleans, null and comparisons (`{"prefix": "a"}`); `$or` leads to a list of patterns [docs: invocation-eventfiltering].
"""

import json
from collections.abc import Callable
from typing import Any

_SCALARS = (str, int, float, bool, type(None))
_NUMERIC_SIGNS = frozenset({"<", "<=", "=", ">=", ">"})


def is_pattern(text: str) -> bool:
    """Whether `text` is a pattern. A plain word and broken JSON are none [rec: test_dynamodb_invalid_event_filter]."""
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(pattern, dict) and _is_object(pattern)


def _is_object(pattern: dict[str, Any]) -> bool:
    return all(_is_condition(key, value) for key, value in pattern.items())


def _is_condition(key: str, value: Any) -> bool:
    if isinstance(value, dict):
        return _is_object(value)
    if not isinstance(value, list):
        return False
    if key == "$or":
        return all(isinstance(entry, dict) and _is_object(entry) for entry in value)
    return all(isinstance(entry, _SCALARS) or _is_comparison(entry) for entry in value)


def _is_comparison(entry: Any) -> bool:
    if not isinstance(entry, dict) or len(entry) != 1:
        return False
    ((operator, operand),) = entry.items()
    return operator in _OPERANDS and _OPERANDS[operator](operand)


def _is_text(operand: Any) -> bool:
    return isinstance(operand, str)


def _is_range(operand: Any) -> bool:
    """`[">", 0]` or `[">", 0, "<=", 5]`."""
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        return False
    signs, numbers = operand[0::2], operand[1::2]
    return all(isinstance(sign, str) and sign in _NUMERIC_SIGNS for sign in signs) and all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in numbers
    )


def _is_anything_but(operand: Any) -> bool:
    if isinstance(operand, list):
        return all(isinstance(entry, str | int | float) for entry in operand)
    return isinstance(operand, str | int | float) or (
        isinstance(operand, dict) and operand.keys() <= {"prefix", "suffix"} and all(map(_is_text, operand.values()))
    )


_OPERANDS: dict[str, Callable[[Any], bool]] = {
    "prefix": _is_text,
    "suffix": _is_text,
    "equals-ignore-case": _is_text,
    "exists": lambda operand: isinstance(operand, bool),
    "numeric": _is_range,
    "anything-but": _is_anything_but,
}
