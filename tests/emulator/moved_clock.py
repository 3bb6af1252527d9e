"""A clock that stands still until the test moves it."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from emulator.clock import Clock


class Timer:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class MovedClock(Clock):
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
        self._waiting: list[tuple[datetime, int, Timer, Callable[..., object], tuple[object, ...]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self.moment

    def call_later(self, seconds: float, callback: Callable[..., object], *arguments: object) -> Timer:
        timer = Timer()
        due = self.moment + timedelta(seconds=seconds)
        heapq.heappush(self._waiting, (due, next(self._order), timer, callback, arguments))
        return timer

    def move(self, seconds: float) -> None:
        until = self.moment + timedelta(seconds=seconds)
        while self._waiting and self._waiting[0][0] <= until:
            self.moment, _, timer, callback, arguments = heapq.heappop(self._waiting)
            if not timer.cancelled:
                callback(*arguments)
        self.moment = until
