"""Splits what a runtime writes into log events: lines, and records that the runtime framed itself.

Output, errors and framed records arrive through one pipe, so their order is the order in which they were written. A
line ends at `\\n` and keeps it; `\\r` does not end one (logs.md §3). A framed record starts with eight bytes that no
text holds, followed by a time that must be near the present; it is one event, whatever line breaks are in it (logs.md
§4):

    type (4 bytes) · length (4) · microseconds since 1970 (8) · message (length)         all big-endian
"""

import struct
from typing import NamedTuple

_MAGIC = b"\xa5\x5a\x00"  # the first bytes of every frame type
_HEADER = struct.Struct(">IIQ")
_TEXT, _JSON = 0xA55A0003, 0xA55A0002
_LEVELS = {0: None, 4: "TRACE", 8: "DEBUG", 12: "INFO", 16: "WARN", 20: "ERROR", 24: "FATAL"}
_LEVEL_MASK = 0x1C
_YEAR_2020, _YEAR_2100 = 1_577_836_800_000_000, 4_102_444_800_000_000  # microseconds
_LONGEST = 256 * 1024  # bytes of one event [docs: runtimes-logs-api]; what is longer is cut into several


class Record(NamedTuple):
    """One event of a function. `level` and `json` are known of framed records alone; `time_ms` is 0 if unknown."""

    message: bytes
    level: str | None = None
    json: bool = False
    time_ms: int = 0


class Splitter:
    """Cuts a stream of bytes into records. One per environment."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self.size = 0  # bytes that are in no record yet
        self._needed = 0  # bytes that must be at hand before looking again makes sense

    def feed(self, data: bytes) -> list[Record]:
        """The records that are complete now."""
        self._rest.append(data)
        self.size += len(data)
        if self.size < self._needed:
            return []
        buffer = data if len(self._rest) == 1 else b"".join(self._rest)
        records: list[Record] = []
        start = 0
        while start < len(buffer):
            end = self._next(buffer, start, records)
            if end == start:
                break
            start = end
        self._keep(buffer[start:])
        return records

    def _keep(self, rest: bytes) -> None:
        self._rest = [rest] if rest else []
        self.size = len(rest)
        self._needed = 0
        if rest.startswith(_MAGIC) and len(rest) >= _HEADER.size and _framed(rest, 0, []) == 0:
            self._needed = _HEADER.size + _HEADER.unpack_from(rest)[1]

    def flush(self) -> list[Record]:
        """What is left at the end of a runtime: a line that was never ended."""
        rest = b"".join(self._rest)
        self._keep(b"")
        return [Record(rest)] if rest else []

    def flush_line(self) -> list[Record]:
        """What is left at the end of an invocation: a line that was not ended, but no frame that is still coming."""
        return [] if self._rest and b"".join(self._rest).startswith(_MAGIC) else self.flush()

    @staticmethod
    def _next(buffer: bytes, start: int, records: list[Record]) -> int:
        """Adds the record at `start` and returns where it ends; `start` itself if it is not complete."""
        if buffer.startswith(_MAGIC, start):
            end = _framed(buffer, start, records)
            if end is not None:
                return end
            text_from = start + 1  # it only looked like a frame
        else:
            text_from = start
        furthest = start + _LONGEST
        newline = buffer.find(b"\n", text_from, furthest)
        frame = _find_frame(buffer, text_from, furthest if newline < 0 else newline)
        if frame is not None:
            end = frame  # a line without an end, then a frame
        elif newline >= 0:
            end = newline + 1
        elif len(buffer) >= furthest:
            end = furthest
        else:
            return start
        records.append(Record(buffer[start:end]))
        return end


def _framed(buffer: bytes, start: int, records: list[Record]) -> int | None:
    """Where the frame at `start` ends; `start` if more must come; None if it is no frame."""
    if len(buffer) - start < _HEADER.size:
        return start
    kind: int
    length: int
    microseconds: int
    kind, length, microseconds = _HEADER.unpack_from(buffer, start)
    plain = kind & ~_LEVEL_MASK
    if plain not in {_TEXT, _JSON} or not _YEAR_2020 < microseconds < _YEAR_2100:
        return None
    end = start + _HEADER.size + length
    if end > len(buffer):
        return start
    message = buffer[start + _HEADER.size : end]
    records.append(Record(message, _LEVELS.get(kind & _LEVEL_MASK), plain == _JSON, microseconds // 1000))
    return end


def _find_frame(buffer: bytes, start: int, end: int) -> int | None:
    """Where a frame begins between `start` and `end`, as far as the bytes at hand can tell."""
    found = buffer.find(_MAGIC, start, end)
    while found >= 0:
        if _framed(buffer, found, []) is not None:
            return found
        found = buffer.find(_MAGIC, found + 1, end)
    return None
