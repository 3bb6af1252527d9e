"""A response between the function that writes it and the caller who reads it."""

import asyncio

import pytest

from emulator.clock import Clock
from emulator.errors import EmulatorError
from emulator.execution.bandwidth import Bandwidth
from emulator.execution.concurrency import Running
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.response_stream import ResponseStream
from emulator.execution.ticket import Ticket
from emulator.pending import Pending

MEGABYTE = 1 << 20
DONE = Outcome(b"")


class Source:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def hold(self) -> None:
        self.told.append("hold")

    def go_on(self) -> None:
        self.told.append("go on")


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def stream(source) -> ResponseStream:
    return ResponseStream(source, "text/plain")


async def test_a_reader_who_waits_gets_each_part_as_it_is_written(stream):
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    assert not first.done()
    stream.write(b"one")
    assert await first == b"one"
    stream.write(b"two")
    stream.end(DONE)
    assert [part async for part in stream] == [b"two"]
    assert stream.outcome is DONE


async def test_a_function_waits_while_too_much_is_unread(stream, source):
    for _ in range(3):
        stream.write(bytes(MEGABYTE // 2))
    assert source.told == ["hold"]
    await anext(stream)
    await anext(stream)
    assert source.told == ["hold"]
    await anext(stream)
    assert source.told == ["hold", "go on"]


async def test_at_the_end_nothing_is_held_any_more(stream, source):
    stream.write(bytes(2 * MEGABYTE))
    stream.end(DONE)
    assert source.told == ["hold", "go on"]
    assert len(await anext(stream)) == 2 * MEGABYTE


async def test_when_nobody_reads_the_function_runs_on(stream, source):
    stream.write(bytes(2 * MEGABYTE))
    stream.close()
    assert source.told == ["hold", "go on"]
    for _ in range(10):
        stream.write(bytes(MEGABYTE))
    assert source.told == ["hold", "go on"]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


class TestBandwidth:
    """[docs: configuration-response-streaming, bandwidth limits]"""

    @pytest.fixture
    def slept(self, monkeypatch) -> list[float]:
        """How long it was waited. The time stands still in the meantime."""
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        monkeypatch.setattr("emulator.execution.bandwidth.asyncio.sleep", sleep)
        monkeypatch.setattr("emulator.execution.bandwidth.monotonic", lambda: 100.0)
        return slept

    async def test_six_megabytes_are_free_and_the_rest_takes_its_time(self, stream, slept):
        stream.bandwidth = Bandwidth(Clock())
        for _ in range(9):
            stream.write(bytes(MEGABYTE))
        stream.end(DONE)
        assert sum([len(part) async for part in stream]) == 9 * MEGABYTE
        assert slept == [0.5, 1.0, 1.5]  # all from one moment on, that is 2 MB a second

    async def test_a_part_may_be_free_by_half(self, slept):
        bandwidth = Bandwidth(Clock(time_scale=0.1))
        await bandwidth.take(7 * MEGABYTE)
        assert slept == [pytest.approx(0.05)]

    async def test_it_is_not_saved_up(self, slept, monkeypatch):
        bandwidth = Bandwidth(Clock())
        await bandwidth.take(8 * MEGABYTE)
        monkeypatch.setattr("emulator.execution.bandwidth.monotonic", lambda: 200.0)
        await bandwidth.take(MEGABYTE)
        assert slept == [1.0, 0.5]


async def test_what_ends_it_from_outside_is_raised_after_what_there_is(stream):
    stream.write(b"one")
    stream.fail(EmulatorError("stopped"))
    assert await anext(stream) == b"one"
    with pytest.raises(EmulatorError, match="stopped"):
        await anext(stream)


class TestTheTicket:
    """Its caller has the answer when the stream begins; it counts as running until its end."""

    @pytest.fixture
    def running(self) -> Running:
        return Running(count=1)

    @pytest.fixture
    def ticket(self, running) -> Ticket:
        return Ticket(Invocation("id", b"{}", "arn", streamed=True), Pending(), (running,))

    def test_a_stream_is_the_outcome_before_it_is_over(self, ticket, running, stream):
        ticket.respond(stream)
        assert ticket.outcome.result().stream is stream
        assert ticket.outcome.result().content_type == "text/plain"
        assert running.count == 1
        ticket.settle(DONE)
        assert stream.outcome is DONE
        assert running.count == 0

    async def test_a_caller_who_has_gone_before_it_begins(self, ticket, stream, source):
        ticket.outcome.cancel()
        ticket.respond(stream)
        stream.write(bytes(2 * MEGABYTE))
        assert source.told == []

    async def test_an_emulator_that_stops_breaks_it_off(self, ticket, stream):
        ticket.respond(stream)
        ticket.cancel()
        with pytest.raises(EmulatorError):
            await anext(stream)
