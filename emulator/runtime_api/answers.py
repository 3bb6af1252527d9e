"""The answers of the Runtime API (runtime-api.md §1, §3, §5) and its neighbours: JSON, and a newline at the end."""

import json
from collections.abc import Mapping

from emulator.wire.messages import Response

_JSON = {"Content-Type": "application/json"}


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON value, with these headers beside its type."""
    body = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    return Response(status, {**_JSON, **headers} if headers else _JSON, body)


def error(status: int, message: str, error_type: str) -> Response:
    """A refusal, as all of these APIs word it."""
    return json_answer(status, {"errorMessage": message, "errorType": error_type})


ACCEPTED = json_answer(202, {"status": "OK"})
PONG = Response(200, {"Content-Type": "text/plain"}, b"pong")
NOT_FOUND = Response(404, {"Content-Type": "text/plain; charset=utf-8"}, b"404 page not found\n")
GONE = Response(503)
INVALID_REQUEST_ID = error(400, "Invalid request ID", "InvalidRequestID")
INVALID_RESPONSE_MODE = error(400, "Invalid function response mode", "InvalidFunctionResponseMode")


def too_large(limit: int) -> Response:
    """A response with more bytes than it may have."""
    return error(413, f"Exceeded maximum allowed payload size ({limit} bytes).", "RequestEntityTooLarge")


def invalid_transition(message: str) -> Response:
    """A call that the runtime's state does not allow."""
    return error(403, message, "InvalidStateTransition")


def method_not_allowed() -> Response:
    """A path that is known, with a method that is not its own."""
    return Response(405)
