"""Provisioned concurrency: how many environments a version or an alias asks to have ready, and how far that is.

    IN_PROGRESS --allocated--> READY
    IN_PROGRESS --failed-----> FAILED

A new request, or an alias that moves to another version, begins a new allocation. What the table does not name is
refused.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from emulator import clock


class Status(Enum):
    """How far an allocation is, in AWS's words."""

    IN_PROGRESS = "IN_PROGRESS"
    READY = "READY"
    FAILED = "FAILED"


class Event(Enum):
    """What ends an allocation."""

    ALLOCATED = auto()
    FAILED = auto()


TRANSITIONS: dict[Status, dict[Event, Status]] = {
    Status.IN_PROGRESS: {Event.ALLOCATED: Status.READY, Event.FAILED: Status.FAILED},
    Status.READY: {},
    Status.FAILED: {},
}


@dataclass(slots=True)
class ProvisionedConcurrency:
    """One allocation. `allocated` is how many environments are there, which all are available until they are used."""

    function_arn: str  # with the version or the alias
    requested: int
    last_modified: datetime
    allocated: int = 0
    status: Status = Status.IN_PROGRESS
    status_reason: str | None = None

    def complete(self) -> None:
        """End the allocation: everything that was asked for is there."""
        self.status = TRANSITIONS[self.status][Event.ALLOCATED]
        self.allocated = self.requested

    def fail(self, reason: str) -> None:
        """End the allocation without any environment; `reason` is AWS's code, such as FUNCTION_ERROR_INIT_FAILURE.

        [rec: test_provisioned_concurrency_init_failure, 2026-02-17]
        """
        self.status = TRANSITIONS[self.status][Event.FAILED]
        self.allocated, self.status_reason = 0, reason

    def describe(self) -> dict[str, Any]:
        """AWS's members of a provisioned concurrency config. StatusReason only after a failure [same test]."""
        members = {
            "RequestedProvisionedConcurrentExecutions": self.requested,
            "AvailableProvisionedConcurrentExecutions": self.allocated,
            "AllocatedProvisionedConcurrentExecutions": self.allocated,
            "Status": self.status.value,
            "StatusReason": self.status_reason,
            "LastModified": clock.iso_seconds(self.last_modified),
        }
        return {name: value for name, value in members.items() if value is not None}
