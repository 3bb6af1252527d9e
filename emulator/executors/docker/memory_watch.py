"""Keeps what runs in a container within the function's memory, beside what lies in its /tmp.

To the kernel, files of a tmpfs are memory of the container. On AWS they are on a disk: a function has its memory and,
apart from it, its ephemeral storage. So the container's own limit is the sum of both, which the kernel keeps, and what
programs use is looked at, the more often the less is left, as the process executor does (spawner/memory.py).
"""

import asyncio
from collections.abc import Callable

from emulator.executors.docker.cgroup import ControlGroups
from emulator.executors.spawner.memory import pause

_DEATH = 0.1  # seconds that a killed program may take to give its memory back


class MemoryWatch:
    """Watches a container from `begin` to `rest`. `relieve` is to kill its largest program. Sizes are bytes."""

    def __init__(self, groups: ControlGroups, limit: int, relieve: Callable[[], None]) -> None:
        self._groups = groups
        self._limit = limit
        self._relieve = relieve
        self._peak = self._kills = 0
        self._relieved = False
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Another runtime: what was used before is not its."""
        self._peak, self._kills, self._relieved = 0, self._groups.kills(), False
        self.go_on()

    def go_on(self) -> None:
        """Looks again, from time to time."""
        if self._timer is None and self._groups.counts_memory:
            self._look()

    def rest(self) -> None:
        """Nothing runs, so nothing can use more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def peak(self) -> int:
        """The most that was used at any look, this one too, and never more than there is."""
        self._peak = max(self._peak, self._groups.memory_used())
        return min(self._peak, self._limit)

    @property
    def has_killed(self) -> bool:
        """Whether a program was killed, since `begin`, because memory ran out."""
        return self._relieved or self._groups.kills() > self._kills

    def _look(self) -> None:
        used = self._groups.memory_used()
        self._peak = max(self._peak, used)
        delay = pause(self._limit - used)
        if used > self._limit:
            self._relieved = True
            self._relieve()
            delay = _DEATH
        self._timer = asyncio.get_running_loop().call_later(delay, self._look)
