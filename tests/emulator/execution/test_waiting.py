"""Lines of invocations that wait for an environment."""

import asyncio

from emulator.execution import waiting
from emulator.execution.invocation import Invocation
from emulator.execution.ticket import Ticket
from emulator.execution.waiting import ShortLine, WaitingLine
from emulator.pending import Pending


def ticket(name: str = "a") -> Ticket:
    return Ticket(Invocation(name, b"{}", "arn"), Pending(), ())


def test_first_come_first_served():
    line, tickets = WaitingLine(), [ticket(), ticket(), ticket()]
    for each in tickets:
        line.add(each)
    assert [line.take() for _ in tickets] == tickets
    assert not line


def test_who_gives_up_waits_no_more():
    line, first, second = WaitingLine(), ticket(), ticket()
    line.add(first)
    line.add(second)
    first.outcome.cancel()
    assert len(line) == 1
    assert line.take() is second
    second.outcome.cancel()  # it is being served: nothing happens
    assert not second.waiting


def test_patience_ends_for_each_in_its_turn(monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", 0.05)

    async def wait() -> tuple[list[str], bool]:
        lost: list[Ticket] = []
        line = ShortLine(lost.append)
        line.add(ticket("served"))
        line.add(ticket("lost"))
        line.take()
        await asyncio.sleep(0.03)
        line.add(ticket("lost later"))
        line.add(given_up := ticket("given up"))
        given_up.outcome.cancel()
        async with asyncio.timeout(5):
            while len(lost) < 2:
                await asyncio.sleep(0.005)
        return [each.invocation.request_id for each in lost], any(each.waiting for each in lost)

    assert asyncio.run(wait()) == (["lost", "lost later"], False)


def test_one_timer_serves_all(monkeypatch):
    async def timers() -> int:
        loop, started = asyncio.get_running_loop(), []
        start = loop.call_later
        monkeypatch.setattr(loop, "call_later", lambda *call: (started.append(call), start(*call))[1])
        line = ShortLine(print)
        for _ in range(100):
            line.add(ticket())
            line.take()
        return len(started)

    assert asyncio.run(timers()) == 1
