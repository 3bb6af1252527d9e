"""`parity verify`: runs scenarios on a candidate and compares what it answers with the snapshots."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from parity import snapshot as snapshots
from parity.errors import ParityError
from parity.evidence import CLASSES, class_of
from parity.known_differences import KnownDifferences
from parity.observation import ScenarioRun
from parity.report import Report, ScenarioResult, conclude, is_strong_enough, judge
from parity.runner import run_scenarios
from parity.scenario import Scenario
from parity.snapshot import Snapshot, StaleSnapshot
from parity.targets.target import Target, service_needed

_NONE = "it has no snapshot; record it first"


def verify(
    scenarios: Sequence[Scenario],
    expected: dict[str, Snapshot],
    target: Target,
    *,
    known: KnownDifferences,
    whole: bool,
    min_evidence: str | None = None,
    jobs: int | None = None,
    on_result: Callable[[ScenarioResult], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Runs the scenarios on the (entered) target and judges each run by its snapshot in `expected`, by scenario id.

    Only steps whose evidence is at least `min_evidence` count, and only scenarios that have such steps are run.
    `whole` says that these are all scenarios there are: a known difference of any other step is then wrong.
    """
    started = time.monotonic()
    all_steps = [f"{scenario.id}#{step.id}" for scenario in scenarios for step in scenario.steps]
    scenarios = [scenario for scenario in scenarios if _has_a_say(expected.get(scenario.id), min_evidence)]
    if not scenarios:
        raise ParityError(f"--min-evidence {min_evidence}: no step of these scenarios has evidence that strong")
    by_id = {scenario.id: scenario for scenario in scenarios}
    report = Report(target.name, min_evidence=min_evidence)
    with closing(run_scenarios(scenarios, target, jobs=jobs, stop=stop)) as runs:
        for run in runs:
            result = _judged(by_id[run.scenario], expected.get(run.scenario), run, known, min_evidence)
            report.scenarios.append(result)
            on_result(result)
    report.scenarios.sort(key=lambda result: result.scenario)
    health = target.health()
    report.runtimes, report.isolation = health.get("runtimes", {}), health.get("isolation")
    return conclude(report, known, all_steps, whole=whole, duration=time.monotonic() - started)


def _has_a_say(snapshot: Snapshot | None, min_evidence: str | None) -> bool:
    if snapshot is None:
        return min_evidence is None
    return any(is_strong_enough(class_of(step.evidence), min_evidence) for step in snapshot.steps.values())


def _judged(
    scenario: Scenario,
    expected: Snapshot | None,
    run: ScenarioRun,
    known: KnownDifferences,
    min_evidence: str | None,
) -> ScenarioResult:
    if expected is not None:
        return judge(scenario, expected, run, known, min_evidence)
    failure = run.failure or (None if run.skipped else _NONE)
    return ScenarioResult(scenario.id, scenario.title, scenario.path, (), failure=failure, skipped=run.skipped)


def load_snapshots(scenarios: Sequence[Scenario], folder: Path) -> dict[str, Snapshot]:
    """The snapshot of every scenario, by scenario id. One that needs other services may have none: nobody may have been
    able to record it, and it is skipped where nobody can ask it either.

    Raises ParityError with a line for each that is missing, broken or not of the scenario as it is now.
    """
    loaded: dict[str, Snapshot] = {}
    problems = []
    for scenario in scenarios:
        try:
            snapshot = snapshots.read(snapshots.path_of(scenario.id, folder))
            if snapshot is None and service_needed(scenario.needs):
                continue
            if snapshot is None:
                raise StaleSnapshot(f"{scenario.id}: {_NONE}")
            snapshots.check_current(snapshot, scenario)
        except ParityError as error:
            problems.append(error.message)
        else:
            loaded[scenario.id] = snapshot
    if problems:
        raise ParityError("\n".join(problems))
    return loaded


def check_evidence_class(name: str | None) -> None:
    """Raises ParityError for what is no class of evidence."""
    if name is not None and name not in CLASSES:
        raise ParityError(f"--min-evidence {name}: expected one of {', '.join(CLASSES)}")
