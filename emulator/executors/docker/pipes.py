"""The named pipes between the server and a container: commands in, events and output out. One folder for each sandbox.

Those who read and write in the container are of another user, so that all may; the folder above lets nobody look.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from emulator.executors.docker.supervisor import COMMANDS, EVENTS

_READ = 64 * 1024
_READS_AT_ONCE = 64  # then others have their turn


class ReadPipe:
    """A pipe that is read as soon as there is something. `heard` gets it; `ended` is called when all writers are gone.

    Without `ended` the pipe never ends: there may be writers again.
    """

    def __init__(self, path: Path, heard: Callable[[bytes], None], ended: Callable[[], None] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._path = path
        self._heard = heard
        self._ended = ended
        os.mkfifo(path)
        path.chmod(0o666)
        self._descriptor = os.open(path, (os.O_RDWR if ended is None else os.O_RDONLY) | os.O_NONBLOCK | os.O_CLOEXEC)
        self._loop.add_reader(self._descriptor, self.read)

    def read(self) -> None:
        """Reads what there is now."""
        for _ in range(_READS_AT_ONCE):
            if self._descriptor < 0:
                return
            try:
                data = os.read(self._descriptor, _READ)
            except BlockingIOError:
                return
            if data:
                self._heard(data)
                continue
            self._loop.remove_reader(self._descriptor)
            if self._ended is not None:
                self._ended()
            return

    def close(self) -> None:
        """Reads no more, and deletes the pipe."""
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1
            self._path.unlink(missing_ok=True)


class Pipes:
    """All pipes of one sandbox. `event` gets each line that the container writes, `lost` is called at its end."""

    def __init__(self, folder: Path, event: Callable[[str], None], lost: Callable[[], None]) -> None:
        self.folder = folder
        self._event = event
        self._partial = b""
        folder.mkdir()
        folder.chmod(0o755)
        self._events = ReadPipe(folder / EVENTS, self._hear, lost)
        os.mkfifo(folder / COMMANDS)
        (folder / COMMANDS).chmod(0o666)
        self._commands = os.open(folder / COMMANDS, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def tell(self, line: str) -> None:
        """Sends a command. Raises OSError if the script does not read what it was told before."""
        data = f"{line}\n".encode()
        if os.write(self._commands, data) != len(data):
            raise BlockingIOError("the pipe is full")

    def open_output(self, name: str, heard: Callable[[bytes], None]) -> ReadPipe:
        """A pipe for what a program writes."""
        return ReadPipe(self.folder / name, heard)

    def close(self) -> None:
        """Closes and deletes all of them, those for output too; the container ends by it, if it still runs."""
        self._events.close()
        if self._commands >= 0:
            os.close(self._commands)
            self._commands = -1
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder)

    def _hear(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._event(line.decode("utf-8", "replace"))
