"""How often something may be done, with a clock that the test moves."""

from emulator.execution.allowance import Allowance


def taken(allowance, times, now, *, per_second=10, most=10):
    return [allowance.take(per_second, most, now) for _ in range(times)].count(True)


def test_begins_full_and_is_used_up():
    assert taken(Allowance(), 25, 0.0) == 10


def test_is_refilled_continuously():
    allowance = Allowance()
    taken(allowance, 10, 0.0)
    assert taken(allowance, 5, 0.25) == 2
    assert taken(allowance, 5, 0.31) == 1  # half of one was left over


def test_saves_up_no_more_than_it_holds():
    allowance = Allowance()
    taken(allowance, 10, 0.0)
    assert taken(allowance, 50, 3600.0) == 10


def test_of_nothing_is_nothing():
    assert taken(Allowance(), 3, 0.0, per_second=0, most=0) == 0


def test_shrinks_with_its_limit():
    allowance = Allowance()
    assert taken(allowance, 1, 0.0, per_second=100, most=100) == 1
    assert taken(allowance, 50, 0.0) == 10
