"""GetFunctionConfiguration, UpdateFunctionConfiguration."""

import asyncio
from collections.abc import Mapping
from typing import Any

from emulator import quotas
from emulator.errors import InvalidParameterValueException
from emulator.operations.asking import answer_after
from emulator.operations.call import Call, Members
from emulator.operations.code_signing import refuse_untrusted
from emulator.operations.configuration import check_configuration, read_configuration
from emulator.operations.dependencies import Found, look_up
from emulator.operations.runtime_management_config import refuse_change_of_pinned_runtime
from emulator.operations.settling import settle_later
from emulator.operations.target import (
    Target,
    find_function,
    find_version,
    read_target,
    read_unpublished_target,
    require_idle,
)
from emulator.resources.function import Function, FunctionVersion


def get_function_configuration(call: Call, members: Members) -> Members:
    """The configuration of a version, under the ARN that the caller's qualifier makes."""
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    _, version = find_version(call, target)
    return version.describe(target.qualifier)


def update_function_configuration(call: Call, members: Members) -> Members | asyncio.Future[Members]:
    """Change the configuration of `$LATEST`. The answer shows it at once; it runs when it has settled.

    An update that changes nothing takes the same course [rec: test_redundant_updates, 2025-11-25].
    """
    target = read_unpublished_target(call, members["FunctionName"])
    present = call.resources.functions.get(target.name)
    check_configuration(members, managed=present is not None and present.latest.capacity_provider_config is not None)
    _find_changeable(call, target, members)
    question = look_up(call, members, {})
    return answer_after(question, lambda found: _update(call, target, (found or Found()).completed(members)))


def _find_changeable(call: Call, target: Target, members: Members) -> Function:
    function = find_function(call, target)
    require_idle(function, members.get("RevisionId"))
    _check_package_type(function.latest, members)
    return function


def _update(call: Call, target: Target, members: Members) -> Members:
    function = _find_changeable(call, target, members)
    changes = read_configuration(call, members, function.latest)
    _check_size(function.latest, changes)
    refuse_change_of_pinned_runtime(function.latest, changes)
    if changes.get("layers"):
        refuse_untrusted(call, function.code_signing_config_arn, function.name)
    updated = function.update(call.clock.now(), changes)
    settle_later(call, function, updated)
    return updated.describe(target.qualifier)


def _check_package_type(present: FunctionVersion, members: Members) -> None:
    if present.package_type == "Image":
        if {"Runtime", "Handler", "Layers"} & members.keys():
            raise InvalidParameterValueException.refused_for_image()
    elif "ImageConfig" in members:
        raise InvalidParameterValueException.refused_for_zip()
    if "DurableConfig" in members and present.durable_config is None:
        raise InvalidParameterValueException.durable_config()
    if "CapacityProviderConfig" in members and present.capacity_provider_config is None:
        raise InvalidParameterValueException.capacity_provider_config()


def _check_size(present: FunctionVersion, changes: Mapping[str, Any]) -> None:
    if "layers" not in changes:
        return
    size = present.code.unzipped_size + sum(layer.code.unzipped_size for layer in changes["layers"])
    if size > quotas.CODE_SIZE_UNZIPPED:
        raise InvalidParameterValueException.code_with_layers_size(quotas.CODE_SIZE_UNZIPPED, size)
