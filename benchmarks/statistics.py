"""From the samples of several rounds to one number.

Other programs of the machine only ever make things slower. So what a candidate can do is seen best in its best round,
and since the rounds of all candidates alternate, each has had the same chance of a quiet moment.
"""

from collections.abc import Callable, Sequence

Rounds = Sequence[Sequence[float]]  # the values that each round measured
Summary = Callable[[Rounds], float]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` (0 to 1) of them do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 1)  # rounded up
    return ordered[max(int(rank), 1) - 1]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def best_median(rounds: Rounds) -> float:
    """The median of the quickest round."""
    return min(median(values) for values in rounds)


def overall_p99(rounds: Rounds) -> float:
    """The 99th percentile of all rounds together: outliers are what it is about."""
    return percentile([value for values in rounds for value in values], 0.99)


def lowest(rounds: Rounds) -> float:
    return min(value for values in rounds for value in values)


def highest(rounds: Rounds) -> float:
    return max(value for values in rounds for value in values)


def overall_median(rounds: Rounds) -> float:
    return median([value for values in rounds for value in values])
