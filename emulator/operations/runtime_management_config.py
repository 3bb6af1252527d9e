"""GetRuntimeManagementConfig, PutRuntimeManagementConfig: when a version gets new versions of its runtime.

There is one version of each runtime here, so all that a mode changes is what is described.
"""

from collections.abc import Mapping
from typing import Any

from emulator.errors import InvalidParameterValueException
from emulator.operations.call import Call, Members
from emulator.operations.target import Target, find_version, read_target
from emulator.resources.function import FunctionVersion

_MANUAL = "Manual"


def get_runtime_management_config(call: Call, members: Members) -> Members:
    """The mode of `$LATEST` or of a published version; a runtime version only if it is Manual [model]."""
    target, version = _find(call, members)
    return _describe(target, version)


def put_runtime_management_config(call: Call, members: Members) -> Members:
    """Set the mode of `$LATEST`, which versions published later inherit, or of one published version.

    Which runtime versions AWS has is not known here: every well-formed ARN passes.
    """
    given = members.get("RuntimeVersionArn")
    manual = members["UpdateRuntimeOn"] == _MANUAL
    if manual != (given is not None):
        raise InvalidParameterValueException.runtime_version_arn(required=manual)
    target, version = _find(call, members)
    version.update_runtime_on = members["UpdateRuntimeOn"]
    version.pinned_runtime_version_arn = given
    return _describe(target, version)


def refuse_change_of_pinned_runtime(present: FunctionVersion, changes: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValueException if `changes` give another runtime or architecture to a pinned one."""
    if present.update_runtime_on == _MANUAL and any(
        changes.get(field, getattr(present, field)) != getattr(present, field) for field in ("runtime", "architectures")
    ):
        raise InvalidParameterValueException.pinned_runtime()


def _find(call: Call, members: Members) -> tuple[Target, FunctionVersion]:
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function, version = find_version(call, target)
    if target.qualifier in function.aliases:
        raise InvalidParameterValueException.runtime_management_of_alias()
    if version.package_type == "Image":
        raise InvalidParameterValueException.runtime_management_of_image()
    return target, version


def _describe(target: Target, version: FunctionVersion) -> Members:
    return {
        "UpdateRuntimeOn": version.update_runtime_on,
        "FunctionArn": target.arn(target.qualifier),
        "RuntimeVersionArn": version.pinned_runtime_version_arn,
    }
