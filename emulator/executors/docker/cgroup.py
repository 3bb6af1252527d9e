"""What the kernel counts of a container, and how it stops it: its control groups, of both versions.

They are found by the process id that the engine gives, and only where that is one of this machine's: the group must
bear the container's identifier. Elsewhere, or with a container that has ended, nothing is counted and nothing can be
frozen.
"""

import os
import re
import signal
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PENDING = re.compile(rb"^(?:Sig|Shd)Pnd:\s*([0-9a-f]+)", re.MULTILINE)
_LARGE = 8192  # bytes; more than these files ever have


class ControlGroups:
    """Those of the container `identifier`, whose first process is `pid`. To be closed."""

    def __init__(self, identifier: str, pid: int, *, root: Path = _ROOT, processes: Path = Path("/proc")) -> None:
        paths = _paths(processes / str(pid) / "cgroup", identifier)
        memory, second = _folder_of("memory", paths, root)
        names = (b"anon", b"shmem") if second else (b"total_rss", b"total_shmem")
        self._anonymous, self._shared = (re.compile(rb"^%s (\d+)" % name, re.MULTILINE) for name in names)
        self._temporary = processes / str(pid) / "root/tmp"
        self._first_process = processes / str(pid) / "status"
        self._statistics = _open(memory and memory / "memory.stat")
        self._events = memory and memory / ("memory.events" if second else "memory.oom_control")
        freezer, second = _folder_of("freezer", paths, root)
        self._freezer = freezer and freezer / ("cgroup.freeze" if second else "freezer.state")
        self._words = ("1", "0") if second else ("FROZEN", "THAWED")
        self.counts_memory = self._statistics >= 0
        self.can_freeze = self._freezer is not None and os.access(self._freezer, os.W_OK)

    def memory_used(self) -> int:
        """Bytes of memory that programs use now; files, those in /tmp too, are not among them. 0 if unknown."""
        if self._statistics < 0:
            return 0
        try:
            told = os.pread(self._statistics, _LARGE, 0)
        except OSError:  # the group is gone
            return 0
        shared = _number(self._shared, told)
        # Where the size of /tmp is not told, all that is shared may lie there.
        return _number(self._anonymous, told) + (max(0, shared - self._in_tmp(shared)) if shared else 0)

    def _in_tmp(self, unknown: int) -> int:
        try:
            status = os.statvfs(self._temporary)
        except OSError:
            return unknown
        return (status.f_blocks - status.f_bfree) * status.f_frsize

    def kills(self) -> int:
        """How many processes the kernel has killed because memory ran out."""
        try:
            lines = self._events.read_text().splitlines() if self._events else []
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)

    def freeze(self, *, frozen: bool) -> None:
        """Takes the processor from everything in the container, or gives it back. Raises OSError if it is gone."""
        assert self._freezer is not None
        self._freezer.write_text(self._words[0 if frozen else 1])

    @property
    def is_being_killed(self) -> bool:
        """Whether someone has sent SIGKILL to the first process. While it is frozen it cannot die of it."""
        try:
            pending = _PENDING.findall(self._first_process.read_bytes())
        except OSError:
            return False
        return any(int(mask, 16) & 1 << (signal.SIGKILL - 1) for mask in pending)

    def close(self) -> None:
        """Counts and freezes no more."""
        if self._statistics >= 0:
            os.close(self._statistics)
            self._statistics = -1
        self.counts_memory = self.can_freeze = False


def _paths(file: Path, identifier: str) -> dict[str, str]:
    """The paths of a process's groups by controller, that of the second version by an empty name."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    paths = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if identifier in path:
            paths.update(dict.fromkeys(controllers.split(","), path.lstrip("/")))
    return paths


def _folder_of(controller: str, paths: dict[str, str], root: Path) -> tuple[Path | None, bool]:
    """Where a controller has its files, and whether it is of the second version."""
    if controller in paths:
        return root / controller / paths[controller], False
    return (root / paths[""], True) if "" in paths else (None, True)


def _number(pattern: re.Pattern[bytes], told: bytes) -> int:
    found = pattern.search(told)
    return int(found[1]) if found else 0


def _open(file: Path | None) -> int:
    try:
        return os.open(file, os.O_RDONLY | os.O_CLOEXEC) if file is not None else -1
    except OSError:
        return -1
