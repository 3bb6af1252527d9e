"""What the emulator has to reach, as a table.

A bound holds for the value of `ours` itself, or for its ratio to another candidate's value. Only ratios are a gate,
and with more room than the target has: a machine that is busy with other things shows the same ratio, more or less,
and never the same milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.measures import METRICS
from benchmarks.measures.measure import Metric


@dataclass(slots=True, frozen=True)
class Target:
    """`against` is (candidate, metric) for a ratio. `gate` is the bound at which the quick form fails."""

    metric: str
    bound: float
    against: tuple[str, str] | None = None
    gate: float | None = None


TARGETS = (
    Target("warm_p50", 1.35, ("floor", "warm_p50"), gate=2.2),
    Target("warm_p50", 0.6, ("RIE", "warm_p50"), gate=0.95),
    Target("warm_p99", 3.0),
    Target("throughput_8", 0.7, ("floor", "throughput_8"), gate=0.3),
    Target("cold_function", 2.5, ("bare runtime", "first_next"), gate=4.0),
    Target("burst_second", 350.0),
    Target("get_function_1", 3_000.0),
    Target("create_delete_1", 500.0),
)


@dataclass(slots=True, frozen=True)
class Judgement:
    """A target and what became of it. `value` is None where it could not be measured, and `met` with it."""

    target: Target
    value: float | None

    @property
    def met(self) -> bool | None:
        return None if self.value is None else _within(self.target.bound, self.value, METRICS[self.target.metric])

    @property
    def passes_gate(self) -> bool:
        """True too where there is no gate, or nothing to compare with."""
        gate = self.target.gate
        return gate is None or self.value is None or _within(gate, self.value, METRICS[self.target.metric])


def judge(values: Mapping[str, Mapping[str, float]]) -> list[Judgement]:
    """What became of each target, by the values (metric, candidate) of one run."""
    return [Judgement(target, _value(target, values)) for target in TARGETS]


def _value(target: Target, values: Mapping[str, Mapping[str, float]]) -> float | None:
    ours = values.get(target.metric, {}).get("ours")
    if target.against is None or ours is None:
        return ours
    candidate, metric = target.against
    other = values.get(metric, {}).get(candidate)
    return ours / other if other else None


def _within(bound: float, value: float, metric: Metric) -> bool:
    return value >= bound if metric.more_is_better else value <= bound


def in_words(target: Target, bound: float) -> str:
    """`≤ 1.35 × floor`, `≥ 3000 /s`."""
    metric = METRICS[target.metric]
    sign = "≥" if metric.more_is_better else "≤"
    if target.against is None:
        return f"{sign} {bound:g} {metric.unit}"
    return f"{sign} {bound:g} × {target.against[0]}"
