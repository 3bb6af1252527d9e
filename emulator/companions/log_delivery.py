"""What functions log, given to CloudWatch Logs of the companion: in batches, off the path of invocations.

An event is noted as it is written, and that is all that the invocation pays for. What was noted leaves together a
moment later; put into words, cut into batches and sent in a thread. Nothing that goes wrong there reaches a function:
while the companion does not answer the newest events wait, and what it refuses is lost, as is what does not fit.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from emulator.companions.client import CompanionClient, Refusal
from emulator.errors import EmulatorError
from emulator.execution.logs import LogEvent, LogStore, LogStream

_FIRST_SECONDS, _NEXT_SECONDS = 0.1, 0.5  # from an event to its delivery: after a silence, and while others follow
_RETRY_SECONDS = 5.0
_CLOSE_SECONDS = 3.0
_WAITING_EVENTS, _WAITING_BYTES = 20_000, 8 * 1024 * 1024
_KNOWN_STREAMS = 2_000

# Of one PutLogEvents [model: logs, PutLogEvents documentation].
_BATCH_EVENTS, _BATCH_BYTES, _EVENT_OVERHEAD = 10_000, 1_048_576, 26
_BATCH_MS = 24 * 60 * 60 * 1000

_log = logging.getLogger(__name__)


class Line(NamedTuple):
    """One event of a log, put into words. `time_ms` is in milliseconds since 1970."""

    time_ms: int
    message: str
    size: int  # bytes that it counts in a batch


class LogDelivery:
    """Delivers what `logs` are told from now on. It belongs to one event loop."""

    def __init__(self, client: CompanionClient, logs: LogStore) -> None:
        self._client = client
        self._waiting: deque[tuple[LogStream, LogEvent]] = deque()
        self._bytes = 0
        self._known: dict[tuple[str, str, str, str], None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None
        self._is_away = self._has_told = self._closed = False
        logs.listeners.append(self._note)

    async def close(self) -> None:
        """Delivers what is left, unless that takes too long."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                if self._sending is not None:
                    await self._sending
                if not self._is_away:
                    await self._send()

    def _note(self, stream: LogStream, event: LogEvent) -> None:
        self._waiting.append((stream, event))
        self._bytes += event.size
        while len(self._waiting) > _WAITING_EVENTS or self._bytes > _WAITING_BYTES:
            self._bytes -= self._waiting.popleft()[1].size
        if self._timer is None and self._sending is None and not self._closed:
            self._send_later(_FIRST_SECONDS)

    def _send_later(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._start)

    def _start(self) -> None:
        self._timer = None
        self._sending = asyncio.get_running_loop().create_task(self._send())
        self._sending.add_done_callback(self._on_sent)

    def _on_sent(self, _: asyncio.Task[None]) -> None:
        self._sending = None
        if self._waiting and not self._closed:
            self._send_later(_RETRY_SECONDS if self._is_away else _NEXT_SECONDS)

    async def _send(self) -> None:
        """Gives all that waits to the companion. Raises nothing."""
        events = list(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        streams: dict[str, tuple[LogStream, list[LogEvent]]] = {}
        for stream, event in events:
            streams.setdefault(stream.name, (stream, []))[1].append(event)
        for name, (stream, of_stream) in list(streams.items()):
            try:
                await self._put(stream, of_stream)
            except EmulatorError as error:
                self._is_away = True
                self._tell(str(error))
                self._keep(noted for noted in events if noted[0].name in streams)
                return
            except Refusal as refusal:
                self._tell(f"CloudWatch Logs refused what {stream.function} logged: {refusal}")
            except Exception:
                _log.exception("What %s logged was not delivered", stream.function)
            else:
                self._has_told = False
            self._is_away = False
            del streams[name]

    async def _put(self, stream: LogStream, events: list[LogEvent]) -> None:
        key = (stream.account_id, stream.region, stream.group, stream.name)
        is_new = key not in self._known

        def ask(logs: Any) -> None:
            if is_new:
                _create(logs, stream)
            for batch in batches(lines(stream, events)):
                _put_batch(logs, stream, batch)

        await self._client.ask("logs", stream.account_id, stream.region, ask)
        self._known[key] = None
        while len(self._known) > _KNOWN_STREAMS:
            del self._known[next(iter(self._known))]

    def _keep(self, events: Iterable[tuple[LogStream, LogEvent]]) -> None:
        """Has events wait again, before those that have come since, as far as there is room."""
        room, size = _WAITING_EVENTS - len(self._waiting), _WAITING_BYTES - self._bytes
        for noted in reversed(list(events)):
            room, size = room - 1, size - noted[1].size
            if room < 0 or size < 0:
                return
            self._waiting.appendleft(noted)
            self._bytes += noted[1].size

    def _tell(self, trouble: str) -> None:
        if not self._has_told:  # once, until it works again
            _log.warning("logs are not delivered: %s", trouble)
        self._has_told = True


def lines(stream: LogStream, events: Iterable[LogEvent]) -> list[Line]:
    """The events that the log shows, in the order of their times; an empty message is none for CloudWatch Logs."""
    shown = []
    for event in events:
        message = stream.text(event).decode("utf-8", "replace")
        if message:
            shown.append(Line(event.time_ms, message, len(message.encode()) + _EVENT_OVERHEAD))
    return sorted(shown, key=lambda line: line.time_ms)


def batches(ordered: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines in batches that PutLogEvents takes: not too many, not too large, not of more than a day."""
    batch: list[Line] = []
    size = 0
    for line in ordered:
        full = len(batch) == _BATCH_EVENTS or size + line.size > _BATCH_BYTES
        if batch and (full or line.time_ms - batch[0].time_ms > _BATCH_MS):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += line.size
    if batch:
        yield batch


def _put_batch(logs: Any, stream: LogStream, batch: Iterable[Line]) -> None:
    events = [{"timestamp": line.time_ms, "message": line.message} for line in batch]
    where = {"logGroupName": stream.group, "logStreamName": stream.name}
    try:
        logs.put_log_events(**where, logEvents=events)
    except logs.exceptions.ResourceNotFoundException:  # somebody has deleted the group
        _create(logs, stream)
        logs.put_log_events(**where, logEvents=events)


def _create(logs: Any, stream: LogStream) -> None:
    """Creates the stream, and its group before it if need be."""
    try:
        _create_stream(logs, stream)
    except logs.exceptions.ResourceNotFoundException:
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=stream.group)
        _create_stream(logs, stream)


def _create_stream(logs: Any, stream: LogStream) -> None:
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=stream.group, logStreamName=stream.name)
