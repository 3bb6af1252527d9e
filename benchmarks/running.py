"""Runs measures: round by round, and within a round candidate after candidate, so that noise hits all alike."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import MeasuringError
from benchmarks.measures import Measure
from benchmarks.measures.measure import Effort, summarise

Tell = Callable[[str], None]


@dataclass(slots=True)
class Results:
    """`values[metric][candidate]` is what was measured, `failures[measure][candidate]` why something was not."""

    values: dict[str, dict[str, float]] = field(default_factory=dict)
    failures: dict[str, dict[str, str]] = field(default_factory=dict)


def run(candidates: Sequence[Candidate], measures: Sequence[Measure], effort: Effort, tell: Tell) -> Results:
    """All measures of all candidates. `tell` hears what is going on.

    A candidate that fails at a measure is started anew; if it fails again, it takes no further part in that one. One
    that cannot be started at all raises MeasuringError.
    """
    results = Results()
    with ExitStack() as started:
        for candidate in candidates:
            tell(f"starting: {candidate.name}")
            started.callback(candidate.stop)
            candidate.start()
        for measure in measures:
            _run_measure(measure, [each for each in candidates if measure.fits(each)], effort, tell, results)
    return results


def _run_measure(
    measure: Measure, candidates: Sequence[Candidate], effort: Effort, tell: Tell, results: Results
) -> None:
    rounds: dict[str, list[dict[str, Sequence[float]]]] = {each.name: [] for each in candidates}
    failures: dict[str, str] = {}
    failed_once: set[str] = set()
    number = effort.rounds[measure.group]
    for turn in range(number + 1):
        for candidate in candidates:
            if candidate.name in failures:
                continue
            tell(f"{measure.title}: {f'round {turn} of {number}' if turn else 'warming up'}, {candidate.name}")
            try:
                if turn:
                    rounds[candidate.name].append(dict(measure.sample(candidate, effort)))
                else:
                    measure.prepare(candidate, effort)
            except MeasuringError as error:
                if candidate.name in failed_once:
                    failures[candidate.name] = str(error)
                failed_once.add(candidate.name)
                candidate.stop()
                candidate.start()
    if failures:
        results.failures[measure.title] = failures
    for metric in measure.metrics:
        for name, samples in rounds.items():
            value = summarise(metric, [sample.get(metric.name, ()) for sample in samples])
            if value is not None and name not in failures:
                results.values.setdefault(metric.name, {})[name] = value
