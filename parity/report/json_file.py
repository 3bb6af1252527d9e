"""The report as JSON, for other programs. Members are only ever added to it.

A side of a difference that has nothing there is left out; one that is the name of a member is `{"member": "message"}`.
"""

from typing import Any

import msgspec

from parity.comparison import MISSING, Difference, MemberName
from parity.known_differences import KnownDifference
from parity.report import Report, ScenarioResult, StepResult


def as_json(report: Report) -> bytes:
    """The report as indented UTF-8 JSON."""
    counts = {name: row for name, row in report.counts().items() if any(row.values())}
    members = {
        "target": report.target,
        "result": {0: "same", 1: "different"}.get(report.exit_code, "unreachable"),
        "exit_code": report.exit_code,
        "duration": round(report.duration, 3),
        "evidence": counts,
        "min_evidence": report.min_evidence,
        "known_differences_gone": [_entry(entry) for entry in report.gone],
        "known_differences_about_nothing": [_entry(entry) for entry in report.about_nothing],
        "runtimes": report.runtimes,
        "isolation": report.isolation,
        "unsteady": report.unsteady,
        "scenarios": [_scenario(scenario) for scenario in report.scenarios],
    }
    return msgspec.json.format(msgspec.json.encode(members), indent=1) + b"\n"


def _scenario(scenario: ScenarioResult) -> dict[str, Any]:
    return {
        "id": scenario.scenario,
        "title": scenario.title,
        "file": scenario.path.as_posix() if scenario.path else None,
        "failure": scenario.failure,
        "skipped": scenario.skipped,
        "duration": round(scenario.duration, 3),
        "steps": [_step(step) for step in scenario.steps],
    }


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "id": step.step,
        "says": step.says,
        "line": step.line,
        "evidence": step.evidence,
        "status": step.status,
        "reason": step.reason,
        "differences": [_difference(difference) for difference in step.differences],
        "excused": [{**_difference(one.difference), "reason": one.entry.reason} for one in step.excused],
    } | ({"asked": step.asked} if step.asked else {})


def _difference(difference: Difference) -> dict[str, Any]:
    sides = {"expected": difference.expected, "actual": difference.actual}
    return {"path": difference.path} | {name: _side(value) for name, value in sides.items() if value is not MISSING}


def _side(value: Any) -> Any:
    return {"member": value.name} if isinstance(value, MemberName) else value


def _entry(entry: KnownDifference) -> dict[str, str]:
    return {"step": entry.step, "path": entry.path, "reason": entry.reason}
