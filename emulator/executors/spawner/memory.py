"""Keeps a sandbox within its memory, by looking at what its processes use and killing the largest when it is too much.

That is what the kernel of an AWS sandbox does when its memory is used up, so a function meets the same end: SIGKILL,
without a word. Looking is all that a plain user may do on every host; a limit that the kernel keeps would need control
groups, which few hosts hand out.

* What counts is what cannot be dropped: anonymous and shared memory, in RAM. Pages of files do not, and what lies in
  /tmp does not, mapped or not: on AWS it is on a disk.
* The more is free, the longer nobody looks (`pause`): so that a function that allocates as fast as a machine can is
  stopped when it has gone over by a fraction of a gigabyte at most.
* First comes a sum that is cheap, in which pages that processes share count once for each. Only when that is too much,
  the kernel is asked for the shares, which takes it milliseconds.
"""

import contextlib
import os
import re
import signal
from collections.abc import Callable, Iterable

_FASTEST = 1 << 30  # bytes a second; about what one processor can touch for the first time
_SHORTEST, _LONGEST = 0.01, 0.25  # seconds between two looks
_RESIDENT = re.compile(rb"^Rss(?:Anon|Shmem):\s*(\d+) kB", re.MULTILINE)
_SHARE = re.compile(rb"^Pss_(?:Anon|Shmem):\s*(\d+) kB", re.MULTILINE)
_IN_TMP = re.compile(rb"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ +(\S.*)\n(?:[A-Z].*\n)*?Pss:\s*(\d+) kB", re.MULTILINE)


class MemoryWatch:
    """Watches the processes that `processes` lists. Sizes are bytes."""

    def __init__(self, limit: int, processes: Callable[[], Iterable[int]]) -> None:
        self.used = 0
        self._limit = limit
        self._processes = processes
        self._dying: set[int] = set()

    @property
    def pause(self) -> float:
        """Seconds until it must be looked again."""
        return pause(self._limit - self.used)

    def look(self) -> int | None:
        """Notes what is used, and kills if it is too much. Returns the process that it killed."""
        resident = {process: size for process in self._processes() if (size := _resident(process))}
        self.used = sum(resident.values())
        self._dying &= resident.keys()
        if self.used <= self._limit or self._dying:  # whoever is killed takes a moment to give its memory back
            return None
        shares = {process: _share(process) for process in resident}
        self.used = sum(shares.values())
        if self.used <= self._limit:
            return None
        victim = max(shares, key=lambda process: shares[process])
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        self._dying.add(victim)
        return victim


def pause(free: int) -> float:
    """Seconds in which `free` bytes cannot be used up, within reason."""
    return min(max(free / _FASTEST, _SHORTEST), _LONGEST)


def _resident(process: int) -> int:
    return 1024 * sum(map(int, _RESIDENT.findall(_read(process, "status"))))


def _share(process: int) -> int:
    """As `_resident`, but of pages that are shared only this process's share, and nothing of what lies in /tmp."""
    shares = sum(map(int, _SHARE.findall(_read(process, "smaps_rollup"))))
    if not shares:  # a kernel before 5.3 does not tell them apart
        return _resident(process)
    mapped = _IN_TMP.findall(_read(process, "smaps"))
    return 1024 * (shares - sum(int(size) for path, size in mapped if path.startswith(b"/tmp/")))


def _read(process: int, name: str) -> bytes:
    try:
        with open(f"/proc/{process}/{name}", "rb") as file:
            return file.read()
    except OSError:  # it has ended
        return b""
