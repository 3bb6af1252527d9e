"""The bodies that Lambda itself makes, to the byte (the tests named are those of the published recordings)."""

import signal

import pytest

from emulator.execution import failures
from emulator.executors.executor import RuntimeExit

ID = "5b6e0f60-0000-4000-8000-000000000000"


def test_timeout():  # test_lambda_invoke_with_timeout, 2025-11-25
    failure = failures.timed_out(ID, 1)
    message = f"RequestId: {ID} Error: Task timed out after 1.00 seconds"
    assert failure.body.decode() == f'{{"errorType":"Sandbox.Timedout","errorMessage":"{message}"}}'
    assert failure.status == "timeout"


def test_exit():  # test_lambda_runtime_wrapper_not_found, 2025-11-24
    failure = failures.platform_failure(failures.EXIT, ID, "Runtime exited with error: exit status 127")
    message = f"RequestId: {ID} Error: Runtime exited with error: exit status 127"
    assert failure.body.decode() == f'{{"errorType":"Runtime.ExitError","errorMessage":"{message}"}}'


def test_out_of_memory_is_told_to_the_log_alone():
    failure = failures.runtime_exited(ID, RuntimeExit(signal.SIGKILL, out_of_memory=True))
    message = f"RequestId: {ID} Error: Runtime exited with error: signal: killed"
    assert failure.body.decode() == f'{{"errorType":"Runtime.ExitError","errorMessage":"{message}"}}'
    assert failure.error_type == "Runtime.OutOfMemory"
    assert failures.runtime_exited(ID, RuntimeExit(signal.SIGKILL)).error_type == "Runtime.ExitError"


def test_response_too_large():  # test_lambda_too_large_response, 2025-11-24
    text = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    failure = failures.refused_response("Function.ResponseSizeTooLarge", text)
    assert failure.body.decode() == f'{{"errorMessage":"{text}","errorType":"Function.ResponseSizeTooLarge"}}'


def test_what_the_runtime_posted_is_passed_on_byte_for_byte():
    body = b'{ "errorMessage" :"\xc3\xa9" , "errorType":"E"}'
    assert failures.posted_failure("Runtime.Unknown", body, "application/json").body == body


CAUSE = "application/vnd.aws.lambda.error.cause+json"


@pytest.mark.parametrize(
    ("posted", "passed_on"),
    [
        (b'{"errorMessage":"m","errorType":"E","errorCause":{"x":1}}', b'{"errorMessage":"m","errorType":"E"}'),
        (b"no json", b"Invalid error body"),
        (b"[1]", b"Invalid error body"),
    ],
)
def test_an_error_cause_is_left_out(posted, passed_on):
    assert failures.posted_failure("Runtime.Unknown", posted, CAUSE).body == passed_on
