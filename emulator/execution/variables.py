"""The environment variables that a function sees.

The set is the one that AWS showed to a Python function [rec: test_lambda_init_environment, 2026-02-18]. The customer's
variables replace those that AWS calls unreserved, and never the reserved ones [docs: configuration-envvars].
"""

from collections.abc import Mapping

from emulator.execution.credentials import temporary_credentials
from emulator.executors.executor import Places
from emulator.resources.function import FunctionVersion

ON_DEMAND, PROVISIONED = "on-demand", "provisioned-concurrency"  # initialization types [docs: configuration-envvars]

_NOTHING: Mapping[str, str] = {}
_RUNTIME_ALONE = {
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
    "PWD",
    "SHLVL",
}


def function_variables(
    version: FunctionVersion,
    places: Places,
    runtime_api: str,
    log_stream: str,
    initialization_type: str = ON_DEMAND,
    *,
    services: Mapping[str, str] = _NOTHING,
) -> dict[str, str]:
    """All variables of a runtime process. `runtime_api` is `host:port`; `services` say where its SDKs find AWS.

    `_X_AMZN_TRACE_ID` is not among them: runtimes set it with each event, and there is none during init
    [rec: test_traceid_outside_handler, 2025-11-24].
    """
    return {
        **_overridable(version, places),
        **services,
        **(version.variables or {}),
        **temporary_credentials(version.account_id),
        **_reserved(version, places, runtime_api, log_stream),
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization_type,
        **_logging(version),
    }


def extension_variables(
    version: FunctionVersion,
    places: Places,
    runtime_api: str,
    initialization_type: str = ON_DEMAND,
    *,
    services: Mapping[str, str] = _NOTHING,
) -> dict[str, str]:
    """All variables of an external extension: those of the function but for what only a runtime needs.

    [rie: rapidcore/env; environment.md §6]
    """
    variables = function_variables(version, places, runtime_api, "", initialization_type, services=services)
    return {name: value for name, value in variables.items() if name[0] != "_" and name not in _RUNTIME_ALONE}


def _overridable(version: FunctionVersion, places: Places) -> dict[str, str]:
    folders = {"runtime": places.runtime_folder, "task": places.task_root, "lang": places.language_root}
    variables = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "{lang}/bin:/usr/local/bin:/usr/bin/:/bin:{layers}/bin".format(**folders, layers=places.layers),
        "LD_LIBRARY_PATH": "{lang}/lib:/lib64:/usr/lib64:{runtime}:{runtime}/lib:{task}:{task}/lib:{layers}/lib".format(
            **folders, layers=places.layers
        ),
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    }
    runtime = version.runtime or ""
    if runtime.startswith("python"):
        variables["LC_CTYPE"] = "C.UTF-8"
    elif runtime.startswith("nodejs"):
        # The last two are in no page, and in every printed environment [log: nodejs12.x to nodejs24.x, 2020 to 2026].
        variables["NODE_PATH"] = (
            "{layers}/nodejs/node{major}/node_modules:{layers}/nodejs/node_modules:"
            "{runtime}/node_modules:{runtime}:{task}".format(
                **folders, layers=places.layers, major=runtime.removeprefix("nodejs").removesuffix(".x")
            )
        )
    return variables


def _reserved(version: FunctionVersion, places: Places, runtime_api: str, log_stream: str) -> dict[str, str]:
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": version.name,
        "AWS_LAMBDA_FUNCTION_VERSION": version.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(version.memory_size),
        "AWS_LAMBDA_LOG_GROUP_NAME": version.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": version.region,
        "AWS_DEFAULT_REGION": version.region,
        "LAMBDA_TASK_ROOT": places.task_root,
        "LAMBDA_RUNTIME_DIR": places.runtime_folder,
        "PWD": places.task_root,
        "SHLVL": "0",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
    }
    if version.handler is not None:
        variables["_HANDLER"] = version.handler
    if version.runtime is not None and not version.runtime.startswith("provided"):
        variables["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{version.runtime}"
    return variables


def _logging(version: FunctionVersion) -> dict[str, str]:
    """Only functions that set up advanced logging have these (environment.md §6)."""
    variables = {}
    if version.log_format == "JSON":
        variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        variables["AWS_LAMBDA_LOG_LEVEL"] = version.application_log_level or "INFO"
    return variables
