"""A limit that is set often and reached seldom, against the loop's own clock."""

import asyncio

import pytest

from emulator.execution.deadline import Deadline

SHORT, LONG = 0.03, 0.09  # seconds


@pytest.fixture
def passed() -> list[str]:
    return []


def run(scenario) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 10))


async def until(condition) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def test_it_passes_once(passed):
    async def scenario() -> None:
        deadline, loop = Deadline(), asyncio.get_running_loop()
        began = loop.time()
        deadline.set(SHORT, lambda: passed.append("passed"))
        await until(lambda: passed)
        assert loop.time() - began >= SHORT
        await asyncio.sleep(LONG)

    run(scenario)
    assert passed == ["passed"]


def test_a_lifted_one_does_not(passed):
    async def scenario() -> None:
        deadline = Deadline()
        deadline.set(SHORT, lambda: passed.append("passed"))
        deadline.lift()
        await asyncio.sleep(LONG)

    run(scenario)
    assert passed == []


def test_the_last_one_counts_whether_sooner_or_later(passed):
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        later, sooner = Deadline(), Deadline()
        later.set(SHORT, lambda: passed.append("first"))
        later.set(LONG, lambda: passed.append("later"))
        sooner.set(60, lambda: passed.append("much later"))
        sooner.set(SHORT, lambda: passed.append("sooner"))
        await until(lambda: len(passed) == 2)
        assert loop.time() - began >= LONG

    run(scenario)
    assert passed == ["sooner", "later"]


def test_set_and_lifted_over_and_over_it_keeps_its_time(passed):
    async def scenario() -> None:
        deadline, loop = Deadline(), asyncio.get_running_loop()
        for _ in range(20):
            deadline.set(SHORT, lambda: passed.append("too soon"))
            await asyncio.sleep(0.004)
            deadline.lift()
        set_at = loop.time()
        deadline.set(SHORT, lambda: passed.append("passed"))
        await until(lambda: passed)
        assert loop.time() - set_at >= SHORT

    run(scenario)
    assert passed == ["passed"]


def test_timers_are_few_and_none_stays_behind(monkeypatch):
    async def scenario() -> None:
        loop, timers = asyncio.get_running_loop(), []
        start = loop.call_later
        monkeypatch.setattr(loop, "call_later", lambda *call: timers.append(start(*call)) or timers[-1])
        deadline = Deadline()
        for _ in range(1000):
            deadline.set(60, print)
            deadline.lift()
        deadline.close()
        assert [timer.cancelled() for timer in timers] == [True]

    run(scenario)
