"""Between two steps of an invocation the server does not sleep, unless others need the processor."""

import asyncio
import os
import time

import pytest

from emulator.execution import wakefulness
from emulator.execution.wakefulness import Wakefulness


@pytest.fixture
def looks(monkeypatch):
    """The times at which it looked, with two processors whatever this machine has."""
    times = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(os, "sched_yield", lambda: times.append(time.perf_counter()))
    monkeypatch.setattr(wakefulness, "_TAKEN", 10.0)  # a busy machine takes the processor from us, too
    return times


async def test_after_a_step_it_looks_until_nothing_has_happened_for_a_moment(looks):
    Wakefulness(0.02).stay()
    await asyncio.sleep(0.1)
    assert len(looks) > 5
    seen = len(looks)
    await asyncio.sleep(0.05)
    assert len(looks) == seen


async def test_each_step_lets_it_look_for_longer(looks):
    awake = Wakefulness(0.03)
    for _ in range(5):
        awake.stay()
        await asyncio.sleep(0.01)
    assert looks[-1] - looks[0] > 0.03


async def test_it_sleeps_for_some_steps_once_somebody_else_computes(looks, monkeypatch):
    monkeypatch.setattr(wakefulness, "_TAKEN", 0.001)
    monkeypatch.setattr(wakefulness, "_SLEEPY", 3)
    monkeypatch.setattr(os, "sched_yield", lambda: looks.append(time.sleep(0.002)))
    awake = Wakefulness(5.0)
    for expected in (1, 1, 1, 1, 2):
        awake.stay()
        await asyncio.sleep(0.02)
        assert len(looks) == expected


async def test_it_sleeps_for_some_steps_where_several_invocations_run(looks, monkeypatch):
    monkeypatch.setattr(wakefulness, "_SLEEPY", 3)
    awake = Wakefulness(5.0)
    for _ in range(2):  # the second time, these are the steps that are let pass
        for _ in range(3):
            awake.stay()
        await asyncio.sleep(0.02)
        assert looks == []
    awake.stay()
    await asyncio.sleep(0.02)
    assert len(looks) > 2


@pytest.mark.parametrize(("seconds", "processors"), [(0.0, {0, 1}), (0.02, {0})])
async def test_it_never_stays_awake_where_that_is_not_wanted_or_takes_the_only_processor(
    looks, monkeypatch, seconds, processors
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: processors)
    Wakefulness(seconds).stay()
    await asyncio.sleep(0.01)
    assert looks == []


async def test_other_work_goes_on_while_it_looks(looks):
    Wakefulness(0.05).stay()
    turned = 0
    while len(looks) < 5:
        await asyncio.sleep(0)
        turned += 1
    assert turned >= 4
