"""The Docker Engine, as the executor needs it. Every call runs on a thread of its own: the SDK waits for answers."""

import asyncio
import ipaddress
import logging
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from emulator.errors import EmulatorError
from emulator.executors.docker.images import ARCHITECTURES
from emulator.executors.docker.owner import LABEL, folders_left_over, is_left_over

_log = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 8
_TIMEOUT = 60  # seconds for one answer of the engine
_GONE = (404, 409)  # what the engine says of a container that is gone, or about to be


@dataclass(slots=True, frozen=True)
class Image:
    """An image that the engine has. The program and the variables are those that it names itself."""

    name: str
    entry_point: list[str]
    command: list[str]
    working_directory: str
    variables: frozenset[str]


@dataclass(slots=True, frozen=True)
class Container:
    """A running container. `pid` is its first process as this machine knows it."""

    identifier: str
    pid: int


@dataclass(slots=True)
class Engine:
    """One engine: the one that DOCKER_HOST names, or else the one at the usual socket. `pull` is the pull policy."""

    pull: str
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS, "docker"))
    _client: Any = None

    async def gateway(self) -> str:
        """The address under which containers reach this machine."""
        return await self.run(self._gateway)

    async def image(self, name: str, architecture: str) -> Image:
        """The image `name` for an architecture, pulled if need be. Raises EmulatorError if it cannot be had."""
        return await self.run(lambda: self._image(name, architecture))

    async def start(self, options: Mapping[str, Any]) -> Container:
        """A new container that runs; `options` are those of the SDK."""
        return await self.run(lambda: self._start(options))

    async def pause(self, identifier: str) -> None:
        """Takes the processor from a container."""
        await self.run(lambda: self._connected().api.pause(identifier))

    async def unpause(self, identifier: str) -> None:
        """Lets a container go on."""
        await self.run(lambda: self._connected().api.unpause(identifier))

    async def remove(self, identifier: str) -> None:
        """Ends a container, if it is still there."""
        await self.run(lambda: self._remove(identifier))

    async def sweep(self) -> None:
        """Removes what dead servers have left."""
        await self.run(self._sweep)

    async def run(self, call: Callable[[], T]) -> T:
        """Makes a call on a thread. Raises EmulatorError, in one line, for whatever the engine has against it."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except APIError as error:
            raise EmulatorError(f"The Docker engine refuses: {error.explanation or error}.") from error
        except (DockerException, OSError) as error:
            raise EmulatorError(
                "The Docker engine cannot be reached; start it, say with DOCKER_HOST where it is, or take another "
                f"executor ({error})."
            ) from error

    def close(self) -> None:
        """Makes no more calls; those under way are waited for."""
        self._threads.shutdown()
        if self._client is not None:
            self._client.close()

    def _connected(self) -> Any:
        if self._client is None:
            client = docker.from_env(timeout=_TIMEOUT, max_pool_size=_THREADS)
            client.ping()
            self._client = client
        return self._client

    def _gateway(self) -> str:
        settings = self._connected().networks.get("bridge").attrs["IPAM"]["Config"][0]
        if "Gateway" in settings:
            return str(settings["Gateway"])
        return str(next(ipaddress.ip_network(settings["Subnet"]).hosts()))

    def _image(self, name: str, architecture: str) -> Image:
        if self.pull == "always":
            self._pull(name, architecture)
        try:
            found = self._connected().images.get(name)
        except ImageNotFound:
            if self.pull != "missing":
                raise EmulatorError(f"The engine has no image {name}, and --pull {self.pull} gets none.") from None
            self._pull(name, architecture)
            found = self._connected().images.get(name)
        its = found.attrs["Architecture"]
        if its != ARCHITECTURES[architecture]:
            raise EmulatorError(f"The function is for {architecture}, and the image {name} that is here is for {its}.")
        config = found.attrs["Config"]
        return Image(
            name,
            list(config.get("Entrypoint") or ()),
            list(config.get("Cmd") or ()),
            config.get("WorkingDir") or "/",
            frozenset(variable.partition("=")[0] for variable in config.get("Env") or ()),
        )

    def _pull(self, name: str, architecture: str) -> None:
        _log.warning("Pulling the image %s.", name)
        try:
            repository, tag = (name, None) if "@" in name or ":" in name.rpartition("/")[2] else (name, "latest")
            self._connected().images.pull(repository, tag, platform=f"linux/{ARCHITECTURES[architecture]}")
        except APIError as error:
            raise EmulatorError(
                f"The image {name} cannot be had: {error.explanation or error}. Name another one with --image-map."
            ) from error
        _log.warning("The image %s is here.", name)

    def _start(self, options: Mapping[str, Any]) -> Container:
        container = self._connected().containers.create(**options)
        try:
            container.start()
            container.reload()
        except BaseException:
            self._remove(container.id)
            raise
        return Container(container.id, container.attrs["State"]["Pid"])

    def _remove(self, identifier: str) -> None:
        try:
            self._connected().api.remove_container(identifier, force=True, v=True)
        except APIError as error:
            if error.status_code not in _GONE:
                raise

    def _sweep(self) -> None:
        for container in self._connected().containers.list(all=True, filters={"label": LABEL}, ignore_removed=True):
            try:
                left_over = is_left_over(container.labels)
            except NotFound:
                continue
            if left_over:
                self._remove(container.id)
        for folder in folders_left_over():
            shutil.rmtree(folder, ignore_errors=True)
