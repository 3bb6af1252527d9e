"""From the bytes of an answer to what a snapshot holds of it: the status, the headers that carry meaning, the body.

The body stands under one of four names, and under none where there was none, so that an absent body, `null` and `""`
are three different things:

========  ==============================================================================================
`body`    the decoded JSON value. White space, the order of keys and repeated keys are not kept; 1, 1.0, "1" and
          true are four different values. JSON inside a string stays a string.
`text`    text that is not JSON, or JSON that is nested more than a hundred levels deep
`events`  an event stream: `{"event", "body"|"text"|"base64"}` for each message, adjacent chunks of one payload
          joined, because where AWS cuts them means nothing
`base64`  anything else
========  ==============================================================================================

The bytes alone decide, not the content type: a wrong content type is one difference and not two.
"""

import base64
import binascii
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import msgspec

from parity.event_stream import MalformedStream, Message, is_stream, messages
from parity.observation import Answer

BODY_FORMS = ("body", "text", "events", "base64")

LOG_RESULT = "x-amz-log-result"
_DEEPEST = 100
_MEANINGFUL = frozenset(
    {
        "allow",
        "content-type",
        "location",
        "retry-after",
        "set-cookie",
        "www-authenticate",
        "x-amz-durable-execution-arn",
        "x-amz-executed-version",
        "x-amz-function-error",
        LOG_RESULT,
        "x-amzn-errortype",
        "x-amzn-requestid",
    }
)
_MEANINGFUL_STARTS = ("access-control-", "x-amzn-remapped-")


def decode(answer: Answer) -> dict[str, Any]:
    """The answer as plain JSON values: `status`, `headers` and one of `BODY_FORMS`. No value in it is a token yet.

    The header `x-amz-log-result` becomes the list of its lines.
    """
    return {"status": answer.status, "headers": _headers(answer), **_body(answer)}


def _headers(answer: Answer) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in answer.headers.items()
        if name in _MEANINGFUL or name.startswith(_MEANINGFUL_STARTS)
    }
    return {name: _log_lines(value) if name == LOG_RESULT else value for name, value in sorted(kept.items())}


def _log_lines(log_result: str) -> list[str] | str:
    try:
        return base64.b64decode(log_result, validate=True).decode(errors="backslashreplace").split("\n")
    except (binascii.Error, ValueError):
        return log_result


def _body(answer: Answer) -> dict[str, Any]:
    if is_stream(answer.body):
        try:
            return {"events": _events(messages(answer.body))}
        except MalformedStream:
            return {"base64": base64.b64encode(answer.body).decode()}
    return _value(answer.body)


def _value(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        value = msgspec.json.decode(content)
        if not _is_too_deep(value):
            return {"body": value}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [item for one in level if isinstance(one, dict | list) for item in _items(one)]
        if not level:
            return False
    return True


def _items(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _events(stream: list[Message]) -> list[dict[str, Any]]:
    events = []
    for kind, run in groupby(stream, key=_kind):
        payloads = [message.payload for message in run]
        if kind == "PayloadChunk":
            payloads = [b"".join(payloads)]
        events += [{"event": kind, **_event_body(payload)} for payload in payloads]
    return events


def _kind(message: Message) -> str:
    return message.headers.get(":event-type") or message.headers.get(":exception-type") or ""


def _event_body(payload: bytes) -> dict[str, Any]:
    value = _value(payload)
    completed = value.get("body")
    if isinstance(completed, dict) and isinstance(completed.get("LogResult"), str):
        value["body"] = {**completed, "LogResult": _log_lines(completed["LogResult"])}
    return value
