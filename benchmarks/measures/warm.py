"""Warm calls of a function that returns its event: how long one takes, and how many there can be."""

import itertools

from benchmarks import functions
from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import closed_loop, latencies
from benchmarks.measures.measure import Effort, Measure, Metric, Sample
from benchmarks.statistics import best_median, highest, overall_p99


class WarmLatency(Measure):
    """One client on one kept connection."""

    group = "warm"
    title = "warm calls, one client"
    metrics = (
        Metric("warm_p50", "warm call, p50", "ms", best_median),
        Metric("warm_p99", "warm call, p99", "ms", overall_p99),
    )

    def prepare(self, candidate: Candidate, effort: Effort) -> None:
        self.sample(candidate, effort)

    def sample(self, candidate: Candidate, effort: Effort) -> Sample:
        request = candidate.invocation(candidate.function(), functions.ECHO)
        taken = [seconds * 1000 for seconds in latencies(candidate.address, request, effort.calls)]
        return {"warm_p50": taken, "warm_p99": taken}


class Throughput(Measure):
    """So many clients, each of which calls again as soon as it has its answer."""

    group = "throughput"

    def __init__(self, clients: int) -> None:
        self._clients = clients
        self.title = f"warm calls, {clients} client{'s' if clients > 1 else ''}"
        self.metrics = (Metric(f"throughput_{clients}", self.title, "/s", highest),)

    def fits(self, candidate: Candidate) -> bool:
        return super().fits(candidate) and (candidate.in_parallel or self._clients <= 8)

    def prepare(self, candidate: Candidate, effort: Effort) -> None:
        self.sample(candidate, effort)  # starts the environments that so many clients need

    def sample(self, candidate: Candidate, effort: Effort) -> Sample:
        request = candidate.invocation(candidate.function(), functions.ECHO)
        load = closed_loop(candidate.address, [itertools.repeat(request)] * self._clients, effort.seconds)
        return {self.metrics[0].name: [load.per_second]}
