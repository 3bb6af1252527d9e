"""What became of each target, and which of them fail the quick form."""

import pytest

from benchmarks.targets import TARGETS, Target, in_words, judge

GOOD = {
    "warm_p50": {"ours": 0.3, "floor": 0.25, "RIE": 0.7},
    "warm_p99": {"ours": 1.0},
    "throughput_8": {"ours": 6_000, "floor": 7_000},
    "cold_function": {"ours": 60},
    "first_next": {"bare runtime": 30},
    "burst_second": {"ours": 250},
    "get_function_1": {"ours": 3_500},
    "create_delete_1": {"ours": 900},
}


def test_all_targets_can_be_met():
    assert [(judgement.met, judgement.passes_gate) for judgement in judge(GOOD)] == [(True, True)] * len(TARGETS)


@pytest.mark.parametrize(
    ("metric", "ours", "missed", "at_the_gate"),
    [
        ("warm_p50", 0.4, ["warm_p50"], []),
        ("warm_p50", 0.8, ["warm_p50", "warm_p50"], ["warm_p50", "warm_p50"]),
        ("throughput_8", 4_000, ["throughput_8"], []),
        ("throughput_8", 1_500, ["throughput_8"], ["throughput_8"]),
        ("cold_function", 100, ["cold_function"], []),
        ("cold_function", 200, ["cold_function"], ["cold_function"]),
        ("warm_p99", 500, ["warm_p99"], []),  # milliseconds are no gate
        ("get_function_1", 10, ["get_function_1"], []),
    ],
)
def test_a_target_has_less_room_than_its_gate(metric, ours, missed, at_the_gate):
    judgements = judge(GOOD | {metric: GOOD[metric] | {"ours": ours}})
    assert [judgement.target.metric for judgement in judgements if not judgement.met] == missed
    assert [judgement.target.metric for judgement in judgements if not judgement.passes_gate] == at_the_gate


def test_what_was_not_measured_is_neither_met_nor_a_failure():
    for judgement in judge({"warm_p50": {"ours": 0.3}}):
        if judgement.target.against or judgement.target.metric != "warm_p50":
            assert judgement.met is None
            assert judgement.passes_gate


def test_only_ratios_are_a_gate():
    assert all(target.against for target in TARGETS if target.gate is not None)


def test_targets_in_words():
    assert in_words(Target("warm_p50", 1.35, ("floor", "warm_p50")), 1.35) == "≤ 1.35 × floor"
    assert in_words(Target("get_function_1", 3_000.0), 3_000.0) == "≥ 3000 /s"
