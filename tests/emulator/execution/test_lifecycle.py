"""Every event in every state: what the table allows leads where it says, and everything else is refused."""

import itertools

import pytest

from emulator.execution.lifecycle import TRANSITIONS, Event, LifecycleError, State, after

ALLOWED = {
    (State.NEW, Event.START): State.INITIALIZING,
    (State.INITIALIZING, Event.READY): State.IDLE,
    (State.INITIALIZING, Event.FAILED): State.RESETTING,
    (State.IDLE, Event.INVOKE): State.RUNNING,
    (State.IDLE, Event.FAILED): State.RESETTING,
    (State.IDLE, Event.CHANGED): State.RESETTING,
    (State.RUNNING, Event.ANSWERED): State.FINISHING,
    (State.RUNNING, Event.FAILED): State.RESETTING,
    (State.FINISHING, Event.READY): State.IDLE,
    (State.FINISHING, Event.FAILED): State.RESETTING,
    (State.RESETTING, Event.CLEARED): State.COLD,
    (State.COLD, Event.INVOKE): State.REINITIALIZING,
    (State.COLD, Event.START): State.INITIALIZING,
    (State.REINITIALIZING, Event.READY): State.RUNNING,
    (State.REINITIALIZING, Event.FAILED): State.RESETTING,
    (State.STOPPING, Event.ENDED): State.STOPPED,
    **{(state, Event.STOP): State.STOPPING for state in State if state not in {State.STOPPING, State.STOPPED}},
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_event_in_every_state(state: State, event: Event) -> None:
    if (state, event) in ALLOWED:
        assert after(state, event) is ALLOWED[state, event]
    else:
        with pytest.raises(LifecycleError, match=f"{event.name} cannot happen .* {state.name}"):
            after(state, event)


def test_the_table_has_a_row_for_every_state():
    assert set(TRANSITIONS) == set(State)


def test_an_environment_that_lost_its_runtime_can_serve_again():
    state = State.RUNNING
    for event in (Event.FAILED, Event.CLEARED, Event.INVOKE, Event.READY, Event.ANSWERED, Event.READY):
        state = after(state, event)
    assert state is State.IDLE


def test_a_stopped_environment_stays_stopped():
    assert TRANSITIONS[State.STOPPED] == {}
