"""GetFunctionScalingConfig, PutFunctionScalingConfig: how many environments a version on managed instances may have."""

from emulator.errors import AccessDeniedException, InvalidParameterValueException
from emulator.operations.call import Call, Members
from emulator.operations.target import find_version, read_target
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.function_scaling import FunctionScaling


def get_function_scaling_config(call: Call, members: Members) -> Members:
    """What was asked for, and what is in effect."""
    function, version = _find(call, members)
    return function.scaling.get(version.version, FunctionScaling()).describe(version.arn)


def put_function_scaling_config(call: Call, members: Members) -> Members:
    """Ask for at least and at most so many environments; without a config, for what AWS sees fit.

    It is in effect when it has settled.
    """
    function, version = _find(call, members)
    asked = dict(members.get("FunctionScalingConfig", {}))
    if asked.get("MinExecutionEnvironments", 0) > asked.get("MaxExecutionEnvironments", float("inf")):
        raise InvalidParameterValueException.execution_environments()
    scaling = function.scaling.setdefault(version.version, FunctionScaling())
    scaling.requested = asked
    call.clock.call_later(call.settings.settle_seconds, _apply, scaling)
    return {"FunctionState": version.state}


def _find(call: Call, members: Members) -> tuple[Function, FunctionVersion]:
    function, version = find_version(call, read_target(call, members["FunctionName"], members["Qualifier"]))
    if version.capacity_provider_config is None:
        raise AccessDeniedException.no_capacity_provider()  # for Get by analogy only
    return function, version


def _apply(scaling: FunctionScaling) -> None:
    scaling.applied = scaling.requested
