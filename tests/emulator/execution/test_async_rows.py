"""Every row of the reference on asynchronous invocation (async.md) that has evidence, and what shows that we do it."""

import pytest

from tests.emulator.reference_rows import NotHere, Rows, assert_complete, assert_is_there, proofs

EVENTS = "tests/emulator/execution/events"
RECURSION = "tests/emulator/execution/test_recursion.py"
SERVICES = "tests/integration/test_events.py"

ROWS: Rows = {
    ("1", "Answer"): ("invocation/event#accepted",),
    ("1", "Delivery"): (
        f"{SERVICES}::test_accepted_events_survive_the_death_of_the_emulator",
        "tests/benchmarks/test_soak_events.py::test_every_event_comes_to_its_one_end_though_the_emulator_is_killed",
    ),
    ("1", "Request id one id"): ("destination/default-retries#record", "destination/two-retries#record"),
    ("1", "Function error"): (
        "destination/default-retries#record",
        f"{EVENTS}/test_queue.py::test_a_failing_event_is_retried_after_one_minute_and_after_two",
    ),
    ("1", "Throttle or system error"): (
        f"{EVENTS}/test_queue.py::test_a_throttled_event_is_attempted_again_by_and_by_and_that_counts_as_no_attempt",
        f"{EVENTS}/test_queue.py::test_an_event_that_this_machine_cannot_run_now_waits_as_for_room",
        f"{EVENTS}/test_queue.py::test_an_event_is_given_up_after_six_hours",
    ),
    ("1", "Settings"): (
        *("event-invoke-config/limits#retries", "event-invoke-config/limits#ages"),
        *("destination/config-of-the-qualifier#record", "destination/default-retries#record"),
    ),
    ("1", "Which setting counts"): (
        *("destination/config-of-the-qualifier#record", "destination/config-of-the-qualifier#configure"),
        "destination/record-of-success#configure",
    ),
    ("1", "Code version"): ("destination/code-of-its-time#second",),
    ("1", "Reserved concurrency 1, several events"): (
        *("destination/code-of-its-time#second", "concurrency/one-reserved#invoke"),
        f"{EVENTS}/test_queue.py::test_events_wait_for_concurrency_and_keep_their_order",
    ),
    ("1", "Request id `x-amzn-RequestId`"): ("destination/record-of-success#record",),
    ("1", "Reserved concurrency 0"): ("destination/nothing-reserved#record",),
    ("1", "Client context"): ("destination/client-context#record",),
    ("1", "defaults, always failing"): ("destination/default-retries#record",),
    ("1", "MaximumRetryAttempts 2"): ("destination/two-retries#record",),
    ("1", "MaximumRetryAttempts 0"): ("destination/record-of-failure#record",),
    ("1", "MaximumEventAgeInSeconds 60"): ("destination/event-age#record",),
    ("1", "MaximumEventAgeInSeconds 90"): ("destination/event-age-for-one-retry#record",),
    ("1", "reserved 0"): ("destination/nothing-reserved#record",),
    ("2", "`functionArn`"): ("destination/record-of-success#record",),
    ("2", "`condition`"): (
        *("destination/record-of-success#record", "destination/record-of-failure#record"),
        *("destination/event-age#record", "destination/nothing-reserved#record"),
    ),
    ("2", "`functionError`"): (
        *("destination/record-of-success#record", "destination/record-of-failure#record"),
        f"{EVENTS}/test_record.py::test_a_success_has_no_function_error",
    ),
    ("2", "`responsePayload`"): ("destination/records-of-both#success", "destination/records-of-both#failure"),
    ("2", "SQS standard"): (f"{SERVICES}::test_a_queue_gets_the_record_of_a_success",),
    ("2", "SNS standard"): (f"{SERVICES}::test_a_topic",),
    ("2", "Lambda"): (
        "destination/record-of-success#record",
        f"{EVENTS}/test_events.py::test_a_record_for_a_function_is_an_event_of_that_function",
        f"{SERVICES}::test_another_function",
    ),
    ("2", "EventBridge"): (f"{SERVICES}::test_an_event_bus",),
    ("2", "S3 (on failure only)"): (
        f"{SERVICES}::test_a_bucket_gets_failures",
        "event-invoke-config/refused-destinations#bucket-on-success",
    ),
    ("2", "FIFO queues/topics"): (
        "tests/emulator/operations/test_function_event_invoke_config.py::test_nothing_in_order_goes_there",
        "tests/emulator/companions/test_outlet.py::test_nothing_in_order_takes_events",
    ),
    ("2", "Size"): (f"{EVENTS}/test_record.py::test_a_topic_gets_no_payload_that_is_too_large_for_it",),
    ("3", "Body"): (
        f"{SERVICES}::test_a_queue_gets_the_event_as_it_was_sent",
        f"{EVENTS}/test_events.py::test_a_dead_letter_queue_gets_the_event_as_it_was_sent_beside_the_destination",
    ),
    ("3", "Attributes"): (
        f"{SERVICES}::test_a_queue_gets_the_event_as_it_was_sent",
        f"{EVENTS}/test_record.py::test_the_attributes_in_a_dead_letter_queue",
    ),
    ("3", "Where set"): (f"{EVENTS}/test_events.py::test_events_of_a_version_go_to_the_dead_letter_queue_of_latest",),
    ("3", "Kinds"): (
        f"{SERVICES}::test_a_queue_gets_the_event_as_it_was_sent",
        f"{SERVICES}::test_a_topic",
    ),
    ("3", "Failure"): (f"{EVENTS}/test_events.py::test_what_is_refused_is_told_to_the_operator",),
    ("4", "Trigger"): (
        f"{RECURSION}::test_the_seventeenth_is_one_too_many",
        f"{EVENTS}/test_events.py::test_a_loop_of_destinations_comes_to_an_end",
    ),
    ("4", "Services"): (
        f"{SERVICES}::test_a_function_that_invokes_itself_is_stopped_by_the_chain_that_its_sdk_passes_on",
        f"{EVENTS}/test_events.py::test_a_loop_of_destinations_comes_to_an_end",
    ),
    ("4", "How"): (
        f"{SERVICES}::test_a_function_that_invokes_itself_is_stopped_by_the_chain_that_its_sdk_passes_on",
        f"{RECURSION}::test_a_chain_of_one_has_the_form_that_aws_was_seen_to_send",
    ),
    ("4", "Stopped sync call"): (
        "tests/emulator/operations/test_invocation.py::test_a_call_too_many_in_a_chain_is_refused",
    ),
    ("4", "Stopped async call"): (
        f"{SERVICES}::test_a_function_that_invokes_itself_is_stopped_by_the_chain_that_its_sdk_passes_on",
        f"{EVENTS}/test_queue.py::test_a_loop_ends_before_it_is_attempted",
    ),
    ("4", "SQS mapping"): NotHere("mappings poll nothing yet"),
    ("4", "Metric"): NotHere("no metrics are kept"),
    ("4", "Setting"): (
        "function/recursion-config#default",
        "function/recursion-config#allow",
        "function/recursion-config#terminate",
    ),
}


@pytest.mark.parametrize("proof", proofs(ROWS))
def test_what_shows_a_row_is_there(proof: str):
    assert_is_there(proof)


def test_no_row_of_the_reference_is_missing():
    assert_complete("async.md", ROWS)
