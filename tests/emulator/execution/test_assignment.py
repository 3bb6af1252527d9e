"""Which environment serves an invocation."""

import itertools

import pytest

from emulator.execution.assignment import Assignment, assign


def decide(**given: int) -> Assignment:
    plain = {"idle": 0, "finishing": 0, "awaited": 0, "environments": 0, "limit": 10, "idle_elsewhere": 0}
    return assign(**{**plain, **given})


def test_an_idle_environment_is_reused():
    assert decide(idle=1, environments=1) is Assignment.REUSE


def test_one_is_started_when_all_are_busy():
    assert decide(environments=5) is Assignment.START


def test_one_that_has_just_answered_is_awaited():
    assert decide(finishing=1, environments=1) is Assignment.AWAIT


def test_no_two_invocations_await_the_same_one():
    assert decide(finishing=1, awaited=1, environments=1) is Assignment.START


def test_a_full_machine_gives_up_what_is_idle_elsewhere():
    assert decide(environments=10, idle_elsewhere=1) is Assignment.MAKE_ROOM


def test_a_full_and_busy_machine_makes_wait():
    assert decide(environments=10) is Assignment.QUEUE


@pytest.mark.parametrize("idle", [1, 3])
def test_nothing_is_started_or_stopped_while_one_is_idle(idle):
    for finishing, environments, elsewhere in itertools.product((0, 2), (4, 10, 20), (0, 5)):
        decision = decide(idle=idle, finishing=finishing, environments=environments, idle_elsewhere=elsewhere)
        assert decision is Assignment.REUSE
