"""What Lambda writes into a function's log, to the byte."""

import json

import pytest

from emulator.execution import platform_log as log

ID = "2a477fb0-cf85-4c4a-a5a4-260b016f57ca"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
TIME = 1_776_891_655_004  # 2026-04-22T21:00:55.004Z


def text(event: log.PlatformEvent) -> str:
    return log.written(event, TIME, "Text", None).decode()


def record(event: log.PlatformEvent, level: str | None = None) -> dict | None:
    written = log.written(event, TIME, "JSON", level)
    return json.loads(written) if written else None


def test_init_start():  # [rec: test_multi_line_prints, 2025-11-25]
    event = log.InitStart("python:3.13.v1", "arn:aws:lambda:us-east-1::runtime:ab", "f", "$LATEST", "stream", 128)
    assert text(event) == (
        "INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:ab\n"
    )


def test_start_and_end():  # [rec: test_multi_line_prints, 2025-11-25]
    assert text(log.Start(ID, "$LATEST", ARN)) == f"START RequestId: {ID} Version: $LATEST\n"
    assert text(log.End(ID, 1.0)) == f"END RequestId: {ID}\n"


@pytest.mark.parametrize(
    ("report", "line"),
    [
        pytest.param(
            log.Report(ID, 1.3, 128, 31, init_ms=178.45),
            "Duration: 1.30 ms\tBilled Duration: 180 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB\t"
            "Init Duration: 178.45 ms\t\n",
            id="cold: the init is billed",  # [rec: test_multi_line_prints, 2025-11-25]
        ),
        pytest.param(
            log.Report(ID, 395.91, 128, 77),
            "Duration: 395.91 ms\tBilled Duration: 396 ms\tMemory Size: 128 MB\tMax Memory Used: 77 MB\t\n",
            id="warm: a tab at the end",
        ),
        pytest.param(
            log.Report(ID, 1072.0, 128, 77),
            "Duration: 1072.00 ms\tBilled Duration: 1072 ms\tMemory Size: 128 MB\tMax Memory Used: 77 MB\t\n",
            id="whole milliseconds are not rounded up",
        ),
        pytest.param(
            log.Report(ID, 300_000.0, 512, 102, 523.99, "timeout"),
            "Duration: 300000.00 ms\tBilled Duration: 300524 ms\tMemory Size: 512 MB\tMax Memory Used: 102 MB\t"
            "Init Duration: 523.99 ms\tStatus: timeout\n",
            id="timeout: the configured time, and no tab",
        ),
        pytest.param(
            log.Report(ID, 98.71, 512, 46, None, "error", "Runtime.ImportModuleError"),
            "Duration: 98.71 ms\tBilled Duration: 99 ms\tMemory Size: 512 MB\tMax Memory Used: 46 MB\t"
            "Status: error\tError Type: Runtime.ImportModuleError\n",
            id="error",
        ),
    ],
)
def test_report(report, line):
    assert text(report) == f"REPORT RequestId: {ID}\t{line}"


def test_init_report_is_written_for_failures_alone():
    assert text(log.InitReport(80.49, "init", "success")) == ""
    assert text(log.InitReport(137.69, "init", "error", "Runtime.ImportModuleError")) == (
        "INIT_REPORT Init Duration: 137.69 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError\n"
    )
    assert text(log.InitReport(10_007.31, "init", "timeout")) == (
        "INIT_REPORT Init Duration: 10007.31 ms\tPhase: init\tStatus: timeout\n"
    )


def test_json_start():
    assert record(log.Start(ID, "$LATEST", ARN)) == {
        "time": "2026-04-22T21:00:55.004Z",
        "type": "platform.start",
        "record": {"requestId": ID, "functionArn": ARN, "version": "$LATEST"},
    }


def test_json_report():
    entry = record(log.Report(ID, 5000.0, 256, 40, 100.1234, "timeout"))
    assert entry["type"] == "platform.report"
    assert json.dumps(entry["record"]) == json.dumps(
        {
            "requestId": ID,
            "metrics": {
                "durationMs": 5000.0,
                "billedDurationMs": 5101,
                "memorySizeMB": 256,
                "maxMemoryUsedMB": 40,
                "initDurationMs": 100.123,
            },
            "status": "timeout",
        }
    )


@pytest.mark.parametrize(
    ("event", "lowest"),
    [
        (log.Start(ID, "1", ARN), "INFO"),
        (log.Report(ID, 1.0, 128, 1), "INFO"),
        (log.Report(ID, 1.0, 128, 1, None, "error"), "WARN"),
        (log.End(ID, 1.0), "DEBUG"),
        (log.End(ID, 1.0, 0, "timeout"), "WARN"),
        (log.InitReport(1.0, "init", "success"), "DEBUG"),
        (log.InitReport(1.0, "init", "error"), "WARN"),
    ],
)
def test_the_system_log_level_decides_what_is_written_as_json(event, lowest):
    order = ["DEBUG", "INFO", "WARN"]
    shown = [level for level in order if record(event, level) is not None]
    assert shown == order[: order.index(lowest) + 1]


def test_json_shows_info_where_no_level_is_set():
    assert record(log.Start(ID, "1", ARN), None) is not None
    assert record(log.End(ID, 1.0), None) is None


@pytest.mark.parametrize(
    ("runtime", "name"),
    [
        ("python3.13", "python:3.13.v1"),
        ("nodejs22.x", "nodejs:22.v1"),
        ("provided.al2023", "provided:al2023.v1"),
        ("java8.al2", "java:8.al2.v1"),
        ("dotnet8", "dotnet:8.v1"),
        ("ruby3.4", "ruby:3.4.v1"),
    ],
)
def test_runtime_version_name(runtime, name):
    assert log.runtime_version_name(runtime) == name
