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
    encoded = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(encoded) + len(payload), len(encoded))
    message = b"%b%b%b%b" % (prelude, struct.pack(">I", zlib.crc32(prelude)), encoded, payload)
    return message + struct.pack(">I", zlib.crc32(message))


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
        content_type, content = "application/octet-stream", bytes(payload)
    else:
        given = {name: value for name, value in members.items() if value is not None}
        content_type, content = "application/json", msgspec.json.encode(given)
    return encode_frame(
        {":event-type": kind, ":content-type": content_type, ":message-type": "event"},
        content,
    )


async def encode_events(events: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    """The frames of a stream of events, as they come."""
    async for event in events:
        yield encode_event(event)
