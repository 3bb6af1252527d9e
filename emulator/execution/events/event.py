"""An event: an asynchronous invocation that was accepted and has not yet come to its end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from emulator.errors import ResourceNotFoundException
from emulator.execution.invocation import Invocation, Outcome
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.store import Store


@dataclass(slots=True, eq=False)
class QueuedEvent:
    """An event on its way to what `qualifier` of a function names when its turn has come.

    `accepted_at` is in seconds since the epoch, since an event may outlive the process that accepted it, and so is
    `due_at`, when a retry is due (0: none). `attempts` counts those that ended in a function error. `skipped` is how
    many seconds of AWS's time went by in waits that the clock shortened, beyond those that really did.
    """

    account_id: str
    region: str
    function_name: str
    qualifier: str | None
    invocation: Invocation
    accepted_at: float = field(default_factory=time.time)
    attempts: int = 0
    due_at: float = 0.0
    skipped: float = 0.0

    def age(self) -> float:
        """In seconds of AWS's time: what really went by, and what waits skipped. What runs is never scaled."""
        return time.time() - self.accepted_at + self.skipped


class Condition(StrEnum):
    """Why an event is at its end: the `condition` of the record that a destination gets (async.md §2)."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"
    ZERO_RESERVED_CONCURRENCY = "ZeroReservedConcurrency"
    # How AWS names it in a record is not known; the event ends as async.md §4 says.
    RECURSION = "RecursiveInvocation"


class Ending(NamedTuple):
    """How an event ended. `outcome` and `executed_version` are those of the last attempt, if there was one.

    `attempts` is the record's approximateInvokeCount, a success counted.
    """

    condition: Condition
    attempts: int
    outcome: Outcome | None = None
    executed_version: str = ""


# Finds the function and the version that serve an event now; raises ServiceError if there is none any more.
Find = Callable[[QueuedEvent], tuple[Function, FunctionVersion]]


def finding(store: Store) -> Find:
    """Finds among the resources of `store`."""

    def find(event: QueuedEvent) -> tuple[Function, FunctionVersion]:
        function = store.region(event.account_id, event.region).functions.get(event.function_name)
        version = None if function is None else function.choose(event.qualifier)
        if function is None or version is None:
            raise ResourceNotFoundException.function(event.invocation.function_arn)
        return function, version

    return find
