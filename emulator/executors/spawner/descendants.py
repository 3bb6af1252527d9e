"""Killing and stopping a family of processes without a PID namespace to hold it together."""

import contextlib
import os
import signal


def signal_all(ancestor: int, number: int) -> None:
    """Sends a signal to every descendant of `ancestor`, whatever process groups and sessions they have moved to.

    An orphan is found too, as long as the ancestor adopts orphans. A child born meanwhile may be missed: to kill all,
    repeat until there is none.
    """
    for process in _descendants(ancestor):
        _signal(process, number)


def stop_all(ancestor: int) -> None:
    """Stops every descendant of `ancestor`, those born meanwhile too: who is stopped bears no more."""
    stopped: set[int] = set()
    while fresh := set(_descendants(ancestor)) - stopped:
        for process in fresh:
            _signal(process, signal.SIGSTOP)
        stopped |= fresh


def family(ancestor: int) -> list[int]:
    """The descendants of `ancestor`, found without a look at every process of the host where the kernel allows.

    Whoever is born or dies meanwhile may be missed, with his descendants.
    """
    found = [ancestor]
    try:
        for process in found:  # grows while it is walked
            found.extend(_children(process))
    except FileNotFoundError:  # a kernel without lists of children
        return _descendants(ancestor)
    return found[1:]


def _children(process: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{process}/task")
    except FileNotFoundError:  # it has ended
        return []
    children: list[int] = []
    for thread in threads:
        with contextlib.suppress(ProcessLookupError), open(f"/proc/{process}/task/{thread}/children", "rb") as file:
            children.extend(map(int, file.read().split()))
    return children


def _signal(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def _descendants(ancestor: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            parent = _parent(name)
            if parent is not None:
                children.setdefault(parent, []).append(int(name))
    found = [ancestor]
    for process in found:  # grows while it is walked
        found.extend(children.get(process, ()))
    return found[1:]


def _parent(process: str) -> int | None:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            after_name = file.read().rpartition(b")")[2]  # a process may call itself ") 1 ("
    except OSError:
        return None
    return int(after_name.split()[1])
