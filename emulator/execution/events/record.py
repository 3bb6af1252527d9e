"""What is told of an event at its end: the record for a destination, the attributes for a dead-letter queue.

Key order and values as recorded (async.md §2, §3).
"""

import json
from datetime import datetime
from typing import Any

import msgspec

from emulator.clock import iso_zulu
from emulator.execution.events.event import Condition, Ending, QueuedEvent
from emulator.execution.invocation import Outcome

_LONGEST_MESSAGE = 1024  # bytes of ErrorMessage [docs: invocation-async-retain-records]
_LARGEST_NOTICE = 256 * 1024  # bytes of a message of SNS [model: OnFailure documentation]


def record_of(event: QueuedEvent, ending: Ending, function_arn: str, now: datetime) -> bytes:
    """The record of an event, as JSON. `function_arn` bears a qualifier, `$LATEST` where none was named.

    [rec: test_assess_lambda_destination_invocation, 2025-11-24; test_retries, 2025-11-25]
    """
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso_zulu(now),
        "requestContext": {
            "requestId": event.invocation.request_id,
            "functionArn": function_arn,
            "condition": str(ending.condition),
            "approximateInvokeCount": ending.attempts,
        },
        "requestPayload": _json_value(event.invocation.payload),
    }
    if ending.outcome is not None:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": ending.executed_version}
        if ending.outcome.function_error is not None:
            context["functionError"] = ending.outcome.function_error
        record |= {"responseContext": context, "responsePayload": _json_value(ending.outcome.payload)}
    return msgspec.json.encode(record)


def fit_for_topic(record: bytes) -> bytes:
    """The record as a topic gets it: without its payloads where they are too much for a message of SNS.

    "Lambda will drop the payload when sending OnFailure event" [model: OnFailure documentation]; which members are left
    is not known. A success is not spoken of, and goes as it is: SNS will refuse it.
    """
    if len(record) <= _LARGEST_NOTICE:
        return record
    members = json.loads(record)
    if members["requestContext"]["condition"] == Condition.SUCCESS:
        return record
    kept = {name: value for name, value in members.items() if name not in {"requestPayload", "responsePayload"}}
    return msgspec.json.encode(kept)


def dead_letter_attributes(event: QueuedEvent, ending: Ending) -> dict[str, tuple[str, str]]:
    """The message attributes of an event in a dead-letter queue: name to type and value.

    ErrorCode is the status that a synchronous caller would have got [docs: invocation-async-retain-records].
    """
    code, message = _error_of(ending)
    return {
        "RequestID": ("String", event.invocation.request_id),
        "ErrorCode": ("Number", str(code)),
        # SQS takes no empty text as a value.
        "ErrorMessage": ("String", message.encode()[:_LONGEST_MESSAGE].decode(errors="ignore") or "null"),
    }


def _error_of(ending: Ending) -> tuple[int, str]:
    if ending.outcome is not None:
        return 200, _error_message(ending.outcome)
    if ending.condition is Condition.RECURSION:
        return 400, "The function was invoked in a recursive loop."
    return 429, "Rate Exceeded."


def _error_message(outcome: Outcome) -> str:
    body = _json_value(outcome.payload)
    message = body.get("errorMessage") if isinstance(body, dict) else None
    return message if isinstance(message, str) else outcome.payload.decode(errors="replace")


def _json_value(text: bytes) -> Any:
    """What the JSON text says; a text that is no JSON (only a runtime could post one) stays a text."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text.decode(errors="replace")
