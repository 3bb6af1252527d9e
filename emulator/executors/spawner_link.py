"""The server's end of the spawner: starts it, asks it, and restarts it should it die."""

import asyncio
import contextlib
import logging
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import emulator
from emulator.errors import EmulatorError
from emulator.executors.spawner import messages

_log = logging.getLogger(__name__)

_PROGRAM = (
    "import sys; sys.path.insert(0, {root!r}); "
    "from emulator.executors.spawner.process import main; main({descriptor}, {folder!r})"
)
_CLOSE_SECONDS = 5.0
_START_SECONDS = 10.0


class SpawnerLink:
    """One spawner process. `folder` is deleted by it when the server is gone, however that happened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._abilities: asyncio.Future[dict[str, Any]] | None = None

    def start(self) -> None:
        """Starts the process; it gets ready while the server does."""
        mine, its = messages.channel()
        root = str(Path(next(iter(emulator.__path__))).parent)
        program = _PROGRAM.format(root=root, descriptor=its.fileno(), folder=str(self._folder))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", program],
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        finally:
            its.close()
        self._socket = mine
        self._abilities = None

    async def abilities(self) -> dict[str, Any]:
        """What this host allows: `isolated`, and then `ids`, or else a `reason`. Raises EmulatorError if it is dead."""
        if self._abilities is None:
            self._abilities = asyncio.ensure_future(self._hear_abilities())
        return await asyncio.shield(self._abilities)

    async def _hear_abilities(self) -> dict[str, Any]:
        assert self._socket is not None
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._socket.fileno(), readable.set)
        try:
            await asyncio.wait_for(readable.wait(), _START_SECONDS)
        except TimeoutError:
            raise EmulatorError("The helper process that starts functions does not answer.") from None
        finally:
            loop.remove_reader(self._socket.fileno())
        message, _ = messages.receive(self._socket)
        if message is None:
            raise EmulatorError("The helper process that starts functions ended at once.")
        return message

    def send(self, message: messages.Message, descriptors: Sequence[int] = ()) -> None:
        """Asks the spawner for something. Raises EmulatorError if it cannot be asked, even after a restart."""
        try:
            self._send(message, descriptors)
        except OSError:
            _log.warning("The helper process that starts functions has died; starting another one.")
            self._restart()
            try:
                self._send(message, descriptors)
            except OSError as error:
                raise EmulatorError(f"The helper process that starts functions cannot be started: {error}.") from error

    def _send(self, message: messages.Message, descriptors: Sequence[int]) -> None:
        if self._socket is None:
            raise ConnectionError("closed")
        messages.send(self._socket, message, descriptors)

    def _restart(self) -> None:
        abilities = self._abilities
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._folder.mkdir(parents=True, exist_ok=True)
        self.start()
        self._abilities = abilities  # the host is the same; what the new one says of it stays unread

    def remove(self, folder: str) -> None:
        """Has a folder deleted, some time soon."""
        with contextlib.suppress(EmulatorError):
            self.send({"remove": folder})

    async def close(self) -> None:
        """Ends the spawner, and with it all that is left, processes and files."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        process, self._process = self._process, None
        if process is not None:
            deadline = asyncio.get_running_loop().time() + _CLOSE_SECONDS
            while process.poll() is None:
                if asyncio.get_running_loop().time() > deadline:
                    process.kill()
                    process.wait()
                await asyncio.sleep(0.002)
        if self._folder.exists():
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
