"""What Lambda itself writes into a function's log, in both of its formats, to the byte.

Each event is a small value that is put into words only when somebody reads it: a warm call that nobody watches
formats nothing. Tens of thousands of them are kept, so they are made such that garbage collections pass them by (`gc`
is false: none can be part of a cycle).

Text lines end with a newline; a REPORT without a status has a tab before its end (logs.md §2):

    INIT_START Runtime Version: python:3.13.v1⇥Runtime Version ARN: arn:…⏎
    START RequestId: … Version: $LATEST⏎
    END RequestId: …⏎
    REPORT RequestId: …⇥Duration: 1.23 ms⇥Billed Duration: 2 ms⇥Memory Size: 128 MB⇥Max Memory Used: 40 MB⇥⏎

A failed init, and what becomes of the invocation it belongs to [log: python3.12, April 2026]:

    INIT_REPORT Init Duration: 137.69 ms⇥Phase: init⇥Status: error⇥Error Type: Runtime.ImportModuleError⏎
    INIT_REPORT Init Duration: 80.49 ms⇥Phase: invoke⇥Status: error⇥Error Type: Runtime.ImportModuleError⏎
    START … END …
    REPORT … Max Memory Used: 46 MB⇥Status: error⇥Error Type: Runtime.ImportModuleError⏎

JSON objects hold the same facts (logs.md §5). `level` decides whether LoggingConfig.SystemLogLevel lets an event
through.
"""

import json
import math
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

DEBUG, INFO, WARN = "DEBUG", "INFO", "WARN"
_ORDER = {DEBUG: 0, INFO: 1, WARN: 2}


class PlatformEvent(Protocol):
    """Something that Lambda reports about an environment or an invocation."""

    @property
    def kind(self) -> str:
        """The `type` of its JSON form, without `platform.`."""

    @property
    def level(self) -> str: ...

    def text(self) -> str:
        """Its line, with the newline; empty if the text format has none for it."""

    def record(self) -> dict[str, Any]:
        """The `record` of its JSON form."""


class Span(NamedTuple):
    """A part of an invocation: when it began (milliseconds since 1970) and how long it took."""

    name: str
    start_ms: int
    milliseconds: float

    def describe(self) -> dict[str, Any]:
        """An entry of `spans`."""
        return {"name": self.name, "start": iso_time(self.start_ms), "durationMs": round(self.milliseconds, 3)}


def _spans(spans: tuple[Span, ...]) -> dict[str, Any]:
    return {"spans": [span.describe() for span in spans]} if spans else {}


class InitStart(Struct, frozen=True, gc=False):
    """An init starts. `runtime_version` is as runtime_version_name() gives it."""

    runtime_version: str
    runtime_version_arn: str
    function_name: str
    function_version: str
    stream: str
    memory_mb: int
    initialization_type: str = "on-demand"
    phase: str = "init"

    @property
    def kind(self) -> str:
        return "initStart"

    @property
    def level(self) -> str:
        return INFO

    def text(self) -> str:
        return f"INIT_START Runtime Version: {self.runtime_version}\tRuntime Version ARN: {self.runtime_version_arn}\n"

    def record(self) -> dict[str, Any]:
        return {
            "initializationType": self.initialization_type,
            "phase": self.phase,
            "runtimeVersion": self.runtime_version,
            "runtimeVersionArn": self.runtime_version_arn,
            "functionName": self.function_name,
            "functionVersion": self.function_version,
            "instanceId": self.stream,
            "instanceMaxMemory": self.memory_mb * 1024 * 1024,
        }


class InitReport(Struct, frozen=True, gc=False):
    """An init ended. `phase` is "init", or "invoke" inside an invocation; `status` is success, error or timeout."""

    milliseconds: float
    phase: str
    status: str
    error_type: str | None = None
    initialization_type: str = "on-demand"

    @property
    def kind(self) -> str:
        return "initReport"

    @property
    def level(self) -> str:
        """Ahead of any invocation an init is news (logs.md §5, unsure)."""
        if self.status != "success":
            return WARN
        return DEBUG if self.initialization_type == "on-demand" else INFO

    def text(self) -> str:
        if self.status == "success":
            return ""
        end = f"\tError Type: {self.error_type}" if self.error_type else ""
        return (
            f"INIT_REPORT Init Duration: {self.milliseconds:.2f} ms\tPhase: {self.phase}\tStatus: {self.status}{end}\n"
        )

    def record(self) -> dict[str, Any]:
        error = {"errorType": self.error_type} if self.error_type else {}
        metrics = {"durationMs": round(self.milliseconds, 3)}
        return {
            "initializationType": self.initialization_type,
            "phase": self.phase,
            "status": self.status,
            **error,
            "metrics": metrics,
        }


class Start(Struct, frozen=True, gc=False):
    """The runtime was given an event."""

    request_id: str
    function_version: str
    function_arn: str
    tenant_id: str | None = None

    @property
    def kind(self) -> str:
        return "start"

    @property
    def level(self) -> str:
        return INFO

    def text(self) -> str:
        return f"START RequestId: {self.request_id} Version: {self.function_version}\n"

    def record(self) -> dict[str, Any]:
        tenant = {} if self.tenant_id is None else {"tenantId": self.tenant_id}  # [rie: interop/events_api.go]
        version = self.function_version
        return {"requestId": self.request_id, "functionArn": self.function_arn, "version": version, **tenant}


class End(Struct, frozen=True, gc=False):
    """The invocation is over. As JSON it tells how it went (`platform.runtimeDone`)."""

    request_id: str
    milliseconds: float
    produced_bytes: int = 0
    status: str = "success"
    error_type: str | None = None
    spans: tuple[Span, ...] = ()

    @property
    def kind(self) -> str:
        return "runtimeDone"

    @property
    def level(self) -> str:
        return DEBUG if self.status == "success" else WARN

    def text(self) -> str:
        return f"END RequestId: {self.request_id}\n"

    def record(self) -> dict[str, Any]:
        error = {"errorType": self.error_type} if self.error_type else {}
        metrics = {"durationMs": round(self.milliseconds, 3), "producedBytes": self.produced_bytes}
        return {"requestId": self.request_id, "status": self.status, **error, "metrics": metrics, **_spans(self.spans)}


class Report(Struct, frozen=True, gc=False):
    """What an invocation took. `init_ms` is the length of the init before it, None if there was none or it failed."""

    request_id: str
    milliseconds: float
    memory_size_mb: int
    max_memory_used_mb: int
    init_ms: float | None = None
    status: str = "success"
    error_type: str | None = None
    spans: tuple[Span, ...] = ()

    @property
    def kind(self) -> str:
        return "report"

    @property
    def level(self) -> str:
        return INFO if self.status == "success" else WARN

    @property
    def billed_ms(self) -> int:
        """Whole milliseconds; the init of a cold start is billed too [log, 2026]."""
        return math.ceil(round(self.milliseconds + (self.init_ms or 0.0), 3))

    def text(self) -> str:
        fields = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.milliseconds:.2f} ms",
            f"Billed Duration: {self.billed_ms} ms",
            f"Memory Size: {self.memory_size_mb} MB",
            f"Max Memory Used: {self.max_memory_used_mb} MB",
        ]
        if self.init_ms is not None:
            fields.append(f"Init Duration: {self.init_ms:.2f} ms")
        # The tab is there without a status, and not with one [rec: test_multi_line_prints, 2025; log, 2026].
        fields.append("" if self.status == "success" else f"Status: {self.status}")
        if self.error_type:
            fields.append(f"Error Type: {self.error_type}")
        return "\t".join(fields) + "\n"

    def record(self) -> dict[str, Any]:
        metrics: dict[str, Any] = {
            "durationMs": round(self.milliseconds, 3),
            "billedDurationMs": self.billed_ms,
            "memorySizeMB": self.memory_size_mb,
            "maxMemoryUsedMB": self.max_memory_used_mb,
        }
        if self.init_ms is not None:
            metrics["initDurationMs"] = round(self.init_ms, 3)
        error = {"errorType": self.error_type} if self.error_type else {}
        return {"requestId": self.request_id, "metrics": metrics, "status": self.status, **error, **_spans(self.spans)}


def written(event: PlatformEvent, time_ms: int, log_format: str, system_level: str | None) -> bytes:
    """The event as the function's log shows it; empty if it does not."""
    if log_format != "JSON":
        return event.text().encode()
    if _ORDER[event.level] < _ORDER[system_level or INFO]:
        return b""
    entry = {"time": iso_time(time_ms), "type": f"platform.{event.kind}", "record": event.record()}
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"


def iso_time(time_ms: int) -> str:
    """`2026-04-22T21:00:55.004Z`"""
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"


def runtime_version_name(runtime: str) -> str:
    """`python:3.13.v1` for `python3.13`, as INIT_START names it. The number is ours: AWS's grows with its releases."""
    found = re.fullmatch(r"([a-z]+)\.?(.*?)(?:\.x)?", runtime)
    return f"{found[1]}:{found[2]}.v1" if found else runtime
