"""A time limit that is set and lifted thousands of times a second and almost never reached.

An event loop's timer costs more to start and to stop than all the rest of keeping a limit. So a timer, once started,
is left running when its limit is lifted; when it fires it looks whether there is a limit by then, and goes on waiting
for that one if it is yet to come.
"""

import asyncio
from collections.abc import Callable


class Deadline:
    """One limit at a time. To be made, and used, inside the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = 0.0  # of the loop's time; 0 where there is no limit
        self._passed: Callable[[], object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fires = 0.0

    def set(self, seconds: float, passed: Callable[[], object]) -> None:
        """Calls `passed` in so many seconds, unless the limit is lifted or another one set before."""
        self._due = due = self._loop.time() + seconds
        self._passed = passed
        if self._timer is not None:
            if self._fires <= due:
                return
            self._timer.cancel()
        self._start(seconds, due)

    def lift(self) -> None:
        """There is no limit any more."""
        self._due = 0.0

    def close(self) -> None:
        """There will be none again: leaves no timer behind."""
        self._due, self._passed = 0.0, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self, seconds: float, due: float) -> None:
        self._fires = due
        self._timer = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        due, passed = self._due, self._passed
        if not due or passed is None:
            return
        left = due - self._loop.time()
        if left > 0:
            self._start(left, due)
        else:
            self._due = 0.0
            passed()
