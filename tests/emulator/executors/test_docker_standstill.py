"""Where control groups cannot be told, the engine freezes and thaws, and seldom."""

import asyncio
from pathlib import Path
from typing import Any

from emulator.errors import EmulatorError
from emulator.executors.docker import standstill
from emulator.executors.docker.cgroup import ControlGroups
from emulator.executors.docker.standstill import Standstill


class SlowEngine:
    """Notes what it was asked, each of which takes it a moment."""

    def __init__(self, fault: str = "") -> None:
        self.asked: list[str] = []
        self._fault = fault
        self.done = asyncio.Event()

    async def pause(self, _identifier: str) -> None:
        await self._do("pause")

    async def unpause(self, _identifier: str) -> None:
        await self._do("unpause")

    async def _do(self, what: str) -> None:
        self.asked.append(what)
        await asyncio.sleep(0.01)
        self.done.set()
        if self._fault:
            raise EmulatorError(self._fault)


def standing(engine: Any, failed: Any = lambda reason: None) -> Standstill:
    return Standstill(engine, "id", ControlGroups("", 0, root=Path("/nowhere")), failed)


async def test_who_is_called_again_soon_is_not_frozen_by_the_engine():
    engine = SlowEngine()
    still = standing(engine)
    still.freeze()
    still.thaw()
    await asyncio.sleep(0.05)
    assert engine.asked == []


async def test_who_stands_long_is_frozen_and_thawed_before_the_next_event(monkeypatch):
    monkeypatch.setattr(standstill, "_ENGINE_IS_ASKED_AFTER", 0.0)
    engine = SlowEngine()
    still = standing(engine)
    still.freeze()
    await engine.done.wait()
    still.thaw()
    while engine.asked != ["pause", "unpause"]:
        await asyncio.sleep(0.005)


async def test_who_is_thawed_while_the_engine_freezes_is_thawed_after_it(monkeypatch):
    monkeypatch.setattr(standstill, "_ENGINE_IS_ASKED_AFTER", 0.0)
    engine = SlowEngine()
    still = standing(engine)
    still.freeze()
    while not engine.asked:
        await asyncio.sleep(0)
    still.thaw()
    while engine.asked != ["pause", "unpause"]:
        await asyncio.sleep(0.005)


async def test_an_engine_that_cannot_is_told_of(monkeypatch):
    monkeypatch.setattr(standstill, "_ENGINE_IS_ASKED_AFTER", 0.0)
    said: list[str] = []
    engine = SlowEngine("The Docker engine refuses: no.")
    still = standing(engine, said.append)
    still.freeze()
    await engine.done.wait()
    while not said:
        await asyncio.sleep(0.005)
    assert said == ["The Docker engine refuses: no."]
    still.close()
