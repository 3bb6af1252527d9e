"""Events: attempts, retries, waits, and what ends them (async.md §1). A minute of AWS's is a moment here."""

import asyncio

import pytest

from emulator.clock import Clock
from emulator.errors import ResourceNotFoundException, TooManyRequestsException
from emulator.execution.event_queue import EventQueue
from emulator.execution.invocation import Invocation, Outcome
from emulator.resources.function import Function

SCALE = 0.001  # a minute takes 60 ms


class Attempts:
    """Stands for the dispatcher: notes when and with which version an event is attempted, and ends it as told."""

    def __init__(self, *outcomes: str | None) -> None:
        self.outcomes = list(outcomes)  # function errors of the attempts to come; None is success
        self.made: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.capacity = 100
        self.running: list[asyncio.Future] = []
        self.hold = False

    def invoke(self, version, invocation, function):
        if len([future for future in self.running if not future.done()]) >= self.capacity:
            raise TooManyRequestsException.throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        loop = asyncio.get_running_loop()
        self.times.append(loop.time())
        self.made.append((invocation.request_id, version.version))
        future = loop.create_future()
        self.running.append(future)
        if not self.hold:
            loop.call_soon(self.finish, future)
        return future

    def finish(self, future=None):
        future = future or next(future for future in self.running if not future.done())
        future.set_result(Outcome(b"{}", self.outcomes.pop(0) if self.outcomes else None))


@pytest.fixture
def function(make_version) -> Function:
    return Function(make_version())


def queue_over(attempts: Attempts, at_once: int = 100) -> EventQueue:
    return EventQueue(attempts.invoke, Clock(SCALE), at_once)


def add(queue: EventQueue, function: Function, request_id: str = "id") -> None:
    queue.add(lambda: function.latest, Invocation(request_id, b"{}", "arn"), function)


async def test_a_good_event_runs_once(function):
    attempts = Attempts(None)
    queue = queue_over(attempts)
    add(queue, function)
    assert attempts.made == []  # the caller is answered first
    await asyncio.sleep(0.2)
    assert attempts.made == [("id", "$LATEST")]
    assert queue.empty


async def test_a_failing_event_is_retried_after_one_minute_and_after_two(function):
    attempts = Attempts("Unhandled", "Unhandled", "Unhandled", "Unhandled")
    queue = queue_over(attempts)
    add(queue, function)
    await asyncio.sleep(0.35)
    assert attempts.made == [("id", "$LATEST")] * 3  # one id for all attempts
    first, second = (later - earlier for earlier, later in zip(attempts.times, attempts.times[1:], strict=False))
    assert first == pytest.approx(0.060, abs=0.03)
    assert second == pytest.approx(0.120, abs=0.03)
    assert queue.empty


async def test_a_retry_may_succeed(function):
    attempts = Attempts("Unhandled", None)
    queue = queue_over(attempts)
    add(queue, function)
    await asyncio.sleep(0.3)
    assert len(attempts.made) == 2


async def test_an_event_runs_the_version_of_its_time(function, make_version):
    attempts = Attempts("Unhandled", None)
    queue = queue_over(attempts)
    add(queue, function)
    await asyncio.sleep(0.02)
    function.latest = make_version(version="2")
    await asyncio.sleep(0.1)
    assert [version for _, version in attempts.made] == ["$LATEST", "2"]


async def test_events_wait_for_concurrency_and_keep_their_order(function):
    attempts = Attempts()
    attempts.capacity, attempts.hold = 1, True
    queue = queue_over(attempts)
    for number in range(3):
        add(queue, function, str(number))
    for _ in range(3):
        await asyncio.sleep(0.02)
        attempts.finish()
    await asyncio.sleep(0.02)
    assert [request_id for request_id, _ in attempts.made] == ["0", "1", "2"]
    assert queue.empty


async def test_a_throttled_event_is_attempted_again_by_and_by(function):
    attempts = Attempts()
    attempts.capacity = 0
    queue = queue_over(attempts)
    add(queue, function)
    await asyncio.sleep(0.01)
    attempts.capacity = 1
    await asyncio.sleep(0.05)
    assert len(attempts.made) == 1


async def test_no_more_than_so_many_run_at_once(function):
    attempts = Attempts()
    attempts.hold = True
    queue = queue_over(attempts, at_once=2)
    for number in range(5):
        add(queue, function, str(number))
    await asyncio.sleep(0.01)
    assert len(attempts.made) == 2
    attempts.finish()
    await asyncio.sleep(0.01)
    assert len(attempts.made) == 3


async def test_with_nothing_reserved_there_is_no_attempt(function):  # [rec: test_reserved_concurrency, 2025-11-25]
    attempts = Attempts()
    function.reserved_concurrency = 0
    queue = queue_over(attempts)
    add(queue, function)
    await asyncio.sleep(0.01)
    assert attempts.made == []
    assert queue.empty


async def test_a_function_that_is_gone_ends_its_events(function):
    def gone():
        raise ResourceNotFoundException("gone")

    attempts = Attempts()
    queue = queue_over(attempts)
    queue.add(gone, Invocation("id", b"{}", "arn"), function)
    add(queue, function, "other")
    await asyncio.sleep(0.01)
    assert [request_id for request_id, _ in attempts.made] == ["other"]


async def test_an_event_is_given_up_after_six_hours(function):
    attempts = Attempts()
    attempts.capacity = 0
    queue = EventQueue(attempts.invoke, Clock(0.000_001), 1)  # six hours are 22 ms
    add(queue, function)
    await asyncio.sleep(0.1)
    assert queue.empty


async def test_closing_gives_up_everything(function):
    attempts = Attempts("Unhandled")
    queue = queue_over(attempts)
    add(queue, function)
    await asyncio.sleep(0.02)
    queue.close()
    await asyncio.sleep(0.1)
    assert len(attempts.made) == 1
