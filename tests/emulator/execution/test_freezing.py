"""An environment that waits for an invocation stands still, and one that is called often never has to be woken."""

import asyncio

import pytest

from emulator.execution.freezing import Freezer, delay_of_next_look, is_due
from emulator.execution.lifecycle import State


class Environment:
    """What the freezer sees of one."""

    def __init__(self, state: State, idle_since: float = 0.0) -> None:
        self.state = state
        self.idle_since = idle_since
        self.frozen = asyncio.Event()

    def freeze(self) -> None:
        assert self.state is State.IDLE
        self.frozen.set()


async def echo(runtime):
    async def handle(event: bytes) -> bytes:
        return event

    await runtime.serve(handle)


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("state", State)
def test_only_an_idle_environment_is_due(state):
    assert is_due(Environment(state, 1.0), 2.0) == (state is State.IDLE)
    assert not is_due(Environment(State.IDLE, 2.5), 2.0)


def test_the_next_look_is_when_the_first_may_be_due():
    busy, idle = Environment(State.RUNNING), Environment(State.IDLE, 9.97)
    assert delay_of_next_look([busy], 10.0, 0.05) == pytest.approx(0.05)
    assert delay_of_next_look([busy, idle], 10.0, 0.05) == pytest.approx(0.02)
    assert delay_of_next_look([Environment(State.IDLE, 1.0)], 10.0, 0.05) > 0  # never a loop without a pause


async def test_what_waits_is_frozen_and_what_has_ended_is_forgotten():
    idle, gone, cold = (Environment(state) for state in (State.IDLE, State.STOPPED, State.COLD))
    freezer = Freezer(0.01)
    for environment in (idle, gone, cold):
        freezer.watch(environment)
    await asyncio.wait_for(idle.frozen.wait(), 10)
    assert not gone.frozen.is_set()
    assert not cold.frozen.is_set()
    assert freezer._timer is None  # there is nothing to look at: nothing wakes up


async def test_never_is_never():
    freezer = Freezer(None)
    freezer.watch(Environment(State.IDLE))
    assert freezer._timer is None


async def test_an_environment_is_frozen_between_calls_and_thawed_by_the_next(execution):
    async with execution({"echo": echo}, freeze_after_ms=10) as running:
        assert (await running.call("echo", b"1")).payload == b"1"
        (sandbox,) = running.executor.sandboxes
        await until(lambda: sandbox.frozen)
        answer = running.call("echo", b"2")
        assert not sandbox.frozen
        assert (await answer).payload == b"2"
        await until(lambda: sandbox.frozen)  # and so on
        assert sandbox.runtimes == 1


async def test_an_environment_that_is_called_without_a_pause_is_left_alone(execution):
    async with execution({"echo": echo}, freeze_after_ms=10_000) as running:
        for _ in range(50):
            await running.call("echo")
        (sandbox,) = running.executor.sandboxes
        assert not sandbox.frozen
