"""Calls that have to wait for a runtime to start, beside what the runtime alone takes to start."""

import time

from benchmarks import functions
from benchmarks.candidates.bare import Bare
from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import Connection, expect_success
from benchmarks.measures.measure import Effort, Measure, Metric, Sample
from benchmarks.statistics import overall_median

_BUSY = b'{"sleep":0.5}'


class ColdStart(Measure):
    """The first call of a function that is new; then one while its only environment is busy."""

    group = "cold"
    title = "cold starts"
    metrics = (
        Metric("cold_function", "first call of a new function", "ms", overall_median),
        Metric("cold_environment", "first call of a further environment", "ms", overall_median),
        Metric("first_next", "bare runtime until it asks for an event", "ms", overall_median),
    )

    def prepare(self, candidate: Candidate, effort: Effort) -> None:
        self.sample(candidate, effort)  # what happens once, such as looking for an interpreter

    def sample(self, candidate: Candidate, effort: Effort) -> Sample:  # noqa: ARG002
        if isinstance(candidate, Bare):
            return {"first_next": [candidate.first_next() * 1000]}
        function = candidate.new_function()
        try:
            sample = {"cold_function": [_timed_call(candidate, function)]}
            if candidate.in_parallel:
                sample["cold_environment"] = [_beside_busy_environment(candidate, function)]
            return sample
        finally:
            candidate.delete_function(function)


def _beside_busy_environment(candidate: Candidate, function: str) -> float:
    busy = Connection(candidate.address)
    try:
        busy.send(candidate.invocation(function, _BUSY))
        time.sleep(0.02)
        taken = _timed_call(candidate, function)
        expect_success(busy.receive().status)
    finally:
        busy.close()
    return taken


def _timed_call(candidate: Candidate, function: str) -> float:
    """Milliseconds of one call over a connection that is already there."""
    connection = Connection(candidate.address)
    request = candidate.invocation(function, functions.ECHO)
    try:
        began = time.perf_counter()
        expect_success(connection.ask(request).status)
        return (time.perf_counter() - began) * 1000
    finally:
        connection.close()
