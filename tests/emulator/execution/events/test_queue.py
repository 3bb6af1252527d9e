"""Events: attempts, retries, waits, and what ends them (async.md §1). A minute of AWS's is a moment here."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from emulator.clock import Clock
from emulator.errors import EmulatorError, ResourceNotFoundException, TooManyRequestsException
from emulator.execution.events.event import QueuedEvent
from emulator.execution.events.queue import EventQueue
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.recursion import lineage_for
from emulator.resources.event_invoke_config import EventInvokeConfig
from emulator.resources.function import Function

ACCOUNT, REGION = "123456789012", "us-east-1"
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
        self.seconds = 0.0  # that an attempt takes

    def invoke(self, version, invocation, function):
        if len([future for future in self.running if not future.done()]) >= self.capacity:
            raise TooManyRequestsException.throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        loop = asyncio.get_running_loop()
        self.times.append(loop.time())
        self.made.append((invocation.request_id, version.version))
        future = loop.create_future()
        self.running.append(future)
        if not self.hold:
            loop.call_later(self.seconds, self.finish, future)
        return future

    def finish(self, future=None):
        future = future or next(future for future in self.running if not future.done())
        future.set_result(Outcome(b"{}", self.outcomes.pop(0) if self.outcomes else None))


@pytest.fixture
def function(make_version) -> Function:
    return Function(make_version())


class Queue:
    """A queue over scripted attempts. `ended` tells how events ended: request id, condition and number of attempts."""

    def __init__(self, attempts: Attempts, function: Function, *, at_once: int = 100, scale: float = SCALE) -> None:
        self.function: Function | None = function
        self.ended: list[tuple[str, str | None, int]] = []
        self.failed: list[str] = []
        self.one_ended = asyncio.Event()
        self.queue = EventQueue(
            attempts.invoke,
            self.find,
            Clock(scale),
            at_once=at_once,
            failed=lambda event: self.failed.append(event.invocation.request_id),
            ended=self.note_end,
        )

    def find(self, event):
        if self.function is None or event.function_name == "gone":
            raise ResourceNotFoundException("gone")
        return self.function, self.function.latest

    def note_end(self, event, function, ending):
        condition, attempts = (None, event.attempts) if ending is None else (str(ending.condition), ending.attempts)
        self.ended.append((event.invocation.request_id, condition, attempts))
        self.one_ended.set()

    def add(self, request_id: str = "id", name: str = "fn", age: float = 0.0, trace: str | None = None) -> None:
        invocation = Invocation(request_id, b"{}", "arn", trace_header=trace)
        self.queue.add(QueuedEvent(ACCOUNT, REGION, name, None, invocation, time.time() - age))

    async def end(self) -> tuple[str, str | None, int]:
        async with asyncio.timeout(10):
            await self.one_ended.wait()
        assert len(self.queue) == 0
        return self.ended[-1]


def configure(function: Function, *, age: int | None = None, retries: int | None = None) -> None:
    config = EventInvokeConfig("arn", datetime.now(UTC), maximum_retry_attempts=retries, maximum_event_age=age)
    function.event_invoke_configs["$LATEST"] = config


async def test_a_good_event_runs_once(function):
    attempts = Attempts(None)
    queue = Queue(attempts, function)
    queue.add()
    assert attempts.made == []  # the caller is answered first
    assert await queue.end() == ("id", "Success", 1)
    assert attempts.made == [("id", "$LATEST")]
    assert queue.failed == []


async def test_a_failing_event_is_retried_after_one_minute_and_after_two(function):
    """[rec: test_lambda_destination_default_retries, 2025-11-24]"""
    attempts = Attempts(*["Unhandled"] * 4)
    queue = Queue(attempts, function)
    queue.add()
    assert await queue.end() == ("id", "RetriesExhausted", 3)
    assert attempts.made == [("id", "$LATEST")] * 3  # one id for all attempts
    assert queue.failed == ["id"] * 2
    first, second = (later - earlier for earlier, later in zip(attempts.times, attempts.times[1:], strict=False))
    assert first >= 0.059
    assert second >= 0.119


async def test_a_retry_may_succeed(function):
    attempts = Attempts("Unhandled", None)
    queue = Queue(attempts, function)
    queue.add()
    assert await queue.end() == ("id", "Success", 2)


@pytest.mark.parametrize(("retries", "attempts_made"), [(0, 1), (1, 2), (2, 3)])
async def test_the_number_of_retries_can_be_set(function, retries, attempts_made):
    """[rec: test_assess_lambda_destination_invocation, 2025-11-24: none; test_retries, 2025-11-25: two]"""
    configure(function, retries=retries)
    queue = Queue(Attempts(*["Unhandled"] * 4), function)
    queue.add()
    assert await queue.end() == ("id", "RetriesExhausted", attempts_made)


@pytest.mark.parametrize(("age", "attempts_made"), [(60, 1), (90, 2)])
async def test_an_event_is_given_up_when_its_next_attempt_would_come_too_late(function, age, attempts_made):
    """[rec: test_maxeventage, 2025-11-27]"""
    configure(function, age=age, retries=2)
    # A minute takes three seconds, so that a slow machine does not make an event older than it should be.
    attempts = Attempts(*["Unhandled"] * 4)
    queue = Queue(attempts, function, scale=0.02)
    queue.add()
    assert await queue.end() == ("id", "EventAgeExceeded", attempts_made)
    assert len(attempts.made) == attempts_made


async def test_what_runs_takes_real_time_and_only_waits_are_scaled(function):
    """Else a cold start of a tenth of a second would make an event 100 seconds older here."""
    configure(function, age=90, retries=2)
    attempts = Attempts(*["Unhandled"] * 3)
    attempts.seconds = 0.1
    queue = Queue(attempts, function)
    queue.add()
    assert await queue.end() == ("id", "EventAgeExceeded", 2)


async def test_a_retry_that_was_to_come_when_the_process_ended_comes_when_it_is_due(function):
    attempts = Attempts(None)
    queue = Queue(attempts, function)
    invocation = Invocation("id", b"{}", "arn")
    now = time.time()
    event = QueuedEvent(ACCOUNT, REGION, "fn", None, invocation, now, attempts=1, due_at=now + 0.2)
    queue.queue.add(event)
    assert len(queue.queue) == 1
    assert await queue.end() == ("id", "Success", 2)
    assert time.time() >= now + 0.19


async def test_an_event_runs_the_version_of_its_time(function, make_version):
    """[rec: test_async_invoke_queue_upon_function_update, 2025-11-24]"""
    attempts = Attempts("Unhandled", None)
    queue = Queue(attempts, function)
    queue.add()
    while not queue.failed:
        await asyncio.sleep(0.005)
    function.latest = make_version(version="2")
    await queue.end()
    assert [version for _, version in attempts.made] == ["$LATEST", "2"]


async def test_events_wait_for_concurrency_and_keep_their_order(function):
    """[rec: test_reserved_concurrency_async_queue, 2025-11-24]"""
    attempts = Attempts()
    attempts.capacity, attempts.hold = 1, True
    queue = Queue(attempts, function)
    for number in range(3):
        queue.add(str(number))
    for _ in range(3):
        await asyncio.sleep(0.02)
        attempts.finish()
    await asyncio.sleep(0.02)
    assert [request_id for request_id, _ in attempts.made] == ["0", "1", "2"]
    assert len(queue.queue) == 0


async def test_a_throttled_event_is_attempted_again_by_and_by_and_that_counts_as_no_attempt(function):
    attempts = Attempts()
    attempts.capacity = 0
    queue = Queue(attempts, function)
    queue.add()
    await asyncio.sleep(0.01)
    attempts.capacity = 1
    assert await queue.end() == ("id", "Success", 1)


async def test_an_event_that_this_machine_cannot_run_now_waits_as_for_room(function, caplog):
    attempts = Attempts()
    attempts.hold = True
    queue = Queue(attempts, function)
    queue.add()
    await asyncio.sleep(0.01)
    attempts.running[0].set_exception(EmulatorError("There is no python3.99."))
    attempts.hold = False
    assert await queue.end() == ("id", "Success", 1)
    assert "There is no python3.99." in caplog.text


async def test_no_more_than_so_many_run_at_once(function):
    attempts = Attempts()
    attempts.hold = True
    queue = Queue(attempts, function, at_once=2)
    for number in range(5):
        queue.add(str(number))
    await asyncio.sleep(0.01)
    assert len(attempts.made) == 2
    attempts.finish()
    await asyncio.sleep(0.01)
    assert len(attempts.made) == 3


async def test_with_nothing_reserved_there_is_no_attempt(function):
    """[rec: test_reserved_concurrency, 2025-11-25]"""
    attempts = Attempts()
    function.reserved_concurrency = 0
    queue = Queue(attempts, function)
    queue.add()
    assert await queue.end() == ("id", "ZeroReservedConcurrency", 0)
    assert attempts.made == []


async def test_a_function_that_is_gone_ends_its_events(function):
    attempts = Attempts()
    queue = Queue(attempts, function)
    queue.add(name="gone")
    queue.add("other")
    while len(queue.queue):
        await asyncio.sleep(0.005)
    assert queue.ended == [("id", None, 0), ("other", "Success", 1)]


async def test_an_event_is_given_up_after_six_hours(function):
    attempts = Attempts()
    attempts.capacity = 0
    queue = Queue(attempts, function, scale=0.000_001)  # the waits of six hours are 22 ms
    queue.add()
    assert await queue.end() == ("id", "EventAgeExceeded", 0)


async def test_a_loop_ends_before_it_is_attempted(function):
    """async.md §4: the event goes where failed ones go."""
    attempts = Attempts()
    queue = Queue(attempts, function)
    trace = "Lineage=" + lineage_after(16, function)
    queue.add(trace=trace)
    assert (await queue.end())[1] == "RecursiveInvocation"
    assert attempts.made == []
    function.recursive_loop = "Allow"
    queue.add("allowed", trace=trace)
    await asyncio.sleep(0.05)
    assert queue.ended[-1] == ("allowed", "Success", 1)


def lineage_after(invocations: int, function: Function) -> str:
    lineage = None
    for _ in range(invocations):
        lineage = lineage_for(function.arn(), lineage)
    assert lineage is not None
    return lineage


async def test_closing_stops_the_attempts_and_ends_nothing(function):
    attempts = Attempts("Unhandled")
    queue = Queue(attempts, function)
    queue.add()
    await asyncio.sleep(0.02)
    queue.queue.close()
    await asyncio.sleep(0.1)
    assert len(attempts.made) == 1
    assert queue.ended == []
