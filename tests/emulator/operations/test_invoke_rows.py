"""Every row of the reference on Invoke (invoke.md) that has evidence, and what shows that we do it."""

import pytest

from tests.emulator.reference_rows import NotHere, Rows, assert_complete, assert_is_there, proofs

STREAMING = "tests/integration/test_response_streaming.py"
OPERATIONS = "tests/emulator/operations"
EXECUTION = "tests/emulator/execution"


ROWS: Rows = {
    ("1", "Path"): (
        "invocation/raw-requests#plain",
        "invocation/invoke-async#raw",
        "invocation/response-stream#invoke",
    ),
    ("1", "Types"): ("invocation/dry-run#dry-run", "invocation/event#accepted", "invocation/response-stream#event"),
    ("1", "Success status"): (
        *("invocation/event#accepted", "invocation/dry-run#dry-run", "invocation/invoke-async#accepted"),
        "invocation/raw-requests#plain",
    ),
    ("1", "Limit of payload"): (
        *("invocation/request-limit#at-the-limit", "invocation/request-limit#event-at-the-limit"),
        f"{OPERATIONS}/test_invocation.py::test_the_size_of_an_event",
    ),
    ("1", "`X-Amz-Invocation-Type`"): ("invocation/raw-requests#headers", "invocation/raw-requests#event"),
    ("1", "`X-Amz-Log-Type`"): ("invocation/raw-requests#headers", "invocation/event#no-logs"),
    ("1", "`X-Amz-Client-Context`"): (
        *("invocation/client-context#custom", "invocation/client-context-limit#too-long"),
        f"{OPERATIONS}/test_invocation.py::test_headers_reach_the_function",
    ),
    ("1", "`X-Amz-Tenant-Id`"): ("invocation/tenants#blue", "invocation/tenants#missing", "invocation/tenants#bad-id"),
    ("1", "`X-Amz-Durable-Execution-Name`"): NotHere("durable executions come with a later issue"),
    ("1", "`X-Amzn-Trace-Id`"): ("invocation/trace-header#root",),
    ("1", "`X-Amz-Executed-Version`"): (
        *("invocation/qualifier#invoke", "alias/invoke-alias#invoke", "invocation/dry-run#dry-run"),
        "invocation/event#accepted",
    ),
    ("1", "`X-Amz-Function-Error`"): ("invocation/handler-error#invoke",),
    ("1", "`X-Amz-Log-Result`"): (
        "invocation/qualifier#invoke",
        f"{EXECUTION}/test_dispatcher.py::test_is_the_last_four_kilobytes",
    ),
    ("1", "`X-Amz-Durable-Execution-Arn`"): NotHere("durable executions come with a later issue"),
    ("1", "`x-amzn-RequestId`"): ("invocation/request-id#invoke",),
    ("1", "`Content-Type`"): ("invocation/raw-requests#plain",),
    ("1", "`Retry-After`"): NotHere("no recorded 429 shows the header, nor how many seconds it names"),
    ("2", "name, `name:qualifier`, partial ARN, full ARN, `?Qualifier=`"): ("name/accepted-forms#invoked",),
    ("2", "bad characters, bad region, bad account, two qualifiers, non-lambda ARN"): (
        *("name/invoke-refusals#bad-name", "name/invoke-refusals#long-name-of-bad-region"),
    ),
    ("2", "bad qualifier"): ("name/invoke-refusals#bad-qualifier",),
    ("2", "qualifier > 128 characters"): ("name/invoke-refusals#long-qualifier",),
    ("2", "two faults"): ("name/invoke-refusals#two-faults",),
    ("2", "name of 65+ characters"): ("name/invoke-refusals#long-name",),
    ("2", "qualifier in the name and a different `?Qualifier=`"): ("name/invoke-refusals#contradicting-qualifiers",),
    ("2", "name that is only `function` in an incomplete ARN"): ("name/invoke-refusals#arn-without-a-name",),
    ("2", "unknown function"): ("invocation/unknown-function#invoke",),
    ("2", "unknown qualifier"): (
        *("name/invoke-refusals#lowercase-latest", "alias/invoke-alias#invoke-deleted"),
        f"{OPERATIONS}/test_invocation.py::test_missing_functions_and_versions",
    ),
    ("4", "400 `InvalidRequestContentException`"): ("invocation/invalid-payload#not-json",),
    ("4", "400 `InvalidParameterValueException`"): ("invocation/tenants#missing", "invocation/tenants#unexpected"),
    ("4", "400 `RecursiveInvocationException`"): (f"{EXECUTION}/test_recursion.py",),
    ("4", "400 `SnapStartException`"): NotHere("no snapshots are made, so none is restored"),
    ("4", "400 `NoPublishedVersionException`, `ModeNotSupportedException`"): (
        "capacity-provider/function#invoke-latest",
    ),
    ("4", "402 `ServiceQuotaExceededException`"): NotHere("it is not documented which quota it is about"),
    ("4", "403 `AccessDeniedException`"): (f"{OPERATIONS}/test_other_accounts.py",),
    ("4", "403 / 408 / 408 / 410"): NotHere("nothing is mounted here"),
    ("4", "404 `ResourceNotFoundException`"): ("invocation/unknown-function#invoke",),
    ("4", "408 `SnapStartTimeoutException`"): NotHere("no snapshots are made, so none is restored"),
    ("4", "409 `ResourceConflictException`"): ("function/pending#invoke",),
    ("4", "409 `SnapStartNotReadyException`"): NotHere("AWS's own infrastructure: nothing of it can fail here"),
    ("4", "413 `RequestEntityTooLargeException`"): ("invocation/request-limit#above", "invocation/request-limit#event"),
    ("4", "413 `SerializedRequestEntityTooLargeException`"): NotHere("its limit is documented nowhere"),
    # JavaScript's SDK sends binary/octet-stream, which AWS takes [issues: aws/aws-sam-cli#591, 2018].
    ("4", "415 `UnsupportedMediaTypeException`"): ("invocation/raw-requests#content-types",),
    ("4", "429 `TooManyRequestsException`"): ("concurrency/nothing-reserved#invoke",),
    ("4", "500 `ServiceException`"): (f"{OPERATIONS}/test_invocation.py::test_a_failure_of_ours_reaches_the_caller",),
    ("4", "502 `EC2Access…`"): NotHere("AWS's own infrastructure: nothing of it can fail here"),
    ("5", "`ConcurrentInvocationLimitExceeded`"): (
        f"{EXECUTION}/test_dispatcher.py::test_the_account_has_a_limit",
        f"{EXECUTION}/test_concurrency.py::test_of_growth",
    ),
    ("5", "`FunctionInvocationRateLimitExceeded`"): (
        f"{EXECUTION}/test_concurrency.py::test_of_the_account_for_all_others",
    ),
    ("5", "`ReservedFunctionConcurrentInvocationLimitExceeded`"): (
        *("concurrency/nothing-reserved#invoke", "concurrency/one-reserved#invoke"),
        *("provisioned-concurrency/all-of-the-reservation#unpublished",),
        "tests/integration/test_pools.py::test_ten_reserved_are_exactly_ten",
    ),
    ("5", "`ReservedFunctionInvocationRateLimitExceeded`"): (
        f"{EXECUTION}/test_concurrency.py::test_ten_calls_a_second_for_each_reserved_execution",
    ),
    ("5", "`CallerRateLimitExceeded`"): NotHere("it protects AWS's API from its callers"),
    ("5", "`ConcurrentSnapshotCreateLimitExceeded`"): NotHere("no snapshots are made"),
    ("7", "Response"): ("invocation/response-stream#invoke",),
    ("7", "Frames"): ("invocation/response-stream#invoke", "tests/emulator/protocol/test_event_stream.py"),
    ("7", "Error before the first byte"): (f"{OPERATIONS}/test_response_stream.py",),
    ("7", "Mid-stream error"): (
        "invocation/streamed-response#error-after",
        f"{STREAMING}::test_an_error_after_the_first_part_comes_with_the_end",
    ),
    ("7", "Timeout mid-stream"): (f"{STREAMING}::test_a_timeout_in_the_middle",),
    ("7", "Buffered handler called through streaming"): ("invocation/response-stream#invoke",),
    ("7", "Streaming handler called through Invoke"): ("nodejs/streaming-handler#collected",),
    ("7", "Limits"): (
        "tests/emulator/runtime_api/test_streamed_responses.py::test_what_is_beyond_the_limit_is_not_passed_on",
        f"{STREAMING}::test_with_rate_limits_the_rest_of_a_long_response_takes_its_time",
    ),
    ("7", "Client gone"): (f"{EXECUTION}/test_concurrency.py::test_while_the_function_runs_do_not_stop_it",),
    ("7", "Runtimes"): (
        "nodejs/streaming-handler#collected",
        f"{STREAMING}::test_a_bootstrap_that_uploads_as_it_goes",
    ),
}


@pytest.mark.parametrize("proof", proofs(ROWS))
def test_what_shows_a_row_is_there(proof: str):
    assert_is_there(proof)


def test_no_row_of_the_reference_is_missing():
    assert_complete("invoke.md", ROWS)
