"""A result that is yet to come, and is heard of at once."""

import asyncio

import pytest

from emulator.pending import Pending


def test_who_waits_hears_of_it_inside_of_the_call():
    heard = []
    pending = Pending()
    pending.add_done_callback(heard.append)
    assert not pending.done()
    pending.set_result(7)
    assert heard == [pending]
    assert (pending.done(), pending.cancelled(), pending.result(), pending.exception()) == (True, False, 7, None)


def test_who_comes_late_hears_of_it_too():
    pending, heard = Pending(), []
    pending.set_exception(ValueError("no"))
    pending.add_done_callback(heard.append)
    assert str(heard[0].exception()) == "no"
    with pytest.raises(ValueError, match="no"):
        pending.result()


def test_giving_up():
    said = []
    pending = Pending(lambda: said.append("given up"))
    pending.add_done_callback(lambda done: said.append(done.cancelled()))
    assert pending.cancel()
    assert not pending.cancel()
    assert said == [True, "given up"]
    with pytest.raises(asyncio.CancelledError):
        pending.result()


def test_nobody_is_told_of_giving_up_what_is_done():
    said = []
    pending = Pending(lambda: said.append("given up"))
    pending.set_result(1)
    assert not pending.cancel()
    assert said == []


@pytest.mark.parametrize("again", [lambda p: p.set_result(2), lambda p: p.set_exception(ValueError())])
def test_there_is_one_result(again):
    pending = Pending()
    with pytest.raises(asyncio.InvalidStateError):
        pending.result()
    pending.set_result(1)
    with pytest.raises(asyncio.InvalidStateError):
        again(pending)
    assert pending.result() == 1


def test_one_may_wait():
    pending = Pending()
    pending.add_done_callback(print)
    with pytest.raises(asyncio.InvalidStateError):
        pending.add_done_callback(print)


def test_it_can_be_awaited():
    async def wait() -> list[int]:
        early, late = Pending(), Pending()
        early.set_result(1)
        asyncio.get_running_loop().call_soon(late.set_result, 2)
        return [await early, await late]

    assert asyncio.run(wait()) == [1, 2]


def test_what_it_comes_to_is_made_into_something_else_before_anybody_hears_of_it():
    pending = Pending()
    text = pending.then(lambda number: number * 2).then(str)
    heard = []
    text.add_done_callback(lambda done: heard.append(done.result()))
    pending.set_result(21)
    assert heard == ["42"]
    assert text.then(len).result() == 2


def test_an_exception_can_be_made_into_a_result_wherever_it_was_raised():
    for settle in (lambda pending: pending.set_exception(ValueError("no")), lambda pending: pending.set_result("x")):
        pending = Pending()
        answer = pending.then(int, rescue=lambda error: type(error).__name__)
        settle(pending)
        assert answer.result() == "ValueError"


def test_what_cannot_be_made_is_an_exception_and_none_of_the_one_who_set_the_result():
    pending = Pending()
    number = pending.then(int)
    pending.set_result("x")
    assert isinstance(number.exception(), ValueError)


def test_nothing_is_made_of_what_was_given_up():
    pending, made = Pending(), []
    pending.then(made.append, made.append).cancel()
    assert pending.cancelled()
    assert made == []


def test_what_a_future_comes_to():
    async def settle():
        good, bad, given_up = (asyncio.get_running_loop().create_future() for _ in range(3))
        pending = [Pending.of(future) for future in (good, bad, given_up)]
        good.set_result(1)
        bad.set_exception(ValueError("no"))
        pending[2].cancel()
        await asyncio.sleep(0)
        assert pending[0].result() == 1
        assert str(pending[1].exception()) == "no"
        assert given_up.cancelled()

    asyncio.run(settle())
