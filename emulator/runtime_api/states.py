"""The states of one runtime process, as its calls to the Runtime API move it, as a table (runtime-api.md §5).

    STARTED --next--> READY --(an event)--> RUNNING --response, error--> RESPONSE_SENT --next--> READY
       |                                       |                            ^
    init/error                         a streamed response begins ...   ... and ends
       v                                       v                            |
    INIT_ERROR                             RESPONDING ----------------------+

What is not in the table is refused: whatever comes after an error in Init, and anything else while a response is
streamed.

Asking for the next event while one is running is no mistake: the same event is given again. Asking twice while there is
none is none either.
"""

from enum import Enum


class State(Enum):
    """A runtime's state; the value is the name that AWS's refusals print."""

    __hash__ = object.__hash__  # Enum's own is written in Python, and this is looked up several times in each call

    STARTED = "Started"
    READY = "Ready"
    RUNNING = "Running"
    RESPONDING = "InvocationResponse"
    RESPONSE_SENT = "RuntimeResponseSentState"
    INIT_ERROR = "InitError"


class Call(Enum):
    """What moves a runtime on. The value is the state that the call asks for, as AWS's refusals print it."""

    __hash__ = object.__hash__  # Enum's own is written in Python, and this is looked up several times in each call

    NEXT = "Ready"
    EVENT = "Running"  # not a call of the runtime: an event was given to it
    RESPONSE = "InvocationResponse"
    STREAM = "InvocationResponse, streamed"  # its beginning; never refused, since an event's id is looked at first
    ERROR = "InvocationErrorResponse"
    INIT_ERROR = "InitError"


TRANSITIONS: dict[State, dict[Call, State]] = {
    State.STARTED: {Call.NEXT: State.READY, Call.INIT_ERROR: State.INIT_ERROR},
    State.READY: {Call.NEXT: State.READY, Call.EVENT: State.RUNNING},
    State.RUNNING: {
        Call.NEXT: State.RUNNING,
        Call.RESPONSE: State.RESPONSE_SENT,
        Call.STREAM: State.RESPONDING,
        Call.ERROR: State.RESPONSE_SENT,
    },
    State.RESPONDING: {Call.RESPONSE: State.RESPONSE_SENT},
    State.RESPONSE_SENT: {Call.NEXT: State.READY},
    State.INIT_ERROR: {},
}


class TransitionRefusedError(Exception):
    """A call that the state does not allow. Its text is what AWS answers."""


def after(state: State, call: Call) -> State:
    """The state that `call` leads to. Raises TransitionRefusedError, whose text is AWS's errorMessage."""
    following = TRANSITIONS[state].get(call)
    if following is None:
        raise TransitionRefusedError(
            f"State transition from {state.value} to {call.value} failed for runtime. "
            "Error: State transition is not allowed"
        )
    return following
