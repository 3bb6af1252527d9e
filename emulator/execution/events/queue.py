"""The events of one function, from acceptance to their end (async.md §1).

* An event runs the version that is current when its turn has come.
* A function error is retried after one minute and again after two, unless the settings say otherwise.
* An event for which there is no concurrency waits, from one second up to five minutes at a time, until it is too old;
  that counts as no attempt. Events behind it wait too. So does one that this machine could not run.
* With reserved concurrency 0 an event is given up at once, without an attempt.

All waits are scaled by the clock, and an event is as old as if they had not been; its attempts take real time. What
is to happen is decided in policy.py.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from emulator.clock import Clock, Timer
from emulator.errors import EmulatorError, ServiceError, TooManyRequestsException
from emulator.execution.events import policy
from emulator.execution.events.event import Condition, Ending, Find, QueuedEvent
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.recursion import is_loop
from emulator.pending import Pending
from emulator.resources.function import Function, FunctionVersion

_log = logging.getLogger(__name__)

Invoke = Callable[[FunctionVersion, Invocation, Function], Pending[Outcome]]


class EventQueue:
    """A queue. At most `at_once` of its events run at the same time.

    `failed` is called with an event that is to be attempted again, `ended` with one that is not; an event whose
    function is gone ends with None.
    """

    def __init__(
        self,
        invoke: Invoke,
        find: Find,
        clock: Clock,
        *,
        at_once: int,
        failed: Callable[[QueuedEvent], None],
        ended: Callable[[QueuedEvent, Function | None, Ending | None], None],
    ) -> None:
        self._invoke = invoke
        self._find = find
        self._clock = clock
        self._at_once = at_once
        self._failed = failed
        self._ended = ended
        self._waiting: deque[QueuedEvent] = deque()
        self._running = 0
        self._wait = policy.FIRST_WAIT
        self._throttled: Timer | None = None
        self._throttled_at = 0.0
        self._skipped = 0.0  # seconds by which all waits for room together were shortened
        self._retries: set[Timer] = set()
        self._closed = False

    def add(self, event: QueuedEvent) -> None:
        """Takes an event; it is not attempted before the present call is over, whose answer is 202 at any rate."""
        if event.due_at:  # its retry was still to come when the process before this one ended
            self._retry(event, event.due_at - time.time())
            return
        self._enqueue(event)
        asyncio.get_running_loop().call_soon(self._pump)

    def __len__(self) -> int:
        """How many events are waiting, running, or to be retried."""
        return len(self._waiting) + self._running + len(self._retries)

    def close(self) -> None:
        """Stops attempting events."""
        self._closed = True
        self._waiting.clear()
        for timer in self._retries:
            timer.cancel()
        if self._throttled is not None:
            self._throttled.cancel()

    def _pump(self) -> None:
        """Starts events until there is none, or no room for one."""
        while self._waiting and self._throttled is None and self._running < self._at_once and not self._closed:
            event = self._dequeue()
            try:
                function, version = self._find(event)
            except ServiceError as error:  # the function, or what was asked for of it, is no longer there
                _log.warning("An event came to nothing: %s", error)
                self._ended(event, None, None)
                continue
            ending = _end_without_attempt(event, function)
            if ending is not None:
                self._ended(event, function, ending)
                continue
            try:
                running = self._invoke(version, event.invocation, function)
            except TooManyRequestsException:
                self._enqueue(event, first=True)
                self._hold_back()
                return
            self._wait = policy.FIRST_WAIT
            self._running += 1
            running.add_done_callback(partial(self._attempted, event, function, version))

    def _enqueue(self, event: QueuedEvent, *, first: bool = False) -> None:
        """Has it wait. What the queue skips from now on is added when its turn comes."""
        event.skipped -= self._skipped
        if first:
            self._waiting.appendleft(event)
        else:
            self._waiting.append(event)

    def _dequeue(self) -> QueuedEvent:
        event = self._waiting.popleft()
        event.skipped += self._skipped
        return event

    def _hold_back(self) -> None:
        """Tries no event for a while: there is no room for one."""
        self._throttled_at = time.monotonic()
        self._throttled = self._clock.call_later(self._wait, self._try_again)
        self._wait = policy.after_waiting(self._wait)

    def _try_again(self) -> None:
        self._go_on()
        self._pump()

    def _go_on(self) -> None:
        """Ends the wait for room, if there is one."""
        if self._throttled is not None:
            waited = time.monotonic() - self._throttled_at
            self._skipped += self._clock.skipped(waited)
            self._throttled.cancel()
            self._throttled = None

    def _attempted(
        self, event: QueuedEvent, function: Function, version: FunctionVersion, running: Pending[Outcome]
    ) -> None:
        self._running -= 1
        if running.cancelled() or self._closed:
            return
        self._go_on()  # what has just ended may be what the next event waits for
        error = running.exception()
        if error is not None:
            self._could_not_run(event, error)
        else:
            self._follow(event, function, version, running.result())
        self._pump()

    def _could_not_run(self, event: QueuedEvent, error: BaseException) -> None:
        """No fault of the function's: the event waits as it would for room."""
        unexpected = not isinstance(error, EmulatorError)
        _log.error(
            "An event for %s waits: %s", event.invocation.function_arn, error, exc_info=error if unexpected else None
        )
        self._enqueue(event, first=True)
        if self._throttled is None:
            self._hold_back()

    def _follow(self, event: QueuedEvent, function: Function, version: FunctionVersion, outcome: Outcome) -> None:
        event.attempts += 1
        if outcome.function_error is None:
            self._ended(event, function, Ending(Condition.SUCCESS, event.attempts, outcome, version.version))
            return
        config = policy.config_of(function, event.qualifier)
        decision = policy.after_function_error(event.attempts, event.age(), config)
        if isinstance(decision, Condition):
            self._ended(event, function, Ending(decision, event.attempts, outcome, version.version))
        else:
            real_delay = self._clock.scaled(decision)
            event.due_at = time.time() + real_delay
            event.skipped += decision - real_delay
            self._failed(event)
            self._retry(event, real_delay)

    def _retry(self, event: QueuedEvent, real_delay: float) -> None:
        """Has the event wait again after so many real seconds."""

        def due() -> None:
            self._retries.discard(timer)
            event.due_at = 0.0
            self._enqueue(event)
            self._pump()

        timer: Timer = asyncio.get_running_loop().call_later(real_delay, due)
        self._retries.add(timer)


def _end_without_attempt(event: QueuedEvent, function: Function) -> Ending | None:
    if is_loop(event.invocation.trace_header, function):
        return Ending(Condition.RECURSION, event.attempts)
    if function.reserved_concurrency == 0:
        return Ending(Condition.ZERO_RESERVED_CONCURRENCY, event.attempts)
    if event.age() > policy.oldest(policy.config_of(function, event.qualifier)):
        return Ending(Condition.EVENT_AGE_EXCEEDED, event.attempts)
    return None
