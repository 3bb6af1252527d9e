"""Rounds alternate between candidates, and a candidate that fails does not end the run."""

import pytest

from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import MeasuringError
from benchmarks.measures.measure import Effort, Measure, Metric
from benchmarks.running import run
from benchmarks.statistics import lowest

EFFORT = Effort(seconds=0.1, calls=1, rounds={"steps": 2})


class Steady(Candidate):
    groups = frozenset({"steps"})

    def __init__(self, name: str, diary: list[str]) -> None:
        self.name, self.says, self.diary = name, "steady", diary

    def start(self) -> float:
        self.diary.append(f"{self.name} starts")
        return 0.0

    def stop(self) -> None:
        self.diary.append(f"{self.name} stops")

    def new_function(self) -> str:
        return "f"


class Failing(Steady):
    """Fails whenever it is measured."""


class Steps(Measure):
    group = "steps"
    title = "steps"
    metrics = (Metric("steps", "steps", "ms", lowest),)

    def sample(self, candidate, effort):
        if isinstance(candidate, Failing):
            raise MeasuringError("broke")
        candidate.diary.append(f"{candidate.name} steps")
        return {"steps": [len(candidate.diary)]}


@pytest.fixture
def diary() -> list[str]:
    return []


def quiet(_text: str) -> None:
    pass


def test_candidates_take_turns_in_each_round(diary):
    results = run([Steady("a", diary), Steady("b", diary)], [Steps()], EFFORT, quiet)
    assert diary == ["a starts", "b starts", "a steps", "b steps", "a steps", "b steps", "b stops", "a stops"]
    assert results.values == {"steps": {"a": 3, "b": 4}}


def test_one_that_fails_twice_is_left_out(diary):
    results = run([Failing("a", diary), Steady("b", diary)], [Steps()], EFFORT, quiet)
    assert results.values == {"steps": {"b": 5}}
    assert results.failures == {"steps": {"a": "broke"}}
    assert [line.split()[1] for line in diary if line.startswith("a")] == ["starts", *("stops", "starts") * 2, "stops"]


def test_one_that_fails_once_goes_on(diary):
    class FailsFirst(Steps):
        def sample(self, candidate, effort):
            if "a starts" not in diary[1:]:
                raise MeasuringError("broke")
            return super().sample(candidate, effort)

    results = run([Steady("a", diary)], [FailsFirst()], EFFORT, quiet)
    assert results.values == {"steps": {"a": 4}}
    assert results.failures == {}


def test_a_measure_leaves_out_what_it_does_not_fit(diary):
    other = Steady("other", diary)
    other.groups = frozenset()
    assert run([other], [Steps()], EFFORT, quiet).values == {}


def test_everything_is_stopped_when_it_is_interrupted(diary):
    class Interrupted(Steps):
        def sample(self, candidate, effort):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([Steady("a", diary)], [Interrupted()], EFFORT, quiet)
    assert diary == ["a starts", "a stops"]
