"""Asynchronous invocations: one queue per function, retries, and what ends them (async.md §1).

* An event runs the version that is current when its turn has come.
* A function error is retried after one minute and again after two, then the event is given up.
* An event for which there is no concurrency waits, from one second up to five minutes at a time, for at most six hours;
  that counts as no attempt. Events behind it wait too.
* With reserved concurrency 0 an event is given up at once, without an attempt.

All waits are scaled by the clock.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from emulator.clock import Clock, Timer
from emulator.errors import EmulatorError, ServiceError, TooManyRequestsException
from emulator.execution.invocation import Invocation, Outcome
from emulator.resources.function import Function, FunctionVersion

_log = logging.getLogger(__name__)

RETRY_SECONDS = (60.0, 120.0)  # after the first and after the second failure
MAXIMUM_AGE_SECONDS = 21_600.0
_SHORTEST_WAIT, _LONGEST_WAIT = 1.0, 300.0

Invoke = Callable[[FunctionVersion, Invocation, Function], "asyncio.Future[Outcome]"]


@dataclass(slots=True, eq=False)
class QueuedEvent:
    """An event on its way. `failures` counts attempts that ended in a function error."""

    version: Callable[[], FunctionVersion]
    invocation: Invocation
    function: Function
    queued_at: float = field(default_factory=time.monotonic)
    failures: int = 0


class EventQueue:
    """The events of one function. At most `at_once` of them run at the same time."""

    def __init__(self, invoke: Invoke, clock: Clock, at_once: int) -> None:
        self._invoke = invoke
        self._clock = clock
        self._at_once = at_once
        self._waiting: deque[QueuedEvent] = deque()
        self._running = 0
        self._wait = _SHORTEST_WAIT
        self._throttled: Timer | None = None
        self._retries: set[Timer] = set()
        self._closed = False

    def add(self, version: Callable[[], FunctionVersion], invocation: Invocation, function: Function) -> None:
        """Takes an event; it is not attempted before the present call is over, whose answer is 202 at any rate."""
        self._waiting.append(QueuedEvent(version, invocation, function))
        asyncio.get_running_loop().call_soon(self._pump)

    @property
    def empty(self) -> bool:
        """Whether no event is waiting, running, or to be retried."""
        return not (self._waiting or self._running or self._retries)

    def close(self) -> None:
        """Gives up all events."""
        self._closed = True
        self._waiting.clear()
        for timer in self._retries:
            timer.cancel()
        if self._throttled is not None:
            self._throttled.cancel()

    def _pump(self) -> None:
        """Starts events until there is none, or no room for one."""
        while self._waiting and self._throttled is None and self._running < self._at_once and not self._closed:
            event = self._waiting[0]
            if event.function.reserved_concurrency == 0 or self._is_too_old(event):
                self._waiting.popleft()
                continue
            try:
                running = self._invoke(event.version(), event.invocation, event.function)
            except TooManyRequestsException:
                self._throttled = self._clock.call_later(self._wait, self._try_again)
                self._wait = min(self._wait * 2, _LONGEST_WAIT)
                return
            except ServiceError:  # the function, or the version that was asked for, is no longer there
                self._waiting.popleft()
                continue
            self._waiting.popleft()
            self._wait = _SHORTEST_WAIT
            self._running += 1
            running.add_done_callback(partial(self._ended, event))

    def _try_again(self) -> None:
        self._throttled = None
        self._pump()

    def _ended(self, event: QueuedEvent, running: "asyncio.Future[Outcome]") -> None:
        self._running -= 1
        if running.cancelled() or self._closed:
            return
        error = running.exception()
        if isinstance(error, EmulatorError):
            _log.error("An event for %s is lost: %s", event.invocation.function_arn, error)
        elif error is not None:
            _log.error("An event for %s is lost.", event.invocation.function_arn, exc_info=error)
        elif running.result().function_error is not None:
            self._retry(event)
        if self._throttled is not None:  # what has just ended may be what the next event waits for
            self._throttled.cancel()
            self._throttled = None
        self._pump()

    def _retry(self, event: QueuedEvent) -> None:
        if event.failures < len(RETRY_SECONDS):
            delay = RETRY_SECONDS[event.failures]
            event.failures += 1
            timer: Timer | None = None

            def due() -> None:
                if timer is not None:
                    self._retries.discard(timer)
                self._waiting.append(event)
                self._pump()

            timer = self._clock.call_later(delay, due)
            self._retries.add(timer)

    def _is_too_old(self, event: QueuedEvent) -> bool:
        return time.monotonic() - event.queued_at > self._clock.scaled(MAXIMUM_AGE_SECONDS)
