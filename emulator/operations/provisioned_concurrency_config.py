"""PutProvisionedConcurrencyConfig, GetProvisionedConcurrencyConfig, DeleteProvisionedConcurrencyConfig, List….

What is configured here is answered as on AWS: IN_PROGRESS with nothing allocated, and READY when the environments are.
They are started a moment later by execution/provisioning.py, which keeps the numbers and the status up to date.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from emulator import arn, quotas
from emulator.errors import (
    InvalidParameterValueException,
    ProvisionedConcurrencyConfigNotFoundException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call, Members
from emulator.operations.pages import page
from emulator.operations.target import Target, find_function, read_target
from emulator.resources.alias import Alias
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.provisioned_concurrency import ProvisionedConcurrency, Status
from emulator.resources.store import RegionResources

if TYPE_CHECKING:
    from emulator.execution.dispatcher import Dispatcher

_SLOWNESS = 3  # an allocation begins later than an update ends, so that its progress can be seen on busy machines


def put_provisioned_concurrency_config(call: Call, members: Members) -> Members:
    """Ask for environments that are ready before they are needed, for a published version or an alias."""
    target = read_target(call, members["FunctionName"], members["Qualifier"])
    if target.qualifier == arn.LATEST:
        raise InvalidParameterValueException.provisioned_latest()
    function, qualifier = _find(call, target)
    alias = function.aliases.get(qualifier)
    if alias is not None and alias.function_version == arn.LATEST:
        raise InvalidParameterValueException.provisioned_latest()
    _refuse_second(function, qualifier)
    _check_features(function, qualifier)
    requested = members["ProvisionedConcurrentExecutions"]
    _check_room(call, function, qualifier, requested)
    provisioned = ProvisionedConcurrency(
        function_arn=function.arn(qualifier),
        requested=requested,
        last_modified=call.clock.now(),
    )
    _allocate(call, function, qualifier, provisioned)
    return provisioned.describe()


def get_provisioned_concurrency_config(call: Call, members: Members) -> Members:
    """How far an allocation is."""
    function, qualifier = _find_published(call, members)
    provisioned = function.provisioned.get(qualifier)
    if provisioned is None:
        raise ProvisionedConcurrencyConfigNotFoundException.config()
    return provisioned.describe()


def delete_provisioned_concurrency_config(call: Call, members: Members) -> Members:
    """Give an allocation up. One that is not there is as good as deleted.

    [rec: test_provisioned_concurrency_exceptions, 2025-11-25]
    """
    function, qualifier = _find_published(call, members)
    function.provisioned.pop(qualifier, None)
    call.dispatcher.release(function.arn(qualifier))
    return {}


def list_provisioned_concurrency_configs(call: Call, members: Members) -> Members:
    """A function's allocations, the newest first, as in the one example there is [model: its examples]."""
    function = find_function(call, read_target(call, members["FunctionName"]))
    allocations = sorted(function.provisioned.values(), key=_place)
    shown, more = page(allocations, _place, members, quotas.CONFIGS_PER_PAGE)
    configs = [{"FunctionArn": provisioned.function_arn, **provisioned.describe()} for provisioned in shown]
    return {"ProvisionedConcurrencyConfigs": configs, **more}


def move_provisioned_concurrency(call: Call, function: Function, alias: Alias) -> None:
    """Begin the allocation of an alias again, because it has another version now [docs: provisioned-concurrency]."""
    present = function.provisioned.get(alias.name)
    if present is not None:
        moved = replace(present, allocated=0, status=Status.IN_PROGRESS, status_reason=None)
        _allocate(call, function, alias.name, moved)


def provision_again(resources: RegionResources, dispatcher: "Dispatcher") -> None:
    """Start the environments of allocations from before a restart. What had failed has failed."""
    for function in resources.functions.values():
        for qualifier, present in list(function.provisioned.items()):
            if present.status is not Status.FAILED:
                again = replace(present, allocated=0, status=Status.IN_PROGRESS)
                function.provisioned[qualifier] = again
                dispatcher.provision(again, list(_shares(function, qualifier, again.requested)), 0.0)


def _place(provisioned: ProvisionedConcurrency) -> tuple[int, str]:
    return -round(provisioned.last_modified.timestamp() * 1_000_000), provisioned.function_arn


def _find_published(call: Call, members: Members) -> tuple[Function, str]:
    target = read_target(call, members["FunctionName"], members["Qualifier"])
    if target.qualifier == arn.LATEST:
        raise InvalidParameterValueException.unprovisioned_latest()
    return _find(call, target)


def _find(call: Call, target: Target) -> tuple[Function, str]:
    """The function and the qualifier, which is there. What is missing is told by the qualifier's form alone.

    [rec: test_provisioned_concurrency_exceptions, 2025-11-25]
    """
    qualifier = str(target.qualifier)
    function = call.resources.functions.get(target.name)
    if function is not None and (qualifier in function.versions or qualifier in function.aliases):
        return function, qualifier
    if qualifier.isdigit():
        raise ResourceNotFoundException.function(target.arn(qualifier))
    raise ResourceNotFoundException.alias(target.arn(qualifier))


def _refuse_second(function: Function, qualifier: str) -> None:
    """A version is provisioned once: as itself, or by one alias. Raises ResourceConflictException."""
    alias = function.aliases.get(qualifier)
    if alias is None:
        if any(other.name in function.provisioned for other in function.aliases_of(qualifier)):
            raise ResourceConflictException.provisioned_alias()
        return
    for version in alias.versions():
        others = {other.name for other in function.aliases_of(version)} - {qualifier}
        if not function.provisioned.keys().isdisjoint({version, *others}):
            raise ResourceConflictException.provisioned_version()


def _check_features(function: Function, qualifier: str) -> None:
    version = function.find(qualifier)
    if version is not None and version.snap_start == "PublishedVersions":
        raise InvalidParameterValueException.snap_start_with("provisioned concurrency")
    if function.latest.tenancy_config is not None:
        raise InvalidParameterValueException.isolated_tenants("Provisioned concurrency configs")


def _check_room(call: Call, function: Function, qualifier: str, requested: int) -> None:
    """It comes out of the function's reservation, or else out of what the account has left for all functions."""
    present = function.provisioned.get(qualifier)
    own = present.requested if present else 0
    if function.reserved_concurrency is not None:
        if function.provisioned_concurrency() - own + requested > function.reserved_concurrency:
            raise InvalidParameterValueException.provisioned_above_reserved()
        return
    taken = call.resources.reserved_concurrency() + call.resources.provisioned_concurrency() - own
    if call.settings.concurrent_executions - taken - requested < quotas.UNRESERVED_MINIMUM:
        raise InvalidParameterValueException.provisioned_minimum(quotas.UNRESERVED_MINIMUM)


def _allocate(call: Call, function: Function, qualifier: str, provisioned: ProvisionedConcurrency) -> None:
    function.provisioned[qualifier] = provisioned
    # What is there stays while more is made ready, or less is kept; the numbers that AWS shows then are not known.
    shares = list(_shares(function, qualifier, provisioned.requested))
    call.dispatcher.provision(provisioned, shares, _SLOWNESS * call.settings.settle_seconds)


def _shares(function: Function, qualifier: str, requested: int) -> Iterator[tuple[FunctionVersion, int]]:
    """How many environments each version gets: an alias divides them by its weights [docs: provisioned-concurrency]."""
    alias = function.aliases.get(qualifier)
    left = requested
    for number, weight in alias.weights.items() if alias is not None else ():
        share = round(requested * weight)
        left -= share
        yield function.versions[number], share
    yield function.versions[qualifier if alias is None else alias.function_version], left
