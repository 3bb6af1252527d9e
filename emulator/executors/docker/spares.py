"""Containers that are made ahead, for versions that are in use: a cold start then waits for its runtime alone.

A spare is a container with nothing but its script in it. The first environment of a version waits for its own
container, and from then on there are spares, as long as the version has an environment.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from emulator.errors import EmulatorError
from emulator.executors.docker.sandbox import DockerSandbox
from emulator.executors.executor import SandboxListener
from emulator.resources.function import FunctionVersion

_log = logging.getLogger(__name__)

_MADE_AFTER = 0.5  # seconds from a cold start, which has a use for the processor itself

Make = Callable[[FunctionVersion, SandboxListener], Awaitable[DockerSandbox]]


class Spares:
    """Keeps up to `number` spares of each version in use, made by `make`."""

    def __init__(self, number: int, make: Make) -> None:
        self._number = number
        self._make = make
        self._in_use: dict[str, int] = {}
        self._ready: dict[str, list[DockerSandbox]] = {}
        self._making: dict[str, asyncio.Task[None]] = {}

    @property
    def ready(self) -> int:
        """How many there are."""
        return sum(map(len, self._ready.values()))

    def take(self, version: FunctionVersion, listener: SandboxListener) -> DockerSandbox | None:
        """A spare of this version, if there is one; from now on it is the listener's."""
        ready = self._ready.get(version.key, [])
        while ready:
            spare = ready.pop(0)
            if spare.is_usable:
                spare.adopt(listener)
                return spare
            spare.stop()
        return None

    def used(self, version: FunctionVersion) -> None:
        """The version has an environment more: spares are made, soon."""
        self._in_use[version.key] = self._in_use.get(version.key, 0) + 1
        if self._number and version.key not in self._making:
            task = asyncio.get_running_loop().create_task(self._fill(version))
            self._making[version.key] = task
            task.add_done_callback(lambda _: self._making.pop(version.key, None))

    def released(self, version: FunctionVersion) -> None:
        """It has one less. With the last of them, its spares go."""
        self._in_use[version.key] -= 1
        if not self._in_use[version.key]:
            del self._in_use[version.key]
            if version.key in self._making:
                self._making[version.key].cancel()
            for spare in self._ready.pop(version.key, []):
                spare.stop()

    async def close(self) -> None:
        """Makes no more, and ends those that nobody has taken."""
        self._number = 0
        for task in list(self._making.values()):
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)
        for spares in self._ready.values():
            for spare in spares:
                spare.stop()
        self._ready.clear()

    async def _fill(self, version: FunctionVersion) -> None:
        await asyncio.sleep(_MADE_AFTER)
        ready = self._ready.setdefault(version.key, [])
        try:
            while len(ready) < self._number:
                ready.append(await self._make(version, _Nobody()))
        except EmulatorError as error:  # an invocation that needs a container will tell whom it concerns
            _log.debug("No spare container for %s: %s", version.name, error)


class _Nobody:
    """Listens to a spare, in which nothing runs: that it was lost shows when it is taken."""

    def output(self, data: bytes) -> None: ...

    def runtime_ended(self, number: int, how: Any) -> None: ...

    def extension_output(self, name: str, data: bytes) -> None: ...

    def extension_ended(self, name: str, how: Any) -> None: ...

    def sandbox_failed(self, reason: str) -> None: ...
