"""The spawner itself: starts inits, cleans up after them, and leaves nothing when the server is gone.

The server says:

    {"start": {sandbox}}  with two descriptors: the init's end of its socket, and the writing end of its log pipe
    {"remove": path}                                            delete a folder, without making anyone wait

and hears once, at the beginning:

    {"isolated": true, "ids": "two" | "one"}                    what this host allows
    {"isolated": false, "reason": "…"}
"""

import contextlib
import os
import shutil
import signal
import socket
import stat
import time
from typing import Any

import emulator.executors.spawner.namespaces as kernel
from emulator.executors.spawner import descendants, home, init, loop, messages

_PATIENCE = 2.0  # seconds that inits have to end by themselves
_REMOVALS = 5


def main(descriptor: int, folder: str) -> None:
    """Serves the server at the other end of `descriptor`; `folder` is removed at the end."""
    os.setsid()  # a Ctrl-C at the terminal is the server's to handle
    kernel.adopt_orphans()
    control = socket.socket(fileno=descriptor)
    spawner = Spawner(control)
    try:
        messages.send(control, home.settle(folder))
        spawner.serve()
    except OSError:
        pass  # the server is gone
    finally:
        control.close()
        _end_children()
        spawner.unmount(folder)
        _remove(folder)


class Spawner:
    """The loop: one request at a time, each a fork."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._mounted: set[str] = set()

    def serve(self) -> None:
        """Returns when the server closes the socket."""
        loop.serve(self._control, self._obey, _reap)

    def _obey(self, message: messages.Message, descriptors: list[int]) -> None:
        if "start" in message:
            self._start(message["start"], *descriptors)
        elif "remove" in message:
            self.unmount(message["remove"])
            home.fork(lambda: _remove(message["remove"]))
        for descriptor in descriptors:
            os.close(descriptor)

    def _start(self, sandbox: dict[str, Any], control: int, log: int) -> None:
        def run() -> None:
            self._init(control, log, sandbox)

        def refused(error: OSError) -> None:
            with socket.socket(fileno=os.dup(control)) as end, contextlib.suppress(OSError):
                messages.send(end, {"failed": str(error)})

        if not sandbox["isolated"]:
            home.fork(run)
            return
        try:
            self._mount(**sandbox["temporary"])
        except OSError as error:
            refused(error)
        else:
            home.fork_isolated(run, refused)

    def _mount(self, path: str, size: int) -> None:
        """A file system of that many bytes, which every init of the environment finds as the one before left it."""
        if path not in self._mounted:
            kernel.mount("tmpfs", path, "tmpfs", f"mode=1777,size={size}")
            self._mounted.add(path)

    def unmount(self, folder: str) -> None:
        """Gives up the file systems below a folder. Whoever still runs on one keeps it until its end."""
        for path in [path for path in self._mounted if path.startswith(f"{folder}/")]:
            with contextlib.suppress(OSError):
                kernel.unmount(path)
            self._mounted.discard(path)

    def _init(self, control: int, log: int, sandbox: dict[str, Any]) -> None:
        self._control.close()
        signal.set_wakeup_fd(-1)
        init.main(socket.socket(fileno=control), log, sandbox)


def _reap() -> bool:
    """Takes note of ended children. True when there is none left at all."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return False
        except ChildProcessError:
            return True


def _end_children() -> None:
    """Inits end by themselves, since their sockets closed with the server. Whoever does not is killed."""
    deadline = time.monotonic() + _PATIENCE
    while not _reap():
        if time.monotonic() > deadline:
            descendants.signal_all(os.getpid(), signal.SIGKILL)
        time.sleep(0.002)


def _remove(folder: str) -> None:
    """Deletes a folder, also what a function has made unreadable in it."""

    def unlock(_function: object, path: str, _error: object) -> None:
        parent = os.path.dirname(path)
        with contextlib.suppress(OSError):
            os.chmod(parent, stat.S_IRWXU)
            os.chmod(path, stat.S_IRWXU)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    for _ in range(_REMOVALS):
        shutil.rmtree(folder, onerror=unlock)
        if not os.path.exists(folder):
            return
        time.sleep(0.05)  # someone who is about to end has still written into it
