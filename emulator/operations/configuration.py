"""What a caller may configure: from AWS's members to the fields of a FunctionVersion, with every check on the way.

CreateFunction and UpdateFunctionConfiguration share it. Members that are not given keep their value; those given
replace it as a whole, except LoggingConfig, which is merged (functions.md §2, §5).
"""

from collections.abc import Mapping
from typing import Any

from emulator import quotas
from emulator.errors import InvalidParameterValueException, ValidationException
from emulator.operations.call import Call
from emulator.operations.layers import read_layers
from emulator.resources.capacity_provider import State
from emulator.resources.function import FunctionVersion
from emulator.resources.runtime import CUSTOM, check_runtime, check_snap_start
from emulator.resources.variables import check_variables

_SAME = {
    "Role": "role",
    "Handler": "handler",
    "Runtime": "runtime",
    "Description": "description",
    "Timeout": "timeout",
    "MemorySize": "memory_size",
    "TenancyConfig": "tenancy_config",
    "DurableConfig": "durable_config",
    "CapacityProviderConfig": "capacity_provider_config",
    "AcceleratorConfig": "accelerator_config",
    # Customer-managed runtimes are another API's (Lambda Core), out of reach: whether one exists is not checked.
    "RuntimeConfig": "runtime_config",
    "VpcConfig": "vpc_config",
}

# What the model allows to managed instances or accelerators is more than an ordinary function may have (quotas.md §2).
# That AWS words the narrower limit as the model's kind of sentence is taken from the recorded 3008 MB of new accounts.
_LIMITS = {
    "timeout": ("Timeout", None, quotas.TIMEOUT_SECONDS),
    "memorySize": ("MemorySize", None, quotas.MEMORY_MB),
    "ephemeralStorage.size": ("EphemeralStorage", "Size", quotas.EPHEMERAL_STORAGE_MB),
}


def check_configuration(members: Mapping[str, Any], *, managed: bool = False) -> None:
    """All checks that need nothing but the request. Raises ValidationException, InvalidParameterValueException.

    `managed` says that the function runs on managed instances already; the model's limits are all there are for those.
    """
    managed = managed or "CapacityProviderConfig" in members
    if not managed:
        _check_limits(members)
        if "AcceleratorConfig" in members:
            raise InvalidParameterValueException.accelerator_config()
    if "Runtime" in members:
        check_runtime(members["Runtime"])
    if "Environment" in members:
        check_variables(members["Environment"].get("Variables", {}))


def _check_limits(members: Mapping[str, Any]) -> None:
    for path, (member, part, limit) in _LIMITS.items():
        value = members.get(member, 0) if part is None else members.get(member, {}).get(part, 0)
        if value > limit:
            raise ValidationException.violations(
                [
                    f"Value '{value}' at '{path}' failed to satisfy constraint: "
                    f"Member must have value less than or equal to {limit}"
                ]
            )


def read_configuration(call: Call, members: Mapping[str, Any], present: FunctionVersion) -> dict[str, Any]:
    """The fields of `present` that the request changes, and their new values.

    For a creation, `present` is the version with all defaults. Raises InvalidParameterValueException.
    """
    changes = {field: members[member] for member, field in _SAME.items() if member in members}
    if "Environment" in members:
        changes["variables"] = dict(members["Environment"].get("Variables", {}))
    if "EphemeralStorage" in members:
        changes["ephemeral_storage"] = members["EphemeralStorage"]["Size"]
    if "TracingConfig" in members:
        changes["tracing_mode"] = members["TracingConfig"].get("Mode", "PassThrough")
    if "DeadLetterConfig" in members:  # an empty ARN takes the queue away [model: DeadLetterConfig]
        changes["dead_letter_arn"] = members["DeadLetterConfig"].get("TargetArn") or None
    if "KMSKeyArn" in members:
        changes["kms_key_arn"] = members["KMSKeyArn"] or None
    if "FileSystemConfigs" in members:
        changes["file_systems"] = tuple(members["FileSystemConfigs"])
    if "ImageConfig" in members:
        changes["image_config"] = members["ImageConfig"] or None
    if "LoggingConfig" in members:
        changes |= _read_logging(members["LoggingConfig"], present)
    if "SnapStart" in members:
        changes["snap_start"] = members["SnapStart"].get("ApplyOn", "None")
    _check_snap_start(present, changes)
    if "CapacityProviderConfig" in members:
        _check_capacity_provider(call, members["CapacityProviderConfig"])
    _check_custom_runtime(present, changes)
    if "Layers" in members:
        changes["layers"] = read_layers(call, members["Layers"])
    return changes


def _read_logging(given: Mapping[str, str], present: FunctionVersion) -> dict[str, str | None]:
    log_format = given.get("LogFormat", present.log_format)
    levels: dict[str, str | None] = {"application_log_level": None, "system_log_level": None}
    if log_format == "JSON":
        # A level that was never set is INFO [rec: test_advanced_logging_configuration_format_switch, 2025-11-25].
        levels = {
            "application_log_level": given.get("ApplicationLogLevel", present.application_log_level or "INFO"),
            "system_log_level": given.get("SystemLogLevel", present.system_log_level or "INFO"),
        }
    elif "ApplicationLogLevel" in given or "SystemLogLevel" in given:
        raise InvalidParameterValueException.log_level_with_text()
    return {"log_format": log_format, "log_group": given.get("LogGroup", present.log_group), **levels}


def _check_capacity_provider(call: Call, config: Mapping[str, Any]) -> None:
    wanted = config["LambdaManagedInstancesCapacityProviderConfig"]["CapacityProviderArn"]
    provider = call.resources.capacity_providers.get(wanted.rpartition(":")[2])
    if provider is None or provider.arn != wanted or provider.state is not State.ACTIVE:
        raise InvalidParameterValueException.capacity_provider(wanted)


def _check_custom_runtime(present: FunctionVersion, changes: dict[str, Any]) -> None:
    """The runtime `custom` and RuntimeConfig go together [docs: cmr-using]; another runtime takes the config away."""
    if changes.get("runtime", present.runtime) == CUSTOM:
        if changes.get("runtime_config", present.runtime_config) is None:
            raise InvalidParameterValueException.runtime_config(required=True)
    elif "runtime_config" in changes:
        raise InvalidParameterValueException.runtime_config(required=False)
    elif present.runtime_config is not None:
        changes["runtime_config"] = None


def _check_snap_start(present: FunctionVersion, changes: Mapping[str, Any]) -> None:
    if changes.get("snap_start", present.snap_start) != "PublishedVersions":
        return
    runtime = changes.get("runtime", present.runtime)
    if runtime is not None:
        check_snap_start(runtime)
    if changes.get("ephemeral_storage", present.ephemeral_storage) > 512:
        raise InvalidParameterValueException.snap_start_with("ephemeral storage above 512 MB")
    if changes.get("file_systems", present.file_systems):
        raise InvalidParameterValueException.snap_start_with("a file system")
