"""The first process of an execution environment: builds its sandbox, then starts, watches and kills what runs in it.

Over its socket the server says:

    {"run": n, "argv": […], "env": {…}, "cwd": "/var/task"}     start program n (numbers never repeat); it writes to
                                                                the descriptor that comes with it, or to the log
    {"kill": true}                                              kill everything here but me
    {"freeze": true}                                            take the processor from everything here but me
    {"thaw": true}                                              and give it back
    {"signal": n, "number": 15}                                 send program n a signal

and hears:

    {"started": n}          with a descriptor of the program's /proc/…/status, where the server reads its memory
    {"ended": n, "status": s, "peak_kb": k, "out_of_memory": b} s as waitpid gives it; b if I killed it for its memory
    {"used": bytes}                                             what all programs together use, more than ever before
    {"failed": "…"}                                             there is no sandbox, and I am leaving

When the socket closes, the init ends, and with it everything it started.
"""

import contextlib
import os
import resource
import signal
import socket
import time
from typing import Any

import emulator.executors.spawner.namespaces as kernel
from emulator.executors.spawner import descendants, file_tree, loop, messages
from emulator.executors.spawner.memory import MemoryWatch

_WORTH_TELLING = 1 << 20  # bytes
_KILLED_FIRST = "500"  # of the kernel's scale up to 1000, should all memory of the host be used up
_CANNOT_EXECUTE, _NOT_FOUND = 126, 127  # what a shell exits with


def main(control: socket.socket, log: int, sandbox: dict[str, Any]) -> None:
    """Runs until the server closes the socket. Does not return."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a function may be allowed to send it
    try:
        if sandbox["isolated"]:
            file_tree.build(sandbox["root"], sandbox["tree"])
        else:
            kernel.adopt_orphans()
        Init(control, log, sandbox).serve()
    except OSError as error:
        messages.send(control, {"failed": str(error)})
    os._exit(0)


class Init:
    """Programs and who they are, by number and by process id."""

    def __init__(self, control: socket.socket, log: int, sandbox: dict[str, Any]) -> None:
        self._control = control
        self._log = log
        self._sandbox = sandbox
        self._programs: dict[int, int] = {}  # process id → number
        self._memory = MemoryWatch(sandbox["memory"], self._everyone)
        self._next_look: float | None = None  # None while nothing runs, or all is frozen
        self._told = 0
        self._killed: set[int] = set()  # for their memory

    def serve(self) -> None:
        loop.serve(self._control, self._obey, self._report_ended, self._look_in_time)
        if not self._sandbox["isolated"]:
            self._kill_all()  # a namespace ends with its first process; a plain family does not

    def _obey(self, message: messages.Message, descriptors: list[int]) -> None:
        if "run" in message:
            self._run(message, descriptors[0] if descriptors else self._log)
            self._watch_memory()
        elif "kill" in message:
            self._kill_all()
            self._killed.clear()
            self._told = 0
        elif "freeze" in message:
            self._freeze()
            self._next_look = None
        elif "thaw" in message:
            self._signal_all(signal.SIGCONT)
            self._watch_memory()
        elif "signal" in message:
            for process, number in self._programs.items():
                if number == message["signal"]:
                    os.kill(process, message["number"])
        for descriptor in descriptors:
            os.close(descriptor)

    def _run(self, message: messages.Message, log: int) -> None:
        process = os.fork()
        if process == 0:
            _become(message, log, self._sandbox)
        self._programs[process] = message["run"]
        status = os.open(f"/proc/{process}/status", os.O_RDONLY | os.O_CLOEXEC)
        messages.send(self._control, {"started": message["run"]}, [status])
        os.close(status)

    def _watch_memory(self) -> None:
        """Looks at it after a while, not now: a call that is over soon pays nothing."""
        self._next_look = self._next_look or time.monotonic() + self._memory.pause

    def _look_in_time(self) -> float | None:
        """Looks at the memory if it is time. Returns the seconds until it is, or is again."""
        if self._next_look is None:
            return None
        now = time.monotonic()
        if now >= self._next_look:
            victim = self._memory.look()
            if victim is not None:
                self._killed.add(victim)
                self._told = 0
            self._tell_used(self._memory.used)
            self._next_look = now + self._memory.pause if self._memory.used else None
        return self._next_look and self._next_look - now

    def _tell_used(self, used: int) -> None:
        if used > self._told + _WORTH_TELLING:
            self._told = used
            with contextlib.suppress(OSError):
                messages.send(self._control, {"used": used})

    def _everyone(self) -> list[int]:
        if self._sandbox["isolated"]:
            return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]
        return descendants.family(os.getpid())

    def _freeze(self) -> None:
        if self._sandbox["isolated"]:
            self._signal_all(signal.SIGSTOP)
        else:
            descendants.stop_all(os.getpid())

    def _signal_all(self, number: int) -> None:
        """Sends a signal to everyone but this process. In a namespace none escapes: who is forking begins anew."""
        with contextlib.suppress(ProcessLookupError):
            if self._sandbox["isolated"]:
                os.kill(-1, number)  # to everyone in the namespace except its first process
            else:
                descendants.signal_all(os.getpid(), number)

    def _kill_all(self) -> None:
        """Returns when nothing but this process is left, so a program started next meets nothing of the old ones."""
        while self._has_children():
            self._signal_all(signal.SIGKILL)
            time.sleep(0.0005)
            self._report_ended()

    @staticmethod
    def _has_children() -> bool:
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True

    def _report_ended(self) -> None:
        while True:
            try:
                process, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            number = self._programs.pop(process, None)
            if number is not None:
                ended = {"ended": number, "status": status, "peak_kb": usage.ru_maxrss}
                ended["out_of_memory"] = process in self._killed
                with contextlib.suppress(OSError):  # the server has hung up: what is left is killed all the same
                    messages.send(self._control, ended)


def _become(message: messages.Message, log: int, sandbox: dict[str, Any]) -> None:
    """Turns a fresh child into the program. Does not return."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.setsid()
        _connect_streams(log, message["log_fd"])
        limit = sandbox["open_files"]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.umask(0o022)
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write(_KILLED_FIRST)
        if sandbox["isolated"]:
            _become_user(sandbox)
        else:
            kernel.die_with_parent(signal.SIGKILL)
        kernel.renounce_privileges()
        os.chdir(message["cwd"])
        os.execve(message["argv"][0], message["argv"], message["env"])  # noqa: S606 (no shell is the point)
    except FileNotFoundError as error:
        _leave(error, _NOT_FOUND)
    except OSError as error:
        _leave(error, _CANNOT_EXECUTE)


def _connect_streams(log: int, log_fd: int) -> None:
    """Standard input is empty. Output, errors and framed log records go into one pipe, which keeps their order."""
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    for descriptor in (1, 2, log_fd):
        os.dup2(log, descriptor)
    os.closerange(log_fd + 1, 256)


def _become_user(sandbox: dict[str, Any]) -> None:
    user, group = sandbox["user"], sandbox["group"]
    if sandbox["ids"] == "one":
        # Only one id of the host is ours, and it is root in here: become the user in one more namespace, where that id
        # bears the other number. It owns no mounts, so nothing that the sandbox forbids can be undone from it.
        own_user, own_group = os.getuid(), os.getgid()
        kernel.unshare(kernel.NEW_USER)
        kernel.write_id_maps(os.getpid(), f"{user} {own_user} 1", f"{group} {own_group} 1", may_set_groups=False)
    else:
        os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def _leave(error: OSError, code: int) -> None:
    os.write(2, f"{error.filename or ''}: {error.strerror or error}\n".encode())
    os._exit(code)
