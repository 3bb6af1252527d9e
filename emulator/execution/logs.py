"""The functions' logs: groups of streams of events, in memory, as CloudWatch Logs would hold them.

One stream per environment, named `YYYY/MM/DD/[<version>]<32 hex>` after the day (UTC) of its start, with the
function's name before the version in a group that was chosen for it (logs.md §1). Only so many events are kept of a
stream, streams of a group and of all, and bytes of all; then the oldest go, so that an emulator that runs for weeks
stays as small as it was.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Protocol

from msgspec import Struct

from emulator.execution.log_frames import Record
from emulator.execution.log_levels import lets_through
from emulator.execution.platform_log import End, PlatformEvent, Report, Start, written
from emulator.resources.function import FunctionVersion

_EVENTS_PER_STREAM = 10_000
_STREAMS_PER_GROUP = 200
_STREAMS = 5_000
_BYTES = 32 * 1024 * 1024
_EVENT_BYTES = 300  # that an event takes beside the text of a function: its object, and what Lambda itself reports


class LogEvent(Struct, frozen=True, gc=False):
    """One event; its text is made when it is read."""

    time_ms: int
    content: Record | PlatformEvent
    size: int = _EVENT_BYTES


class Writer(Protocol):
    """Who has something to write that can wait until somebody wants to read it."""

    def write_due(self) -> None:
        """Somebody does."""


@dataclass(slots=True)
class LogStream:
    """What one environment wrote, in the LoggingConfig that its function had.

    `function` and `version` say whose it is: several functions may share a group. `writer` is asked before it is read.

    Events that come together are kept, counted and dropped as one entry. A START waits for what comes next, because
    mostly that is END and REPORT of a call that wrote nothing: then all three are one entry.
    """

    account_id: str
    region: str
    group: str
    name: str
    function: str
    version: str
    log_format: str
    application_level: str | None
    system_level: str | None
    store: "LogStore | None"  # None once it was dropped: its environment may still write, and nobody will read
    writer: Writer | None = None
    size: int = 0  # bytes of its entries
    _entries: deque[tuple[LogEvent, ...]] = field(default_factory=deque)
    _count: int = 0  # events in them
    _start: LogEvent | None = None  # which waits, and is in no entry yet
    _last_ms: int = 0  # the time of the last event

    @property
    def events(self) -> list[LogEvent]:
        """All that is kept, oldest first."""
        if self.writer is not None:
            self.writer.write_due()
        self._add_start()
        return list(chain.from_iterable(self._entries))

    def write(self, content: Record | PlatformEvent) -> LogEvent:
        """Adds one event, with the time it bears or else the present one."""
        size, time_ms = (len(content.message), content.time_ms) if isinstance(content, Record) else (0, 0)
        event = LogEvent(time_ms or time.time_ns() // 1_000_000, content, _EVENT_BYTES + size)
        self._add_start()
        self._last_ms = event.time_ms
        self._add((event,), event.size)
        return event

    def start(self, content: Start, time_ms: int) -> LogEvent:
        """Adds what is due at `time_ms`, but not before what stands there already."""
        if self._start is not None:
            self._add_start()
        time_ms = self._last_ms = max(time_ms, self._last_ms)
        self._start = event = LogEvent(time_ms, content)
        if self.store is not None and self.store.listeners:  # who hear of it now
            self._add_start()
        return event

    def end(self, end: End, report: Report, time_ms: int) -> tuple[LogEvent, LogEvent]:
        """Adds what was due at `time_ms`, but not before what stands there already."""
        time_ms = self._last_ms = max(time_ms, self._last_ms)
        events = LogEvent(time_ms, end), LogEvent(time_ms, report)
        start, self._start = self._start, None
        entry = events if start is None else (start, *events)
        self._add(entry, len(entry) * _EVENT_BYTES)
        return events

    def _add_start(self) -> None:
        start, self._start = self._start, None
        if start is not None:
            self._add((start,), _EVENT_BYTES)

    def _add(self, entry: tuple[LogEvent, ...], growth: int) -> None:
        store = self.store
        if store is None:
            return
        self._entries.append(entry)
        self._count += len(entry)
        self.size += growth
        while self._count > _EVENTS_PER_STREAM:
            growth -= self.drop_oldest()
        if growth:  # in a busy stream, one invocation takes the place of another
            store.grow(growth)
        for listener in store.listeners:
            for event in entry:
                listener(self, event)

    def drop_oldest(self) -> int:
        """Forgets the oldest entry. Returns how many bytes that frees."""
        entry = self._entries.popleft()
        freed = entry[0].size + (len(entry) - 1) * _EVENT_BYTES  # a line of the function's is an entry of its own
        self._count -= len(entry)
        self.size -= freed
        return freed

    def text(self, event: LogEvent) -> bytes:
        """An event as CloudWatch Logs shows it; empty if this function's log does not show it."""
        if isinstance(event.content, Record):
            shown = self.log_format != "JSON" or lets_through(self.application_level, event.content)
            return event.content.message if shown else b""
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
        group = version.log_group or default_group(version.name)
        shared_by = version.name if group != default_group(version.name) else ""
        stream = LogStream(
            version.account_id,
            version.region,
            group,
            stream_name(version.version, shared_by),
            version.name,
            version.version,
            version.log_format,
            version.application_log_level,
            version.system_log_level,
            self,
        )
        streams = self._groups.setdefault((stream.account_id, stream.region, group), {})
        if len(streams) >= _STREAMS_PER_GROUP:
            self._drop(next(iter(streams.values())))
        elif len(self._oldest_first) >= _STREAMS:
            self._drop(next(iter(self._oldest_first.values())))
        streams[stream.name] = self._oldest_first[stream.name] = stream
        return stream

    def grow(self, size: int) -> None:
        """Takes note of so many bytes more, and makes room for them among the oldest streams."""
        self._size += size
        while self._size > _BYTES:
            name, oldest = next(iter(self._oldest_first.items()))
            if oldest.size:
                self._size -= oldest.drop_oldest()
            else:  # it has nothing to give until it has written again: others are asked before it
                self._oldest_first[name] = self._oldest_first.pop(name)

    def _drop(self, stream: LogStream) -> None:
        key = (stream.account_id, stream.region, stream.group)
        streams = self._groups[key]
        del streams[stream.name], self._oldest_first[stream.name]
        if not streams:
            del self._groups[key]
        self._size -= stream.size
        stream.store = None

    def streams(self, account_id: str, region: str, group: str) -> list[LogStream]:
        """The streams of a group, oldest first; none if there is no such group."""
        return list(self._groups.get((account_id, region, group), {}).values())

    def streams_of(self, account_id: str, region: str, function: str) -> list[LogStream]:
        """The streams of a function in whichever groups it had, oldest first."""
        return [
            stream
            for (account, where, _), streams in self._groups.items()
            if (account, where) == (account_id, region)
            for stream in streams.values()
            if stream.function == function
        ]

    def functions(self) -> set[tuple[str, str, str]]:
        """Account, region and name of every function that has a stream, deleted ones too."""
        return {
            (account, region, stream.function)
            for (account, region, _), streams in self._groups.items()
            for stream in streams.values()
        }


def default_group(function: str) -> str:
    """The log group of a function for which none was chosen."""
    return f"/aws/lambda/{function}"


def stream_name(function_version: str, function: str = "") -> str:
    """`2026/11/23/[$LATEST]0123456789abcdef0123456789abcdef`; `function` stands before the bracket."""
    return f"{datetime.now(UTC):%Y/%m/%d}/{function}[{function_version}]{secrets.token_hex(16)}"
