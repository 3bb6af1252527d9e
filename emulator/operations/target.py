"""Which function, version or alias a call is about: from the caller's words to the stored resource.

The order of the refusals is AWS's (validation.md §1): a qualifier that contradicts the name, then another region, then
another account, then what does not exist. Another account is let in by the policy of what it names.
"""

import msgspec

from emulator import arn
from emulator.errors import (
    AccessDeniedException,
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call
from emulator.resources.condition import Condition
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.store import RegionResources

# Operations that a policy can open to other accounts [docs: access-control-resource-based, cross-account APIs], and the
# action that must be allowed.
_SHARED = {
    name: f"lambda:{name}"
    for name in (
        *("CreateAlias", "DeleteAlias", "GetAlias", "ListAliases", "UpdateAlias"),
        *("DeleteFunction", "GetFunction", "GetFunctionConfiguration", "GetPolicy", "UpdateFunctionCode"),
        *("DeleteFunctionConcurrency", "PutFunctionConcurrency", "ListVersionsByFunction", "PublishVersion"),
        *("ListTags", "TagResource", "UntagResource"),
    )
} | dict.fromkeys(("Invoke", "InvokeAsync", "InvokeWithResponseStream"), "lambda:InvokeFunction")


class Target(msgspec.Struct, frozen=True):
    """A function of the caller's region, by bare name, and the qualifier the caller gave, if any.

    The account is the caller's own, or another one that lets the caller in.
    """

    account_id: str
    region: str
    name: str
    qualifier: str | None

    def arn(self, qualifier: str | None = None) -> str:
        """The ARN of the function, or of one of its versions or aliases."""
        return arn.function_arn(self.region, self.account_id, self.name, qualifier)


def read_target(call: Call, function_name: str, qualifier: str | None = None) -> Target:
    """What `FunctionName` and `Qualifier` name.

    Raises InvalidParameterValueException if they contradict each other, ResourceNotFoundException for another region,
    AccessDeniedException for another account that has not let the caller in.
    """
    reference = arn.parse_function(function_name)
    if reference is None:  # the model's pattern lets nothing through that cannot be read
        raise ResourceNotFoundException.function(function_name)
    if reference.qualifier and qualifier and reference.qualifier != qualifier:
        raise InvalidParameterValueException.derived_qualifier()
    if reference.region not in (None, call.region):
        raise ResourceNotFoundException.other_region(str(reference.region), call.region)
    account_id = reference.account_id or call.account_id
    target = Target(account_id, call.region, reference.name, qualifier or reference.qualifier)
    if account_id != call.account_id and not _is_let_in(call, target):
        raise AccessDeniedException.foreign_account()
    return target


def _is_let_in(call: Call, target: Target) -> bool:
    theirs = call.resources.of_account(target.account_id)
    function = theirs.functions.get(target.name) if theirs is not None else None
    policy = function.policies.get(target.qualifier) if function is not None else None
    action = _SHARED.get(call.operation)
    return policy is not None and action is not None and policy.allows(call.account_id, action)


def read_unpublished_target(call: Call, function_name: str) -> Target:
    """Like `read_target`, for operations on `$LATEST` alone.

    Raises InvalidParameterValueException for any other qualifier.
    """
    target = read_target(call, function_name)
    if target.qualifier not in (None, arn.LATEST):
        raise InvalidParameterValueException.latest_only()
    return target


def resources_of(call: Call, target: Target) -> RegionResources:
    """The resources among which `target` is, or would be: those of the account that it names."""
    if target.account_id == call.account_id:
        return call.resources
    return call.resources.of_account(target.account_id) or call.resources


def find_function(call: Call, target: Target) -> Function:
    """The function, whatever the qualifier. Raises ResourceNotFoundException with the unqualified ARN."""
    function = resources_of(call, target).functions.get(target.name)
    if function is None:
        raise ResourceNotFoundException.function(target.arn())
    return function


def find_version(call: Call, target: Target) -> tuple[Function, FunctionVersion]:
    """The function and the version that the qualifier names. Raises ResourceNotFoundException with the ARN as asked."""
    function = resources_of(call, target).functions.get(target.name)
    version = None if function is None else function.find(target.qualifier)
    if function is None or version is None:
        raise ResourceNotFoundException.function(target.arn(target.qualifier))
    return function, version


def require_idle(function: Function, revision_id: str | None) -> None:
    """Refuse a change of `$LATEST` while one is in progress, or if the caller's RevisionId is not the present one.

    Raises ResourceConflictException, then PreconditionFailedException.
    """
    latest = function.latest
    if latest.condition is Condition.CREATING:
        raise ResourceConflictException.function_state(latest.state)
    if latest.condition is Condition.UPDATING:
        raise ResourceConflictException.update_in_progress(function.arn())
    require_revision(latest.revision_id, revision_id)


def require_revision(present: str, given: str | None) -> None:
    """Raises PreconditionFailedException if a RevisionId was given and is not `present`."""
    if given is not None and given != present:
        raise PreconditionFailedException.revision()
