"""What a measure is: something that is done to each candidate in turn, for several rounds."""

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.candidates.candidate import Candidate
from benchmarks.statistics import Rounds, Summary

Sample = Mapping[str, Sequence[float]]  # by metric, what one round measured


@dataclass(slots=True, frozen=True)
class Metric:
    """One row of the table. `unit` is `ms`, `MB` or `/s`; `summary` makes one number of all rounds."""

    name: str
    title: str
    unit: Literal["ms", "MB", "/s"]
    summary: Summary

    @property
    def more_is_better(self) -> bool:
        return self.unit == "/s"


@dataclass(slots=True, frozen=True)
class Effort:
    """How much of everything: `seconds` of a load, `calls` of a latency round, and the `rounds` of each group."""

    seconds: float
    calls: int
    rounds: Mapping[str, int]


FULL = Effort(
    seconds=1.0,
    calls=1_000,
    rounds={"start": 3, "warm": 10, "throughput": 4, "cold": 10, "burst": 3, "control-plane": 3},
)
QUICK = Effort(
    seconds=0.35,
    calls=300,
    rounds={"start": 1, "warm": 6, "throughput": 3, "cold": 5, "burst": 1, "control-plane": 2},
)


class Measure(ABC):
    """One measure; `group` is its name for --only."""

    group: str
    title: str
    metrics: tuple[Metric, ...]

    def fits(self, candidate: Candidate) -> bool:
        """Whether it makes sense for this candidate."""
        return self.group in candidate.groups

    def prepare(self, candidate: Candidate, effort: Effort) -> None:  # noqa: B027
        """What must have happened before the first round."""

    def sample(self, candidate: Candidate, effort: Effort) -> Sample:
        """One round. Raises MeasuringError."""
        raise NotImplementedError

    def finish(self, candidate: Candidate) -> None:  # noqa: B027
        """What must happen after the last round."""


def summarise(metric: Metric, rounds: Rounds) -> float | None:
    """The metric's one number; None if nothing was measured."""
    measured = [values for values in rounds if values]
    return metric.summary(measured) if measured else None
