"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy: function policies as whole documents.

They are the policies of AddPermission and GetPolicy: a document that is put replaces the statements that were added
[model: PutResourcePolicy documentation]. Customer-managed runtimes, which may have policies too, do not exist here.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from emulator import arn
from emulator.errors import InvalidParameterValueException, ResourceNotFoundException
from emulator.operations.call import Call, Members
from emulator.operations.permission import require_policy_revision, require_qualifier
from emulator.operations.target import Target, find_function, read_target
from emulator.resources.function import Function
from emulator.resources.policy import Policy

_API = "GetResourcePolicy"
_VERSIONS = ("2012-10-17", "2008-10-17")  # of the policy language [docs: IAM JSON policy elements]
# Each of these elements is required, in one of its forms, and says something.
_REQUIRED = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))


def put_resource_policy(call: Call, members: Members) -> Members:
    """Give a function, a version or an alias a policy in place of the one it has.

    The answer has the document as AWS prints policies; whether AWS keeps a document's white space is not known.
    """
    target, function = _find(call, members["ResourceArn"])
    require_qualifier(function, target)
    document = _read_document(members["Policy"])
    require_policy_revision(function, target.qualifier, members.get("RevisionId"), _API)
    policy = function.policies[target.qualifier] = Policy(document)
    return {**policy.describe()}


def get_resource_policy(call: Call, members: Members) -> Members:
    """The policy of a function, a version or an alias, however it came about."""
    target, function = _find(call, members["ResourceArn"])
    require_qualifier(function, target)
    return {**_present(function, target).describe()}


def delete_resource_policy(call: Call, members: Members) -> Members:
    """Delete the whole policy."""
    target, function = _find(call, members["ResourceArn"])
    require_qualifier(function, target)
    _present(function, target)
    require_policy_revision(function, target.qualifier, members.get("RevisionId"), _API)
    del function.policies[target.qualifier]
    return {}


def _find(call: Call, resource: str) -> tuple[Target, Function]:
    if resource.split(":")[5] != "function":
        raise ResourceNotFoundException.requested()
    target = read_target(call, resource)
    if target.qualifier == arn.LATEST:
        raise InvalidParameterValueException.policy_for_latest()
    return target, find_function(call, target)


def _present(function: Function, target: Target) -> Policy:
    policy = function.policies.get(target.qualifier)
    if policy is None:
        raise ResourceNotFoundException.no_policy()
    return policy


def _read_document(text: str) -> Mapping[str, Any]:
    """The policy in `text`, its statements as a list. Raises InvalidParameterValueException if it is none."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidParameterValueException.policy_document("it is not JSON") from None
    if not isinstance(document, dict):
        raise InvalidParameterValueException.policy_document("it is no JSON object")
    if document.get("Version", _VERSIONS[0]) not in _VERSIONS:
        raise InvalidParameterValueException.policy_document("its Version is not one of the policy language's")
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise InvalidParameterValueException.policy_document("it has no Statement")
    for statement in statements:
        _check_statement(statement)
    sids = [statement["Sid"] for statement in statements if "Sid" in statement]
    if len(sids) != len(set(sids)):
        raise InvalidParameterValueException.policy_document("two statements have the same Sid")
    return document | {"Statement": statements}


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict):
        raise InvalidParameterValueException.policy_document("a statement is no JSON object")
    if not isinstance(statement.get("Sid", ""), str):
        raise InvalidParameterValueException.policy_document("a Sid is no text")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise InvalidParameterValueException.policy_document("the Effect of a statement is neither Allow nor Deny")
    for forms in _REQUIRED:
        given = [form for form in forms if statement.get(form)]
        if len(given) != 1:
            raise InvalidParameterValueException.policy_document(f"a statement needs one of {' and '.join(forms)}")
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if element in statement and not _is_text(statement[element]):
            raise InvalidParameterValueException.policy_document(f"{element} is neither a text nor a list of them")
    for element in ("Principal", "NotPrincipal"):
        if element in statement and not _is_principal(statement[element]):
            raise InvalidParameterValueException.policy_document(f"{element} is not a principal")
    if not isinstance(statement.get("Condition", {}), dict):
        raise InvalidParameterValueException.policy_document("a Condition is no JSON object")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _is_principal(value: Any) -> bool:
    return value == "*" or (isinstance(value, dict) and all(_is_text(names) for names in value.values()))
