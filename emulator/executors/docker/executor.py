"""Makes containers: which image, what it is shown, and what it may use."""

import asyncio
import contextlib
import itertools
import logging
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from emulator.errors import EmulatorError
from emulator.executors.code_folders import CodeFolders
from emulator.executors.docker import owner, supervisor
from emulator.executors.docker.container_plan import Plan, plan_of, write_identity
from emulator.executors.docker.engine import Container, Engine, EngineLostError
from emulator.executors.docker.image_source import ImageSource
from emulator.executors.docker.images import read_image_map
from emulator.executors.docker.leftovers import clear
from emulator.executors.docker.pipes import Pipes
from emulator.executors.docker.sandbox import DockerSandbox, OpenContainer
from emulator.executors.docker.spares import Spares
from emulator.executors.docker.surroundings import Surroundings, look_around
from emulator.executors.executor import SandboxListener
from emulator.resources.code_folder import refuse_unusable
from emulator.resources.function import FunctionVersion
from emulator.resources.runtime import ACCEPTED
from emulator.settings import Settings

_log = logging.getLogger(__name__)

_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)  # seconds between questions whether the engine is back


class DockerExecutor:
    """Makes sandboxes that are containers. The engine is asked for nothing before the first of them."""

    def __init__(self, settings: Settings) -> None:
        self._names = read_image_map(settings.image_map, settings.image_registry)
        self._network = settings.docker_network
        self._engine = Engine(self._lose_engine)
        self._images = ImageSource(self._engine, settings.pull, settings.ignore_architecture)
        self._folder = owner.make_folder()
        self._identity = write_identity(self._folder)
        self._code = CodeFolders(self._folder / "code", self._remove_folder)
        self._sandboxes: set[DockerSandbox] = set()
        self._spares = Spares(settings.docker_spares, self._make)
        self._last_start: dict[str, float] | None = None  # what took how long
        self._numbers = itertools.count(1)
        self._containers: set[str] = set()  # the names of those that are wanted
        self._opened: asyncio.Task[Surroundings] | None = None
        self._clearing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._used: dict[str, dict[str, str]] = {}
        self._connected = False  # at any time so far
        self._told = ""  # to the operator, last

    def start(self) -> None:
        """See Executor.start."""

    async def remarks(self) -> str:
        """See Executor.remarks. What dead servers have left is cleared away by it, if the engine answers."""
        try:
            await self._open()
        except EmulatorError as error:
            return str(error)
        return "Functions run in containers; their memory is watched, and /tmp lies in memory."

    async def create(self, version: FunctionVersion, listener: SandboxListener) -> DockerSandbox:
        """See Executor.create. The operator is told of what the caller is told."""
        try:
            sandbox = self._spares.take(version, listener) or await self._make(version, listener)
        except EmulatorError as error:
            lost = isinstance(error, EngineLostError)  # which is told once, and not for each function
            self._tell_operator(str(error) if lost else f"{version.name}: {error}")
            raise
        self._told = ""
        self._spares.used(version)
        sandbox.when_stopped(partial(self._spares.released, version))  # beside what it has to do anyway
        return sandbox

    async def _make(self, version: FunctionVersion, listener: SandboxListener) -> DockerSandbox:
        """A sandbox with a container that is ready for a runtime."""
        surroundings = await self._open()
        make_plan = partial(self._make_plan, version, surroundings)
        kept = self._make_kept_folder() if version.code_folders else None
        make_container = partial(self._make_container, surroundings, kept)
        plan = await make_plan()
        host = surroundings.address
        sandbox = DockerSandbox(self._engine, plan, make_plan, make_container, listener, host=host)
        sandbox.when_stopped(partial(self._sandboxes.discard, sandbox))
        if kept is not None:
            sandbox.when_stopped(partial(self._remove_folder, str(kept)))
        self._sandboxes.add(sandbox)
        try:
            await sandbox.open()
        except BaseException:
            sandbox.stop()
            raise
        return sandbox

    async def _make_plan(self, version: FunctionVersion, surroundings: Surroundings) -> Plan:
        """The plan of a sandbox. Its code is kept until the plan is given up."""
        for folder in version.code_folders:
            refuse_unusable(folder)
        image = await self._images.image(
            version.key, self._image_name(version), version.architectures[0], surroundings.architecture
        )
        if version.runtime is not None:
            self._used[version.runtime] = {"image": image.name}
        unpacked = [] if version.image is not None else await self._code.acquire_all(version)
        give_up = partial(self._code.release, *unpacked)
        try:
            plan = plan_of(version, image, surroundings, unpacked, self._identity)
        except EmulatorError:
            give_up()
            raise
        except OSError as error:
            give_up()
            raise EmulatorError(f"The function's code cannot be read: {error}.") from error
        return plan._replace(give_up=give_up)

    async def _make_container(
        self,
        surroundings: Surroundings,
        kept: Path | None,
        plan: Plan,
        heard: Callable[[str], None],
        lost: Callable[[], None],
    ) -> OpenContainer:
        """A container that has just been started. It sees the folder `kept`, if there is one."""
        began = perf_counter()
        name = f"lambda-parity-{os.getpid()}-environment-{next(self._numbers)}"
        try:
            pipes = Pipes(self._folder / name, heard, lost)
            folders = {supervisor.FOLDER: surroundings.shown(str(pipes.folder))}
            if kept is not None:
                folders[supervisor.KEPT] = surroundings.shown(str(kept))
        except OSError as error:
            raise EmulatorError(f"No pipes can be made for the function: {error}.") from error
        self._containers.add(name)
        discard = partial(self._discard, name, pipes)
        try:
            container = await self._started(plan.options_of(name, folders))
        except BaseException:
            discard(None)
            raise
        self._last_start = {
            "create_ms": _milliseconds(container.create_seconds),
            "start_ms": _milliseconds(perf_counter() - began - container.create_seconds),
        }
        return OpenContainer(container, pipes, partial(discard, container))

    def retire(self, version_key: str) -> None:
        """See Executor.retire."""
        self._images.forget(version_key)

    async def health(self) -> dict[str, Any]:
        """See Executor.health."""
        limits = {"memory": "watched", "temporary_files": "tmpfs"}
        described: dict[str, Any] = {"isolation": "containers", "limits": limits, "runtimes": self._used}
        described["spares"] = self._spares.ready
        if self._last_start is not None:
            described["last_start"] = self._last_start
        try:
            await self._open()
        except EmulatorError as error:
            return {**described, "reason": str(error), "can_run": []}
        return {**described, "can_run": sorted(filter(self._names.has, ACCEPTED))}

    async def close(self) -> None:
        """See Executor.close."""
        await self._spares.close()
        for sandbox in list(self._sandboxes):
            sandbox.stop()
        await self._images.close()
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._clearing is not None:  # what an engine that is away still has is for the next server
            self._clearing.cancel()
        await asyncio.to_thread(self._engine.close)
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _open(self) -> Surroundings:
        """Where the server stands. At first, and after the engine was lost, clears away what nobody wants any more."""
        if self._opened is None or (self._opened.done() and self._opened.exception() is not None):
            self._opened = asyncio.get_running_loop().create_task(self._connect())
        return await asyncio.shield(self._opened)

    async def _connect(self) -> Surroundings:
        surroundings = await look_around(self._engine, self._network)
        surroundings.shown(str(self._folder))
        owner.mark_folder(self._folder, owner.own_labels(surroundings.container))
        cleared = await clear(self._engine, self._containers.__contains__)
        for line in cleared.failed:
            _log.warning("Left over, and not to be removed: %s", line)
        self._connected = True
        return surroundings

    async def _started(self, options: dict[str, Any]) -> Container:
        try:
            return await self._engine.start(options)
        except EmulatorError:
            self._opened = None  # perhaps the network is gone, or another engine has come
            raise

    def _lose_engine(self, error: EngineLostError) -> None:
        """The engine does not answer. When it does again, it may still have containers that were to be removed."""
        self._opened = None
        if self._connected and self._clearing is None:
            self._tell_operator(str(error))
            self._clearing = asyncio.get_running_loop().create_task(self._clear_when_back())

    def _tell_operator(self, text: str) -> None:
        """Says what goes wrong, once, and not for every call that meets it."""
        if text != self._told:
            self._told = text
            _log.warning(text)

    async def _clear_when_back(self) -> None:
        try:
            for pause in itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1])):
                await asyncio.sleep(pause)
                with contextlib.suppress(EmulatorError):
                    await self._open()
                    self._tell_operator("The Docker engine is back.")
                    return
        finally:
            self._clearing = None

    def _image_name(self, version: FunctionVersion) -> str:
        if version.image is not None:
            return version.image.uri
        return self._names.image_of(version.runtime or "")

    def _discard(self, name: str, pipes: Pipes, container: Container | None) -> None:
        """Ends a container, if it came to be, and nobody wants it any more."""
        pipes.close()
        self._containers.discard(name)
        if container is not None:
            task = asyncio.get_running_loop().create_task(self._remove(container))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _remove(self, container: Container) -> None:
        try:
            await self._engine.remove(container.identifier)
        except EngineLostError:
            pass  # it is removed when the engine is back
        except EmulatorError as error:
            _log.warning("A container is still there; `parity sweep --docker` removes it later: %s", error)

    def _make_kept_folder(self) -> Path:
        """For the files of /tmp, while one container takes the place of another."""
        folder = self._folder / f"kept-{next(self._numbers)}"
        folder.mkdir()
        folder.chmod(0o1777)
        return folder

    def _remove_folder(self, path: str) -> None:
        asyncio.get_running_loop().run_in_executor(None, partial(shutil.rmtree, path, ignore_errors=True))


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
