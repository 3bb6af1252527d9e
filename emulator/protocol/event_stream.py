"""Frames of `application/vnd.amazon.eventstream`, in which InvokeWithResponseStream answers.

A frame is: total length and length of the headers (4 bytes each), a CRC-32 of those eight bytes, the headers, the
payload, and a CRC-32 of everything before it; all big-endian. A header is the length of its name (1 byte), the
name, a type (7: a string), the length of its value (2 bytes) and the value [AWS's event stream encoding, as
smithy.io documents it].
"""

import struct
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_STRING = 7


def encode_frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One frame. Header values are strings, which is all that Lambda's events need."""
    return _frame(b"".join(_header(name, value) for name, value in headers.items()), payload)


def _frame(headers: bytes, payload: bytes) -> bytes:
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    head = b"%b%b%b" % (prelude, struct.pack(">I", zlib.crc32(prelude)), headers)
    # The checksum is taken in two steps, so that a large payload is copied only once.
    return b"".join((head, payload, struct.pack(">I", zlib.crc32(payload, zlib.crc32(head)))))


def _header(name: str, value: str) -> bytes:
    encoded_name, encoded_value = name.encode(), value.encode()
    return (
        struct.pack(">B", len(encoded_name))
        + encoded_name
        + struct.pack(">BH", _STRING, len(encoded_value))
        + encoded_value
    )


def encode_event(event: Mapping[str, Any]) -> bytes:
    """One event as the model has it: `{"PayloadChunk": {"Payload": b"…"}}` or `{"InvokeComplete": {…}}`."""
    ((kind, members),) = event.items()
    payload = members.get("Payload") if kind == "PayloadChunk" else None
    if payload is not None:
        return _frame(_CHUNK_HEADERS, bytes(payload))
    given = {name: value for name, value in members.items() if value is not None}
    return encode_frame(_headers(kind, "application/json"), msgspec.json.encode(given))


def _headers(kind: str, content_type: str) -> dict[str, str]:
    return {":event-type": kind, ":content-type": content_type, ":message-type": "event"}


_CHUNK_HEADERS = b"".join(
    _header(name, value) for name, value in _headers("PayloadChunk", "application/octet-stream").items()
)


class EventFrames:
    """The frames of a stream of events, as they come. `close` closes the stream of events, if it can be closed."""

    def __init__(self, events: AsyncIterator[Mapping[str, Any]]) -> None:
        self._events = events

    def __aiter__(self) -> "EventFrames":
        return self

    async def __anext__(self) -> bytes:
        return encode_event(await anext(self._events))

    def close(self) -> None:
        """Says that nobody reads any further."""
        if (close := getattr(self._events, "close", None)) is not None:
            close()
