"""Every row of the reference on the Runtime API (runtime-api.md) that has evidence, and what shows that we do it."""

import pytest

from tests.emulator.reference_rows import NotHere, Rows, assert_complete, assert_is_there, proofs

HERE, EXECUTION = "tests/emulator/runtime_api", "tests/emulator/execution"
SESSION, STATES = f"{HERE}/test_session.py", f"{HERE}/test_states.py"
STREAMED = f"{HERE}/test_streamed_responses.py"
EVERY_PAIR = (f"{STATES}::test_every_call_in_every_state",)

NO_SNAPSHOTS = NotHere("no snapshots are made, so none is restored")
NO_RUNTIME = NotHere("the process executor does not run it")
NO_SUCH_FAULT = NotHere("a fault of ours is a plain 500, and never dressed as AWS's")

RUNTIME_API: Rows = {
    ("1", "GET `/2018-06-01/runtime/invocation/next`"): (f"{SESSION}::test_next_waits_for_an_event",),
    ("1", "POST `/2018-06-01/runtime/invocation/{requestId}/response`"): (f"{SESSION}::test_response",),
    ("1", "POST `/2018-06-01/runtime/invocation/{requestId}/error`"): (f"{SESSION}::test_error",),
    ("1", "POST `/2018-06-01/runtime/init/error`"): (f"{SESSION}::test_init_error",),
    ("1", "GET `/2018-06-01/runtime/restore/next`"): NO_SNAPSHOTS,
    ("1", "POST `/2018-06-01/runtime/restore/error`"): NO_SNAPSHOTS,
    ("1", "GET `/2018-06-01/ping`"): (f"{SESSION}::test_ping",),
    ("1", "GET `/2021-04-23/credentials`"): NO_SNAPSHOTS,
    ("2", "`Lambda-Runtime-Aws-Request-Id`"): (f"{SESSION}::test_headers_of_an_event", "invocation/request-id#invoke"),
    ("2", "`Lambda-Runtime-Deadline-Ms`"): (f"{SESSION}::test_headers_of_an_event", "invocation/deadline#invoke"),
    ("2", "`Lambda-Runtime-Invoked-Function-Arn`"): (
        "invocation/qualifier#invoke",
        "invocation/qualifier#invoke-latest",
    ),
    ("2", "`Lambda-Runtime-Trace-Id`"): (
        f"{SESSION}::test_the_trace_keeps_the_caller_s_root_and_gains_a_lineage",
        "invocation/trace-header#root",
    ),
    ("2", "`Lambda-Runtime-Client-Context`"): ("invocation/client-context#custom", "invocation/client-context#none"),
    ("2", "`Lambda-Runtime-Cognito-Identity`"): NotHere("callers bear no Cognito identity: any credentials do"),
    ("2", "`Lambda-Runtime-Aws-Tenant-Id`"): ("invocation/tenants#blue",),
    ("2", "`Lambda-Runtime-Invocation-Id`"): NotHere("what the service does with it is not known"),
    ("2", "`Content-Type`"): (f"{SESSION}::test_headers_of_an_event",),
    ("3", "Body limit"): (
        f"{SESSION}::test_a_response_of_the_greatest_size_passes",
        "invocation/response-limit#at-the-limit",
    ),
    ("3", "Over the limit"): (
        f"{SESSION}::test_a_response_that_is_too_large",
        "invocation/too-large-response#too-large",
    ),
    ("3", "Truncated upload"): (f"{STREAMED}::test_a_runtime_that_breaks_off",),
    ("3", "`Content-Type`"): ("invocation/results#bytes",),
    ("3", "Response mode"): (
        f"{SESSION}::test_streaming_is_the_only_response_mode",
        f"{STREAMED}::test_an_unknown_mode",
    ),
    ("3", "Streaming body"): (f"{STREAMED}::test_what_went_wrong_is_told_in_trailers",),
    ("3", "Streaming rate"): (
        "tests/integration/test_response_streaming.py::test_with_rate_limits_the_rest_of_a_long_response_takes_its_time",
    ),
    ("3", "End of a streamed response"): NotHere("it is between AWS's own services"),
    ("3", "HTTP streaming prelude"): ("tests/emulator/executors/test_nodejs_runtime.py::test_status_and_headers_go",),
    ("5", "Started `next`"): EVERY_PAIR,
    ("5", "Started `init/error`"): (*EVERY_PAIR, f"{STATES}::test_after_an_init_error_nothing_is_allowed"),
    ("5", "Started `restore/next`"): NO_SNAPSHOTS,
    ("5", "Restoring"): NO_SNAPSHOTS,
    ("5", "Ready"): EVERY_PAIR,
    ("5", "Running `next`"): (*EVERY_PAIR, f"{SESSION}::test_asking_again_while_running_gives_the_same_event"),
    ("5", "Running `response`"): EVERY_PAIR,
    ("5", "RuntimeResponseSentState"): EVERY_PAIR,
    ("5", "Call not allowed in the state"): EVERY_PAIR,
    ("5", "Unknown or finished request id"): (
        f"{SESSION}::test_an_unknown_request_id_is_refused_before_the_state_is_looked_at",
        f"{SESSION}::test_a_second_response_to_one_event_is_refused",
    ),
    ("5", "Platform fault"): NO_SUCH_FAULT,
    ("5", "Documented codes"): (f"{SESSION}::test_what_is_not_there", f"{SESSION}::test_response"),
    ("6", "Handler throws, python"): ("invocation/handler-error#invoke",),
    ("6", "Import fails, python"): ("invocation/import-errors#invoke-dependency",),
    ("6", "Node"): ("nodejs/errors#error",),
    ("6", "Java"): NO_RUNTIME,
    ("6", "Ruby"): NO_RUNTIME,
    ("6", ".NET"): NO_RUNTIME,
    ("6", "Go"): NotHere("Go's client makes it, which runs in the function's own bootstrap"),
    ("6", "Process exit ≠ 0"): ("invocation/exec-wrapper-missing#invoke", "invocation/exits#status"),
    ("6", "Process exit 0"): ("invocation/exits#zero",),
    ("6", "Killed (OOM)"): ("invocation/out-of-memory#too-much", "invocation/signals#killed"),
    ("6", "Timeout, 2025"): ("invocation/timeout#invoke",),
    ("6", "Timeout, until 2024"): NotHere("AWS answers otherwise since 2025"),
    ("6", "Too large"): ("invocation/too-large-response#too-large",),
    ("6", "Extension crash"): ("extension/crash#crash", "extension/exit-in-an-invocation#exit"),
    ("6", "Bad entry point"): ("provided/entry-points#missing",),
    ("7", "Platform, fatal"): (
        f"{SESSION}::test_error_types_that_may_be_reported",
        "extension/not-executable#launch-error",
    ),
    ("7", "Newer generation"): ("invocation/timeout#invoke", f"{EXECUTION}/test_failures.py::test_out_of_memory"),
    ("7", "Python client"): ("invocation/import-errors#invoke-module", "invocation/syntax-error#invoke"),
    ("7", "Node client"): ("nodejs/bad-handlers#invoke", "nodejs/lost-processes#uncaught"),
}


@pytest.mark.parametrize("proof", proofs(RUNTIME_API))
def test_what_shows_a_row_is_there(proof: str):
    assert_is_there(proof)


def test_no_row_of_the_reference_is_missing():
    assert_complete("runtime-api.md", RUNTIME_API)
