"""The functions' logs: groups of streams of events, in memory, as CloudWatch Logs would hold them.

One stream per environment, named `YYYY/MM/DD/[<version>]<32 hex>` after the day (UTC) of its start (logs.md §1). Only
so many events are kept of a stream, streams of a group, and bytes of all; then the oldest go, so that an emulator that
runs for weeks stays as small as it was.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from emulator.execution.log_frames import Record
from emulator.execution.platform_log import PlatformEvent, written
from emulator.resources.function import FunctionVersion

_EVENTS_PER_STREAM = 10_000
_STREAMS_PER_GROUP = 200
_BYTES = 32 * 1024 * 1024


class LogEvent(NamedTuple):
    """One event; its text is made when it is read."""

    time_ms: int
    content: Record | PlatformEvent

    @property
    def size(self) -> int:
        return len(self.content.message) if isinstance(self.content, Record) else 0


@dataclass(slots=True)
class LogStream:
    """What one environment wrote. `log_format` and `system_level` are its function's LoggingConfig."""

    group: str
    name: str
    log_format: str
    system_level: str | None
    store: "LogStore | None"  # None once it was dropped: its environment may still write, and nobody will read
    size: int = 0  # bytes of its events
    events: deque[LogEvent] = field(default_factory=lambda: deque(maxlen=_EVENTS_PER_STREAM))

    def write(self, content: Record | PlatformEvent) -> LogEvent:
        """Adds one event, with the time it bears or else the present one."""
        store = self.store
        size, time_ms = (len(content.message), content.time_ms) if isinstance(content, Record) else (0, 0)
        event = LogEvent(time_ms or time.time_ns() // 1_000_000, content)
        if store is None:
            return event
        events = self.events
        if len(events) == _EVENTS_PER_STREAM:
            self.drop_oldest()
        events.append(event)
        if size:
            self.size += size
            store.grow(size)
        for listener in store.listeners:
            listener(self, event)
        return event

    def drop_oldest(self) -> None:
        """Forgets the oldest event."""
        size = self.events.popleft().size
        self.size -= size
        if size and self.store is not None:
            self.store.grow(-size)

    def text(self, event: LogEvent) -> bytes:
        """An event as CloudWatch Logs shows it; empty if this function's log does not show it."""
        if isinstance(event.content, Record):
            return event.content.message
        return written(event.content, event.time_ms, self.log_format, self.system_level)

    def lines(self) -> list[str]:
        """The messages of all events that this function's log shows, oldest first."""
        return [text.decode("utf-8", "replace") for event in self.events if (text := self.text(event))]


Listener = Callable[[LogStream, LogEvent], None]


class LogStore:
    """All log groups. `listeners` are called with every event as it is written."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self._groups: dict[tuple[str, str, str], dict[str, LogStream]] = {}
        self._oldest_first: dict[str, LogStream] = {}
        self._size = 0

    def open(self, version: FunctionVersion) -> LogStream:
        """A new stream for an environment of `version`, in its log group, which is created with its first stream."""
        group, name = version.log_group or f"/aws/lambda/{version.name}", stream_name(version.version)
        streams = self._groups.setdefault((version.account_id, version.region, group), {})
        while len(streams) >= _STREAMS_PER_GROUP:
            dropped = streams.pop(next(iter(streams)))
            del self._oldest_first[dropped.name]
            self._size -= dropped.size
            dropped.store = None
        stream = LogStream(group, name, version.log_format, version.system_log_level, self)
        streams[name] = self._oldest_first[name] = stream
        return stream

    def grow(self, size: int) -> None:
        """Takes note of so many bytes more, and makes room for them among the oldest streams."""
        self._size += size
        if self._size > _BYTES:
            for stream in self._oldest_first.values():
                while stream.size and self._size > _BYTES:
                    stream.drop_oldest()
                if self._size <= _BYTES:
                    return

    def streams(self, account_id: str, region: str, group: str) -> list[LogStream]:
        """The streams of a group, oldest first; none if there is no such group."""
        return list(self._groups.get((account_id, region, group), {}).values())


def stream_name(function_version: str) -> str:
    """`2026/11/23/[$LATEST]0123456789abcdef0123456789abcdef`"""
    return f"{datetime.now(UTC):%Y/%m/%d}/[{function_version}]{secrets.token_hex(16)}"
