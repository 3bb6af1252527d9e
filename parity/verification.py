"""`parity verify`: runs scenarios on a candidate and compares what it answers with the snapshots."""

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

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
_FEW = 10  # scenarios that differ, or a tenth of all; where more do, it is the candidate and not the moment


def verify(
    scenarios: Sequence[Scenario],
    expected: dict[str, Snapshot],
    target: Target,
    *,
    known: KnownDifferences,
    whole: bool,
    min_evidence: str | None = None,
    jobs: int | None = None,
    once: bool = False,
    on_result: Callable[[ScenarioResult], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Runs the scenarios on the (entered) target and judges each run by its snapshot in `expected`, by scenario id.

    Some steps look at what is in progress for a moment, which a busy machine may miss. So where only few scenarios
    differ, they are run again, one after the other, and that counts; the report names those that were the same then.
    Unless `once` is true.

    Only steps whose evidence is at least `min_evidence` count, and only scenarios that have such steps are run.
    `whole` says that these are all scenarios there are: a known difference of any other step is then wrong.
    """
    started = time.monotonic()
    all_steps = [f"{scenario.id}#{step.id}" for scenario in scenarios for step in scenario.steps]
    scenarios = [scenario for scenario in scenarios if _has_a_say(expected.get(scenario.id), min_evidence)]
    if not scenarios:
        raise ParityError(f"--min-evidence {min_evidence}: no step of these scenarios has evidence that strong")
    report = Report(target.name, min_evidence=min_evidence)

    def run(chosen: Sequence[Scenario], jobs: int | None) -> Generator[ScenarioResult, None, None]:
        by_id = {scenario.id: scenario for scenario in chosen}
        with closing(run_scenarios(chosen, target, jobs=jobs, stop=stop)) as runs:
            for one in runs:
                yield _judged(by_id[one.scenario], expected.get(one.scenario), one, known, min_evidence)

    results = {}
    with closing(run(scenarios, jobs)) as judged:
        for result in judged:
            results[result.scenario] = result
            on_result(result)
    again = [] if once or (stop is not None and stop.is_set()) else _to_repeat(scenarios, results)
    with closing(run(again, 1)) as judged:
        for result in judged:
            results[result.scenario] = result
            if result.is_same:
                report.unsteady.append(result.scenario)
    report.scenarios = sorted(results.values(), key=lambda result: result.scenario)
    health = target.health()
    report.runtimes, report.isolation = _runtimes(health), health.get("isolation")
    return conclude(report, known, all_steps, whole=whole, duration=time.monotonic() - started)


def _runtimes(health: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the health report of the candidate says of runtimes; one of another project may have another form."""
    told = health.get("runtimes")
    return {name: used for name, used in told.items() if isinstance(used, dict)} if isinstance(told, dict) else {}


def _to_repeat(scenarios: Sequence[Scenario], results: Mapping[str, ScenarioResult]) -> list[Scenario]:
    if any(result.unreachable for result in results.values()):
        return []
    differing = [one for one in scenarios if one.id in results and not results[one.id].is_same]
    return differing if len(differing) <= max(_FEW, len(scenarios) // 10) else []


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
