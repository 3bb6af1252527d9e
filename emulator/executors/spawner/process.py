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
import tempfile
import time
import traceback
from collections.abc import Callable
from typing import Any

import emulator.executors.spawner.namespaces as kernel
from emulator.executors.spawner import descendants, file_tree, init, loop, messages

_PATIENCE = 2.0  # seconds that inits have to end by themselves
_REMOVALS = 5
_OUTSIDE_ID = 1_051_051  # who function code is on the host, when the host lets us choose; owns nothing there


def main(descriptor: int, folder: str) -> None:
    """Serves the server at the other end of `descriptor`; `folder` is removed at the end."""
    os.setsid()  # a Ctrl-C at the terminal is the server's to handle
    kernel.adopt_orphans()
    control = socket.socket(fileno=descriptor)
    try:
        messages.send(control, probe(folder))
        Spawner(control).serve()
    except OSError:
        pass  # the server is gone
    finally:
        control.close()
        _end_children()
        _remove(folder)


class Spawner:
    """The loop: one request at a time, each a fork."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def serve(self) -> None:
        """Returns when the server closes the socket."""
        loop.serve(self._control, self._obey, _reap)

    def _obey(self, message: messages.Message, descriptors: list[int]) -> None:
        if "start" in message:
            control, log = descriptors
            fork_isolated(message["start"], lambda: self._init(control, log, message["start"]))
        elif "remove" in message:
            _fork(lambda: _remove(message["remove"]))
        for descriptor in descriptors:
            os.close(descriptor)

    def _init(self, control: int, log: int, sandbox: dict[str, Any]) -> None:
        self._control.close()
        signal.set_wakeup_fd(-1)
        init.main(socket.socket(fileno=control), log, sandbox)


def probe(folder: str) -> messages.Message:
    """Whether sandboxes can be built on this host, found out by building one."""
    reason = ""
    for ids in ("two", "one"):
        root = tempfile.mkdtemp(prefix="probe-", dir=folder)
        reading, writing = os.pipe()
        fork_isolated({"isolated": True, "ids": ids}, lambda: _try(root, writing), on_error=writing)  # noqa: B023
        os.close(writing)
        with open(reading, "rb") as file:
            answer = file.read().decode()
        os.rmdir(root)
        if answer == "works":
            return {"isolated": True, "ids": ids}
        reason = reason or answer
    return {"isolated": False, "reason": reason or "the kernel refused"}


def _try(root: str, writing: int) -> None:
    try:
        file_tree.build(root, [["show", "/usr", "/usr"], ["device", "/dev/null", "/dev/null"]])
        os.write(writing, b"works")
    except OSError as error:
        os.write(writing, (error.strerror or str(error)).encode())


def fork_isolated(sandbox: dict[str, Any], run: Callable[[], None], on_error: int | None = None) -> None:
    """Runs `run` in a process of its own: the first of new namespaces, if the sandbox is to be isolated.

    A failure to get them is written to the descriptor `on_error`, or else to the init's socket by nobody: the server
    then sees that socket close.
    """
    if not sandbox["isolated"]:
        _fork(run)
        return
    ready, mapped = os.pipe(), os.pipe()
    process = _fork(lambda: _enter(sandbox["ids"], ready[1], mapped[0], run, on_error), keep=(ready[0], mapped[1]))
    os.close(ready[1])
    os.close(mapped[0])
    try:
        if os.read(ready[0], 1) and sandbox["ids"] == "two":
            users, groups = f"0 {os.geteuid()} 1\n993 {_OUTSIDE_ID} 1", f"0 {os.getegid()} 1\n990 {_OUTSIDE_ID} 1"
            kernel.write_id_maps(process, users, groups, may_set_groups=True)
        os.write(mapped[1], b"!")
    except OSError as error:
        if on_error is not None and not isinstance(error, BrokenPipeError):  # then the child has said why
            os.write(on_error, (error.strerror or str(error)).encode())
    finally:
        os.close(ready[0])
        os.close(mapped[1])


def _enter(ids: str, ready: int, mapped: int, run: Callable[[], None], on_error: int | None) -> None:
    """In the child: new namespaces, then a grandchild that is process 1 in them. The child itself is done."""
    try:
        user, group = os.geteuid(), os.getegid()
        kernel.unshare(kernel.NEW_USER | kernel.NEW_MOUNTS | kernel.NEW_PIDS | kernel.NEW_IPC)
        if ids == "one":
            kernel.write_id_maps(os.getpid(), f"0 {user} 1", f"0 {group} 1", may_set_groups=False)
        os.write(ready, b"!")
        if not os.read(mapped, 1):
            return
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
    except OSError as error:
        if on_error is not None:
            os.write(on_error, (error.strerror or str(error)).encode())
        return
    _fork(run)


def _fork(run: Callable[[], None], keep: tuple[int, ...] = ()) -> int:
    """Runs `run` in a child, which ends when it returns. `keep` are descriptors that are the parent's alone."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        for descriptor in keep:
            os.close(descriptor)
        run()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


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
