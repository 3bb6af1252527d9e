"""What Lambda itself reports of extensions and their telemetry, beside what platform_log.py has of init and invocation.

In the text format an extension has one line for each init, and one when it subscribes [log: 2023]:

    TELEMETRY⇥Name: agent⇥State: Subscribed⇥Types: [Platform, Function, Extension]⏎
    EXTENSION⇥Name: agent⇥State: Ready⇥Events: [INVOKE,SHUTDOWN]⏎
    EXTENSION⇥Name: agent⇥State: LaunchError⇥Events: []⇥Error Type: PermissionDenied⏎

See platform_log.PlatformEvent for the members.
"""

from typing import Any, NamedTuple

from emulator.execution.platform_log import DEBUG, INFO, WARN


class ExtensionState(NamedTuple):
    """How an extension came out of an init. `state` is as AWS names it (extensions-api.md §5)."""

    name: str
    state: str
    events: tuple[str, ...]
    error_type: str | None = None

    @property
    def kind(self) -> str:
        return "extension"

    @property
    def level(self) -> str:
        return WARN if self.error_type else INFO

    def text(self) -> str:
        end = f"\tError Type: {self.error_type}" if self.error_type else ""
        return f"EXTENSION\tName: {self.name}\tState: {self.state}\tEvents: [{','.join(self.events)}]{end}\n"

    def record(self) -> dict[str, Any]:
        error = {"errorType": self.error_type} if self.error_type else {}
        return {"name": self.name, "state": self.state, "events": list(self.events), **error}


class Subscribed(NamedTuple):
    """An extension subscribed. `kind` is telemetrySubscription or logsSubscription.

    `state` is "Subscribed", or "Already subscribed" in the init that follows a failed one [log: 2023].
    """

    kind: str
    name: str
    types: tuple[str, ...]
    state: str = "Subscribed"

    @property
    def level(self) -> str:
        return INFO

    def text(self) -> str:
        if self.kind == "telemetrySubscription":
            head, types = "TELEMETRY", ", ".join(kind.capitalize() for kind in self.types)
        else:
            head, types = "LOGS", ",".join(self.types)
        return f"{head}\tName: {self.name}\tState: {self.state}\tTypes: [{types}]\n"

    def record(self) -> dict[str, Any]:
        return {"name": self.name, "state": self.state, "types": list(self.types)}


class LogsDropped(NamedTuple):
    """Events were lost on their way to a subscriber; nobody else is told."""

    dropped_bytes: int
    dropped_records: int
    reason: str

    @property
    def kind(self) -> str:
        return "logsDropped"

    @property
    def level(self) -> str:
        return WARN

    def text(self) -> str:
        return ""

    def record(self) -> dict[str, Any]:
        return {
            "droppedBytes": self.dropped_bytes,
            "droppedRecords": self.dropped_records,
            "reason": self.reason,
        }


class InitRuntimeDone(NamedTuple):
    """The runtime's part of an init is over. `phase` and `status` are as in platform_log.InitReport."""

    phase: str
    status: str
    error_type: str | None
    initialization_type: str

    @property
    def kind(self) -> str:
        return "initRuntimeDone"

    @property
    def level(self) -> str:
        return DEBUG if self.status == "success" else WARN

    def text(self) -> str:
        return ""

    def record(self) -> dict[str, Any]:
        error = {"errorType": self.error_type} if self.error_type else {}
        kind = self.initialization_type
        return {"initializationType": kind, "phase": self.phase, "status": self.status, **error}


class Fault(NamedTuple):
    """Why an invocation failed, for subscribers of the Logs API (telemetry-logs-api.md §3). The record is a text."""

    request_id: str
    message: str
    error_type: str

    @property
    def kind(self) -> str:
        return "fault"

    @property
    def level(self) -> str:
        return WARN

    def text(self) -> str:
        return f"RequestId: {self.request_id} Error: {self.message}\n{self.error_type}\n"

    def record(self) -> dict[str, Any]:
        return {"requestId": self.request_id, "errorType": self.error_type, "message": self.message}
