"""CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases."""

from collections.abc import Mapping

from emulator import arn, ids, quotas
from emulator.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call, Members
from emulator.operations.pages import page
from emulator.operations.provisioned_concurrency_config import move_provisioned_concurrency
from emulator.operations.target import Target, find_function, read_target, require_revision, resources_of
from emulator.resources.alias import Alias
from emulator.resources.function import Function, FunctionVersion


def create_alias(call: Call, members: Members) -> Members:
    """Name a version, or two of them by weight."""
    target = read_target(call, members["FunctionName"])
    function = find_function(call, target)
    version, weights = members["FunctionVersion"], _read_weights(members)
    _check_versions(function, version, weights)
    if members["Name"] in function.aliases:
        raise ResourceConflictException.alias_exists(function.arn(members["Name"]))
    alias = Alias(
        account_id=function.account_id,
        region=function.region,
        function_name=function.name,
        name=members["Name"],
        function_version=version,
        description=members.get("Description", ""),
        weights=weights,
    )
    function.aliases[alias.name] = alias
    return alias.describe()


def get_alias(call: Call, members: Members) -> Members:
    """An alias as it is."""
    target = read_target(call, members["FunctionName"])
    alias = _find(call, target, members["Name"])
    if alias is None:
        raise ResourceNotFoundException.alias(target.arn(members["Name"]))
    return alias.describe()


def update_alias(call: Call, members: Members) -> Members:
    """Change an alias. What is not given is kept; empty weights take the second version away."""
    target = read_target(call, members["FunctionName"])
    alias = _find(call, target, members["Name"])
    if alias is None:
        raise ResourceNotFoundException.updated_alias(target.arn(members["Name"]))
    require_revision(alias.revision_id, members.get("RevisionId"))
    version = members.get("FunctionVersion", alias.function_version)
    weights = _read_weights(members) if "RoutingConfig" in members else alias.weights
    function = find_function(call, target)
    _check_versions(function, version, weights)
    moved = (alias.function_version, alias.weights) != (version, weights)
    if version == arn.LATEST and alias.name in function.provisioned:
        raise InvalidParameterValueException.provisioned_latest()
    alias.function_version, alias.weights = version, weights
    if moved:
        move_provisioned_concurrency(call, function, alias)
    alias.description = members.get("Description", alias.description)
    alias.revision_id = ids.revision_id()
    return alias.describe()


def delete_alias(call: Call, members: Members) -> Members:
    """Delete an alias. One that does not exist is as good as deleted: the operation declares no 404 [model]."""
    target = read_target(call, members["FunctionName"])
    function = resources_of(call, target).functions.get(target.name)
    if function is not None and members["Name"] in function.aliases:
        del function.aliases[members["Name"]]
        # Its provisioned concurrency goes with it [rec: test_lambda_provisioned_lifecycle, 2025-11-25], and so does its
        # URL, which on AWS takes some seconds [rec: test_lambda_url_persists_after_alias_delete, 2025-11-24].
        function.forget(members["Name"])
        call.dispatcher.release(function.arn(members["Name"]))
    return {}


def list_aliases(call: Call, members: Members) -> Members:
    """The aliases of a function by name; with FunctionVersion those that refer to it."""
    function = find_function(call, read_target(call, members["FunctionName"]))
    wanted = members.get("FunctionVersion")
    found = function.aliases.values() if wanted is None else function.aliases_of(wanted)
    in_order = sorted(found, key=_place)
    shown, more = page(in_order, _place, members, quotas.ALIASES_PER_PAGE)
    return {"Aliases": [alias.describe() for alias in shown], **more}


def _place(alias: Alias) -> tuple[str]:
    return (alias.name,)


def _find(call: Call, target: Target, name: str) -> Alias | None:
    function = resources_of(call, target).functions.get(target.name)
    return function.aliases.get(name) if function is not None else None


def _read_weights(members: Members) -> dict[str, float]:
    return dict(members.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))


def _check_versions(function: Function, version: str, weights: Mapping[str, float]) -> None:
    main = _require_version(function, version)
    if len(weights) > 1:
        raise InvalidParameterValueException.too_many_alias_versions()
    for other in weights:
        if other == version:
            raise InvalidParameterValueException.same_alias_version(version)
        if version == arn.LATEST:
            raise InvalidParameterValueException.alias_weights_of_latest()
        if _require_version(function, other).role != main.role:
            raise InvalidParameterValueException.alias_roles()


def _require_version(function: Function, number: str) -> FunctionVersion:
    # An alias cannot stand for a version here: FunctionVersion admits numbers and the two kinds of $LATEST [model].
    version = function.latest if number == arn.LATEST else function.versions.get(number)
    if version is None:
        # [issues: aws-cloudformation/rain#175, 2023]
        raise ResourceNotFoundException.function(function.arn(number))
    return version
