"""From rounds of samples to one number."""

import pytest

from benchmarks.statistics import best_median, highest, lowest, overall_median, overall_p99, percentile

HUNDRED = list(range(1, 101))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7], 0.5, 7),
        ([1, 2, 3], 0.5, 2),
        ([4, 3, 2, 1], 0.5, 2),
        (HUNDRED, 0.99, 99),
        (HUNDRED, 1.0, 100),
        (HUNDRED, 0.0, 1),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values, share, expected):
    assert percentile(values, share) == expected


def test_nothing_has_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_the_quickest_round_says_what_is_possible():
    assert best_median([[5, 5, 5], [2, 3, 90], [4, 4, 4]]) == 3
    assert lowest([[5], [2], [4]]) == 2
    assert highest([[5], [2], [4]]) == 5


def test_outliers_of_any_round_count_for_the_p99():
    assert overall_p99([[1] * 98, [50, 60]]) == 50
    assert overall_median([[1, 1], [9], [2, 3]]) == 2
