"""What is told of an event at its end (async.md §2 and §3), against what AWS sent."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.execution.events.event import Condition, Ending, QueuedEvent
from emulator.execution.events.record import dead_letter_attributes, fit_for_topic, record_of
from emulator.execution.invocation import Invocation, Outcome

RECORDINGS = Path(__file__).parents[5] / "shared" / "aws-recordings" / "test_lambda_destinations.snapshot.json"
NOW = datetime(2025, 11, 24, 23, 11, 12, 345_678, UTC)
ARN = "arn:aws:lambda:eu-central-1:111111111111:function:fn"
ERROR = b'{"errorMessage":"intentional failure","errorType":"Exception","requestId":"id","stackTrace":[]}'


def event(payload: bytes = b"{}") -> QueuedEvent:
    return QueuedEvent("111111111111", "eu-central-1", "fn", None, Invocation("id", payload, ARN))


def record(ending: Ending, payload: bytes = b"{}") -> dict:
    return json.loads(record_of(event(payload), ending, f"{ARN}:$LATEST", NOW))


def test_a_success_has_no_function_error():
    text = record_of(
        event(b'{"a": 1}'), Ending(Condition.SUCCESS, 1, Outcome(b'"yes"'), "$LATEST"), f"{ARN}:$LATEST", NOW
    )
    assert text.decode() == (
        '{"version":"1.0","timestamp":"2025-11-24T23:11:12.345Z","requestContext":{"requestId":"id",'
        f'"functionArn":"{ARN}:$LATEST","condition":"Success","approximateInvokeCount":1}},"requestPayload":{{"a":1}},'
        '"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":"yes"}'
    )


def test_a_failure_bears_the_error_as_json():
    told = record(Ending(Condition.RETRIES_EXHAUSTED, 3, Outcome(ERROR, "Unhandled"), "7"))
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "7", "functionError": "Unhandled"}
    assert told["responsePayload"]["errorMessage"] == "intentional failure"


def test_without_an_attempt_there_is_no_response():
    """[rec: test_reserved_concurrency, 2025-11-25]"""
    told = record(Ending(Condition.ZERO_RESERVED_CONCURRENCY, 0))
    assert set(told) == {"version", "timestamp", "requestContext", "requestPayload"}
    assert told["requestContext"]["approximateInvokeCount"] == 0


def test_what_is_no_json_stays_a_text():
    told = record(Ending(Condition.RETRIES_EXHAUSTED, 1, Outcome(b"oops", "Unhandled"), "1"))
    assert told["responsePayload"] == "oops"


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
@pytest.mark.parametrize(
    ("test", "condition", "function_error"),
    [
        ("test_assess_lambda_destination_invocation[payload0]", Condition.SUCCESS, None),
        ("test_assess_lambda_destination_invocation[payload1]", Condition.RETRIES_EXHAUSTED, "Unhandled"),
        ("test_lambda_destination_default_retries", Condition.RETRIES_EXHAUSTED, "Unhandled"),
    ],
)
def test_the_members_are_those_that_aws_sent(test, condition, function_error):
    recorded = json.loads(RECORDINGS.read_text())
    test_id = next(name for name in recorded if name.endswith(test))
    sent = recorded[test_id]["recorded-content"]["receive_message_result"]["Messages"][0]["Body"]
    context = sent["requestContext"]
    outcome = Outcome(json.dumps(sent["responsePayload"]).encode(), function_error)
    ours = json.loads(
        record_of(
            QueuedEvent(
                "111111111111",
                "eu",
                "fn",
                None,
                Invocation(context["requestId"], json.dumps(sent["requestPayload"]).encode(), "arn"),
            ),
            Ending(condition, context["approximateInvokeCount"], outcome, "$LATEST"),
            context["functionArn"],
            NOW,
        )
    )
    assert ours.pop("timestamp") == "2025-11-24T23:11:12.345Z"
    del sent["timestamp"]
    assert ours == sent


@pytest.mark.parametrize(
    ("ending", "code", "message"),
    [
        (
            Ending(Condition.RETRIES_EXHAUSTED, 3, Outcome(ERROR, "Unhandled"), "1"),
            "200",
            "intentional failure",
        ),
        (Ending(Condition.ZERO_RESERVED_CONCURRENCY, 0), "429", "Rate Exceeded."),
        (Ending(Condition.RETRIES_EXHAUSTED, 1, Outcome(b"no json", "Unhandled"), "1"), "200", "no json"),
        (
            Ending(Condition.RETRIES_EXHAUSTED, 1, Outcome(b'{"errorMessage":"%s"}' % (b"x" * 2000)), "1"),
            "200",
            "x" * 1024,
        ),
    ],
)
def test_the_attributes_in_a_dead_letter_queue(ending, code, message):
    assert dead_letter_attributes(event(), ending) == {
        "RequestID": ("String", "id"),
        "ErrorCode": ("Number", code),
        "ErrorMessage": ("String", message),
    }


def test_a_topic_gets_no_payload_that_is_too_large_for_it():
    """[model: OnFailure documentation]"""
    failure = Ending(Condition.RETRIES_EXHAUSTED, 3, Outcome(ERROR, "Unhandled"), "$LATEST")
    large, small = b'"%s"' % (b"x" * 300_000), b"{}"

    def record_with(payload: bytes, ending: Ending) -> bytes:
        return record_of(event(payload), ending, f"{ARN}:$LATEST", NOW)

    told = json.loads(fit_for_topic(record_with(large, failure)))
    assert list(told) == ["version", "timestamp", "requestContext", "responseContext"]
    assert told["requestContext"]["approximateInvokeCount"] == 3
    success = Ending(Condition.SUCCESS, 1, Outcome(b"{}"), "$LATEST")
    for untouched in (record_with(small, failure), record_with(large, success)):
        assert fit_for_topic(untouched) is untouched
