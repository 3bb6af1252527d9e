"""What GitHub Actions shows: an annotation at the line of each scenario that differs, and the summary of the job."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from parity.errors import ParityError
from parity.evidence import CLASSES
from parity.report import STATUSES, Report, ScenarioResult, StepResult
from parity.report.wording import CANDIDATE, headline, notes, remarks, value_text, who_said

_LARGEST_SUMMARY = 900_000  # bytes; GitHub refuses a summary of more than 1 MiB


def tell(report: Report, say: Callable[[str], None], environment: Mapping[str, str] = os.environ) -> None:
    """Annotations and job summary, where this process runs in GitHub Actions; nothing elsewhere.

    `say` prints a line on standard output. Raises ParityError where the summary cannot be written.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return
    for line in annotations(report, Path(environment.get("GITHUB_WORKSPACE") or Path.cwd())):
        say(line)
    if environment.get("GITHUB_STEP_SUMMARY"):
        append_summary(report, Path(environment["GITHUB_STEP_SUMMARY"]))


def annotations(report: Report, workspace: Path) -> Iterator[str]:
    """One workflow command for each step that differs and each other complaint, to be printed on standard output."""
    for scenario in report.scenarios:
        for step in scenario.steps:
            if step.differences:
                yield _error(_message(step), step.step, _place(scenario, step, workspace))
    for note in notes(report):
        yield _error(note, "parity", {})


def _message(step: StepResult) -> str:
    lines = [step.says] if step.says else []
    for difference in step.differences:
        lines += [
            difference.path,
            f"  {who_said(difference.evidence, step)}: {value_text(difference.expected)}",
            f"  {CANDIDATE}: {value_text(difference.actual)}",
        ]
    return "\n".join([*lines, *([step.asked] if step.asked else [])])


def _place(scenario: ScenarioResult, step: StepResult, workspace: Path) -> dict[str, str]:
    """Where the scenario is in the checkout; nowhere, if it came with an installed package."""
    path = scenario.path.resolve() if scenario.path else None
    if path is None or not path.is_relative_to(workspace.resolve()):
        return {}
    return {"file": path.relative_to(workspace.resolve()).as_posix(), "line": str(step.line)}


def _error(message: str, title: str, place: Mapping[str, str]) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**place, "title": title}.items())
    return f"::error {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def append_summary(report: Report, file: Path) -> None:
    """Adds the summary to the file that GitHub names in GITHUB_STEP_SUMMARY. Raises ParityError."""
    try:
        with file.open("a", encoding="utf-8") as summary_file:
            summary_file.write(summary(report))
    except OSError as error:
        raise ParityError(f"{file}: the job summary cannot be written: {error.strerror}") from None


def summary(report: Report) -> str:
    """The report in Markdown."""
    mark = "✅" if report.exit_code == 0 else "❌"
    head = [f"## {mark} Parity with {report.target}", "", headline(report), "", *_evidence(report), ""]
    parts = ["\n".join(head) + "\n", *(f"- {note}\n" for note in [*notes(report), *remarks(report)])]
    size = sum(len(part.encode()) for part in parts)
    for step in report.steps:
        part = _details(step) if step.differences else ""
        size += len(part.encode())
        if size > _LARGEST_SUMMARY:
            parts.append("\n…and more; the log of this job has them all.\n")
            break
        parts.append(part)
    return "".join(parts)


def _evidence(report: Report) -> Iterator[str]:
    counts = {name: row for name, row in report.counts().items() if any(row.values())}
    yield f"| evidence | {report.nouns[1]}s | {' | '.join(STATUSES)} | means |"
    yield f"|---|---:|{'---:|' * len(STATUSES)}---|"
    for name, row in counts.items():
        cells = " | ".join(str(row[status]) for status in STATUSES)
        yield f"| {name} | {sum(row.values())} | {cells} | {CLASSES[name]} |"


def _details(step: StepResult) -> str:
    blocks = "\n".join(
        f"{one.path}\n"
        f"- {who_said(one.evidence, step)}: {value_text(one.expected)}\n"
        f"+ {CANDIDATE}: {value_text(one.actual)}"
        for one in step.differences
    )
    fence = "`" * max(3, _longest_run(blocks) + 1)
    says = f"\n{step.says}\n" if step.says else ""
    asked = f"\n{fence}sh\n{step.asked}\n{fence}\n" if step.asked else ""
    return f"\n### {step.step}\n{says}\n{fence}diff\n{blocks}\n{fence}\n{asked}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in text.replace("\n", " ").split(" ") if set(run) == {"`"}), default=0)
