"""The functions' logs: groups of streams of events, in memory, as CloudWatch Logs would hold them.

One stream per environment, named `YYYY/MM/DD/[<version>]<32 hex>` after the day (UTC) of its start (logs.md §1). A
stream keeps its newest events only, and a group its newest streams, so an emulator that runs for weeks stays small.
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
_BYTES_PER_STREAM = 4 * 1024 * 1024
_STREAMS_PER_GROUP = 200


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
    listeners: "list[Listener]"
    events: deque[LogEvent] = field(default_factory=lambda: deque(maxlen=_EVENTS_PER_STREAM))
    _size: int = 0

    def write(self, content: Record | PlatformEvent) -> LogEvent:
        """Adds one event, with the time it bears or else the present one."""
        own_time = content.time_ms if isinstance(content, Record) else 0
        event = LogEvent(own_time or time.time_ns() // 1_000_000, content)
        self._make_room(event.size)
        self.events.append(event)
        for listener in self.listeners:
            listener(self, event)
        return event

    def text(self, event: LogEvent) -> bytes:
        """An event as CloudWatch Logs shows it; empty if this function's log does not show it."""
        if isinstance(event.content, Record):
            return event.content.message
        return written(event.content, event.time_ms, self.log_format, self.system_level)

    def lines(self) -> list[str]:
        """The messages of all events that this function's log shows, oldest first."""
        return [text.decode("utf-8", "replace") for event in self.events if (text := self.text(event))]

    def _make_room(self, size: int) -> None:
        if len(self.events) == _EVENTS_PER_STREAM:
            self._size -= self.events[0].size
        self._size += size
        while self._size > _BYTES_PER_STREAM and self.events:
            self._size -= self.events.popleft().size


Listener = Callable[[LogStream, LogEvent], None]


class LogStore:
    """All log groups. `listeners` are called with every event as it is written."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self._groups: dict[tuple[str, str, str], dict[str, LogStream]] = {}

    def open(self, version: FunctionVersion) -> LogStream:
        """A new stream for an environment of `version`, in its log group, which is created with its first stream."""
        group, name = version.log_group or f"/aws/lambda/{version.name}", stream_name(version.version)
        streams = self._groups.setdefault((version.account_id, version.region, group), {})
        while len(streams) >= _STREAMS_PER_GROUP:
            del streams[next(iter(streams))]
        streams[name] = LogStream(group, name, version.log_format, version.system_log_level, self.listeners)
        return streams[name]

    def streams(self, account_id: str, region: str, group: str) -> list[LogStream]:
        """The streams of a group, oldest first; none if there is no such group."""
        return list(self._groups.get((account_id, region, group), {}).values())


def stream_name(function_version: str) -> str:
    """`2026/11/23/[$LATEST]0123456789abcdef0123456789abcdef`"""
    return f"{datetime.now(UTC):%Y/%m/%d}/[{function_version}]{secrets.token_hex(16)}"
