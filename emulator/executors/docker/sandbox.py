"""One container, as an execution environment sees it."""

import asyncio
import contextlib
import itertools
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from emulator.errors import EmulatorError
from emulator.executors.docker.cgroup import ControlGroups
from emulator.executors.docker.container_plan import Plan
from emulator.executors.docker.engine import Container, Engine
from emulator.executors.docker.memory_watch import MemoryWatch
from emulator.executors.docker.pipes import Pipes, ReadPipe
from emulator.executors.docker.standstill import Standstill
from emulator.executors.docker.supervisor import (
    KEEP,
    KILL,
    LOG_DESCRIPTOR,
    RELIEVE,
    TAKE,
    ended_by,
    look_line,
    signal_line,
    start_line,
)
from emulator.executors.executor import (
    EntryPointError,
    ExtensionExit,
    ExtensionLaunchError,
    Places,
    RuntimeExit,
    SandboxListener,
)

_log = logging.getLogger(__name__)

_OUTPUT = "output"
_READY_SECONDS = 30.0


class _Extension(NamedTuple):
    name: str
    output: ReadPipe


class OpenContainer(NamedTuple):
    """A container that was started, and its pipes. `discard` ends it, and closes them."""

    container: Container
    pipes: Pipes
    discard: Callable[[], None]


MakePlan = Callable[[], Awaitable[Plan]]
MakeContainer = Callable[[Plan, Callable[[str], None], Callable[[], None]], Awaitable[OpenContainer]]
"""Takes the plan, and who hears of its script and of its end."""


class DockerSandbox:
    """See executor.Sandbox. Programs in it are known by numbers: those of extensions are below zero."""

    def __init__(
        self,
        engine: Engine,
        plan: Plan,
        make_plan: MakePlan,
        make_container: MakeContainer,
        listener: SandboxListener,
        *,
        host: str,
    ) -> None:
        self.places = Places()
        self.runtime_api_host = host
        self.address = ""
        self._engine = engine
        self._plan = plan
        self._make_plan = make_plan
        self._make_container = make_container
        self._listener = listener
        self._at_end: list[Callable[[], None]] = []
        self._open: OpenContainer | None = None
        self._output: ReadPipe | None = None
        self._ready = asyncio.Event()
        self._lost = False
        self._stopped = False
        self._groups = ControlGroups("", 0)
        self._memory = MemoryWatch(self._groups, plan.memory, self._relieve)
        self._standstill: Standstill | None = None
        self._running: int | None = None
        self._fault = ""  # of the runtime's program
        self._told_of_signal = False
        self._pids: dict[int, int] = {}
        self._extension_faults: dict[str, str] = {}  # by name; no fault where it starts
        self._extensions: dict[int, _Extension] = {}
        self._numbers = itertools.count(-1, -1)

    async def open(self) -> None:
        """Gets a container. Raises EmulatorError if it cannot be had, or does not start."""
        opened = await self._make_container(self._plan, self.heard, self.lost)
        if self._stopped:
            opened.discard()
            raise EmulatorError("The function's environment was given up.")
        container = opened.container
        self._open, self.address = opened, container.address or "127.0.0.1"
        self._output = opened.pipes.open_output(_OUTPUT, self._heard_output)
        self._groups = ControlGroups(container.identifier, container.pid)
        self._memory = MemoryWatch(self._groups, self._plan.memory, self._relieve)
        self._standstill = Standstill(self._engine, container.identifier, self._groups, self._failed)
        await self._until_ready()
        if not self._groups.counts_memory:  # then what lies in /tmp counts, as the lesser evil
            await self._engine.limit_memory(container.identifier, self._plan.memory)

    async def _until_ready(self) -> None:
        try:
            await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
        except TimeoutError:
            raise EmulatorError("The function's container does not start.") from None
        if self._lost:
            raise EmulatorError("The function's container ended at once: its image must have /bin/sh.")
        self._ready.clear()

    @property
    def is_usable(self) -> bool:
        """Whether its container is still there, and shows the code that there is now."""
        return not self._lost and not self._stopped and self._plan.is_current

    def adopt(self, listener: SandboxListener) -> None:
        """Tells another listener from now on."""
        self._listener = listener

    def when_stopped(self, call: Callable[[], None]) -> None:
        """Has `call` made at its end too."""
        self._at_end.append(call)

    # --- What the environment says ---

    def start_runtime(self, number: int, variables: Mapping[str, str]) -> None:
        """See Sandbox.start_runtime."""
        if self._plan.program.refusal is not None:
            raise EntryPointError(self._plan.program.refusal)
        if self._fault:
            raise EntryPointError(f"fork/exec {self._plan.program.arguments[0]}: {self._fault}")
        self._running = number
        self._memory.begin()
        own = {"_LAMBDA_TELEMETRY_LOG_FD": str(LOG_DESCRIPTOR), "PWD": self._plan.folder}
        given = {name: value for name, value in variables.items() if name not in self._plan.own_variables}
        self._start(number, _OUTPUT, self._plan.folder, {**given, **own}, self._plan.program.arguments)

    def signal_runtime(self, number: int) -> None:
        """See Sandbox.signal_runtime."""
        if self._running is not None:
            self._signal(self._running, number)

    def extensions(self) -> Sequence[str]:
        """See Sandbox.extensions."""
        return sorted(self._extension_faults)

    def start_extension(self, name: str, variables: Mapping[str, str]) -> None:
        """See Sandbox.start_extension."""
        path = f"{self.places.layers}/extensions/{name}"
        if fault := self._extension_faults[name]:
            error_type = "PermissionDenied" if fault == "permission denied" else "UnknownError"
            raise ExtensionLaunchError(f"fork/exec {path}: {fault}", error_type)
        number = next(self._numbers)
        pipe = f"{_OUTPUT}{number}"
        assert self._open is not None
        output = self._open.pipes.open_output(pipe, lambda data: self._listener.extension_output(name, data))
        self._extensions[number] = _Extension(name, output)
        self._start(number, pipe, "/", variables, [path])

    def signal_extension(self, name: str, number: int) -> None:
        """See Sandbox.signal_extension."""
        for program, extension in self._extensions.items():
            if extension.name == name:
                self._signal(program, number)

    def kill_all(self) -> None:
        """See Sandbox.kill_all."""
        self._running = None
        self._memory.rest()
        self._pids.clear()
        extensions, self._extensions = self._extensions, {}
        for extension in extensions.values():
            extension.output.read()
            extension.output.close()
        if not self._lost and not self._stopped:
            self.thaw()
            with contextlib.suppress(EmulatorError):  # it does not read: what is told next will fail, and say so
                self._tell(KILL)

    async def renew(self) -> None:
        """See Sandbox.renew. What the container was shown is the folder itself, so it sees every change in it.

        Another folder at the same path it does not see: then another container takes its place, and its /tmp.
        """
        former, self._plan = self._plan, await self._make_plan()
        former.give_up()
        if self._stopped:
            self._plan.give_up()
        elif self._plan.shown != former.shown:
            await self._move()
        else:
            await self._do(look_line(self._plan.program.arguments))

    async def _move(self) -> None:
        assert self._open is not None
        await self._do(KEEP)
        self._leave()
        self._open.discard()
        await self.open()
        await self._do(TAKE)

    async def _do(self, line: str) -> None:
        """Has the script do something that takes a moment."""
        self._extension_faults.clear()
        self._tell(line)
        await self._until_ready()

    def _leave(self) -> None:
        """What is of the present container goes."""
        if self._standstill is not None:
            self._standstill.close()
        self._groups.close()
        if self._output is not None:
            self._output.close()
        self._extension_faults.clear()

    def freeze(self) -> None:
        """See Sandbox.freeze."""
        if self._standstill is not None:
            self._memory.rest()
            self._standstill.freeze()

    def thaw(self) -> None:
        """See Sandbox.thaw."""
        if self._standstill is not None:
            self._standstill.thaw()
            if self._running is not None:
                self._memory.go_on()

    def pass_on_output(self) -> None:
        """See Sandbox.pass_on_output."""
        if self._output is not None:
            self._output.read()
        for extension in list(self._extensions.values()):
            extension.output.read()

    def memory_used(self) -> int:
        """See Sandbox.memory_used. It is the most of all looks at it."""
        return self._memory.peak()

    def stop(self) -> None:
        """See Sandbox.stop."""
        if not self._stopped:
            self._stopped = True
            self.kill_all()
            self._leave()
            self._plan.give_up()
            if self._open is not None:
                self._open.discard()
            for call in self._at_end:
                call()

    # --- What the container says ---

    def _heard_output(self, data: bytes) -> None:
        self._listener.output(data)

    def heard(self, line: str) -> None:
        """A line of its script (supervisor.py)."""
        kind, _, rest = line.partition(" ")
        if kind == "ready":
            self._ready.set()
        elif kind == "program":
            self._fault = rest
        elif kind in ("extension", "unusable"):
            name, _, fault = rest.partition(":")
            self._extension_faults[name] = fault
        elif kind == "started":
            number, pid = rest.split()
            self._pids[int(number)] = int(pid)
            self._told_of_signal = False
        elif kind == "ended":
            number, status = rest.split()
            self._ended(int(number), ended_by(int(status), told_of_signal=self._told_of_signal))
        else:
            self._told_of_signal = True

    def lost(self) -> None:
        """The container is gone, and not because it was told to."""
        self._lost = True
        self._ready.set()
        if self._open is not None and not self._stopped:
            self.pass_on_output()
            _log.warning("The container %.12s has ended: someone has stopped it.", self._open.container.identifier)
            self._listener.sandbox_failed("its container has ended: the engine, or someone else, has stopped it")

    def _ended(self, number: int, status: int) -> None:
        self._pids.pop(number, None)
        if number == self._running:
            self.pass_on_output()
            self._running = None
            self._memory.rest()
            out_of_memory = status == signal.SIGKILL and self._memory.has_killed
            self._listener.runtime_ended(number, RuntimeExit(status, out_of_memory))
        elif number in self._extensions:
            self._extensions[number].output.read()
            extension = self._extensions.pop(number, None)
            if extension is not None:
                extension.output.close()
                self._listener.extension_ended(extension.name, ExtensionExit(status))

    # --- Telling it ---

    def _start(self, number: int, pipe: str, folder: str, variables: Mapping[str, str], program: Sequence[str]) -> None:
        self._tell(start_line(number, pipe, folder, variables, program))

    def _signal(self, program: int, number: int) -> None:
        if program in self._pids:
            self._tell(signal_line(self._pids[program], number))

    def _tell(self, line: str) -> None:
        assert self._open is not None
        if self._lost:
            raise EmulatorError("The function's container has ended.")
        try:
            self._open.pipes.tell(line)
        except OSError as error:
            raise EmulatorError(f"The function's container does not listen: {error}.") from error

    def _relieve(self) -> None:
        with contextlib.suppress(EmulatorError):  # it has ended, or is about to: its memory is no matter any more
            self._tell(RELIEVE)

    def _failed(self, reason: str) -> None:
        if not self._stopped and not self._lost:
            self._listener.sandbox_failed(reason.removesuffix("."))
