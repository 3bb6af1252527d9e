"""What AWS lets users put into a function's environment variables."""

import json
from collections.abc import Mapping

from emulator import quotas
from emulator.errors import InvalidParameterValueException

RESERVED = frozenset({  # validation.md §4 [docs: configuration-envvars]
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
})  # fmt: skip


def check_variables(variables: Mapping[str, str]) -> None:
    """Raises InvalidParameterValueException for reserved names, and for more than 4 KB of compact JSON."""
    reserved = [name for name in variables if name in RESERVED]
    if reserved:
        raise InvalidParameterValueException.reserved_variables(reserved)
    # AWS measures the JSON as it would send it: request order, nothing escaped that need not be
    # [rec: test_large_environment_fails_multiple_keys, 2025-11-25].
    measured = json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > quotas.VARIABLES_SIZE:
        raise InvalidParameterValueException.variables_size(measured)
