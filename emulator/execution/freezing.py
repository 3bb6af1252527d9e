"""Freezes environments that wait for an invocation: on AWS, nothing runs in them between two calls.

Freezing lags a little behind the answer, so an environment that is called often is never frozen, and a call pays for
neither timer nor message: the freezer looks by itself, from time to time, at those that run. Only an environment that
did stand still is thawed, by its next invocation.

    freezer.watch(environment)      it runs: freeze it as soon as it has been idle for long enough
"""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from emulator.execution.lifecycle import State

_ENDED = (State.COLD, State.STOPPED)  # nothing runs there; a runtime that is started anew is watched anew


class Freezable(Protocol):
    """An environment, as the freezer sees it."""

    state: State
    idle_since: float

    def freeze(self) -> None:
        """Called when it is IDLE. Whoever thaws it must have it watched again."""


class Freezer:
    """Freezes what has been idle for `after` seconds, and at the latest twice as long; None never freezes."""

    def __init__(self, after: float | None) -> None:
        self._after = after
        self._watched: set[Freezable] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, environment: Freezable) -> None:
        """From now on looks at an environment, until it is frozen or nothing runs in it."""
        if self._after is not None:
            self._watched.add(environment)
            if self._timer is None:
                self._look_in(self._after)

    def close(self) -> None:
        """Looks at nothing any more."""
        self._after = None
        self._watched.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _look_in(self, delay: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay, self._look)

    def _look(self) -> None:
        assert self._after is not None
        self._timer = None
        now = asyncio.get_running_loop().time()
        frozen = [environment for environment in self._watched if is_due(environment, now - self._after)]
        for environment in frozen:
            environment.freeze()
        self._watched.difference_update(frozen, [one for one in self._watched if one.state in _ENDED])
        if self._watched:
            self._look_in(delay_of_next_look(self._watched, now, self._after))


def is_due(environment: Freezable, idle_before: float) -> bool:
    """Whether an environment has been idle since `idle_before`, a time of the event loop, or for longer."""
    return environment.state is State.IDLE and environment.idle_since <= idle_before


def delay_of_next_look(watched: Iterable[Freezable], now: float, after: float) -> float:
    """Seconds until one of them may be due. One that is busy now cannot be before `after` is over."""
    since = min((one.idle_since if one.state is State.IDLE else now for one in watched), default=now)
    return max(since + after - now, 0.001)
