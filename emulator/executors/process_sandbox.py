"""One sandbox of the process executor, seen from the server: talks to its init, reads its log pipe."""

import asyncio
import contextlib
import os
import re
import select
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from emulator.errors import EmulatorError
from emulator.executors.executor import EntryPointError, Places, RuntimeExit, SandboxListener
from emulator.executors.extension_processes import ExtensionProcesses
from emulator.executors.program import Program
from emulator.executors.spawner import messages
from emulator.executors.spawner_link import SpawnerLink

_LOG_DESCRIPTOR = 3  # of the framed log records, in the runtime
_READ = 64 * 1024
_READS_AT_ONCE = 64  # then others have their turn
_PEAK = re.compile(rb"VmHWM:\s*(\d+) kB")


class Plan(NamedTuple):
    """What a sandbox is made from. `layout` is what the spawner is told (spawner/process.py).

    `code` and `layers` are where these are unpacked; `layers` is None for a function that has none. `shown` tells which
    folders these are: another one may come to lie at the same path. `give_up` says that they are no longer needed.
    """

    places: Places
    layout: dict[str, Any]
    program: Program
    code: Path
    layers: Path | None
    shown: list[tuple[str, int, int]]
    give_up: Callable[[], None]


class ProcessSandbox:
    """See executor.Sandbox. Its init is started with the first runtime, and again should it ever be killed."""

    runtime_api_host = address = "127.0.0.1"  # a sandbox has the network of the machine

    def __init__(
        self,
        spawner: SpawnerLink,
        plan: Plan,
        make_plan: Callable[[], Awaitable[Plan]],
        listener: SandboxListener,
        release: Callable[[], None],
    ) -> None:
        self._spawner = spawner
        self._make_plan = make_plan
        self._listener = listener
        self._release = release
        self._loop = asyncio.get_running_loop()
        self._adopt(plan)
        self._control: socket.socket | None = None
        self._output = -1
        self._unread = select.poll()  # has `_output`, while there is one
        self._status = -1  # descriptor of the runtime's /proc/…/status
        self._running: int | None = None
        self._peak = 0
        self._stopped = False

    def _adopt(self, plan: Plan) -> None:
        self._plan = plan
        self.places = plan.places
        self._layout = plan.layout
        self._program = plan.program
        self._extensions = ExtensionProcesses(plan.places, plan.code, plan.layers, self._tell_running, self._listener)

    async def renew(self) -> None:
        """See Sandbox.renew. If it is not the same folders any more, the next runtime has an init and mounts anew."""
        plan = await self._make_plan()
        if self._stopped:
            plan.give_up()
            return
        former = self._plan
        self._adopt(plan)
        former.give_up()
        if plan.shown != former.shown:
            self._hang_up()

    def start_runtime(self, number: int, variables: Mapping[str, str]) -> None:
        """See Sandbox.start_runtime. Raises EmulatorError if the helper process is beyond help."""
        if self._program.refusal is not None:
            raise EntryPointError(self._program.refusal)
        self._running = number
        self._peak = 0
        own = {"_LAMBDA_TELEMETRY_LOG_FD": str(_LOG_DESCRIPTOR), **self._bare_variables()}
        message = {
            "run": number,
            "argv": self._program.arguments,
            "env": {**variables, **own},
            "cwd": self.places.task_root,
            "log_fd": _LOG_DESCRIPTOR,
        }
        self._tell_running(message)

    def signal_runtime(self, number: int) -> None:
        """See Sandbox.signal_runtime."""
        if self._running is not None:
            self._tell_running({"signal": self._running, "number": number})

    def extensions(self) -> Sequence[str]:
        """See Sandbox.extensions."""
        return self._extensions.names

    def start_extension(self, name: str, variables: Mapping[str, str]) -> None:
        """See Sandbox.start_extension. Raises EmulatorError if the helper process is beyond help."""
        self._extensions.start(name, {**variables, **self._bare_variables()})

    def signal_extension(self, name: str, number: int) -> None:
        """See Sandbox.signal_extension."""
        self._extensions.signal(name, number)

    def kill_all(self) -> None:
        """See Sandbox.kill_all."""
        self._running = None
        self._extensions.forget()
        if self._control is not None:
            try:
                self._tell({"kill": True})
            except OSError:
                self._hang_up()  # it was killed already

    def freeze(self) -> None:
        """See Sandbox.freeze."""
        self._mention({"freeze": True})

    def thaw(self) -> None:
        """See Sandbox.thaw."""
        self._mention({"thaw": True})

    def _mention(self, message: messages.Message) -> None:
        """Tells the init something, if there is one. That it is gone, if so, is heard of on the socket."""
        if self._control is not None:
            with contextlib.suppress(OSError):
                messages.send(self._control, message)

    def pass_on_output(self) -> None:
        """See Sandbox.pass_on_output."""
        self._extensions.pass_on_output()
        if self._unread.poll(0):  # a warm call has written nothing, mostly; to try and fail to read takes far longer
            self._pass_on_runtime_output()

    def _pass_on_runtime_output(self) -> None:
        for _ in range(_READS_AT_ONCE):
            if self._output < 0:
                return
            try:
                data = os.read(self._output, _READ)
            except BlockingIOError:
                return
            if not data:
                self._loop.remove_reader(self._output)
                return
            self._listener.output(data)

    def memory_used(self) -> int:
        """See Sandbox.memory_used."""
        if self._status >= 0:
            try:
                found = _PEAK.search(os.pread(self._status, 4096, 0))
            except OSError:  # it has ended
                found = None
            if found is not None:
                self._peak = max(self._peak, int(found[1]) * 1024)
        limit: int = self._layout["memory"]
        return min(self._peak, limit)  # files that are mapped may come on top of what counts

    def stop(self) -> None:
        """See Sandbox.stop."""
        if not self._stopped:
            self._stopped = True
            self._running = None
            self._extensions.forget()
            self._hang_up()
            self._plan.give_up()
            self._release()

    def _bare_variables(self) -> dict[str, str]:
        """What programs must be told that see the files of the host."""
        if self._layout["isolated"]:
            return {}
        return {"TMPDIR": self.places.temporary, "_PARITY_LAYERS": self.places.layers}

    def _tell_running(self, message: messages.Message, descriptors: Sequence[int] = ()) -> None:
        """Tells the init something; another one, if it was killed and we had not heard of it yet."""
        try:
            self._tell(message, descriptors)
        except OSError:
            self._hang_up()
            self._tell(message, descriptors)

    def _tell(self, message: messages.Message, descriptors: Sequence[int] = ()) -> None:
        if self._control is None:
            self._start_init()
        assert self._control is not None
        messages.send(self._control, message, descriptors)

    def _start_init(self) -> None:
        control, its_control = messages.channel()
        output, its_output = os.pipe()
        try:
            self._spawner.send({"start": self._layout}, [its_control.fileno(), its_output])
        except EmulatorError:
            control.close()
            os.close(output)
            raise
        finally:
            its_control.close()
            os.close(its_output)
        control.setblocking(False)
        os.set_blocking(output, False)
        self._control, self._output = control, output
        self._loop.add_reader(control.fileno(), self._heard)
        self._unread.register(output, select.POLLIN)
        self._loop.add_reader(output, self._pass_on_runtime_output)

    def _heard(self) -> None:
        while self._control is not None:
            try:
                message, descriptors = messages.receive(self._control)
            except BlockingIOError:
                return
            if message is None:
                self._lost()
            elif "started" in message:
                self._watch(message["started"], descriptors[0])
            elif "ended" in message and message["ended"] < 0:
                self._extensions.ended(message["ended"], message["status"])
            elif "ended" in message:
                self._peak = max(self._peak, message["peak_kb"] * 1024)
                self._ended(message["ended"], RuntimeExit(message["status"], message["out_of_memory"]))
            elif "used" in message and self._status >= 0:  # what was used before is not the present runtime's
                self._peak = max(self._peak, message["used"])
            elif "failed" in message:
                self._running = None
                self._listener.sandbox_failed(message["failed"])

    def _watch(self, number: int, status: int) -> None:
        if number != self._running:
            os.close(status)
            return
        self._forget_status()
        self._status = status

    def _ended(self, number: int, how: RuntimeExit) -> None:
        self._forget_status()
        if number == self._running:
            self._running = None
            self.pass_on_output()
            self._listener.runtime_ended(number, how)

    def _lost(self) -> None:
        """The init is gone, and its namespace with it: whatever ran was killed."""
        self.pass_on_output()
        self._hang_up()
        if self._running is not None:
            self._ended(self._running, RuntimeExit(signal.SIGKILL))
        self._extensions.lost()

    def _hang_up(self) -> None:
        self._forget_status()
        if self._control is not None:
            self._loop.remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
        if self._output >= 0:
            self._loop.remove_reader(self._output)
            self._unread.unregister(self._output)
            os.close(self._output)
            self._output = -1

    def _forget_status(self) -> None:
        if self._status >= 0:
            self.memory_used()
            os.close(self._status)
            self._status = -1
