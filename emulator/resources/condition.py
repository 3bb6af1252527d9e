"""The life of a function version: what it is busy with, what ends it, and how AWS words it.

    CREATING --settled--> READY --updated--> UPDATING --settled--> READY

A version that is CREATING cannot run. One that is UPDATING runs, with the code and configuration it had before
(functions.md §3). What the table does not name is refused.
"""

from enum import Enum, auto


class Condition(Enum):
    """What a version is busy with."""

    CREATING = auto()
    READY = auto()
    UPDATING = auto()


class Event(Enum):
    """What happens to a version."""

    SETTLED = auto()
    UPDATED = auto()


TRANSITIONS: dict[Condition, dict[Event, Condition]] = {
    Condition.CREATING: {Event.SETTLED: Condition.READY},
    Condition.READY: {Event.UPDATED: Condition.UPDATING},
    Condition.UPDATING: {Event.SETTLED: Condition.READY},
}

# The text of a creation is AWS's for an update too [rec: test_function_lifecycle, 2025-11-25].
_REASON, _REASON_CODE = "The function is being created.", "Creating"

MEMBERS: dict[Condition, dict[str, str]] = {
    Condition.CREATING: {"State": "Pending", "StateReason": _REASON, "StateReasonCode": _REASON_CODE},
    Condition.READY: {"State": "Active", "LastUpdateStatus": "Successful"},
    Condition.UPDATING: {
        "State": "Active",
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": _REASON,
        "LastUpdateStatusReasonCode": _REASON_CODE,
    },
}


class TransitionError(Exception):
    """An event that the table does not allow: a fault of the caller, never of a user."""


def after(condition: Condition, event: Event) -> Condition:
    """The condition that `event` leads to. Raises TransitionError if it cannot happen now."""
    following = TRANSITIONS[condition].get(event)
    if following is None:
        raise TransitionError(f"{event.name} cannot happen to a version that is {condition.name}")
    return following
