"""A short soak: a few thousand control-plane calls by sixteen clients, and nothing goes wrong or is left."""

import pytest

from benchmarks.soak_control_plane import Outcome, soak


@pytest.mark.slow
def test_nothing_goes_wrong_and_nothing_is_left():
    outcome = soak(3000, seed=5)
    assert outcome.faults == []
    assert outcome.calls.total() >= 3000
    assert len(outcome.calls) > 40, "operations"
    assert max(outcome.statuses) < 500


def test_memory_that_grows_is_told_of_a_long_soak():
    outcome = Outcome(megabytes=(50.0, 56.0))
    assert outcome.faults == []
    outcome.calls["GetFunction"] = 50_000
    assert outcome.faults == ["memory: 50.0 MB half-way, 56.0 MB at the end"]
