"""The Docker Engine, as the executor needs it. Every call runs on a thread of its own: the SDK waits for answers."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, NoReturn, TypeVar

import docker
from docker.errors import APIError, ContainerError, DockerException, ImageNotFound, NotFound

from emulator.errors import EmulatorError
from emulator.executors.docker.owner import LABEL

T = TypeVar("T")

_THREADS = 8
_TIMEOUT = 60  # seconds for one answer of the engine, or for the next word of it
_GONE = (404, 409)  # what the engine says of a container that is gone, or about to be
_REMOVALS = (0.2, 1.0, None)  # seconds between attempts
_SETTLED = ("is not paused", "already paused")  # someone else was there first
_FULL = "no space left on device"


class EngineLostError(EmulatorError):
    """The engine does not answer: it does not run, or not any more."""


@dataclass(slots=True, frozen=True)
class Image:
    """An image that the engine has. The program and the variables are those that it names itself.

    `name` is what it was asked for by; `identifier` is that of its content, which no other image will ever have.
    """

    name: str
    identifier: str
    architecture: str  # in the words of images: amd64
    entry_point: list[str]
    command: list[str]
    working_directory: str
    variables: frozenset[str]


@dataclass(slots=True, frozen=True)
class Container:
    """A running container. `pid` is its first process as the engine knows it, `address` that in its network, if any."""

    identifier: str
    pid: int
    address: str = ""
    create_seconds: float = 0.0  # of the time that it took; the rest was its start


@dataclass(slots=True, frozen=True)
class Listed:
    """A container of ours, or of another server."""

    identifier: str
    name: str
    labels: Mapping[str, str]


@dataclass(slots=True)
class Engine:
    """One engine: the one that DOCKER_HOST names, or else the one at the usual socket.

    `lost` is told whenever it does not answer. No connection is kept for long: when it is back, it is used again.
    """

    lost: Callable[[EngineLostError], None] = lambda _: None
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS, "docker"))
    _client: Any = None

    async def description(self) -> dict[str, Any]:
        """What the engine says of itself: KernelVersion, Architecture, SecurityOptions, …"""
        return await self._call(lambda: dict(self._connected().info()))

    async def network(self, name: str) -> dict[str, Any]:
        """What the engine says of a network: Driver, IPAM, … Raises EmulatorError if there is none of that name."""
        return await self._call(lambda: self._network(name))

    async def container(self, identifier: str) -> dict[str, Any] | None:
        """What the engine says of a container: State, Mounts, NetworkSettings, …; None if it knows of none."""
        return await self._call(lambda: self._container(identifier))

    async def containers(self) -> list[Listed]:
        """All containers with our label, whoever made them."""
        return await self._call(self._containers)

    async def image(self, name: str) -> Image | None:
        """The image of a name or an identifier, if the engine has it."""
        return await self._call(lambda: self._image(name))

    async def pull(self, name: str, architecture: str, told: Callable[[dict[str, Any]], None]) -> None:
        """Gets an image; `told` gets what the engine says meanwhile, on another thread.

        Takes as long as it takes; nobody waits for it when the server stops. Raises EmulatorError if it fails.
        """
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        failed: list[BaseException] = []

        def run() -> None:
            try:
                for message in self._pull(name, architecture):
                    told(message)
            except BaseException as error:
                failed.append(error)
            if not loop.is_closed():
                loop.call_soon_threadsafe(done.set)

        threading.Thread(target=run, name="docker-pull", daemon=True).start()
        await done.wait()
        if failed:
            self._fail(failed[0])

    async def runs(self, image: str, program: list[str], labels: Mapping[str, str]) -> bool:
        """Whether a program of an image runs here and ends well; the container for it is gone afterwards."""
        return await self._call(lambda: self._runs(image, program, labels))

    async def start(self, options: Mapping[str, Any]) -> Container:
        """A new container that runs; `options` are those of the SDK."""
        return await self._call(lambda: self._start(options))

    async def limit_memory(self, identifier: str, memory: int) -> None:
        """Gives a container so many bytes of memory, and no more."""
        await self._call(lambda: self._limit_memory(identifier, memory))

    async def pause(self, identifier: str) -> None:
        """Takes the processor from a container."""
        await self._call(lambda: self._settle(self._connected().api.pause, identifier))

    async def unpause(self, identifier: str) -> None:
        """Lets a container go on."""
        await self._call(lambda: self._settle(self._connected().api.unpause, identifier))

    async def remove(self, identifier: str) -> None:
        """Ends a container, if it is still there."""
        await self._call(lambda: self._remove(identifier))

    def close(self) -> None:
        """Makes no more calls; those under way are waited for."""
        self._threads.shutdown()
        if self._client is not None:
            self._client.close()

    async def _call(self, call: Callable[[], T]) -> T:
        """Makes a call on a thread. Raises EmulatorError, in one line, for whatever the engine has against it."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except (DockerException, OSError) as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> NoReturn:
        """Words a failure in one line, and raises it."""
        if isinstance(error, APIError):
            raise EmulatorError(f"The Docker engine refuses: {_said(error)}.") from error
        if isinstance(error, DockerException | OSError):
            self._client = None  # what comes back may be another version
            lost = EngineLostError(
                f"The Docker engine cannot be reached: {_cause(error)}. Start it (`systemctl start docker`, or "
                "`dockerd`), or say with DOCKER_HOST where it is."
            )
            self.lost(lost)
            raise lost from error
        raise error

    # --- On a thread ---

    def _connected(self) -> Any:
        client = self._client
        if client is None:
            client = docker.from_env(timeout=_TIMEOUT, max_pool_size=2 * _THREADS)
            client.ping()
            self._client = client
        return client

    def _network(self, name: str) -> dict[str, Any]:
        try:
            return dict(self._connected().networks.get(name).attrs)
        except NotFound:
            raise EmulatorError(
                f"The Docker engine has no network {name}; make it with `docker network create {name}`, or name "
                "another one with --docker-network."
            ) from None

    def _container(self, identifier: str) -> dict[str, Any] | None:
        try:
            return dict(self._connected().api.inspect_container(identifier))
        except NotFound:
            return None

    def _containers(self) -> list[Listed]:
        found = self._connected().api.containers(all=True, filters={"label": LABEL})
        return [Listed(each["Id"], each["Names"][0].lstrip("/"), each["Labels"]) for each in found]

    def _image(self, name: str) -> Image | None:
        try:
            found = self._connected().api.inspect_image(name)
        except ImageNotFound:
            return None
        config = found.get("Config") or {}
        return Image(
            name,
            found["Id"],
            found["Architecture"],
            list(config.get("Entrypoint") or ()),
            list(config.get("Cmd") or ()),
            config.get("WorkingDir") or "/",
            frozenset(variable.partition("=")[0] for variable in config.get("Env") or ()),
        )

    def _pull(self, name: str, architecture: str) -> Iterator[dict[str, Any]]:
        repository, tag = (name, None) if "@" in name or ":" in name.rpartition("/")[2] else (name, "latest")
        api = self._connected().api
        for message in api.pull(repository, tag, stream=True, decode=True, platform=f"linux/{architecture}"):
            if "error" in message:
                raise EmulatorError(_in_one_line(message["error"]))
            yield message

    def _runs(self, image: str, program: list[str], labels: Mapping[str, str]) -> bool:
        options = {"entrypoint": program[:1], "labels": labels, "network_mode": "none", "remove": True}
        try:
            self._connected().containers.run(image, program[1:], **options)
        except (APIError, ContainerError):
            return False
        return True

    def _start(self, options: Mapping[str, Any]) -> Container:
        began = perf_counter()
        container = self._connected().containers.create(**options)
        created = perf_counter() - began
        try:
            container.start()
            container.reload()
        except BaseException:
            self._remove(container.id)
            raise
        networks = container.attrs["NetworkSettings"]["Networks"].values()
        address = next((network["IPAddress"] for network in networks if network["IPAddress"]), "")
        return Container(container.id, container.attrs["State"]["Pid"], address, created)

    def _settle(self, call: Callable[[str], object], identifier: str) -> None:
        try:
            call(identifier)
        except APIError as error:
            if not any(words in _said(error) for words in _SETTLED):
                raise

    def _limit_memory(self, identifier: str, memory: int) -> None:
        try:
            self._connected().api.update_container(identifier, None, mem_limit=memory)
        except APIError as error:
            if error.status_code != 404:  # Podman 4 knows of no such request: then it has a little more
                raise

    def _remove(self, identifier: str) -> None:
        for patience in _REMOVALS:
            try:
                self._connected().api.remove_container(identifier, force=True, v=True)
            except APIError as error:
                if error.status_code in _GONE:
                    return
                if patience is None:
                    raise
                time.sleep(patience)  # it may have been about to end by itself, which Podman takes for a hindrance
            else:
                return


def _cause(error: BaseException) -> str:
    """Why there was no answer. What the SDK says has the system's own words deep within."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return f"no answer within {_TIMEOUT} seconds"
    within = error
    while (deeper := within.__cause__ or within.__context__) is not None:
        within = deeper
    return within.strerror if isinstance(within, OSError) and within.strerror else _in_one_line(str(error))


def _said(error: APIError) -> str:
    """What the engine said, in one line."""
    return _in_one_line(str(error.explanation or error))


def _in_one_line(text: str) -> str:
    text = " ".join(text.split())
    return f"{text}; its disk is full, `docker system df` says with what" if _FULL in text else text
