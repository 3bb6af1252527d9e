"""From a routed request to input that satisfies the model: parsing, then validation, with a memory.

Where no JSON document is in the body, the input is decided by the path, the query and a few headers, and clients send
the same ones over and over: they poll a function, or invoke it. What was read and found valid is remembered; a payload
of bytes is put in anew each time, since the model says nothing about it.
"""

from typing import Any

from emulator.protocol.model import Operation, ServiceModel
from emulator.protocol.parsing import RequestParser
from emulator.protocol.routing import Route
from emulator.protocol.validation import Validator
from emulator.wire.messages import Request

_REMEMBERED = 512  # inputs of each operation; then all are forgotten


class RequestReader:
    """Reads the requests of one operation."""

    def __init__(self, model: ServiceModel, operation: Operation) -> None:
        self._parser = RequestParser(model, operation)
        self._validator = Validator(model, operation)
        self._remembered: dict[tuple[str, str, tuple[str | None, ...]], dict[str, Any]] = {}

    def read(self, request: Request, route: Route) -> dict[str, Any]:
        """The input, a dict of its own. Raises SerializationException or ValidationException."""
        parser, body = self._parser, request.body
        if parser.takes_document(body):
            return self._read(request, route)
        key = request.path, request.query, parser.bound_headers(request.headers)
        known = self._remembered.get(key)
        if known is None:
            known = self._read(request, route)
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = parser.with_payload(known, b"")
            return known
        return parser.with_payload(known, body)

    def _read(self, request: Request, route: Route) -> dict[str, Any]:
        given = self._parser.parse(route.labels, route.query, request.headers, request.body)
        self._validator.validate(given)
        return given
