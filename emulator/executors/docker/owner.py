"""Whose a container is: told by its labels, so that a later server finds what a dead one has left, and nothing else."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

LABEL = "lambda-parity"  # every container of ours has it; its value is the process id of its server
_FOLDERS = "lambda-parity-docker-"
_STARTED, _MACHINE = "lambda-parity.started", "lambda-parity.machine"


def own_labels(function_name: str) -> dict[str, str]:
    """The labels of a container of this process."""
    pid = os.getpid()
    return {
        LABEL: str(pid),
        _STARTED: _started(pid),
        _MACHINE: _machine(),
        "lambda-parity.function": function_name,
    }


def is_left_over(labels: Mapping[str, str]) -> bool:
    """Whether the server that made a container is dead. Of one that is on another machine this cannot be told."""
    pid = labels.get(LABEL, "")
    if labels.get(_MACHINE) != _machine() or not pid.isdigit():
        return False
    return _started(int(pid)) != labels.get(_STARTED)


def make_folder() -> Path:
    """A folder for the files of this process, which function code may pass through without seeing what is in it."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-{_started(os.getpid())}-{_machine_digest()}-"))
    folder.chmod(0o711)
    return folder


def folders_left_over() -> list[Path]:
    """The folders of dead servers."""
    return [path for path in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*") if _is_left_over_folder(path.name)]


def _is_left_over_folder(name: str) -> bool:
    pid, started, machine, _ = (*name.removeprefix(_FOLDERS).split("-", 3), "", "", "")[:4]
    return pid.isdigit() and machine == _machine_digest() and _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process was started, in the kernel's ticks; empty if there is none. Process ids are used again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _machine() -> str:
    """This boot of this machine, and the table of processes that this process sees."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"


def _machine_digest() -> str:
    return hashlib.sha256(_machine().encode()).hexdigest()[:12]
