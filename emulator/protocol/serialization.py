"""From what an operation returns, or raises, to the response.

A result is a dict with AWS's member names. A member that is None is left out; members that the model binds to the
status or to a header go there, whatever else is the body. Timestamps may be `datetime`s or epoch seconds, blobs are
`bytes`. A member that the model does not have is a mistake of ours and raises TypeError, because AWS would never
send it.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from emulator.errors import ServiceError
from emulator.protocol.event_stream import CONTENT_TYPE, EventFrames
from emulator.protocol.model import ErrorShape, Operation, ServiceModel, Shape
from emulator.wire.messages import Response

# Spelled as AWS's front end spells them [issues: aws/aws-cli#6433, ex-aws/ex_aws#442].
REQUEST_ID_HEADER = "x-amzn-RequestId"
ERROR_TYPE_HEADER = "x-amzn-ErrorType"

_JSON = "application/json"

Convert = Callable[[Any], Any] | None  # None: the value is sent as it is

_encode_json = msgspec.json.Encoder().encode


class ResponseSerializer:
    """Writes the successful responses of one operation."""

    def __init__(self, model: ServiceModel, operation: Operation) -> None:
        self._operation = operation
        shape = model.shapes[operation.output] if operation.output else Shape("structure")
        self._payload = shape.payload
        self._payload_is_stream = False
        if shape.payload is not None:
            self._payload_is_stream = model.shapes[shape.members[shape.payload].shape].eventstream
        self._status_member = next((name for name in shape.members if shape.location_of(name) == "statusCode"), None)
        self._headers = {
            name: member.locationName or name for name, member in shape.members.items() if member.location == "header"
        }
        self._body = _structure(model, operation.output, operation.name) if operation.output else None

    def serialize(self, result: Mapping[str, Any], request_id: str) -> Response:
        """The response to a call that succeeded."""
        headers = {"Content-Type": _JSON, REQUEST_ID_HEADER: request_id}
        status = self._operation.status
        body_members = {}
        for name, value in result.items():
            if value is None:
                continue
            if name == self._status_member:
                status = value
            elif name in self._headers:
                headers[self._headers[name]] = str(value)
            else:
                body_members[name] = value
        if self._payload is not None:
            return self._with_payload(status, headers, body_members.pop(self._payload, None), body_members)
        if status == 204 or self._body is None:
            if body_members:
                raise TypeError(f"{self._operation.name} has no body for {sorted(body_members)}")
            del headers["Content-Type"]
            return Response(status, headers)
        return Response(status, headers, _encode_json(self._body(body_members)))

    def _with_payload(self, status: int, headers: dict[str, str], payload: Any, unknown: dict[str, Any]) -> Response:
        if unknown:
            raise TypeError(f"{self._operation.name} has no members {sorted(unknown)}")
        if payload is None or payload == b"":
            del headers["Content-Type"]
            return Response(status, headers)
        if not self._payload_is_stream:
            return Response(status, headers, bytes(payload))
        if headers["Content-Type"] == _JSON:
            headers["Content-Type"] = CONTENT_TYPE
        return Response(status, headers, EventFrames(payload))


class ErrorSerializer:
    """Writes the responses of calls that AWS refuses."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model

    def serialize(self, error: ServiceError, request_id: str) -> Response:
        """The response for `error`, with the status and the spelling of the message key that the model gives it."""
        known = self._model.error(error.code)
        headers = {"Content-Type": _JSON, REQUEST_ID_HEADER: request_id, ERROR_TYPE_HEADER: error.code}
        in_headers: Mapping[str, str] = known.headers if known else {}
        body: dict[str, Any] = {}
        for name, value in error.members.items():
            if name in in_headers:
                headers[in_headers[name]] = str(value)
            elif value is not None:
                body[name] = value
        kind = _type_of(error, known)
        if kind is not None:
            body["Type"] = kind
        body[_message_key(error, known)] = error.message
        status = error.status or (known.status if known else 400)
        return Response(status, headers, _encode_json(body))


def _type_of(error: ServiceError, known: ErrorShape | None) -> str | None:
    if error.type == "User" and known is not None and known.fault:
        return "Service"  # unsure: no fault of AWS's own is recorded
    return error.type


def _message_key(error: ServiceError, known: ErrorShape | None) -> str:
    if known is not None:
        return known.message_key
    return error.message_key or "message"


# --- Values ---


def _structure(model: ServiceModel, name: str, where: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    members: dict[str, Convert] = {
        member_name: _converter(model, member.shape, f"{where}.{member_name}")
        for member_name, member in model.shapes[name].members.items()
        if member.location is None
    }

    def convert_structure(value: Mapping[str, Any]) -> dict[str, Any]:
        converted = {}
        for member, item in value.items():
            if item is not None:
                try:
                    convert = members[member]
                except KeyError:
                    raise TypeError(f"{where} has no member {member}") from None
                converted[member] = item if convert is None else convert(item)
        return converted

    return convert_structure


def _converter(model: ServiceModel, name: str, where: str) -> Convert:
    shape = model.shapes[name]
    if shape.type == "structure":
        return _structure(model, name, where)
    if shape.member is not None:
        return _list(_converter(model, shape.member.shape, where))
    if shape.value is not None:
        return _map(_converter(model, shape.value.shape, where))
    return _CONVERSIONS.get(shape.type)


def _list(convert: Convert) -> Convert:
    if convert is None:
        return None
    return lambda values: [convert(value) for value in values]


def _map(convert: Convert) -> Convert:
    if convert is None:
        return None
    return lambda values: {key: convert(value) for key, value in values.items()}


def _epoch_seconds(value: datetime | float) -> float:
    # `1569284520.333`: seconds with milliseconds [model: API examples; wire.md §4].
    seconds = value.timestamp() if isinstance(value, datetime) else value
    return round(seconds * 1000) / 1000


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


_CONVERSIONS: dict[str, Convert] = {"timestamp": _epoch_seconds, "blob": _base64}
