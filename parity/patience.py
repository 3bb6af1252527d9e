"""How long to wait before asking again, and when to stop asking.

AWS throttles, and a new role takes some seconds until Lambda may assume it. Both pass by themselves: the answer is
asked for again after a growing, slightly random pause, so that the threads of one run do not return in step.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Pauses in seconds: the `first`, each `factor` times the one before, none above `longest`, all within `total`."""

    first: float = 0.5
    factor: float = 2.0
    longest: float = 10.0
    total: float = 120.0

    def pauses(self) -> Iterator[float]:
        """The pauses to make, one after another; the iterator ends where patience does."""
        pause, spent = self.first, 0.0
        while spent < self.total:
            jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads threads, guards nothing
            yield jittered
            spent += jittered
            pause = min(pause * self.factor, self.longest)


Pause = Callable[[float], object]
"""Waits that many seconds: `time.sleep`, or `Event.wait`, which a stop cuts short."""


def until_settled(
    ask: Callable[[], T], passing: Callable[[T], bool], patience: Patience, pause: Pause = time.sleep
) -> T:
    """The first answer of `ask` that is not `passing`, or the last one where patience ends."""
    answer = ask()
    for seconds in patience.pauses():
        if not passing(answer):
            break
        pause(seconds)
        answer = ask()
    return answer
