"""What servers have left on an engine and on the disk: containers, and folders with pipes and code.

They make nothing else: no network and no volume. Images stay, since they were asked for.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from emulator.errors import EmulatorError
from emulator.executors.docker import owner
from emulator.executors.docker.engine import Engine, EngineLostError, Listed
from emulator.executors.docker.owner import Labels, Verdict


@dataclass(slots=True, frozen=True)
class Cleared:
    """What was removed, what could not be, and what may belong to a server that cannot be seen from here; in words."""

    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


async def clear(engine: Engine, is_wanted: Callable[[str], bool] = lambda _: False) -> Cleared:
    """Removes what dead servers have left, and containers of this process whose name is not wanted any more.

    Raises EmulatorError if the engine does not answer; folders are not touched then, for containers may use them.
    """
    own, listed, found = owner.own_labels(), await engine.containers(), owner.folders()
    running = await _running(engine, [*(each.labels for each in listed), *(labels for _, labels in found)])
    verdict = partial(owner.judge, own=own, container_runs=running.__contains__)
    cleared = Cleared()
    for each in listed:
        if owner.is_own(each.labels, own):
            doomed = not is_wanted(each.name)
        else:
            doomed = _take(verdict(each.labels), _told(each), cleared)
        if doomed:
            await _remove(engine, each, cleared)
    for path, labels in found:
        if _take(verdict(labels), f"folder {path}", cleared):
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
            cleared.removed.append(f"folder {path}")
    return cleared


async def _remove(engine: Engine, container: Listed, cleared: Cleared) -> None:
    try:
        await engine.remove(container.identifier)
    except EngineLostError:
        raise
    except EmulatorError as error:
        cleared.failed.append(f"{_told(container)}: {error}")
    else:
        cleared.removed.append(_told(container))


def _take(verdict: Verdict, told: str, cleared: Cleared) -> bool:
    if verdict is Verdict.UNKNOWN:
        cleared.unknown.append(told)
    return verdict is Verdict.DEAD


async def _running(engine: Engine, labels: Iterable[Labels]) -> set[str]:
    """Those of the servers' own containers that run, and have run since the servers in them began."""
    running = set()
    for label in {each[owner.CONTAINER] for each in labels if owner.CONTAINER in each}:
        found = await engine.container(label.partition("@")[0])
        if found is not None and found["State"]["Running"]:
            running.add(owner.container_label(found["Id"], found["State"]["StartedAt"]))
    return running


def _told(container: Listed) -> str:
    return f"container {container.name} of {container.labels.get(owner.FUNCTION, 'a trial')}"
