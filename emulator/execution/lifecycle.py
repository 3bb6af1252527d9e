"""The life of one execution environment, as a table.

    NEW --start--> INITIALIZING --ready--> IDLE --invoke--> RUNNING --answered--> FINISHING --ready--> IDLE
                        |                                      |
                     failed                                 failed
                        v                                      v
                      COLD <-----------------------------------+        (the runtime is gone, /tmp is not)
                        |
                     invoke
                        v
                   REINITIALIZING --ready--> RUNNING                    ("suppressed init", inside the invocation)

* A runtime that dies, or that is killed for running too long, takes nothing but itself along: the environment is COLD
  and starts another one within the next invocation (environment.md §2, §3).
* FINISHING is the moment between a runtime's answer and its asking for the next event: the caller has been served, the
  environment is not free yet.
* What the table does not name cannot happen, and raises.
"""

from enum import Enum, auto


class State(Enum):
    """What an environment is doing."""

    __hash__ = object.__hash__  # Enum's own is written in Python, and this is looked up several times in each call

    NEW = auto()
    INITIALIZING = auto()
    IDLE = auto()
    RUNNING = auto()
    FINISHING = auto()
    COLD = auto()
    REINITIALIZING = auto()
    STOPPED = auto()


class Event(Enum):
    """What happens to an environment."""

    __hash__ = object.__hash__  # Enum's own is written in Python, and this is looked up several times in each call

    START = auto()  # the runtime is started for the first time
    READY = auto()  # the runtime asked for an event
    INVOKE = auto()  # an invocation was assigned
    ANSWERED = auto()  # the runtime posted a response or an error
    FAILED = auto()  # the runtime ended, or had to be killed
    STOP = auto()


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.NEW: {Event.START: State.INITIALIZING, Event.STOP: State.STOPPED},
    State.INITIALIZING: {Event.READY: State.IDLE, Event.FAILED: State.COLD, Event.STOP: State.STOPPED},
    State.IDLE: {Event.INVOKE: State.RUNNING, Event.FAILED: State.COLD, Event.STOP: State.STOPPED},
    State.RUNNING: {Event.ANSWERED: State.FINISHING, Event.FAILED: State.COLD, Event.STOP: State.STOPPED},
    State.FINISHING: {Event.READY: State.IDLE, Event.FAILED: State.COLD, Event.STOP: State.STOPPED},
    State.COLD: {Event.INVOKE: State.REINITIALIZING, Event.STOP: State.STOPPED},
    State.REINITIALIZING: {Event.READY: State.RUNNING, Event.FAILED: State.COLD, Event.STOP: State.STOPPED},
    State.STOPPED: {},
}


class LifecycleError(Exception):
    """An event that cannot happen in a state: a fault of ours, never of a function."""


def after(state: State, event: Event) -> State:
    """The state that `event` leads to from `state`. Raises LifecycleError if the table does not name it."""
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise LifecycleError(f"{event.name} cannot happen to an environment that is {state.name}")
    return following
