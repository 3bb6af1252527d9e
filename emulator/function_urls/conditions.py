"""The `Condition` of a policy statement, decided for one request [docs: IAM, condition operators].

    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::1/128"]}, "Bool": {"lambda:InvokedViaFunctionUrl": "true"}}

All operators and keys must hold; of several values for a key one is enough. An answer is True, False, or None where it
cannot be told here: an operator, a key or a value that is not understood, such as sets (`ForAnyValue:…`) and policy
variables (`${aws:username}`). None must never grant anything: it makes no Allow hold, and no Deny fail.
"""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

Values = Mapping[str, str | None]
"""Condition keys in lower case, and what they are for a request; None where it is known that the request has none."""

Test = Callable[[str, str], bool]
"""Of what the request has and what the policy expects. Raises ValueError where one of them is not of the kind."""


def holds(condition: Mapping[str, Mapping[str, Any]], values: Values) -> bool | None:
    """Whether a condition holds; None if that cannot be told."""
    decided: bool | None = True
    for name, keys in condition.items():
        for key, expected in keys.items():
            found = _holds(name, key.lower(), several(expected), values)
            if found is False:
                return False
            decided = decided and found
    return decided


def matches(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern with `*` and `?` says."""
    if pattern in ("*", text):
        return True
    if "*" not in pattern and "?" not in pattern:
        return False
    return _expression(pattern).fullmatch(text) is not None


def several(value: Any) -> list[str]:
    """One value or a list of them, which policies do not tell apart."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, int | float):
        return [str(value)]
    return [text for item in value or () for text in several(item)]


def _holds(name: str, key: str, expected: list[str], values: Values) -> bool | None:
    if key not in values or any("${" in text for text in expected):
        return None
    actual = values[key]
    if name == "Null":
        return (actual is None) == (expected == ["true"])
    bare, optional = name.removesuffix("IfExists"), name.endswith("IfExists")
    negated = bare in _NEGATED
    test = _TESTS.get(_NEGATED.get(bare, bare))
    if test is None:
        return None
    if actual is None:
        return optional or negated  # what is not there is not equal to anything
    try:
        found = {test(actual, text) for text in expected}
    except ValueError:
        return None
    return (True in found) is not negated


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _same_letters(actual: str, expected: str) -> bool:
    return actual.lower() == expected.lower()


def _like(actual: str, expected: str) -> bool:
    return matches(expected, actual)


def _arn_like(actual: str, expected: str) -> bool:
    """Each of the six parts for itself."""
    parts, patterns = actual.split(":", 5), expected.split(":", 5)
    return len(parts) == len(patterns) and all(
        matches(pattern, part) for pattern, part in zip(patterns, parts, strict=True)
    )


def _in_network(actual: str, expected: str) -> bool:
    address, network = ip_address(actual), ip_network(expected, strict=False)
    return address.version == network.version and address in network


def _number(text: str) -> float:
    return float(text)


def _moment(text: str) -> float:
    """Seconds since 1970, of those or of an ISO 8601 date."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _comparison(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> Test:
    return lambda actual, expected: compare(read(actual), read(expected))


_COMPARISONS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_TESTS: Mapping[str, Test] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": _same_letters,
    "StringLike": _like,
    "ArnEquals": _arn_like,  # the two mean the same [docs: IAM, condition operators]
    "ArnLike": _arn_like,
    "Bool": _same_letters,
    "IpAddress": _in_network,
    **{f"Numeric{name}": _comparison(_number, compare) for name, compare in _COMPARISONS.items()},
    **{f"Date{name}": _comparison(_moment, compare) for name, compare in _COMPARISONS.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
