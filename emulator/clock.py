"""Time: what AWS prints, and what AWS makes people wait for.

Waits that AWS imposes (a function that is Pending, a retry delay, a polling interval) go through `call_later`, so that
`time_scale` can shorten them all at once. Limits on what runs (a function's timeout) are real time and do not.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class Timer(Protocol):
    """A wait that can be given up. Cancelling one that is over does nothing."""

    def cancel(self) -> None: ...


class Clock:
    """The clock of one emulator. `time_scale` is real seconds per second of AWS's waiting (0.1: ten times quicker)."""

    def __init__(self, time_scale: float = 1.0) -> None:
        self.time_scale = time_scale

    def now(self) -> datetime:
        """This moment, in UTC. Never scaled."""
        return datetime.now(UTC)

    def call_later(self, seconds: float, callback: Callable[..., object], *arguments: object) -> Timer:
        """Call `callback(*arguments)` on the running event loop when `seconds` of AWS's time have gone by."""
        return asyncio.get_running_loop().call_later(seconds * self.time_scale, callback, *arguments)

    def scaled(self, seconds: float) -> float:
        """`seconds` of AWS's time in real seconds, for code that waits by other means."""
        return seconds * self.time_scale

    def skipped(self, seconds: float) -> float:
        """How much more of AWS's time than `seconds` goes by in a wait that really takes so long."""
        return seconds / self.time_scale - seconds


@lru_cache(maxsize=4096)  # a function is described more often than changed
def iso_milliseconds(moment: datetime) -> str:
    """`2020-04-10T19:06:32.563+0000`: LastModified of a function, CreatedDate of a layer (wire.md §4)."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def iso_zulu(moment: datetime) -> str:
    """`2019-11-14T18:16:05.568Z`: the timestamp of a record for a destination (async.md §2)."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def iso_microseconds(moment: datetime) -> str:
    """`2022-07-07T15:19:41.225854Z`: the times of a function URL [issues: turbot/steampipe-plugin-aws#1146, 2022]."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def iso_seconds(moment: datetime) -> str:
    """`2019-12-31T20:28:49+0000`: LastModified of a provisioned concurrency config (wire.md §4)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


def epoch_milliseconds(moment: datetime) -> float:
    """`1569284520.333`: a timestamp member of a JSON body, in seconds with three decimals (wire.md §4)."""
    return round(moment.timestamp() * 1000) / 1000
