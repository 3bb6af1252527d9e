"""The error bodies that Lambda itself makes, as the caller sees them: key order and wording as recorded
(runtime-api.md §6).

Where the function or its client made the body, the caller gets that one instead, byte for byte.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from emulator.executors.executor import RuntimeExit

TIMED_OUT = "Sandbox.Timedout"
EXIT = "Runtime.ExitError"
OUT_OF_MEMORY = "Runtime.OutOfMemory"
EXTENSION_CRASH, EXTENSION_LAUNCH = "Extension.Crash", "Extension.LaunchError"
INVALID_ENTRY_POINT = "Runtime.InvalidEntrypoint"
PROVISIONED_INIT = "FUNCTION_ERROR_INIT_FAILURE"  # [rec: test_provisioned_concurrency_init_failure, 2026-02-17]

_WITH_CAUSE = "application/vnd.aws.lambda.error.cause+json"


class Failure(NamedTuple):
    """Why an invocation or an init failed. `error_type` is for the log, `status` is "error" or "timeout".

    `cause` is what happened in AWS's words, where it did not happen in the function or its client.
    """

    error_type: str
    body: bytes
    status: str = "error"
    cause: str = ""


def platform_failure(error_type: str, request_id: str, cause: str) -> Failure:
    """Something happened to the runtime, or to an extension.

    [rec: test_lambda_runtime_wrapper_not_found, 2025-11-24: Runtime.ExitError]
    """
    members = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {cause}"}
    return Failure(error_type, _json(members), cause=cause)


def runtime_exited(request_id: str, how: RuntimeExit) -> Failure:
    """The runtime ended in the middle of it. That the memory was used up, only the log tells.

    [log, 2025 and 2026: `Max Memory Used: 10239 MB … Status: error Error Type: Runtime.OutOfMemory` of 10239 MB]
    """
    failure = platform_failure(EXIT, request_id, how.sentence)
    return failure._replace(error_type=OUT_OF_MEMORY) if how.out_of_memory else failure


def timed_out(request_id: str, timeout: int) -> Failure:
    """The function ran for longer than its timeout, in seconds [rec: test_lambda_invoke_with_timeout, 2025-11-25]."""
    failure = platform_failure(TIMED_OUT, request_id, f"Task timed out after {timeout:.2f} seconds")
    return failure._replace(status="timeout")


def refused_response(error_type: str, message: str) -> Failure:
    """The runtime's answer was not acceptable [rec: test_lambda_too_large_response, 2025-11-24]."""
    return Failure(error_type, _json({"errorMessage": message, "errorType": error_type}))


def posted_failure(error_type: str, body: bytes, content_type: str) -> Failure:
    """The runtime said what went wrong. A body that carries an `errorCause` loses it on the way (runtime-api.md §4)."""
    if content_type.partition(";")[0].strip() == _WITH_CAUSE:
        body = _without_cause(body)
    return Failure(error_type, body)


def _without_cause(body: bytes) -> bytes:
    try:
        members = json.loads(body)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        return b"Invalid error body"
    return _json({name: value for name, value in members.items() if name != "errorCause"})


def _json(members: Mapping[str, object]) -> bytes:
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()
