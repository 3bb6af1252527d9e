"""Stays awake for a moment after a step of an invocation, because the next step is a moment away.

A warm invocation is a handful of steps that are some hundred microseconds apart: the event, the answer, the request for
the next event, the client's next call. A process that sleeps in between has to be woken by the kernel, on a processor
that has gone idle too and with cold caches; together that takes longer than all that we do ourselves. So the event loop
looks again at once, until nothing has happened for a moment.

That is for one invocation at a time on a machine that has nothing else to do. Each look offers the processor to others
first; where somebody takes it, or where several invocations run, so that there is always something to be done anyway,
we sleep as others do, and only try again from time to time.
"""

import asyncio
import os
from time import perf_counter

_TAKEN = 1e-3  # seconds for which the processor is gone, if somebody computes; a function that answers is back sooner
_OF_ONE = 2  # steps between two looks at most, where one invocation runs at a time
_SLEEPY = 64  # steps that are let pass until we try again


class Wakefulness:
    """`seconds` is how long it stays awake after each step; with 0 it never does.

    It never does where there is but one processor: the function needs that.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds if len(os.sched_getaffinity(0)) > 1 else 0.0
        self._until = 0.0
        self._looking = False
        self._steps = 0  # since the last look
        self._sleepy = 0  # steps that are yet to come until we try again

    def stay(self) -> None:
        """A step was done just now."""
        if self._sleepy:
            self._sleepy -= 1
            return
        self._steps += 1
        self._until = perf_counter() + self._seconds
        if not self._looking and self._seconds:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        """The loop turns for as long as something is to be called soon; each turn reads what has come."""
        steps, self._steps = self._steps, 0
        if steps > _OF_ONE or self._processor_was_taken():
            self._looking, self._sleepy = False, _SLEEPY
        elif perf_counter() < self._until:
            asyncio.get_running_loop().call_soon(self._look)
        else:
            self._looking = False

    @staticmethod
    def _processor_was_taken() -> bool:
        before = perf_counter()
        os.sched_yield()
        return perf_counter() - before > _TAKEN
