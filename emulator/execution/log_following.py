"""The log of a function as it grows: what is kept of it, then every event as it is written."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from emulator.execution.logs import LogEvent, LogStore, LogStream

Wanted = Callable[[LogStream, LogEvent], bool]
Shown = tuple[LogStream, LogEvent]

_WAITING = 20_000  # events that wait for a reader; one that is slower loses the oldest


async def follow(logs: LogStore, kept: Callable[[], list[Shown]], wanted: Wanted) -> AsyncIterator[list[Shown]]:
    """What is `kept` when the reader begins, then what is `wanted` of what is written, as it comes; without an end."""
    waiting: deque[Shown] = deque(maxlen=_WAITING)
    written = asyncio.Event()

    def note(stream: LogStream, event: LogEvent) -> None:
        if wanted(stream, event):
            waiting.append((stream, event))
            written.set()

    shown = kept()  # first, because whoever reads has written what is due
    logs.listeners.append(note)  # in the same turn of the loop: nothing is written in between
    try:
        yield shown
        while True:
            await written.wait()
            written.clear()
            events = list(waiting)
            waiting.clear()
            yield events
    finally:
        logs.listeners.remove(note)
