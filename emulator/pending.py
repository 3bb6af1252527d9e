"""A result that is yet to come, for the way that warm calls take.

It speaks like an `asyncio.Future`, but whoever waits hears of the result at once, inside of the call that sets it: each
step over a Future costs a turn of the event loop. So there is one rule for who sets a result: do it last, because what
follows from it may call back.
"""

import asyncio
from collections.abc import Callable, Generator
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)

_PENDING, _DONE, _FAILED, _CANCELLED = range(4)


class Eventual(Protocol[T_co]):
    """What `Pending` and `asyncio.Future` have in common."""

    def done(self) -> bool: ...

    def cancelled(self) -> bool: ...

    def cancel(self) -> bool: ...

    def result(self) -> T_co: ...

    def exception(self) -> BaseException | None: ...

    def add_done_callback(self, callback: Callable[[Any], object], /) -> None: ...


_Step = tuple[Callable[[Any], Any], Callable[[BaseException], Any] | None]


def _take(step: _Step, state: int, value: Any) -> tuple[int, Any]:
    """State and value after one step more."""
    convert, rescue = step
    try:
        if state == _DONE:
            return _DONE, convert(value)
        return (_FAILED, value) if rescue is None else (_DONE, rescue(value))
    except Exception as error:
        return (_FAILED, error) if rescue is None or state == _FAILED else (_DONE, rescue(error))


class Pending(Generic[T]):
    """See the module. `when_cancelled`, which may be set at any time, is called when it is given up.

    At most one may wait. `result` and `exception` may be asked for when it is done.
    """

    __slots__ = ("_callback", "_state", "_steps", "_value", "when_cancelled")

    def __init__(self, when_cancelled: Callable[[], object] | None = None) -> None:
        self._state = _PENDING
        self._value: Any = None
        self._callback: Callable[[Any], object] | None = None
        self._steps: tuple[_Step, ...] = ()
        self.when_cancelled = when_cancelled

    @staticmethod
    def of(future: Eventual[U]) -> "Pending[U]":
        """What a future comes to. To give this up is to cancel the future."""
        pending: Pending[U] = Pending(future.cancel)
        future.add_done_callback(pending._take_over)
        return pending

    def _take_over(self, future: Eventual[T]) -> None:
        if self._state != _PENDING:
            return
        if future.cancelled():
            self.cancel()
        elif (error := future.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(future.result())

    def then(self, convert: Callable[[T], U], rescue: Callable[[BaseException], U] | None = None) -> "Pending[U]":
        """The same, of what `convert` makes of the result; what it raises becomes the exception.

        `rescue` makes a result of an exception. Whoever sets the result does not notice.
        """
        step = convert, rescue
        if self._state == _PENDING:
            self._steps += (step,)
        elif self._state != _CANCELLED:
            self._state, self._value = _take(step, self._state, self._value)
        return self  # type: ignore[return-value]  # one object, whatever it comes to

    def done(self) -> bool:
        return self._state != _PENDING

    def cancelled(self) -> bool:
        return self._state == _CANCELLED

    def cancel(self) -> bool:
        """Gives it up. False if it is done already."""
        if self._state != _PENDING:
            return False
        when_cancelled = self.when_cancelled
        self._end(_CANCELLED, None)
        if when_cancelled is not None:
            when_cancelled()
        return True

    def result(self) -> T:
        if self._state == _FAILED:
            raise self._value
        if self._state == _CANCELLED:
            raise asyncio.CancelledError
        if self._state == _PENDING:
            raise asyncio.InvalidStateError("the result is yet to come")
        return self._value  # type: ignore[no-any-return]

    def exception(self) -> BaseException | None:
        if self._state == _CANCELLED:
            raise asyncio.CancelledError
        return self._value if self._state == _FAILED else None

    def outcome(self) -> tuple[T, None] | tuple[None, BaseException]:
        """Result and exception of what is done; that of what was given up is a CancelledError."""
        if self._state == _DONE:
            return self._value, None
        return None, self._value if self._state == _FAILED else asyncio.CancelledError()

    def set_result(self, result: T) -> None:
        """Ends the waiting. Raises InvalidStateError if it is done."""
        self._end(_DONE, result)

    def set_exception(self, error: BaseException) -> None:
        """Ends the waiting, too."""
        self._end(_FAILED, error)

    def add_done_callback(self, callback: Callable[[Any], object], /) -> None:
        """Calls it when it is done, or now if it is. Raises InvalidStateError if somebody waits already."""
        if self._callback is not None:
            raise asyncio.InvalidStateError("somebody waits for it already")
        if self._state == _PENDING:
            self._callback = callback
        else:
            callback(self)

    def __await__(self) -> Generator[Any, None, T]:
        if self._state == _PENDING:
            turn = asyncio.get_running_loop().create_future()
            self.add_done_callback(lambda _: None if turn.done() else turn.set_result(None))
            yield from turn
        return self.result()

    def _end(self, state: int, value: Any) -> None:
        if self._state != _PENDING:
            raise asyncio.InvalidStateError("it is done")
        if state != _CANCELLED:
            for step in self._steps:
                state, value = _take(step, state, value)
        self._state, self._value = state, value
        callback, self._callback, self.when_cancelled = self._callback, None, None
        if callback is not None:
            callback(self)
