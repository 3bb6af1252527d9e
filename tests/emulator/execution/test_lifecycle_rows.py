"""Every row of the reference on environments, extensions and telemetry that has evidence, and what shows that we do it.

The pages are environment.md, extensions-api.md and telemetry-logs-api.md.
"""

import pytest

from tests.emulator.reference_rows import NotHere, Rows, assert_complete, assert_is_there, proofs

HERE = "tests/emulator/execution"
EXTENSIONS, LIFECYCLE, ORDER = (
    f"{HERE}/test_extensions.py",
    f"{HERE}/test_dispatcher.py",
    f"{HERE}/test_telemetry_order.py",
)
SCHEMA, DELIVERY = f"{HERE}/test_telemetry_schema.py", f"{HERE}/test_telemetry_delivery.py"
API, STATES = "tests/emulator/runtime_api/test_extensions_api.py", "tests/emulator/runtime_api/test_extension_states.py"
SUBSCRIPTION = "tests/emulator/runtime_api/test_subscription.py"
PROCESSES = "tests/emulator/executors/test_extension_processes.py"
VARIABLES = (f"{HERE}/test_variables.py::test_the_set_is_the_recorded_one", "invocation/environment#invoke")

NO_SNAPSHOTS = NotHere("no snapshots are made, so none is restored")
NO_INSTANCES = NotHere("functions of capacity providers are not run")
NO_RUNTIME = NotHere("the process executor does not run it")

ENVIRONMENT: Rows = {
    ("1", "Init extension processes"): (
        f"{EXTENSIONS}::test_init_waits_until_every_extension_asks_for_an_event",
        "extension/external#registration",
    ),
    ("1", "Init, exact order"): (
        f"{EXTENSIONS}::test_the_runtime_starts_when_all_external_extensions_have_registered",
        f"{EXTENSIONS}::test_registration_closes_with_the_runtimes_first_next",
        f"{SUBSCRIPTION}::test_after_init_it_is_too_late",
        "extension/internal#late",
    ),
    ("1", "Restore"): NO_SNAPSHOTS,
    ("1", "Invoke"): (
        f"{EXTENSIONS}::test_the_caller_has_the_answer_while_extensions_are_still_at_it",
        f"{EXTENSIONS}::test_a_runtime_that_answers_and_never_asks_again_is_ended",
    ),
    ("1", "Shutdown"): (f"{EXTENSIONS}::test_a_reaped_environment_spins_down",),
    ("2", "On-demand"): (
        f"{LIFECYCLE}::test_an_init_has_a_limit_of_its_own",
        f"{LIFECYCLE}::test_an_init_inside_an_invocation_has_the_function_s_timeout",
    ),
    ("2", "Provisioned concurrency, SnapStart, Managed"): (f"{HERE}/test_provisioning.py",),
    ("2", "Provisioned concurrency whose Init fails"): ("provisioned-concurrency/init-failure#get-failed",),
    ("2", "Extension or runtime process dies"): (
        "extension/crash#crash",
        "invocation/failing-init#invoke-exits",
        f"{EXTENSIONS}::test_a_crash_heals",
    ),
    ("2", "Runtime posts `/init/error` during a normal Init"): (
        f"{LIFECYCLE}::test_an_init_error_of_the_first_attempt_is_kept_for_the_second",
        "invocation/import-errors#invoke-dependency",
    ),
    ("2", "Runtime posts `/init/error` during suppressed init"): (
        f"{LIFECYCLE}::test_a_failing_init_is_tried_again_inside_the_invocation",
    ),
    ("3", "Normal return"): ("invocation/warm-state#second", "nodejs/warm-state#second"),
    ("3", "Handler throws"): ("invocation/error-keeps-state#read",),
    ("3", "Response > 6 MB"): ("invocation/too-large-response#too-large-again", "invocation/too-large-response#small"),
    ("3", "Timeout"): (
        "invocation/timeout-and-state#read-file-after",
        "invocation/timeout-and-state#read-number-after",
        "extension/shutdown-timeout#reason",
    ),
    ("3", "Runtime process exits or is killed"): (
        *("invocation/exits#zero", "invocation/exits#after", "invocation/signals#killed"),
        "extension/shutdown-failure#reason",
    ),
    ("3", "Out of memory"): ("invocation/out-of-memory#too-much", "invocation/out-of-memory#after"),
    ("3", "Node `uncaughtException`"): ("nodejs/lost-processes#uncaught", "nodejs/lost-processes#after"),
    ("3", "Extension exits"): (
        "extension/exit-in-an-invocation#exit",
        "extension/exit-in-an-invocation#again",
        "extension/exit-error#exit-error",
    ),
    ("3", "Init error"): ("invocation/import-errors#invoke-dependency-again",),
    ("3", "Spin-down"): (f"{EXTENSIONS}::test_a_reaped_environment_spins_down",),
    ("4", "Shutdown with at least one external"): (
        f"{EXTENSIONS}::test_a_reaped_environment_spins_down",
        f"{HERE}/test_shutdown.py::test_a_runtime_that_does_not_end_is_killed",
    ),
    ("4", "Shutdown without external"): (f"{EXTENSIONS}::test_without_extensions_nobody_is_asked",),
    ("4", "Budget"): (f"{HERE}/test_shutdown.py::test_budgets",),
    ("4", "Wrapper script"): (
        "invocation/exec-wrapper#invoke",
        "nodejs/exec-wrapper#invoke",
        "provided/exec-wrapper#invoke",
    ),
    ("4", "Wrapper missing"): ("invocation/exec-wrapper-missing#invoke",),
    ("4", "Bootstrap lookup"): ("provided/entry-points#missing", "provided/bootstrap-in-layer#invoke"),
    ("4", "User"): ("invocation/introspection#invoke",),
    ("4", "Machine name"): ("invocation/introspection#invoke",),
    ("5", "`/var/task`"): ("invocation/introspection#invoke", "invocation/files#invoke"),
    ("5", "`/opt`"): ("invocation/introspection#invoke",),
    ("5", "`/tmp`"): ("invocation/introspection#invoke", "invocation/ephemeral-storage#too-much"),
    ("5", "`/var/runtime`"): ("tests/emulator/executors/test_process.py::test_the_file_tree_is_aws_s",),
    ("5", "`/lambda-entrypoint.sh`"): ("invocation/introspection#invoke",),
    ("6", "`AWS_LAMBDA_FUNCTION_NAME`"): VARIABLES,
    ("6", "`AWS_LAMBDA_LOG_GROUP_NAME`"): VARIABLES,
    ("6", "`AWS_LAMBDA_INITIALIZATION_TYPE`"): (*VARIABLES, "provisioned-concurrency/environments#provisioned"),
    ("6", "`AWS_LAMBDA_RUNTIME_API`"): VARIABLES,
    ("6", "`AWS_EXECUTION_ENV`"): (
        *VARIABLES,
        f"{HERE}/test_variables.py::test_an_os_only_runtime_has_no_execution_env",
    ),
    ("6", "`AWS_REGION`"): VARIABLES,
    ("6", "`AWS_ACCESS_KEY_ID`"): (*VARIABLES, f"{HERE}/test_variables.py::test_the_access_key_bears_the_account"),
    ("6", "`LAMBDA_TASK_ROOT`"): VARIABLES,
    ("6", "`_HANDLER`"): VARIABLES,
    ("6", "`_X_AMZN_TRACE_ID`"): ("invocation/trace-header#none",),
    ("6", "`AWS_XRAY_CONTEXT_MISSING`"): VARIABLES,
    ("6", "`AWS_XRAY_DAEMON_ADDRESS`"): VARIABLES,
    ("6", "`PATH`"): VARIABLES,
    ("6", "`LD_LIBRARY_PATH`"): VARIABLES,
    ("6", "`LANG`"): VARIABLES,
    ("6", "`PYTHONPATH`"): ("invocation/environment#invoke",),
    ("6", "`AWS_LAMBDA_LOG_FORMAT`"): (f"{HERE}/test_variables.py::test_advanced_logging_sets_its_variables",),
    ("6", "`_LAMBDA_TELEMETRY_LOG_FD`"): ("invocation/environment#invoke",),
    ("6", "`AWS_LAMBDA_MAX_CONCURRENCY`"): NO_INSTANCES,
    ("6", "`NODE_PATH`"): ("nodejs/environment#of-lambda",),
    ("6", "`GEM_PATH`"): NO_RUNTIME,
    ("7", "Per environment"): (f"{LIFECYCLE}::test_concurrent_calls_start_more",),
    ("7", "Account default"): (f"{LIFECYCLE}::test_the_account_has_a_limit",),
    ("7", "Rate limit"): (f"{HERE}/test_concurrency.py",),
    ("7", "Scale-out"): (f"{HERE}/test_concurrency.py::test_of_growth",),
    ("7", "Reserved concurrency"): (
        f"{LIFECYCLE}::test_reserved_concurrency_is_a_ceiling",
        "concurrency/refusals#everything",
    ),
    ("7", "Sync call over the ceiling"): ("concurrency/nothing-reserved#invoke",),
    ("7", "Async call at reserved 0"): ("concurrency/nothing-reserved#invoke-event",),
    ("7", "Provisioned concurrency"): (
        "provisioned-concurrency/ready#get",
        "provisioned-concurrency/refusals#put-latest",
    ),
    ("7", "Spill-over"): ("provisioned-concurrency/environments#on-demand",),
    ("7", "Alias routing"): ("tests/emulator/resources/test_alias.py",),
}

EXTENSIONS_API: Rows = {
    ("1", "POST `/register`"): (f"{API}::test_registering_tells_of_the_function", "extension/external#registration"),
    ("1", "GET `/event/next`"): (f"{API}::test_next_waits_for_an_event", "extension/external#events"),
    ("1", "POST `/init/error`"): (f"{API}::test_reporting_a_failure",),
    ("1", "POST `/exit/error`"): (f"{API}::test_reporting_a_failure",),
    ("2", "INVOKE"): (f"{API}::test_next_waits_for_an_event", "extension/external#function-arn"),
    ("2", "SHUTDOWN"): (f"{API}::test_an_event_that_came_early_is_given_at_once", "extension/shutdown-timeout#reason"),
    ("3", "What"): (f"{PROCESSES}::test_extensions_are_the_files_directly_in_the_folder", "extension/internal#first"),
    ("3", "Started by"): (f"{EXTENSIONS}::test_the_runtime_starts_when_all_external_extensions_have_registered",),
    ("3", "Must register"): (f"{EXTENSIONS}::test_the_runtime_starts_when_all_external_extensions_have_registered",),
    ("3", "May register until"): ("extension/internal#late",),
    ("3", "Events"): ("extension/internal#first", "extension/shutdown-failure#reason"),
    ("3", "Runs after function exit"): ("extension/shutdown-failure#reason",),
    ("3", "Evidence"): NotHere("it is a row of sources"),
    ("4", "no name header"): ("extension/refused-calls#answers", f"{API}::test_refused_registrations"),
    ("4", "body is not JSON"): (f"{API}::test_what_is_no_registration",),
    ("4", "body has `configurationKeys`"): ("extension/refused-calls#answers", f"{API}::test_refused_registrations"),
    ("4", "unknown event"): ("extension/refused-calls#answers", f"{API}::test_refused_registrations"),
    ("4", "SHUTDOWN by an internal one"): ("extension/internal#first", f"{API}::test_refused_registrations"),
    ("4", "second registration, external"): ("extension/refused-calls#answers",),
    ("4", "second registration, internal"): ("extension/internal#first",),
    ("4", "registration after"): ("extension/internal#late",),
    ("4", "eleventh"): (f"{API}::test_ten_in_all_and_no_more", f"{EXTENSIONS}::test_eleven_extensions_are_too_many"),
    ("4", "no identifier header"): ("extension/refused-calls#answers", f"{API}::test_only_who_is_registered_may_ask"),
    ("4", "identifier is not a UUID"): ("extension/refused-calls#answers",),
    ("4", "unknown identifier"): ("extension/refused-calls#answers",),
    ("4", "`init/error`/`exit/error` without"): (
        "extension/refused-calls#answers",
        f"{API}::test_a_failure_has_a_type",
    ),
    ("4", "wrong state"): (f"{API}::test_asking_twice_is_refused", f"{STATES}::test_every_call_in_every_state"),
    ("4", "platform fault"): NotHere("a fault of ours is a plain 500, and never dressed as AWS's"),
    ("5", "Started register"): (f"{STATES}::test_every_call_in_every_state",),
    ("5", "Registered event/next"): (f"{STATES}::test_every_call_in_every_state",),
    ("5", "Registered init/error"): (f"{STATES}::test_every_call_in_every_state",),
    ("5", "Running"): (f"{STATES}::test_every_call_in_every_state",),
    ("5", "Registered, Ready, Running"): (f"{STATES}::test_every_call_in_every_state",),
    ("5", "InitError / ExitError"): (f"{STATES}::test_every_call_in_every_state",),
    ("5", "Started (external)"): ("extension/not-executable#launch-error", f"{PROCESSES}::test_what_cannot_start"),
    ("6", "`init/error`"): ("extension/init-error#init-error",),
    ("6", "`exit/error` during"): ("extension/exit-error#exit-error",),
    ("6", "process exits"): ("extension/crash#crash", "extension/exit-in-an-invocation#exit"),
    ("6", "slow `event/next`"): (f"{EXTENSIONS}::test_the_caller_has_the_answer_while_extensions_are_still_at_it",),
    ("6", "timeout caused by"): (f"{EXTENSIONS}::test_an_extension_that_takes_too_long_after_the_answer_is_a_timeout",),
    ("6", "Telemetry"): (f"{ORDER}::test_the_report_comes_after_all_extensions_are_done",),
}

TELEMETRY: Rows = {
    ("1", "Call"): (f"{SUBSCRIPTION}::test_subscribing", f"{SUBSCRIPTION}::test_subscribing_to_the_logs_api"),
    ("1", "`schemaVersion`"): (f"{SUBSCRIPTION}::test_schema_versions_of_the_telemetry_api",),
    ("1", "`types`"): (f"{SUBSCRIPTION}::test_types_are_needed",),
    ("1", "`destination`"): (f"{SUBSCRIPTION}::test_destinations", f"{SUBSCRIPTION}::test_wrong_destinations"),
    ("1", "Success"): ("telemetry/subscription#answer",),
    ("1", "Local stub"): NotHere("there is a telemetry service"),
    ("1", "Bad request"): ("telemetry/refused-subscriptions#answers",),
    ("1", "After Init"): (f"{SUBSCRIPTION}::test_after_init_it_is_too_late",),
    ("1", "Unknown extension"): (f"{SUBSCRIPTION}::test_only_registered_extensions_subscribe",),
    ("1", "Second subscription"): (f"{DELIVERY}::test_a_second_subscription_replaces_the_first",),
    ("1", "Managed Instances"): NO_INSTANCES,
    ("1", "`maxItems`"): (f"{SUBSCRIPTION}::test_buffering_has_limits", f"{DELIVERY}::test_a_batch_leaves_when_it_has"),
    ("1", "`maxBytes`"): (f"{SUBSCRIPTION}::test_buffering_has_limits", f"{DELIVERY}::test_a_batch_leaves_when_it_is"),
    ("1", "`timeoutMs`"): (f"{SUBSCRIPTION}::test_buffering_has_limits", f"{DELIVERY}::test_a_batch_leaves_when_its"),
    ("3", "`platform.initStart`"): (f"{SCHEMA}::test_init_start",),
    ("3", "`platform.initRuntimeDone`"): (f"{SCHEMA}::test_init_runtime_done",),
    ("3", "`platform.initReport`"): (f"{SCHEMA}::test_init_report",),
    ("3", "`platform.restore"): NO_SNAPSHOTS,
    ("3", "`platform.start`"): (f"{SCHEMA}::test_start",),
    ("3", "`platform.runtimeDone`"): (f"{SCHEMA}::test_runtime_done",),
    ("3", "`platform.report`"): (f"{SCHEMA}::test_report",),
    ("3", "`platform.end`"): (f"{SCHEMA}::test_the_end_of_an_invocation_in_the_logs_api",),
    ("3", "`platform.extension`"): (f"{SCHEMA}::test_extension",),
    ("3", "`platform.telemetrySubscription`"): (f"{SCHEMA}::test_subscription",),
    ("3", "`platform.logsDropped`"): (
        f"{SCHEMA}::test_dropped",
        f"{DELIVERY}::test_a_subscriber_is_told_what_it_did_not",
    ),
    ("3", "`platform.fault`"): (f"{SCHEMA}::test_start_report_and_fault_in_the_logs_api",),
    ("3", "`function`, `extension`"): (f"{SCHEMA}::test_a_json_line", f"{SCHEMA}::test_other_lines_are_texts"),
    ("3", "`initializationType`"): (f"{SCHEMA}::test_init_start",),
    ("3", "`phase`"): (f"{ORDER}::test_init_failed_then_invoked",),
    ("3", "`status`"): (f"{ORDER}::test_process_crash_and_timeout",),
    ("3", "`tracing`"): NotHere("it may be absent, and X-Ray samples nothing here"),
    ("3", "span"): (f"{SCHEMA}::test_runtime_done",),
    ("4", "Cold, success"): (f"{ORDER}::test_cold_success", "telemetry/cold-call#kinds"),
    ("4", "Init failed, then invoked"): (f"{ORDER}::test_init_failed_then_invoked",),
    ("4", "Init timeout"): (f"{ORDER}::test_init_timeout",),
    ("4", "Handler error"): (f"{ORDER}::test_handler_error",),
    ("4", "Process crash"): (f"{ORDER}::test_process_crash_and_timeout", f"{SCHEMA}::test_a_crash_in_the_logs_api"),
    ("4", "Timeout"): (f"{ORDER}::test_process_crash_and_timeout",),
    ("4", "`report` comes after"): (f"{ORDER}::test_the_report_comes_after_all_extensions_are_done",),
}


@pytest.mark.parametrize("proof", proofs(ENVIRONMENT, EXTENSIONS_API, TELEMETRY))
def test_what_shows_a_row_is_there(proof: str):
    assert_is_there(proof)


@pytest.mark.parametrize(
    ("page", "rows"),
    [("environment.md", ENVIRONMENT), ("extensions-api.md", EXTENSIONS_API), ("telemetry-logs-api.md", TELEMETRY)],
)
def test_no_row_of_the_reference_is_missing(page: str, rows: Rows):
    assert_complete(page, rows)
