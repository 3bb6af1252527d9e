"""The states of one extension, as its calls to the Extensions API move it, as a table (extensions-api.md §5).

    STARTED --register--> REGISTERED --next--> READY --(an event)--> RUNNING --next--> READY
       |                      |                  |                      |
    (launch fails)        init/error             +------exit/error------+     (exit/error also from REGISTERED)
       v                      v                             v
    LAUNCH_ERROR          INIT_ERROR                    EXIT_ERROR

An internal extension begins as REGISTERED: nobody knows of it before. From every state in which its process may still
run an external one gets EXITED when that process ends.
"""

from enum import Enum


class State(Enum):
    """An extension's state; the value is the name that AWS prints, in refusals and in the log."""

    STARTED = "Started"
    REGISTERED = "Registered"
    READY = "Ready"
    RUNNING = "Running"
    INIT_ERROR = "InitError"
    EXIT_ERROR = "ExitError"
    EXITED = "Exited"
    LAUNCH_ERROR = "LaunchError"


class Call(Enum):
    """What moves an extension on. The value is the state that the call asks for, as AWS's refusals print it."""

    REGISTER = "Registered"
    NEXT = "Ready"
    EVENT = "Running"  # not a call of the extension: an event was given to it
    INIT_ERROR = "InitError"
    EXIT_ERROR = "ExitError"
    EXIT = "Exited"  # its process ended
    LAUNCH_FAILED = "LaunchError"


TRANSITIONS: dict[State, dict[Call, State]] = {
    State.STARTED: {
        Call.REGISTER: State.REGISTERED,
        Call.LAUNCH_FAILED: State.LAUNCH_ERROR,
        Call.EXIT: State.EXITED,
    },
    State.REGISTERED: {
        Call.NEXT: State.READY,
        Call.INIT_ERROR: State.INIT_ERROR,
        Call.EXIT_ERROR: State.EXIT_ERROR,
        Call.EXIT: State.EXITED,
    },
    State.READY: {Call.EVENT: State.RUNNING, Call.EXIT_ERROR: State.EXIT_ERROR, Call.EXIT: State.EXITED},
    State.RUNNING: {Call.NEXT: State.READY, Call.EXIT_ERROR: State.EXIT_ERROR, Call.EXIT: State.EXITED},
    State.INIT_ERROR: {Call.INIT_ERROR: State.INIT_ERROR},
    State.EXIT_ERROR: {Call.EXIT_ERROR: State.EXIT_ERROR},
    State.EXITED: {},
    State.LAUNCH_ERROR: {},
}


class TransitionRefusedError(Exception):
    """A call that the state does not allow. Its text is what AWS answers."""


def after(state: State, call: Call, who: str) -> State:
    """The state that `call` leads to. Raises TransitionRefusedError, whose text is AWS's errorMessage.

    `who` is how the text calls the extension: its name when it registers, its identifier afterwards.
    """
    following = TRANSITIONS[state].get(call)
    if following is None:
        raise TransitionRefusedError(
            f"State transition from {state.value} to {call.value} failed for extension {who}. "
            "Error: State transition is not allowed"
        )
    return following
