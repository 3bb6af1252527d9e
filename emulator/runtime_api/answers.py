"""The Runtime API's answers (runtime-api.md §1, §3, §5): JSON, and a newline at the end."""

import json

from emulator.quotas import SYNCHRONOUS_RESPONSE
from emulator.wire.messages import Response

_JSON = {"Content-Type": "application/json"}


def _json(status: int, members: dict[str, str]) -> Response:
    return Response(status, _JSON, json.dumps(members, separators=(",", ":")).encode() + b"\n")


def _error(status: int, message: str, error_type: str) -> Response:
    return _json(status, {"errorMessage": message, "errorType": error_type})


ACCEPTED = _json(202, {"status": "OK"})
PONG = Response(200, {"Content-Type": "text/plain"}, b"pong")
NOT_FOUND = Response(404, {"Content-Type": "text/plain; charset=utf-8"}, b"404 page not found\n")
GONE = Response(503)
INVALID_REQUEST_ID = _error(400, "Invalid request ID", "InvalidRequestID")
INVALID_RESPONSE_MODE = _error(400, "Invalid function response mode", "InvalidFunctionResponseMode")
TOO_LARGE = _error(
    413, f"Exceeded maximum allowed payload size ({SYNCHRONOUS_RESPONSE} bytes).", "RequestEntityTooLarge"
)


def invalid_transition(message: str) -> Response:
    """A call that the runtime's state does not allow."""
    return _error(403, message, "InvalidStateTransition")


def method_not_allowed() -> Response:
    """A path that is known, with a method that is not its own."""
    return Response(405)
