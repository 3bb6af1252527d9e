"""What a subscriber gets for each event, by API and schema (telemetry-logs-api.md §3), and what the log shows."""

import json
from typing import Any

import pytest

from emulator.execution.log_frames import Record
from emulator.execution.platform_log import End, InitReport, InitStart, PlatformEvent, Report, Span, Start
from emulator.execution.telemetry_events import ExtensionState, Fault, InitRuntimeDone, LogsDropped, Subscribed
from emulator.execution.telemetry_schema import entries
from emulator.runtime_api.subscription import LOGS, TELEMETRY, Api, Subscription, parse

TIME_MS = 1_700_000_000_123
TIME = "2023-11-14T22:13:20.123Z"

START = Start("id", "$LATEST", "arn:aws:lambda:eu-central-1:123456789012:function:f", "blue")
END = End("id", 1.2345, 7, "success", None, (Span("responseLatency", TIME_MS, 1.0),))
REPORT = Report("id", 1.2345, 128, 40, 10.0, "error", "Runtime.ExitError", (Span("extensionOverhead", TIME_MS, 0.5),))
INIT_START = InitStart("python:3.13.v1", "arn:aws:lambda:r", "f", "$LATEST", "2026/11/23/[$LATEST]0", 128)


def subscription(api: Api = TELEMETRY, schema: str = "2022-12-13", *types: str) -> Subscription:
    wanted = {
        "schemaVersion": schema,
        "types": types or ["platform", "function", "extension"],
        "destination": {"protocol": "TCP", "port": 1},
    }
    return parse(api, json.dumps(wanted).encode())


def told(event: PlatformEvent, to: Subscription | None = None) -> list[dict[str, Any]]:
    return entries(event, TIME_MS, "platform", to or subscription(), logs_json=False)


def record(event: PlatformEvent) -> dict[str, Any]:
    [entry] = told(event)
    assert entry["time"] == TIME
    assert entry["type"] == f"platform.{event.kind}"
    found: dict[str, Any] = entry["record"]
    return found


# --- Telemetry API ---


def test_init_start():
    assert record(INIT_START) == {
        "initializationType": "on-demand",
        "phase": "init",
        "runtimeVersion": "python:3.13.v1",
        "runtimeVersionArn": "arn:aws:lambda:r",
        "functionName": "f",
        "functionVersion": "$LATEST",
        "instanceId": "2026/11/23/[$LATEST]0",
        "instanceMaxMemory": 128 * 1024 * 1024,
    }


def test_init_runtime_done():
    assert record(InitRuntimeDone("init", "success", None, "on-demand")) == {
        "initializationType": "on-demand",
        "phase": "init",
        "status": "success",
    }
    failed = record(InitRuntimeDone("invoke", "error", "Runtime.ExitError", "on-demand"))
    assert (failed["status"], failed["errorType"]) == ("error", "Runtime.ExitError")


def test_init_report():
    assert record(InitReport(12.3456, "init", "timeout")) == {
        "initializationType": "on-demand",
        "phase": "init",
        "status": "timeout",
        "metrics": {"durationMs": 12.346},
    }


def test_start():
    """`functionArn` is newer than any schema of telemetry: only the log in JSON has it."""
    assert record(START) == {"requestId": "id", "version": "$LATEST", "tenantId": "blue"}


def test_runtime_done():
    assert record(END) == {
        "requestId": "id",
        "status": "success",
        "metrics": {"durationMs": 1.234, "producedBytes": 7},
        "spans": [{"name": "responseLatency", "start": TIME, "durationMs": 1.0}],
    }


def test_report():
    assert record(REPORT) == {
        "requestId": "id",
        "status": "error",
        "metrics": {
            "durationMs": 1.234,
            "billedDurationMs": 12,
            "memorySizeMB": 128,
            "maxMemoryUsedMB": 40,
            "initDurationMs": 10.0,
        },
        "errorType": "Runtime.ExitError",
        "spans": [{"name": "extensionOverhead", "start": TIME, "durationMs": 0.5}],
    }


def test_extension():
    assert record(ExtensionState("x", "Ready", ("INVOKE", "SHUTDOWN"))) == {
        "name": "x",
        "state": "Ready",
        "events": ["INVOKE", "SHUTDOWN"],
    }
    assert record(ExtensionState("x", "LaunchError", (), "PermissionDenied"))["errorType"] == "PermissionDenied"


def test_subscription():
    assert record(Subscribed("telemetrySubscription", "x", ("platform", "function"))) == {
        "name": "x",
        "state": "Subscribed",
        "types": ["platform", "function"],
    }


def test_dropped():
    assert record(LogsDropped(10, 2, "why")) == {"droppedBytes": 10, "droppedRecords": 2, "reason": "why"}


@pytest.mark.parametrize(
    "event", [Fault("id", "exit status 1", "Runtime.ExitError"), Subscribed("logsSubscription", "", ())]
)
def test_what_only_the_logs_api_knows(event: PlatformEvent):
    assert told(event) == []


# --- Logs API ---


@pytest.mark.parametrize(
    "event", [INIT_START, InitReport(1, "init", "success"), InitRuntimeDone("init", "x", None, "y")]
)
@pytest.mark.parametrize("schema", ["2020-08-15", "2021-03-18"])
def test_the_logs_api_knows_nothing_of_init(event: PlatformEvent, schema: str):
    assert told(event, subscription(LOGS, schema)) == []


def test_the_end_of_an_invocation_in_the_logs_api():
    """`platform.runtimeDone` came with 2021-03-18."""
    ends = {"time": TIME, "type": "platform.end", "record": {"requestId": "id"}}
    assert told(END, subscription(LOGS, "2020-08-15")) == [ends]
    done = {"time": TIME, "type": "platform.runtimeDone", "record": {"requestId": "id", "status": "success"}}
    assert told(END, subscription(LOGS, "2021-03-18")) == [done, ends]


def test_a_crash_in_the_logs_api():
    """§4, process crash: status failure."""
    crashed = End("id", 1.0, 0, "error", "Runtime.ExitError")
    assert told(crashed, subscription(LOGS, "2021-03-18"))[0]["record"]["status"] == "failure"
    assert told(crashed)[0]["record"]["status"] == "error"


def test_start_report_and_fault_in_the_logs_api():
    to = subscription(LOGS, "2020-08-15")
    assert told(START, to)[0]["record"] == {"requestId": "id", "version": "$LATEST"}
    assert set(told(REPORT, to)[0]["record"]) == {"requestId", "metrics"}
    fault = Fault("id", "Runtime exited with error: exit status 1", "Runtime.ExitError")
    text = "RequestId: id Error: Runtime exited with error: exit status 1\nRuntime.ExitError"
    assert told(fault, to) == [{"time": TIME, "type": "platform.fault", "record": text}]


# --- Lines ---


@pytest.mark.parametrize(
    ("schema", "logs_json", "expected"),
    [
        ("2022-12-13", True, {"level": "INFO"}),
        ("2025-01-29", True, {"level": "INFO"}),
        ("2022-07-01", True, '{"level": "INFO"}\n'),
        ("2022-12-13", False, '{"level": "INFO"}\n'),
    ],
)
def test_a_json_line(schema: str, logs_json: bool, expected: Any):
    line = Record(b'{"level": "INFO"}\n')
    [entry] = entries(line, TIME_MS, "function", subscription(TELEMETRY, schema), logs_json=logs_json)
    assert entry == {"time": TIME, "type": "function", "record": expected}


@pytest.mark.parametrize("text", ["plain\n", "{broken\n", "[1]\n"])
def test_other_lines_are_texts(text: str):
    [entry] = entries(Record(text.encode()), TIME_MS, "extension", subscription(), logs_json=True)
    assert (entry["type"], entry["record"]) == ("extension", text)


def test_only_what_was_asked_for():
    to = subscription(TELEMETRY, "2022-12-13", "extension")
    assert entries(Record(b"x"), TIME_MS, "function", to, logs_json=False) == []
    assert entries(START, TIME_MS, "platform", to, logs_json=False) == []
    assert len(entries(Record(b"x"), TIME_MS, "extension", to, logs_json=False)) == 1


# --- The same events in the log's text format [log: 2023] ---


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            ExtensionState("x", "LaunchError", (), "PermissionDenied"),
            "EXTENSION\tName: x\tState: LaunchError\tEvents: []\tError Type: PermissionDenied\n",
        ),
        (
            Subscribed("telemetrySubscription", "x", ("platform", "function", "extension")),
            "TELEMETRY\tName: x\tState: Subscribed\tTypes: [Platform, Function, Extension]\n",
        ),
        (
            Subscribed("logsSubscription", "x", ("platform", "function")),
            "LOGS\tName: x\tState: Subscribed\tTypes: [platform,function]\n",
        ),
        (LogsDropped(1, 1, "why"), ""),
        (InitRuntimeDone("init", "success", None, "on-demand"), ""),
    ],
)
def test_lines_of_the_log(event: PlatformEvent, line: str):
    assert event.text() == line


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (ExtensionState("x", "Ready", ()), "INFO"),
        (ExtensionState("x", "InitError", (), "Extension.Mine"), "WARN"),
        (Subscribed("telemetrySubscription", "x", ()), "INFO"),
        (LogsDropped(1, 1, "why"), "WARN"),
        (InitRuntimeDone("init", "success", None, "on-demand"), "DEBUG"),
        (InitRuntimeDone("init", "error", None, "on-demand"), "WARN"),
    ],
)
def test_levels(event: PlatformEvent, level: str):
    """logs.md §5, reported mapping."""
    assert event.level == level
