"""Every call in every state of an extension: what is allowed, and how the rest is refused (extensions-api.md §5)."""

import itertools

import pytest

from emulator.runtime_api.extension_states import TRANSITIONS, Call, State, TransitionRefusedError, after

MAY_RUN = (State.STARTED, State.REGISTERED, State.READY, State.RUNNING)
ALLOWED = {
    (State.STARTED, Call.REGISTER): State.REGISTERED,
    (State.STARTED, Call.LAUNCH_FAILED): State.LAUNCH_ERROR,
    (State.REGISTERED, Call.NEXT): State.READY,
    (State.REGISTERED, Call.INIT_ERROR): State.INIT_ERROR,
    (State.READY, Call.EVENT): State.RUNNING,
    (State.RUNNING, Call.NEXT): State.READY,
    (State.INIT_ERROR, Call.INIT_ERROR): State.INIT_ERROR,
    (State.EXIT_ERROR, Call.EXIT_ERROR): State.EXIT_ERROR,
    **{(state, Call.EXIT_ERROR): State.EXIT_ERROR for state in MAY_RUN[1:]},
    **{(state, Call.EXIT): State.EXITED for state in MAY_RUN},
}


@pytest.mark.parametrize(("state", "call"), list(itertools.product(State, Call)))
def test_every_call_in_every_state(state: State, call: Call) -> None:
    if (state, call) in ALLOWED:
        assert after(state, call, "me") is ALLOWED[state, call]
    else:
        with pytest.raises(TransitionRefusedError) as refused:
            after(state, call, "me")
        assert str(refused.value) == (
            f"State transition from {state.value} to {call.value} failed for extension me. "
            "Error: State transition is not allowed"
        )


def test_the_table_has_a_row_for_every_state():
    assert set(TRANSITIONS) == set(State)
