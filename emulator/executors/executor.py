"""What the execution environments ask of an executor: a place to run, and runtimes in it.

A *sandbox* is the outside of one execution environment: its files, and whatever runs in it. A *runtime* is one
process in it, with what that process starts. Runtimes of a sandbox are numbered; one runs at a time; `/tmp` outlives
them all.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from emulator.resources.function import FunctionVersion


@dataclass(slots=True, frozen=True)
class Places:
    """Where a function finds things: on AWS, and in a sandbox, as the defaults say; elsewhere on a bare host."""

    task_root: str = "/var/task"
    runtime_folder: str = "/var/runtime"
    layers: str = "/opt"
    temporary: str = "/tmp"  # noqa: S108 (AWS's name for it)
    language_root: str = "/var/lang"


# What Go's runtime calls the signals, since AWS prints them so (runtime-api.md §6).
_SIGNAL_NAMES = {
    signal.SIGHUP: "hangup",
    signal.SIGINT: "interrupt",
    signal.SIGQUIT: "quit",
    signal.SIGILL: "illegal instruction",
    signal.SIGTRAP: "trace/breakpoint trap",
    signal.SIGABRT: "aborted",
    signal.SIGBUS: "bus error",
    signal.SIGFPE: "floating point exception",
    signal.SIGKILL: "killed",
    signal.SIGUSR1: "user defined signal 1",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGUSR2: "user defined signal 2",
    signal.SIGPIPE: "broken pipe",
    signal.SIGALRM: "alarm clock",
    signal.SIGTERM: "terminated",
}


class RuntimeExit(NamedTuple):
    """How a runtime process ended. `status` is what waitpid gives."""

    status: int

    @property
    def sentence(self) -> str:
        """How AWS words it, behind `RequestId: … Error: `."""
        code = os.waitstatus_to_exitcode(self.status)
        if code == 0:
            return "Runtime exited without providing a reason"
        if code > 0:
            return f"Runtime exited with error: exit status {code}"
        return f"Runtime exited with error: signal: {_SIGNAL_NAMES.get(-code, f'signal {-code}')}"  # type: ignore[call-overload]


class EntryPointError(Exception):
    """The function's code holds nothing that could be started. The text is AWS's."""


class SandboxListener(Protocol):
    """Who wants to know what goes on in a sandbox."""

    def output(self, data: bytes) -> None:
        """The runtime wrote something: output, errors and framed log records, in the order in which it did."""

    def runtime_ended(self, number: int, how: RuntimeExit) -> None:
        """Runtime `number` has ended, by itself or because it was killed; all it wrote has been passed on."""

    def sandbox_failed(self, reason: str) -> None:
        """The sandbox cannot be had on this machine: no fault of the function's."""


class Sandbox(Protocol):
    """The outside of one execution environment."""

    @property
    def places(self) -> Places: ...

    def start_runtime(self, number: int, variables: Mapping[str, str]) -> None:
        """Starts a runtime. Whatever ran before must have been killed or have ended.

        Raises EntryPointError if the code has no entry point.
        """

    def kill_runtime(self) -> None:
        """Kills the runtime and everything that it started. Returns at once; what is started next finds none of it."""

    def pass_on_output(self) -> None:
        """Passes on whatever has been written until now."""

    def memory_used(self) -> int:
        """The most memory that the present runtime has used so far, in bytes; 0 if that is not known."""

    def stop(self) -> None:
        """Ends everything and deletes the files. Returns at once. The listener hears nothing more."""


class Executor(Protocol):
    """Makes sandboxes."""

    @property
    def runtime_api_host(self) -> str:
        """The address on which a Runtime API must listen to be reached from a sandbox."""

    async def create(self, version: FunctionVersion, listener: SandboxListener) -> Sandbox:
        """A sandbox for one environment of `version`, in which nothing runs yet.

        Raises EmulatorError, in one line that says what to do, if this machine cannot run the function.
        """

    def retire(self, version_key: str) -> None:
        """No more sandboxes of this version will be made: what was kept for them may go with the last of them."""

    async def health(self) -> dict[str, Any]:
        """For GET /_parity/health: `isolation`, why there is none, `runtimes` used so far, and those it `can_run`."""

    async def close(self) -> None:
        """Ends every sandbox. Nothing is left: no process, no file."""
