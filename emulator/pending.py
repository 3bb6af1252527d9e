"""A result that is yet to come, for the way that warm calls take.

It speaks like an `asyncio.Future`, but whoever waits hears of the result at once, inside of the call that sets it: each
step over a Future costs a turn of the event loop. So there is one rule for who sets a result: do it last, because what
follows from it may call back.
"""

import asyncio
from collections.abc import Callable, Generator
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
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


class Pending(Generic[T]):
    """See the module. `when_cancelled`, which may be set at any time, is called when it is given up.

    At most one may wait. `result` and `exception` may be asked for when it is done.
    """

    __slots__ = ("_callback", "_state", "_value", "when_cancelled")

    def __init__(self, when_cancelled: Callable[[], object] | None = None) -> None:
        self._state = _PENDING
        self._value: Any = None
        self._callback: Callable[[Any], object] | None = None
        self.when_cancelled = when_cancelled

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
        self._state, self._value = state, value
        callback, self._callback, self.when_cancelled = self._callback, None, None
        if callback is not None:
            callback(self)
