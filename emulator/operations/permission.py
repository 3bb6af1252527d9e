"""AddPermission, RemovePermission: function policies, statement by statement.

A function, each of its versions and each of its aliases has a policy of its own, so the same StatementId may stand in
all of them [rec: test_lambda_permission_fn_versioning, 2025-11-25].
"""

import re
from typing import Any

from emulator import arn
from emulator.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call, Members
from emulator.operations.target import Target, find_function, read_target, resources_of
from emulator.resources.function import Function
from emulator.resources.policy import Policy, printed, statement

_ALIAS_NAME = re.compile(r"(?!\d+$)[a-zA-Z0-9-_]+")
_ACCOUNT_ID = re.compile(r"\d{12}")
# IAM is out of reach: whether such a user, role or service exists is not checked.
_IDENTITY = re.compile(r"arn:aws[a-zA-Z-]*:(iam|sts)::\d{12}:(root|[a-z-]+/\S+)")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com)")

# Members and what they become: operator, key. Operators and keys are in AWS's order, as far as it is recorded
# [rec: test_add_lambda_permission_fields, 2025-11-25]; that of the token and of the last line is not. The last key is
# documented [docs: urls-auth], its operator follows from its type.
_CONDITIONS = {
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def add_permission(call: Call, members: Members) -> Members:
    """Let a service, an account, an identity or everybody use a function, or one of its versions or aliases.

    RevisionId is the policy's, where there is one, and else that of the function, version or alias
    [rec: test_lambda_permission_fn_versioning, 2025-11-25].
    """
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    if target.qualifier == arn.LATEST:
        raise InvalidParameterValueException.policy_for_latest()
    if "FunctionUrlAuthType" in members and members["Action"] != "lambda:InvokeFunctionUrl":
        raise InvalidParameterValueException.url_auth_type_of_other_action()
    function = find_function(call, target)
    require_qualifier(function, target)
    added = statement(
        members["StatementId"],
        _principal(call, members["Principal"]),
        members["Action"],
        target.arn(target.qualifier),
        _condition(members),
    )
    require_policy_revision(function, target.qualifier, members.get("RevisionId"), "GetPolicy")
    function.policies[target.qualifier] = function.policies.get(target.qualifier, Policy()).add(added)
    return {"Statement": printed(added)}


def remove_permission(call: Call, members: Members) -> Members:
    """Take a statement away. With the last one the policy goes [rec: test_remove_multi_permissions, 2025-11-25]."""
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function = resources_of(call, target).functions.get(target.name)
    if function is None:
        raise ResourceNotFoundException.policy_of_missing_function(target.arn())
    require_qualifier(function, target)
    present = function.policies.get(target.qualifier)
    if present is None:
        raise ResourceNotFoundException.no_policy()
    left = present.remove(members["StatementId"])
    require_policy_revision(function, target.qualifier, members.get("RevisionId"), "GetPolicy")
    if left is None:
        del function.policies[target.qualifier]
    else:
        function.policies[target.qualifier] = left
    return {}


def require_qualifier(function: Function, target: Target) -> None:
    """Raises ResourceNotFoundException if the qualifier names nothing of the function.

    The sentence is that for aliases if it could be one's name [rec: test_permission_exceptions, 2025-11-25].
    """
    if target.qualifier is None or function.find(target.qualifier) is not None:
        return
    if _ALIAS_NAME.fullmatch(target.qualifier):
        raise ResourceNotFoundException.alias(target.arn(target.qualifier))
    raise ResourceNotFoundException.function(target.arn(target.qualifier))


def require_policy_revision(function: Function, qualifier: str | None, given: str | None, api: str) -> None:
    """Raises PreconditionFailedException if a RevisionId was given and is not the present one.

    `api` is the operation that reads it, for the sentence.
    """
    if given is not None and given != _revision(function, qualifier):
        raise PreconditionFailedException.policy_revision(api)


def _revision(function: Function, qualifier: str | None) -> str:
    policy = function.policies.get(qualifier)
    if policy is not None:
        return policy.revision_id
    alias = function.aliases.get(qualifier or "")
    if alias is not None:
        return alias.revision_id
    return function.versions[qualifier].revision_id if qualifier else function.latest.revision_id


def _principal(call: Call, given: str) -> Any:
    if given == "*":
        return given
    if _ACCOUNT_ID.fullmatch(given):
        return {"AWS": arn.account_root_arn(call.partition, given)}
    if _IDENTITY.fullmatch(given):
        return {"AWS": given}
    if _SERVICE.fullmatch(given):
        return {"Service": given}
    raise InvalidParameterValueException.principal()


def _condition(members: Members) -> dict[str, dict[str, str]]:
    condition: dict[str, dict[str, str]] = {}
    for member, (operator, key) in _CONDITIONS.items():
        if member in members:
            value = members[member]
            text = str(value).lower() if isinstance(value, bool) else value
            condition.setdefault(operator, {})[key] = text
    return condition
