"""START, END and REPORT while they can still wait: nobody who looks finds less in the log, or in another order."""

import asyncio
from contextlib import aclosing

import pytest

from emulator.execution.log_following import follow
from emulator.execution.platform_log import InitStart

SECONDS = 20.0  # that anything here may take on a busy machine


class Paced:
    """A runtime that does each thing when it is told to, and says when it has. Its events are lists of lines."""

    def __init__(self):
        self.answering, self.asking = asyncio.Event(), asyncio.Event()
        self.answering.set()
        self.asking.set()
        self.begun, self.answered = asyncio.Event(), asyncio.Event()
        self.after_its_answer = ""

    async def __call__(self, runtime):
        while True:
            request_id, event = await runtime.next()
            runtime.print(event.decode().strip("{}"))
            self.begun.set()
            await self.answering.wait()
            await runtime.respond(request_id, b"{}")
            runtime.print(self.after_its_answer)
            self.answered.set()
            await self.asking.wait()


@pytest.fixture
def paced():
    return Paced()


def stream_of(running, handler="f"):
    version = running.function(handler).latest
    [stream] = running.logs.streams(version.account_id, version.region, version.log_group)
    return stream


def read(stream):
    """The first word of each line, without the first of all."""
    first, *others = stream.lines()
    assert first.startswith("INIT_START ")
    return [line.split(" ")[0] for line in others]


async def soon(happens):
    await asyncio.wait_for(happens.wait(), SECONDS)


class TestReading:
    async def test_while_it_runs(self, execution, paced):
        paced.answering.clear()
        async with execution({"f": paced}) as running:
            waiting = running.call("f")
            await soon(paced.begun)
            assert read(stream_of(running)) == ["START"]
            paced.answering.set()
            await waiting
            assert read(stream_of(running)) == ["START", "END", "REPORT"]

    async def test_once_it_has_answered_and_asks_for_no_more(self, execution, paced):
        paced.asking.clear()
        async with execution({"f": paced}) as running:
            await running.call("f", b"a line\n")
            assert read(stream_of(running)) == ["START", "a", "END", "REPORT"]

    async def test_what_it_writes_after_its_answer_is_still_its_own(self, execution, paced):
        paced.after_its_answer = "afterwards\n"
        async with execution({"f": paced}) as running:
            for event in (b"", b"a line\n", b""):
                paced.answered.clear()
                await running.call("f", event)
                await soon(paced.answered)
            quiet = ["START", "afterwards\n", "END", "REPORT"]
            assert read(stream_of(running)) == [*quiet, "START", "a", *quiet[1:], *quiet]

    async def test_calls_one_after_the_other(self, execution, paced):
        async with execution({"f": paced}) as running:
            for event in (b"", b"", b"a line\n", b"no end", b""):
                await running.call("f", event)
            events = stream_of(running).events
            quiet = ["START", "END", "REPORT"]
            wrote = [["START", "a", "END", "REPORT"], ["START", "no", "END", "REPORT"]]
            assert read(stream_of(running)) == quiet * 2 + wrote[0] + wrote[1] + quiet
            assert [event.time_ms for event in events] == sorted(event.time_ms for event in events)

    async def test_calls_of_which_each_waits_for_the_one_before(self, execution, paced):
        async with execution({"f": paced}, max_environments=1) as running:
            await asyncio.gather(*(running.call("f") for _ in range(3)))
            assert read(stream_of(running)) == ["START", "END", "REPORT"] * 3

    async def test_the_tail_is_that_of_one_call_alone(self, execution, paced):
        async with execution({"f": paced}) as running:
            await running.call("f", b"before\n")
            tail = (await running.call("f", b"a line\n", tail=True)).log_tail.decode()
            assert [line.split(" ")[0] for line in tail.splitlines()] == ["START", "a", "END", "REPORT"]
            assert (await running.call("f", b"after\n")).log_tail is None
            assert read(stream_of(running))[1::4] == ["before\n", "a", "after\n"]


class TestListening:
    async def test_start_is_heard_while_it_runs(self, execution, paced):
        paced.answering.clear()
        heard = []
        async with execution({"f": paced}) as running:
            running.logs.listeners.append(lambda _, event: heard.append(event))
            waiting = running.call("f")
            await soon(paced.begun)
            assert heard[-1].content.kind == "start"
            paced.answering.set()
            await waiting
            assert stream_of(running).events == heard
            assert [event.content.kind for event in heard[-3:]] == ["start", "runtimeDone", "report"]

    async def test_who_follows_hears_of_each_event_once(self, execution, paced):
        paced.asking.clear()
        async with execution({"f": paced}) as running:
            await running.call("f")  # whose END and REPORT are still to be written
            stream = stream_of(running)
            kept = lambda: [(stream, event) for event in stream.events]  # noqa: E731
            async with aclosing(follow(running.logs, kept, lambda _, __: True)) as following:
                shown = await anext(following)
                paced.asking.set()
                await running.call("f")
                await asyncio.wait_for(running.dispatcher.close(), SECONDS)
                shown += await asyncio.wait_for(anext(following), SECONDS)
            assert [event for _, event in shown] == stream.events
            assert read(stream) == ["START", "END", "REPORT"] * 2


class TestTheEndOfTheEnvironment:
    async def test_while_it_runs(self, execution, paced):
        paced.answering.clear()
        async with execution({"f": paced}) as running:
            waiting = running.call("f")
            await soon(paced.begun)
            await running.dispatcher.close()
            assert waiting.cancelled() or waiting.done()
            assert read(stream_of(running)) == ["START"]

    async def test_while_its_end_is_to_be_written(self, execution, paced):
        paced.asking.clear()
        async with execution({"f": paced}) as running:
            await running.call("f")
            await running.dispatcher.close()
            assert read(stream_of(running)) == ["START", "END", "REPORT"]

    async def test_when_the_runtime_ends_after_its_answer(self, execution):
        async def once(runtime):
            request_id, _ = await runtime.next()
            await runtime.respond(request_id, b"{}")
            runtime.print("the last words\n")

        async with execution({"f": once}) as running:
            for _ in range(2):
                await running.call("f")
            lines = read(stream_of(running))
            assert [line for line in lines if line in {"START", "END", "REPORT"}] == ["START", "END", "REPORT"] * 2

    async def test_leaves_the_stream_and_nothing_else(self, execution, paced):
        async with execution({"f": paced}) as running:
            await running.call("f")
            stream = stream_of(running)
            assert stream.writer is not None
            await running.dispatcher.close()
            assert stream.writer is None
            assert isinstance(stream.events[0].content, InitStart)
