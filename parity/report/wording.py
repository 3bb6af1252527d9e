"""How the parts of a report are put into words, the same in every form of it."""

from typing import Any

import msgspec

from parity.comparison import MISSING, MemberName
from parity.report import STATUSES, Report, StepResult

LONGEST = 2000  # characters of a value; what is longer is cut in the middle

_AWS_SAID = frozenset({"aws", "published"})
CANDIDATE = "candidate said"


def who_said(evidence: str, step: StepResult | None = None) -> str:
    """Who stands behind the expected side of a difference: AWS, or only the snapshot. "AWS said (published)".

    What a probe expects stands in no snapshot, and AWS has said it of other values: "has to be (published)".
    """
    if step is not None and step.is_probe:
        return f"has to be ({evidence})"
    return f"{'AWS said' if evidence in _AWS_SAID else 'snapshot says'} ({evidence})"


def value_text(value: Any) -> str:
    """One side of a difference on one line: compact JSON, `(nothing)`, or the name of a member."""
    if value is MISSING:
        return "(nothing)"
    if isinstance(value, MemberName):
        return f"a member named {value.name}"
    text = msgspec.json.encode(value, order="sorted").decode()
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters … {text[-half:]}"


def headline(report: Report) -> str:
    """The result in one line: "147 scenarios, 1073 steps: 1070 same, 3 different · 21.3 s"."""
    counts = {status: sum(row[status] for row in report.counts().values()) for status in STATUSES}
    shown = [f"{counts['same']} same", f"{counts['different']} different"]
    shown += [f"{count} {status}" for status, count in counts.items() if count and status not in ("same", "different")]
    failed = sum(scenario.failure is not None for scenario in report.scenarios)
    whole, part = report.nouns
    scenarios = f"{many(len(report.scenarios), whole)}{f' ({failed} failed)' if failed else ''}"
    return f"{scenarios}, {many(len(report.steps), part)}: {', '.join(shown)} · {report.duration:.1f} s"


def many(count: int, noun: str) -> str:
    """ "1 step", "2 steps"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def notes(report: Report) -> list[str]:
    """What else decides the result or explains it, one sentence each."""
    lines = [f"{scenario.scenario}: {scenario.failure}" for scenario in report.scenarios if scenario.failure]
    lines += [f"known difference is gone, remove it from the list: {entry}" for entry in report.gone]
    lines += [f"known difference is about a step that does not exist: {entry}" for entry in report.about_nothing]
    return lines


def remarks(report: Report) -> list[str]:
    """What a reader should know beside the result.

    Which interpreter each runtime ran on, where it was not the runtime's own, and which scenarios were the same only
    when they ran again.
    """
    substitutes = [
        f"{runtime} ran on {used.get('interpreter')} ({used.get('version')}), which stands in for it"
        for runtime, used in sorted(report.runtimes.items())
        if used.get("substituted")
    ]
    unsteady = [f"{scenario} differed at first, beside others, and was the same alone" for scenario in report.unsteady]
    return substitutes + unsteady
