"""Whose a container or a folder is: told by its labels, so that what a dead server left is found, and nothing else.

A server is a process, and process ids are used again, mean something else in another container, and something else
again after the machine was started anew. So the labels say also when the process was started, which table of processes
it stood in, which machine that was, and, of a server that itself runs in a container, which one and since when.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from enum import Enum, auto
from pathlib import Path

LABEL = "lambda-parity"  # every container of ours has it; its value is the process id of its server
FUNCTION = "lambda-parity.function"
_STARTED, _PROCESSES, _MACHINE = "lambda-parity.started", "lambda-parity.processes", "lambda-parity.machine"
CONTAINER = "lambda-parity.container"

_FOLDERS = "lambda-parity-docker-"
_OWNER = "owner.json"

# What engines bind into a container lies in a folder with its id: Docker's /etc/hosts, Podman's /run/.containerenv.
_OWN_CONTAINER = re.compile(r"containers/([0-9a-f]{64})/")

Labels = Mapping[str, str]


class Verdict(Enum):
    """What is known of the server that made a thing."""

    ALIVE = auto()
    DEAD = auto()
    UNKNOWN = auto()  # it stands where it cannot be seen from here


def own_labels(container: str = "") -> dict[str, str]:
    """The labels of this process; `container` is what `container_label` says of the one that it runs in."""
    pid = os.getpid()
    labels = {LABEL: str(pid), _STARTED: _started(pid), _PROCESSES: _process_table(), _MACHINE: _machine()}
    return {**labels, **({CONTAINER: container} if container else {})}


def own_container() -> str | None:
    """The id of the container in which this process runs, if it runs in one. The engine may know of it, or not."""
    try:
        found = _OWN_CONTAINER.search(Path("/proc/self/mountinfo").read_text())
    except OSError:
        return None
    return found[1] if found else None


def container_label(identifier: str, started_at: str) -> str:
    """What labels say of a server's container: a container that is started again is another one."""
    return f"{identifier}@{started_at}"


def judge(labels: Labels, own: Labels, container_runs: Callable[[str], bool]) -> Verdict:
    """Whether the server that made a thing is dead, as far as one with the labels `own` can tell.

    `container_runs` says whether the container of that label runs, and has run since.
    """
    pid = labels.get(LABEL, "")
    if labels.get(_PROCESSES) == own[_PROCESSES] and pid.isdigit():
        return Verdict.DEAD if _started(int(pid)) != labels.get(_STARTED) else Verdict.ALIVE
    if CONTAINER in labels:
        return Verdict.ALIVE if container_runs(labels[CONTAINER]) else Verdict.DEAD
    machine, boot = _parts(labels.get(_MACHINE, ""))
    own_machine, own_boot = _parts(own[_MACHINE])
    if machine and machine == own_machine and boot != own_boot:
        return Verdict.DEAD  # the machine was started anew
    return Verdict.UNKNOWN


def is_own(labels: Labels, own: Labels) -> bool:
    """Whether the very process with the labels `own` made it."""
    return all(labels.get(name) == own[name] for name in (LABEL, _STARTED, _PROCESSES))


def make_folder() -> Path:
    """A folder for the files of this process, which function code may pass through without seeing what is in it."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-"))
    folder.chmod(0o711)
    mark_folder(folder, own_labels())
    return folder


def mark_folder(folder: Path, labels: Labels) -> None:
    """Writes down whose folder it is."""
    (folder / _OWNER).write_text(json.dumps(labels))


def folders() -> list[tuple[Path, Labels]]:
    """The folders of all servers whose temporary files are here."""
    found = []
    for path in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
        try:
            found.append((path, json.loads((path / _OWNER).read_text())))
        except (OSError, ValueError):
            continue  # it is being made, or not ours
    return found


def _started(pid: int) -> str:
    """When a process was started, in the kernel's ticks; empty if there is none. Process ids are used again."""
    try:
        state, *numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state in "ZX" else numbers[18]  # one that is only waited for is dead


def _process_table() -> str:
    """The table of processes that this process sees, on this boot of this machine."""
    return f"{_boot()}/{Path('/proc/self/ns/pid').readlink()}"


def _machine() -> str:
    return f"{_machine_id()}/{_boot()}"


def _parts(machine: str) -> tuple[str, str]:
    identifier, _, boot = machine.partition("/")
    return identifier, boot


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _machine_id() -> str:
    try:
        return Path("/etc/machine-id").read_text().strip()
    except OSError:
        return ""
