"""Lambda's runtimes: which may be used, which are retired, and how AWS prints the list."""

from functools import cache

from emulator import ids
from emulator.errors import InvalidParameterValueException

# The order is AWS's own [rec: test_create_lambda_exceptions, 2026-01-12].
PRINTED = (
    "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x", "java25",
    "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4", "ruby3.2", "python3.8", "python3.9", "java17",
    "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2",
)  # fmt: skip

# Runtimes that the service model (2026-11) has gained since that recording. Their place in the printed list is unknown.
NEWER = ("ruby4.0", "nodejs26.x", "python3.15", "java8.al2023", "java11.al2023", "java17.al2023")

CUSTOM = "custom"  # a customer-managed runtime, which RuntimeConfig names [docs: cmr-using]

ACCEPTED = frozenset((*PRINTED, *NEWER, CUSTOM))

# What the model still knows and AWS refuses [rec: test_create_deprecated_function_runtime_with_validation_enabled].
RETIRED = frozenset({
    "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x",
    "java8", "python2.7", "python3.6", "python3.7", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1",
    "go1.x", "ruby2.5", "ruby2.7", "provided",
})  # fmt: skip

_SNAP_START = frozenset({
    "java11", "java17", "java21", "java25", "java11.al2023", "java17.al2023",
    "python3.12", "python3.13", "python3.14", "python3.15", "dotnet8", "dotnet10",
})  # fmt: skip


def check_runtime(runtime: str) -> None:
    """Raises InvalidParameterValueException for a runtime that AWS does not know, or no longer takes."""
    if runtime in RETIRED:
        raise InvalidParameterValueException.retired_runtime(runtime)
    if runtime not in ACCEPTED:
        raise InvalidParameterValueException.unknown_runtime(runtime, PRINTED)


def check_snap_start(runtime: str) -> None:
    """Raises InvalidParameterValueException for a runtime of which AWS takes no snapshots [docs: snapstart]."""
    if runtime not in _SNAP_START:
        raise InvalidParameterValueException.snap_start_runtime(runtime)


@cache
def runtime_version(runtime: str, architecture: str) -> str:
    """64 hex digits: the runtime version that a function of this runtime and architecture gets.

    AWS's digests cannot be known here; what is kept is that they follow the runtime and the architecture
    [rec: test_function_lifecycle, test_mixed_architecture, 2025-11].
    """
    return ids.stable_digest("runtime", runtime, architecture)
