"""Durable executions: what is known of one, and what may happen to it.

    RUNNING --pause--> PAUSED, or PAUSING while an invocation is in progress, until its next checkpoint
    PAUSING, PAUSED --resume--> RUNNING
    RUNNING, PAUSING, PAUSED --stop--> STOPPED; other ends are SUCCEEDED, FAILED and TIMED_OUT
    every end --delete--> DELETING (and gone when that has settled)

Who runs executions comes with a later issue: it makes them, adds their events and operations and brings them to their
end. What the table does not name is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any


class Status(Enum):
    """AWS's states."""

    RUNNING = "RUNNING"
    PAUSING = "PAUSING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    STOPPED = "STOPPED"
    DELETING = "DELETING"


class Event(Enum):
    """What happens to an execution."""

    PAUSE = auto()
    PAUSE_AFTER_CHECKPOINT = auto()
    CHECKPOINT = auto()
    RESUME = auto()
    SUCCEED = auto()
    FAIL = auto()
    TIME_OUT = auto()
    STOP = auto()
    DELETE = auto()


_END = {Event.STOP: Status.STOPPED, Event.TIME_OUT: Status.TIMED_OUT}
_RESULT = {Event.SUCCEED: Status.SUCCEEDED, Event.FAIL: Status.FAILED}
_DELETE = {Event.DELETE: Status.DELETING}

TRANSITIONS: dict[Status, dict[Event, Status]] = {
    Status.RUNNING: {
        Event.PAUSE: Status.PAUSED,
        Event.PAUSE_AFTER_CHECKPOINT: Status.PAUSING,
        Event.CHECKPOINT: Status.RUNNING,
        **_RESULT,
        **_END,
    },
    Status.PAUSING: {Event.CHECKPOINT: Status.PAUSED, Event.RESUME: Status.RUNNING, **_RESULT, **_END},
    Status.PAUSED: {Event.RESUME: Status.RUNNING, **_END},
    Status.SUCCEEDED: _DELETE,
    Status.FAILED: _DELETE,
    Status.TIMED_OUT: _DELETE,
    Status.STOPPED: _DELETE,
    Status.DELETING: {},
}


@dataclass(slots=True)
class DurableExecution:
    """One execution. `function_arn` is qualified; payloads are JSON texts; `config` is the function's DurableConfig.

    `events` is its history and `operations` its state, both oldest first and as AWS spells them. `checkpoint_token` is
    the one that the next checkpoint must bring. `invoking` says that its function runs at this moment.
    """

    arn: str
    name: str
    function_arn: str
    version: str
    input_payload: str
    started: datetime
    config: dict[str, Any]
    status: Status = Status.RUNNING
    ended: datetime | None = None
    result: str | None = None
    error: dict[str, Any] | None = None
    pause: dict[str, Any] | None = None  # PauseDetails
    invoking: bool = False
    checkpoint_token: str | None = None
    client_tokens: dict[str, datetime] = field(default_factory=dict)  # and when each was first used
    events: list[dict[str, Any]] = field(default_factory=list)
    operations: list[dict[str, Any]] = field(default_factory=list)

    def allows(self, event: Event) -> bool:
        """Whether `event` can happen now."""
        return event in TRANSITIONS[self.status]

    def meet(self, event: Event) -> None:
        """Go to the status that `event` leads to. Raises KeyError where `allows` is False."""
        self.status = TRANSITIONS[self.status][event]
        if self.status not in (Status.PAUSING, Status.PAUSED):
            self.pause = None

    def note(self, event_type: str, moment: datetime, details: Mapping[str, Any]) -> None:
        """Add to the history. `details` go under the member that AWS names after the type."""
        self.events.append(
            {
                "EventId": len(self.events) + 1,
                "EventType": event_type,
                "EventTimestamp": moment,
                f"{event_type}Details": dict(details),
            }
        )

    def describe(self, *, with_data: bool = True) -> dict[str, Any]:
        """The answer of GetDurableExecution; without data no payload, result or error."""
        data = {"InputPayload": self.input_payload, "Result": self.result, "Error": self.error}
        members = {
            **self._describe_briefly(),
            **(data if with_data else {}),
            "Version": self.version,
            "ExecutionDataIncluded": with_data,
            "DurableConfig": self.config or None,
            "PauseDetails": self.pause,
        }
        return {name: value for name, value in members.items() if value is not None}

    def describe_listed(self) -> dict[str, Any]:
        """An entry of ListDurableExecutionsByFunction."""
        key = self.config.get("KMSKeyArn")
        return {**self._describe_briefly(), **({"KMSKeyArn": key} if key else {})}

    def _describe_briefly(self) -> dict[str, Any]:
        members = {
            "DurableExecutionArn": self.arn,
            "DurableExecutionName": self.name,
            "FunctionArn": self.function_arn,
            "Status": self.status.value,
            "StartTimestamp": self.started,
            "EndTimestamp": self.ended,
        }
        return {name: value for name, value in members.items() if value is not None}
