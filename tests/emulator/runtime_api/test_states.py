"""Every call in every state of a runtime: what the table allows, and how the rest is refused (runtime-api.md §5)."""

import itertools

import pytest

from emulator.runtime_api.states import TRANSITIONS, Call, State, TransitionRefusedError, after

ALLOWED = {
    (State.STARTED, Call.NEXT): State.READY,
    (State.STARTED, Call.INIT_ERROR): State.INIT_ERROR,
    (State.READY, Call.NEXT): State.READY,
    (State.READY, Call.EVENT): State.RUNNING,
    (State.RUNNING, Call.NEXT): State.RUNNING,
    (State.RUNNING, Call.RESPONSE): State.RESPONSE_SENT,
    (State.RUNNING, Call.ERROR): State.RESPONSE_SENT,
    (State.RUNNING, Call.STREAM): State.RESPONDING,
    (State.RESPONDING, Call.RESPONSE): State.RESPONSE_SENT,
    (State.RESPONSE_SENT, Call.NEXT): State.READY,
}


@pytest.mark.parametrize(("state", "call"), list(itertools.product(State, Call)))
def test_every_call_in_every_state(state: State, call: Call) -> None:
    if (state, call) in ALLOWED:
        assert after(state, call) is ALLOWED[state, call]
    else:
        with pytest.raises(TransitionRefusedError) as refused:
            after(state, call)
        assert str(refused.value) == (
            f"State transition from {state.value} to {call.value} failed for runtime. "
            "Error: State transition is not allowed"
        )


def test_the_table_has_a_row_for_every_state():
    assert set(TRANSITIONS) == set(State)


def test_after_an_init_error_nothing_is_allowed():
    assert TRANSITIONS[State.INIT_ERROR] == {}
