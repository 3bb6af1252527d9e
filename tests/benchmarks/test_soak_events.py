"""A short soak of events: the emulator is killed in their middle, and none is lost."""

from collections import Counter

import pytest

from benchmarks.soak_events import Outcome, soak


@pytest.mark.slow
@pytest.mark.parametrize(("events", "moto"), [(300, False), (60, True)], ids=["queues that take", "queues of moto"])
def test_every_event_comes_to_its_one_end_though_the_emulator_is_killed(events, moto):
    if moto:
        pytest.importorskip("moto")
    outcome = soak(events, seed=3, moto=moto)
    assert outcome.faults == []
    assert len(outcome.accepted) + outcome.unanswered <= events + 8
    assert len(outcome.accepted) >= events * 2 // 3


def test_what_is_lost_or_in_the_wrong_place_is_told():
    outcome = Outcome({"a": "success", "b": "destination"})
    outcome.told["dead letter"] = Counter({"b": 1})
    outcome.told["success"] = Counter({"a": 2})
    assert outcome.faults == ["lost: b (destination)", "b (destination) was told as dead letter"]
    assert outcome.told_again == 1
