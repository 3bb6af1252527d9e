"""How long a server takes to accept requests, and what memory it and its environments hold while nothing happens."""

import time

from benchmarks import functions
from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import all_at_once
from benchmarks.measures.measure import Effort, Measure, Metric, Sample
from benchmarks.processes import memory_mb
from benchmarks.statistics import lowest

_ENVIRONMENTS = 10
_SETTLING = 0.3  # seconds


class StartUp(Measure):
    """Starts it anew in each round."""

    group = "start"
    title = "start-up and idle memory"
    metrics = (
        Metric("start", "start-up until it accepts requests", "ms", lowest),
        Metric("server_memory", "memory of the idle server", "MB", lowest),
        Metric("environment_memory", "memory of each idle environment", "MB", lowest),
    )

    def sample(self, candidate: Candidate, effort: Effort) -> Sample:  # noqa: ARG002
        candidate.stop()
        began = candidate.start() * 1000
        time.sleep(_SETTLING)
        idle = memory_mb(candidate.processes())
        environments = _ENVIRONMENTS if candidate.in_parallel else 1
        calls = [candidate.invocation(candidate.function(), functions.SLEEP_200_MS)] * environments
        all_at_once(candidate.address, calls)
        time.sleep(_SETTLING)
        each = (memory_mb(candidate.processes()) - idle) / environments
        return {"start": [began], "server_memory": [idle], "environment_memory": [each]}
