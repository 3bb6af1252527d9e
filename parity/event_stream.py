"""Reads AWS's event streams (`application/vnd.amazon.eventstream`), in which InvokeWithResponseStream answers.

A message is: its length and the length of its headers (4 bytes each, big-endian), a CRC of those 8 bytes, the headers,
the payload, and a CRC of everything before it. A header is its name and a typed value.
"""

import struct
import zlib
from dataclasses import dataclass

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_FIXED = {2: ">b", 3: ">h", 4: ">i", 5: ">q", 8: ">q"}  # byte, short, integer, long, timestamp (ms)
_TRUE, _FALSE, _BYTES, _STRING, _UUID = 0, 1, 6, 7, 9


class MalformedStream(ValueError):
    """The bytes are no whole, intact event stream."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `headers` by name (":event-type", ":message-type", …), their values as text."""

    headers: dict[str, str]
    payload: bytes


def is_stream(content: bytes) -> bool:
    """Whether the bytes begin as an event stream does; the checksum makes it certain."""
    if len(content) < _PRELUDE.size:
        return False
    _, _, checksum = _PRELUDE.unpack_from(content)
    return zlib.crc32(content[:8]) == int(checksum)


def messages(stream: bytes) -> list[Message]:
    """All messages of a stream. Raises MalformedStream where it is cut short or a checksum is wrong."""
    found = []
    while stream:
        message, stream = _first(stream)
        found.append(message)
    return found


def _first(stream: bytes) -> tuple[Message, bytes]:
    """The first message and the rest of the stream."""
    if len(stream) < _PRELUDE.size + _CRC.size:
        raise MalformedStream("the stream ends within a message")
    length, header_length, prelude_crc = _PRELUDE.unpack_from(stream)
    if zlib.crc32(stream[:8]) != prelude_crc:
        raise MalformedStream("the checksum of a prelude is wrong")
    if len(stream) < length or length < _PRELUDE.size + header_length + _CRC.size:
        raise MalformedStream("the stream ends within a message")
    body_end = length - _CRC.size
    if zlib.crc32(stream[:body_end]) != _CRC.unpack_from(stream, body_end)[0]:
        raise MalformedStream("the checksum of a message is wrong")
    headers_end = _PRELUDE.size + header_length
    return Message(_headers(stream[_PRELUDE.size : headers_end]), stream[headers_end:body_end]), stream[length:]


def _headers(block: bytes) -> dict[str, str]:
    headers = {}
    try:
        while block:
            name_end = 1 + block[0]
            value, size = _value(block[name_end], block[name_end + 1 :])
            headers[block[1:name_end].decode()] = value
            block = block[name_end + 1 + size :]
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise MalformedStream("a header is malformed") from error
    return headers


def _value(kind: int, rest: bytes) -> tuple[str, int]:
    """A header's value as text, and how many bytes it took."""
    if kind in (_TRUE, _FALSE):
        return ("true" if kind == _TRUE else "false"), 0
    if kind in _FIXED:
        return str(struct.unpack_from(_FIXED[kind], rest)[0]), struct.calcsize(_FIXED[kind])
    if kind == _UUID:
        return rest[:16].hex(), 16
    if kind not in (_BYTES, _STRING):
        raise MalformedStream(f"a header has the unknown type {kind}")
    (size,) = struct.unpack_from(">H", rest)
    value = rest[2 : 2 + size]
    return (value.decode() if kind == _STRING else value.hex()), 2 + size
