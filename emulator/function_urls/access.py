"""Who may call a URL: its resource policy, read with what is known of the request [docs: urls-auth].

Since October 2025 two actions are needed, `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`; accounts that had
URLs before were exempt until November 2026 [issues: serverless/serverless#13147, of AWS's own letter].
"""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from emulator.resources.policy import Policy

ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")

Values = Mapping[str, str]
"""Condition keys in lower case, and what they are for a request."""


def is_allowed(policy: Policy | None, auth_type: str, owner: str, caller: str | None, source_ip: str = "") -> bool:
    """Whether `caller`, an account or None for anybody, may call a URL of the account `owner`.

    Callers have an account and no other identity here. One of the owner's may do what its policy does not deny: on AWS
    an identity policy would have to say so.
    """
    if auth_type == "AWS_IAM" and caller is None:
        return False
    values = {
        "lambda:functionurlauthtype": auth_type,
        "lambda:invokedviafunctionurl": "true",
        "aws:sourceip": source_ip,
    }
    if caller is not None:
        values |= {"aws:principalaccount": caller, "aws:sourceaccount": caller}
    statements = policy.document["Statement"] if policy is not None else []
    effects = [set(_effects(statements, action, caller, values)) for action in ACTIONS]
    if any("Deny" in found for found in effects):
        return False
    if auth_type == "AWS_IAM" and caller == owner:
        return True
    return all("Allow" in found for found in effects)


def _effects(statements: list[Mapping[str, Any]], action: str, caller: str | None, values: Values) -> Iterator[str]:
    """What the statements that are about this say. One with what is not understood says nothing."""
    for statement in statements:
        if (
            any(_is_caller(principal, caller) for principal in _principals(statement.get("Principal")))
            and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _several(statement.get("Action")))
            and _holds(statement.get("Condition") or {}, values)
        ):
            yield statement["Effect"]


def _principals(value: Any) -> list[str]:
    return _several(value.get("AWS") if isinstance(value, Mapping) else value)


def _is_caller(principal: str, caller: str | None) -> bool:
    if principal == "*":
        return True
    return caller is not None and (principal == caller or principal.split(":")[4:5] == [caller])


def _holds(condition: Mapping[str, Mapping[str, Any]], values: Values) -> bool:
    return all(
        _operator_holds(operator, values.get(key.lower()), _several(expected))
        for operator, keys in condition.items()
        for key, expected in keys.items()
    )


def _operator_holds(operator: str, actual: str | None, expected: list[str]) -> bool:
    name, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    test = _OPERATORS.get(name)
    if test is None:
        return False
    if actual is None:
        return optional or name.startswith("StringNot")
    negated = name.startswith("StringNot")
    return any(test(actual, value) for value in expected) is not negated


def _same(actual: str, expected: str) -> bool:
    return actual == expected


def _same_letters(actual: str, expected: str) -> bool:
    return actual.lower() == expected.lower()


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _same,
    "StringNotEquals": _same,
    "StringEqualsIgnoreCase": _same_letters,
    "StringLike": fnmatchcase,
    "StringNotLike": fnmatchcase,
    "Bool": _same_letters,
}


def _several(value: Any) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    return [value] if isinstance(value, str) else [str(item) for item in value or ()]
