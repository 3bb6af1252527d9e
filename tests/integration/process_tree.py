"""The processes below a running emulator: its spawner, the inits below that, and what runs in their sandboxes."""

import contextlib
import os
import signal
from collections import defaultdict
from pathlib import Path


def children() -> dict[int, list[int]]:
    """The processes of this machine by their parents; those that have ended and wait to be noticed are left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    found[int(parent)].append(int(folder.name))
    return found


def descendants(ancestor: int) -> list[int]:
    """Everyone below a process, whoever is nearer to it first."""
    family, found = children(), [ancestor]
    for process in found:  # grows while it is walked
        found.extend(family[process])
    return found[1:]


def spawners(server: int) -> list[int]:
    """The spawner of an emulator, or while it is being replaced none."""
    return [process for process in children()[server] if b"spawner.process" in command_line(process)]


def inits(server: int) -> list[int]:
    """The inits of its sandboxes."""
    family = children()
    return [init for spawner in spawners(server) for init in family[spawner] if family[init]]


def programs(server: int) -> list[int]:
    """The processes that inits have started: runtimes, and external extensions."""
    family = children()
    return [program for init in inits(server) for program in family[init]]


def command_line(process: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
