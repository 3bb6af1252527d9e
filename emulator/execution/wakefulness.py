"""Stays awake for a moment after a step of an invocation, because the next step is a moment away.

A warm invocation is a handful of steps that are some hundred microseconds apart: the event, the answer, the request for
the next event, the client's next call. A process that sleeps in between has to be woken by the kernel, on a processor
that has gone idle too and with cold caches; together that takes longer than all that we do ourselves. So the event loop
looks again at once, until nothing has happened for a moment. Each look offers the processor to others first, and once
somebody has taken it we sleep, because then they need it more.
"""

import asyncio
import os
from time import perf_counter

_TAKEN = 50e-6  # seconds between two looks at least, if another process has run in between


class Wakefulness:
    """`seconds` is how long it stays awake after each step; with 0 it never does.

    It never does where there is but one processor: the function needs that.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds if len(os.sched_getaffinity(0)) > 1 else 0.0
        self._until = 0.0
        self._looking = False

    def stay(self) -> None:
        """A step was done just now."""
        self._until = perf_counter() + self._seconds
        if not self._looking and self._seconds:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        """The loop turns for as long as something is to be called soon; each turn reads what has come."""
        before = perf_counter()
        os.sched_yield()
        now = perf_counter()
        if now < self._until and now - before < _TAKEN:
            asyncio.get_running_loop().call_soon(self._look)
        else:
            self._looking = False
