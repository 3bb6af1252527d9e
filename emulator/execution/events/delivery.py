"""Where events go at their end: destinations and dead-letter queues (async.md §2, §3).

A record for another function is an event of that function, and may be as large as one. Everything else is in another
service, behind an `Outlet`. What cannot be delivered is lost, as on AWS, and told in the log of the emulator; an outlet
that is not there is tried again for some minutes. Meanwhile the event is in the journal.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from emulator import arn, ids, quotas
from emulator.clock import Clock
from emulator.errors import EmulatorError
from emulator.execution.events.event import Condition, Ending, QueuedEvent
from emulator.execution.events.policy import config_of
from emulator.execution.events.record import dead_letter_attributes, fit_for_topic, record_of
from emulator.execution.invocation import Invocation
from emulator.resources.function import Function
from emulator.runtime_api.event import trace_id

_log = logging.getLogger(__name__)

# Seconds before an outlet that is not there is tried again: it may be about to start, or to start anew. Ten minutes.
_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, *[30.0] * 19)
_TOLD_AT = 4.0
_AT_ONCE = 32  # deliveries; the rest wait


class Outlet(Protocol):
    """The services that take records and dead letters."""

    async def deliver_record(self, destination: str, record: bytes, event: QueuedEvent, trace_header: str) -> None:
        """Gives a record to the queue, topic, event bus or bucket `destination`.

        Raises EmulatorError, in one line, if it is not taken; OutletAwayError if nobody is there to take it.
        """

    async def deliver_dead_letter(
        self, target: str, body: str, attributes: dict[str, tuple[str, str]], event: QueuedEvent
    ) -> None:
        """Gives an event to the queue or topic `target`. `attributes` are name to type and value. Raises likewise."""


class OutletAwayError(EmulatorError):
    """The service does not answer just now."""


class EventDelivery:
    """Delivers. `accept` takes events for other functions; `outlet` is None where there are no other services."""

    def __init__(self, clock: Clock, outlet: Outlet | None, accept: Callable[[QueuedEvent], None]) -> None:
        self._clock = clock
        self._outlet = outlet
        self._accept = accept
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def deliver(self, event: QueuedEvent, function: Function, ending: Ending) -> None:
        """Gives the event to all who are to have it. Raises nothing."""
        succeeded = ending.condition is Condition.SUCCESS
        config = config_of(function, event.qualifier)
        destination = None if config is None else config.on_success if succeeded else config.on_failure
        if destination is not None:
            await self._deliver_record(destination, event, function, ending)
        dead_letter_arn = None if succeeded else function.latest.dead_letter_arn
        if dead_letter_arn is not None:
            body, attributes = event.invocation.payload.decode(), dead_letter_attributes(event, ending)
            await self._send(
                dead_letter_arn,
                lambda outlet: outlet.deliver_dead_letter(dead_letter_arn, body, attributes, event),
            )

    async def _deliver_record(self, destination: str, event: QueuedEvent, function: Function, ending: Ending) -> None:
        qualified = function.arn(event.qualifier or arn.LATEST)
        record = record_of(event, ending, qualified, self._clock.now())
        trace_header = trace_id(event.invocation.function_arn, event.invocation.trace_header)
        if ":sns:" in destination:
            record = fit_for_topic(record)
        reference = arn.parse_function(destination) if ":lambda:" in destination else None
        if reference is None:
            await self._send(
                destination, lambda outlet: outlet.deliver_record(destination, record, event, trace_header)
            )
            return
        if len(record) > quotas.ASYNCHRONOUS_PAYLOAD:
            _log.error("Nothing was delivered to %s: %d bytes are too much for an event.", destination, len(record))
            return
        invocation = Invocation(ids.request_id(), record, destination, trace_header=trace_header)
        account_id, region = reference.account_id or event.account_id, reference.region or event.region
        try:
            self._accept(QueuedEvent(account_id, region, reference.name, reference.qualifier, invocation))
        except EmulatorError as error:
            _log.error("Nothing was delivered to %s: %s", destination, error)

    async def _send(self, target: str, send: Callable[[Outlet], Coroutine[Any, Any, None]]) -> None:
        if self._outlet is None:
            _log.warning("Nothing was delivered to %s: there are no other services (see --services).", target)
            return
        for wait in (*_WAITS, None):
            try:
                async with self._room:
                    await send(self._outlet)
            except OutletAwayError as error:
                if wait is not None:
                    if wait == _TOLD_AT:
                        _log.warning("Something waits to be delivered to %s: %s", target, error)
                    await asyncio.sleep(wait)
                    continue
                _log.error("Nothing was delivered to %s: %s", target, error)
            except EmulatorError as error:
                _log.error("Nothing was delivered to %s: %s", target, error)
            except Exception:
                _log.exception("Nothing was delivered to %s.", target)
            return
