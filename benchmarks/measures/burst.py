"""A hundred calls at once, of 200 ms each, of a function that nobody has called before; then a hundred more."""

from benchmarks import functions
from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import all_at_once
from benchmarks.measures.measure import Effort, Measure, Metric, Sample
from benchmarks.statistics import lowest

_CALLS = 100


class Burst(Measure):
    """Milliseconds until the last of them is answered."""

    group = "burst"
    title = "bursts of 100 calls of 200 ms"
    metrics = (
        Metric("burst_first", "100 calls of 200 ms at once, from zero", "ms", lowest),
        Metric("burst_second", "100 calls of 200 ms at once, again", "ms", lowest),
    )

    def sample(self, candidate: Candidate, effort: Effort) -> Sample:  # noqa: ARG002
        function = candidate.new_function()
        requests = [candidate.invocation(function, functions.SLEEP_200_MS)] * _CALLS
        try:
            first, second = (all_at_once(candidate.address, requests) * 1000 for _ in range(2))
        finally:
            candidate.delete_function(function)
        return {"burst_first": [first], "burst_second": [second]}
