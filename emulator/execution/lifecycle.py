"""The life of one execution environment, as a table.

    NEW --start--> INITIALIZING --ready--> IDLE --invoke--> RUNNING --answered--> FINISHING --ready--> IDLE
                        |                                      |                      |
                     failed                                 failed                 failed
                        v                                      v                      |
                    RESETTING <--------------------------------+----------------------+
                        |
                     cleared
                        v
                      COLD                                    (everything that ran is gone, /tmp is not)
                        |
                     invoke
                        v
                   REINITIALIZING --ready--> RUNNING          ("suppressed init", inside the invocation)

    (anything) --stop--> STOPPING --ended--> STOPPED

* A runtime that dies, or that is killed for running too long, takes its extensions along and nothing else: when they
  have been told, the environment is COLD and starts again within the next invocation (environment.md §2, §3).
* FINISHING is the time between a runtime's answer and the moment when it and all extensions that hear of invocations
  ask for the next event: the caller has been served, the environment is not free yet.
* RESETTING and STOPPING last only where there are extensions, which are told and have some time to end.
* Code that runs straight from a folder may change under an environment. If nothing is being served there, what runs is
  replaced at once: IDLE --changed--> RESETTING --cleared--> COLD --start--> INITIALIZING.
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
    RESETTING = auto()
    COLD = auto()
    REINITIALIZING = auto()
    STOPPING = auto()
    STOPPED = auto()


class Event(Enum):
    """What happens to an environment."""

    __hash__ = object.__hash__  # Enum's own is written in Python, and this is looked up several times in each call

    START = auto()  # the runtime is started outside of an invocation
    READY = auto()  # the runtime asked for an event, and so did all extensions that are waited for
    INVOKE = auto()  # an invocation was assigned
    ANSWERED = auto()  # the runtime posted a response or an error
    FAILED = auto()  # the runtime or an extension ended, or had to be killed
    CHANGED = auto()  # what runs is no longer the function's code
    CLEARED = auto()  # nothing runs any more after a failure or a change
    STOP = auto()
    ENDED = auto()  # nothing runs any more, and nothing will


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.NEW: {Event.START: State.INITIALIZING, Event.STOP: State.STOPPING},
    State.INITIALIZING: {Event.READY: State.IDLE, Event.FAILED: State.RESETTING, Event.STOP: State.STOPPING},
    State.IDLE: {
        **{Event.INVOKE: State.RUNNING, Event.FAILED: State.RESETTING},
        **{Event.CHANGED: State.RESETTING, Event.STOP: State.STOPPING},
    },
    State.RUNNING: {Event.ANSWERED: State.FINISHING, Event.FAILED: State.RESETTING, Event.STOP: State.STOPPING},
    State.FINISHING: {Event.READY: State.IDLE, Event.FAILED: State.RESETTING, Event.STOP: State.STOPPING},
    State.RESETTING: {Event.CLEARED: State.COLD, Event.STOP: State.STOPPING},
    State.COLD: {Event.INVOKE: State.REINITIALIZING, Event.START: State.INITIALIZING, Event.STOP: State.STOPPING},
    State.REINITIALIZING: {Event.READY: State.RUNNING, Event.FAILED: State.RESETTING, Event.STOP: State.STOPPING},
    State.STOPPING: {Event.ENDED: State.STOPPED},
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
