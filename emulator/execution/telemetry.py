"""The telemetry of one environment between two resets: who subscribed, and what each of them gets.

Events from before a subscription belong to it too, back to the start of the init (telemetry-logs-api.md §2); so they
are kept until the init is over, and then only if somebody subscribed is there anything left to do.
"""

import asyncio
from collections.abc import Callable

from emulator.execution.log_frames import Record
from emulator.execution.logs import LogEvent
from emulator.execution.telemetry_delivery import Delivery
from emulator.execution.telemetry_schema import entries
from emulator.runtime_api.subscription import Subscription


class Telemetry:
    """Passes events on to subscribers. `make_delivery` opens the way to one; `logs_json` is the function's format."""

    def __init__(self, *, logs_json: bool, make_delivery: Callable[[Subscription], Delivery] = Delivery) -> None:
        self._logs_json = logs_json
        self._make_delivery = make_delivery
        self._early: list[tuple[LogEvent, str]] | None = []
        self._subscribers: dict[str, tuple[Subscription, Delivery]] = {}

    @property
    def wanted(self) -> bool:
        """Whether events must still be passed to it."""
        return self._early is not None or bool(self._subscribers)

    def add(self, event: LogEvent, source: str) -> None:
        """Something was written. `source` is function, extension or platform."""
        if self._early is not None:
            self._early.append((event, source))
        for subscription, delivery in self._subscribers.values():
            self._pass_on(event, source, subscription, delivery)

    def subscribe(self, identifier: str, subscription: Subscription) -> None:
        """An extension wants events, and gets those of this init first. A second subscription replaces the first."""
        previous = self._subscribers.pop(identifier, None)
        delivery = self._make_delivery(subscription)
        if previous is not None:
            previous[1].close()
        else:
            for event, source in self._early or ():
                self._pass_on(event, source, subscription, delivery)
        self._subscribers[identifier] = (subscription, delivery)

    def close_subscriptions(self) -> None:
        """Init is over: nobody subscribes any more."""
        self._early = None

    def freeze(self) -> None:
        """The environment is free: its processes get no time."""
        for _, delivery in self._subscribers.values():
            delivery.freeze()

    def thaw(self) -> None:
        """They do again."""
        for _, delivery in self._subscribers.values():
            delivery.thaw()

    async def flush(self, seconds: float) -> None:
        """Sends what waits, and gives it so much time to arrive."""
        flushing = [delivery.flush(seconds) for _, delivery in self._subscribers.values()]
        await asyncio.gather(*flushing)

    def close(self) -> None:
        """Drops what has not arrived."""
        for _, delivery in self._subscribers.values():
            delivery.close()
        self._subscribers.clear()
        self._early = None

    def _pass_on(self, event: LogEvent, source: str, subscription: Subscription, delivery: Delivery) -> None:
        for entry in entries(event.content, event.time_ms, source, subscription, logs_json=self._logs_json):
            delivery.add(entry)


def source_of(content: object, line_source: str) -> str:
    """Which type of telemetry an event of the log is."""
    return line_source if isinstance(content, Record) else "platform"
