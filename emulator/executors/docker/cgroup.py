"""What the kernel counts of a container: the memory it uses, and how often that ran out. Of both versions of cgroups.

Files that are gone or cannot be read count nothing: the container has ended, or the engine runs elsewhere.
"""

from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")


class MemoryCount:
    """Of the container whose first process is `pid` on this machine; 0 if that is not known."""

    def __init__(self, pid: int) -> None:
        self._folder, self._second = _folder_of(pid) if pid else (None, False)

    def used(self) -> int:
        """Bytes of memory that programs use now; files that are merely kept in memory are not among them."""
        return self._entry("memory.stat", "anon" if self._second else "total_rss")

    def kills(self) -> int:
        """How many processes have been killed because memory ran out."""
        return self._entry("memory.events" if self._second else "memory.oom_control", "oom_kill")

    def _entry(self, file: str, name: str) -> int:
        if self._folder is None:
            return 0
        try:
            lines = (self._folder / file).read_text().splitlines()
        except OSError:
            return 0
        found = [line.split()[1] for line in lines if line.startswith(name + " ")]
        return int(found[0]) if found else 0


def _folder_of(pid: int) -> tuple[Path | None, bool]:
    """The folder that counts memory, and whether it is of the second version."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return None, False
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return _ROOT / "memory" / path.lstrip("/"), False
    own = next((line.split(":", 2)[2] for line in lines if line.startswith("0::")), None)
    return (None, False) if own is None else (_ROOT / own.lstrip("/"), True)
