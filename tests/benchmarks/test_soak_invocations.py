"""A short soak: three hundred calls in every way a function knows, and nothing is left of them."""

import pytest

from benchmarks.soak_invocations import KINDS, Holdings, Outcome, soak


@pytest.mark.slow
def test_nothing_is_left_of_a_soak():
    outcome = soak(300, seed=7)
    assert outcome.faults == []
    assert outcome.calls.total() == 300
    assert outcome.calls.keys() <= {kind.name for kind in KINDS}
    assert outcome.after.processes == 2  # the server and its spawner


def test_what_is_left_is_told():
    outcome = Outcome(Holdings(2, 10, 5), Holdings(3, 10, 4))
    assert outcome.faults == ["processes: 2 before, 3 afterwards"]


def test_memory_that_grows_is_told_of_a_long_soak():
    outcome = Outcome(Holdings(2, 10, 5), Holdings(2, 10, 5), megabytes=(50.0, 95.0))
    assert outcome.faults == []
    outcome.calls["tiny"] = 10_000
    assert outcome.faults == ["memory: 50.0 MB half-way, 95.0 MB at the end"]
