"""A few edits are measured: every call runs what was saved before it."""

from benchmarks.hot_reload import Outcome, measure


def test_no_call_runs_old_code():
    outcome = measure(edits=4, files=30)
    assert outcome.old == {"at once": 0, "after 50 ms": 0}
    assert {when: len(seconds) for when, seconds in outcome.seconds.items()} == {"at once": 4, "after 50 ms": 4}


def test_old_answers_are_told():
    assert Outcome(old={"at once": 0, "after 50 ms": 2}).faults == ["2 old answers after 50 ms"]
    assert Outcome(old={"at once": 0, "after 50 ms": 1}).faults == []
