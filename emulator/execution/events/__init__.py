"""Asynchronous invocation: takes events, has them attempted, and delivers what becomes of them.

`Events` is all that the operations know of it. It keeps a queue for each function, a journal of what it accepted, and
hands events at their end to the delivery.
"""

import asyncio
import logging
from collections.abc import Iterable

from emulator.clock import Clock
from emulator.errors import EmulatorError
from emulator.execution.events.delivery import EventDelivery, Outlet
from emulator.execution.events.event import Ending, Find, QueuedEvent
from emulator.execution.events.journal import Journal, NoJournal
from emulator.execution.events.policy import config_of
from emulator.execution.events.queue import EventQueue, Invoke
from emulator.resources.function import Function

_log = logging.getLogger(__name__)


class Events:
    """All events. `at_once` is how many of one function may run at the same time."""

    def __init__(
        self, invoke: Invoke, find: Find, clock: Clock, *, at_once: int, outlet: Outlet | None, journal: Journal
    ) -> None:
        self._invoke = invoke
        self._find = find
        self._clock = clock
        self._at_once = at_once
        self._journal = journal
        self._delivery = EventDelivery(clock, outlet, self.accept)
        self._queues: dict[tuple[str, str, str], EventQueue] = {}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._closed = False

    def accept(self, event: QueuedEvent) -> None:
        """Takes an event, to be run later. Raises EmulatorError when the emulator is stopping."""
        if self._closed:
            raise EmulatorError("The emulator is stopping.")
        self._journal.accepted(event)
        self._queue(event).add(event)

    def resume(self, events: Iterable[QueuedEvent]) -> None:
        """Goes on with events that were accepted before."""
        for event in events:
            self._queue(event).add(event)

    async def close(self) -> None:
        """Stops everything at once. What has not come to its end stays in the journal, or is lost without one."""
        self._closed = True
        open_events = sum(map(len, self._queues.values())) + len(self._deliveries)
        if open_events and isinstance(self._journal, NoJournal):
            _log.warning("Events that have not come to their end, and are lost without --state: %d.", open_events)
        for queue in self._queues.values():
            queue.close()
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def _queue(self, event: QueuedEvent) -> EventQueue:
        key = (event.account_id, event.region, event.function_name)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = EventQueue(
                self._invoke,
                self._find,
                self._clock,
                at_once=self._at_once,
                failed=self._journal.failed,
                ended=self._ended,
            )
        return queue

    def _ended(self, event: QueuedEvent, function: Function | None, ending: Ending | None) -> None:
        if function is None or ending is None or not _is_awaited(event, function):
            self._journal.ended(event)
        else:
            delivery = asyncio.get_running_loop().create_task(self._deliver(event, function, ending))
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._deliveries.discard)
        key = (event.account_id, event.region, event.function_name)
        queue = self._queues.get(key)
        if queue is not None and not len(queue):
            del self._queues[key]

    async def _deliver(self, event: QueuedEvent, function: Function, ending: Ending) -> None:
        await self._delivery.deliver(event, function, ending)
        self._journal.ended(event)


def _is_awaited(event: QueuedEvent, function: Function) -> bool:
    """Whether anyone may want to know how it ended; of most functions nobody does."""
    return config_of(function, event.qualifier) is not None or function.latest.dead_letter_arn is not None
