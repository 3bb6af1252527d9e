"""What a verification came to, as plain values; the modules beside this one show it in one form each.

`terminal` is for people, `json_file` and `junit` are for other programs (`files` writes them), `github` is what GitHub
Actions shows, and `attested` shows what `parity attest` came to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from parity.comparison import Difference, compare
from parity.errors import UNREACHABLE
from parity.evidence import CLASSES, class_of, is_at_least
from parity.known_differences import KnownDifference, KnownDifferences
from parity.observation import ScenarioRun
from parity.scenario import Scenario
from parity.snapshot import Snapshot

StepStatus = Literal["same", "different", "excused", "not asked", "not judged", "skipped"]
"""excused: all its differences are known ones · not asked: the request could not be sent, mostly because an earlier
answer lacked what it needs · not judged: its evidence is too weak to count · skipped: so was its scenario"""

STATUSES: tuple[StepStatus, ...] = ("same", "different", "excused", "not asked", "not judged", "skipped")


@dataclass(frozen=True, slots=True)
class Excused:
    """A difference that is known, and the entry that says so."""

    difference: Difference
    entry: KnownDifference


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of one step, or of one probe. `step` is its full id, `reason` why it was not asked.

    `asked` is a command that asks the same, where the id alone does not tell what that was; `line` is 0 where nobody
    wrote the step into a file.
    """

    step: str
    says: str | None
    line: int
    evidence: str
    status: StepStatus
    differences: tuple[Difference, ...] = ()
    excused: tuple[Excused, ...] = ()
    reason: str | None = None
    asked: str | None = None
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What came of one scenario, or of the probes of one operation, which stand in no file: `path` is None.

    `failure` says why its run ended early, `skipped` why there was none; seconds.
    """

    scenario: str
    title: str
    path: Path | None
    steps: tuple[StepResult, ...]
    failure: str | None = None
    skipped: str | None = None
    unreachable: bool = False
    duration: float = 0.0

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to complain of."""
        fine = ("same", "excused", "not judged", "skipped")
        return not self.failure and all(step.status in fine for step in self.steps)


@dataclass(slots=True)
class Report:
    """The whole verification. `runtimes` is what the candidate's health says of them, by runtime identifier.

    `gone` are the known differences that are no longer there, `about_nothing` those about steps that do not exist.
    `min_evidence` is the weakest class of evidence that counts. `duration` is in seconds. `nouns` are what a result and
    each of its steps are called. `unsteady` are the scenarios that differed at first and were the same when they ran
    again, alone.
    """

    target: str
    scenarios: list[ScenarioResult] = field(default_factory=list)
    gone: list[KnownDifference] = field(default_factory=list)
    about_nothing: list[KnownDifference] = field(default_factory=list)
    runtimes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    isolation: str | None = None
    min_evidence: str | None = None
    duration: float = 0.0
    nouns: tuple[str, str] = ("scenario", "step")
    unsteady: list[str] = field(default_factory=list)

    @property
    def steps(self) -> list[StepResult]:
        """All steps of all scenarios."""
        return [step for scenario in self.scenarios for step in scenario.steps]

    @property
    def differences(self) -> list[Difference]:
        """All differences that nothing excuses."""
        return [difference for step in self.steps for difference in step.differences]

    def counts(self) -> dict[str, dict[StepStatus, int]]:
        """How many steps of each class of evidence (strongest first) ended in each status."""
        table = {name: dict.fromkeys(STATUSES, 0) for name in CLASSES}
        for step in self.steps:
            table[step.evidence][step.status] += 1
        return table

    @property
    def exit_code(self) -> int:
        """0 same, 1 different, 3 target unreachable."""
        if any(scenario.unreachable for scenario in self.scenarios):
            return UNREACHABLE
        same = all(scenario.is_same for scenario in self.scenarios)
        return 0 if same and not (self.gone or self.about_nothing) else 1


def judge(
    scenario: Scenario,
    snapshot: Snapshot,
    run: ScenarioRun,
    known: KnownDifferences,
    min_evidence: str | None = None,
) -> ScenarioResult:
    """Compares a run with the snapshot of its scenario and sorts out what is known, and what is too weak to count."""
    by_step: dict[str, list[Difference]] = {}
    for difference in compare(snapshot, run, scenario):
        by_step.setdefault(difference.step, []).append(difference)
    seen = {observation.step for observation in run.observations}
    results = []
    for step in scenario.steps:
        full_id = f"{scenario.id}#{step.id}"
        evidence = class_of(snapshot.steps[step.id].evidence)
        if not is_strong_enough(evidence, min_evidence):
            results.append(StepResult(full_id, step.says, step.line, evidence, "not judged"))
            continue
        differences = by_step.get(full_id, [])
        excused = [Excused(one, entry) for one in differences if (entry := known.excusing(one))]
        others = [one for one in differences if known.excusing(one) is None]
        results.append(
            StepResult(
                step=full_id,
                says=step.says,
                line=step.line,
                evidence=evidence,
                status=_status(step.id in seen, others, excused, run),
                differences=tuple(others),
                excused=tuple(excused),
                reason=run.not_asked.get(step.id),
            )
        )
    return ScenarioResult(
        scenario=scenario.id,
        title=scenario.title,
        path=scenario.path,
        steps=tuple(results),
        failure=run.failure,
        skipped=run.skipped,
        unreachable=bool(run.extra.get("unreachable")),
        duration=run.duration,
    )


def is_strong_enough(evidence: str, min_evidence: str | None) -> bool:
    """Whether a step with that class of evidence has a say."""
    return min_evidence is None or is_at_least(evidence, min_evidence)


def _status(was_seen: bool, others: list[Difference], excused: list[Excused], run: ScenarioRun) -> StepStatus:
    if not was_seen:
        return "skipped" if run.skipped else "not asked"
    if others:
        return "different"
    return "excused" if excused else "same"


def conclude(
    report: Report, known: KnownDifferences, all_steps: Iterable[str], *, whole: bool, duration: float
) -> Report:
    """Completes the report when all scenarios are in it: finds the known differences that are gone.

    `all_steps` are the full ids of all steps that were loaded. Entries about steps that do not exist are only wrong
    where the `whole` corpus was verified: a selection leaves most of them out.
    """
    compared = [step.step for step in report.steps if step.status in ("same", "different", "excused")]
    there = [*report.differences, *(excused.difference for step in report.steps for excused in step.excused)]
    report.gone = known.gone(there, compared)
    report.about_nothing = known.about_nothing(all_steps) if whole else []
    report.duration = duration
    return report
