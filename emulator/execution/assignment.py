"""Which environment serves an invocation: one decision over plain values, carried out by the pool."""

from enum import Enum, auto


class Assignment(Enum):
    """What the pool shall do with an invocation that has no environment yet."""

    REUSE = (
        auto()
    )  # give it to the idle environment that was used last: it is the warmest, and the others may be reaped
    AWAIT = auto()  # one has just answered and is about to ask for more: sooner free than another one started
    START = auto()  # start an environment for it
    MAKE_ROOM = auto()  # stop the idle environment of another pool that was not used for longest, then start one
    QUEUE = auto()  # the machine is full and everyone is busy: wait for whoever is free first


def assign(
    *, idle: int, finishing: int, awaited: int, environments: int, limit: int, idle_elsewhere: int
) -> Assignment:
    """Decides for one invocation.

    Of this pool: `idle` environments, `finishing` ones that have answered, and `awaited`, how many invocations
    already wait for those. Of the machine: `environments` that exist, the `limit` to them, and those
    `idle_elsewhere`, in other pools.
    """
    if idle:
        return Assignment.REUSE
    if finishing > awaited:
        return Assignment.AWAIT
    if environments < limit:
        return Assignment.START
    return Assignment.MAKE_ROOM if idle_elsewhere else Assignment.QUEUE
