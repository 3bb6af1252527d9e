"""The external extensions of one sandbox of the process executor: which there are, and those that run.

Each is a program of the sandbox's init like the runtime, with a pipe of its own for what it writes, so that its lines
can be told from the function's. Programs are known to the init by numbers; those of extensions are below zero.
"""

import asyncio
import itertools
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from emulator.executors.executable import start_fault
from emulator.executors.executor import ExtensionExit, ExtensionLaunchError, Places, SandboxListener
from emulator.executors.spawner import messages

FOLDER = "extensions"  # of the layers [docs: runtimes-extensions-api]
_READ = 64 * 1024
_READS_AT_ONCE = 16  # then others have their turn

Tell = Callable[[messages.Message, Sequence[int]], None]


class _Running(NamedTuple):
    name: str
    output: int  # the reading end of its pipe


class ExtensionProcesses:
    """Starts, signals and listens to them. `tell` says something to the init; `layers` is where they are unpacked."""

    def __init__(self, places: Places, code: Path, layers: Path | None, tell: Tell, listener: SandboxListener) -> None:
        self.names = _names(layers)
        self._places = places
        self._shown = {places.task_root: code} | ({places.layers: layers} if layers else {})
        self._layers = layers
        self._tell = tell
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(-1, -1)
        self._running: dict[int, _Running] = {}

    def start(self, name: str, variables: Mapping[str, str]) -> None:
        """See Sandbox.start_extension."""
        path = f"{self._places.layers}/{FOLDER}/{name}"
        self._check(name, path)
        number = next(self._numbers)
        output, its_output = os.pipe()
        message = {"run": number, "argv": [path], "env": dict(variables), "cwd": "/", "log_fd": 2}
        try:
            self._tell(message, [its_output])
        except BaseException:
            os.close(output)
            raise
        finally:
            os.close(its_output)
        os.set_blocking(output, False)
        self._running[number] = _Running(name, output)
        self._loop.add_reader(output, self._read, number)

    def signal(self, name: str, signal_number: int) -> None:
        """See Sandbox.signal_extension."""
        for number, running in self._running.items():
            if running.name == name:
                self._tell({"signal": number, "number": signal_number}, ())

    def pass_on_output(self) -> None:
        """Passes on whatever they have written until now."""
        for number in list(self._running):
            self._read(number)

    def ended(self, number: int, status: int) -> None:
        """The init says that one has ended; perhaps one that was killed long ago, which is no news."""
        if number in self._running:
            self._read(number)
        running = self._running.pop(number, None)  # a listener may have killed all of them
        if running is not None:
            self._close(running)
            self._listener.extension_ended(running.name, ExtensionExit(status))

    def lost(self) -> None:
        """The init is gone, and its programs with it."""
        for number in list(self._running):
            self.ended(number, signal.SIGKILL)

    def forget(self) -> None:
        """They are being killed: passes on what they wrote, and hears no more of them."""
        self.pass_on_output()
        running, self._running = self._running, {}
        for each in running.values():
            self._close(each)

    def _check(self, name: str, path: str) -> None:
        assert self._layers is not None
        fault = start_fault(self._layers / FOLDER / name, self._shown, self._places.language_root)
        if fault is not None:
            error_type = "PermissionDenied" if fault == "permission denied" else "UnknownError"
            raise ExtensionLaunchError(f"fork/exec {path}: {fault}", error_type)

    def _read(self, number: int) -> None:
        for _ in range(_READS_AT_ONCE):
            running = self._running.get(number)
            if running is None:
                return
            try:
                data = os.read(running.output, _READ)
            except BlockingIOError:
                return
            if not data:
                self._loop.remove_reader(running.output)
                return
            self._listener.extension_output(running.name, data)

    def _close(self, running: _Running) -> None:
        self._loop.remove_reader(running.output)
        os.close(running.output)


def _names(layers: Path | None) -> list[str]:
    """What lies directly in the folder and is no folder, in the order of their names (extensions-api.md §3)."""
    folder = layers and layers / FOLDER
    if folder is None or not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if not entry.is_dir())
