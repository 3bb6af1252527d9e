"""What the execution environments ask of an executor: a place to run, and runtimes and extensions in it.

A *sandbox* is the outside of one execution environment: its files, and whatever runs in it. A *runtime* is one
process in it, with what that process starts. Runtimes of a sandbox are numbered; one runs at a time; `/tmp` outlives
them all. An *external extension* is a process beside it, from an executable in the layers' `extensions` folder; it is
known by that file's name. A reset ends all of them together (`kill_all`).
"""

import os
import signal
from collections.abc import Mapping, Sequence
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
    """How a runtime process ended. `status` is what waitpid gives; it may have been killed for using up the memory."""

    status: int
    out_of_memory: bool = False

    @property
    def sentence(self) -> str:
        """How AWS words it, behind `RequestId: … Error: `."""
        if self.status == 0:
            return "Runtime exited without providing a reason"
        return f"Runtime exited with error: {_go_exit_error(self.status)}"


class ExtensionExit(NamedTuple):
    """How the process of an external extension ended. `status` is what waitpid gives."""

    status: int

    @property
    def sentence(self) -> str:
        """How AWS words it, behind `RequestId: … Error: ` (runtime-api.md §6)."""
        return "exit code 0" if self.status == 0 else _go_exit_error(self.status)


def _go_exit_error(status: int) -> str:
    """The text of Go's `exec.ExitError`, which AWS passes on."""
    code = os.waitstatus_to_exitcode(status)
    if code > 0:
        return f"exit status {code}"
    return f"signal: {_SIGNAL_NAMES.get(-code, f'signal {-code}')}"  # type: ignore[call-overload]


class EntryPointError(Exception):
    """The function's code holds nothing that could be started. The text is AWS's."""


class ExtensionLaunchError(Exception):
    """An external extension cannot be started. The text is AWS's; `error_type` is that of `platform.extension`."""

    def __init__(self, text: str, error_type: str) -> None:
        super().__init__(text)
        self.error_type = error_type  # "PermissionDenied" or "UnknownError"


class SandboxListener(Protocol):
    """Who wants to know what goes on in a sandbox."""

    def output(self, data: bytes) -> None:
        """The runtime wrote something: output, errors and framed log records, in the order in which it did."""

    def runtime_ended(self, number: int, how: RuntimeExit) -> None:
        """Runtime `number` has ended, by itself or because it was killed; all it wrote has been passed on."""

    def extension_output(self, name: str, data: bytes) -> None:
        """The external extension `name` wrote something, as output or as errors."""

    def extension_ended(self, name: str, how: ExtensionExit) -> None:
        """The external extension `name` has ended, and not by `kill_all`; all it wrote has been passed on."""

    def sandbox_failed(self, reason: str) -> None:
        """The sandbox cannot be had on this machine: no fault of the function's."""


class Sandbox(Protocol):
    """The outside of one execution environment."""

    @property
    def places(self) -> Places: ...

    @property
    def runtime_api_host(self) -> str:
        """The address on which a Runtime API must listen to be reached from here."""

    @property
    def address(self) -> str:
        """The address at which what listens in here, as `sandbox.localdomain`, is reached."""

    def start_runtime(self, number: int, variables: Mapping[str, str]) -> None:
        """Starts a runtime. Whatever ran before must have been killed or have ended.

        Raises EntryPointError if the code has no entry point.
        """

    def signal_runtime(self, number: int) -> None:
        """Sends the process of the runtime a signal, which neither its children nor the extensions get."""

    def extensions(self) -> Sequence[str]:
        """The names of the external extensions: what lies in the layers' `extensions` folder and is no folder."""

    def start_extension(self, name: str, variables: Mapping[str, str]) -> None:
        """Starts one of them, which must not be running. Raises ExtensionLaunchError if it is nothing that starts."""

    def signal_extension(self, name: str, number: int) -> None:
        """Sends the process of an external extension a signal."""

    def kill_all(self) -> None:
        """Kills the runtime, the extensions, and everything that they started.

        Returns at once; what is started next finds none of it. Nothing is told of those who end by it.
        """

    async def renew(self) -> None:
        """Has what is started next find the code and the layers of folders of the host as they are now, /tmp untouched.

        Nothing may run. Raises EmulatorError, in one line, if a folder cannot be had any more.
        """

    def freeze(self) -> None:
        """Takes the processor from everything in it, also from what is being started just now. Returns at once.

        Whoever kills what is frozen, or stops the sandbox, need not thaw it first.
        """

    def thaw(self) -> None:
        """Lets everything go on from where it stood. Returns at once; an event may be given right away."""

    def pass_on_output(self) -> None:
        """Passes on whatever the runtime and the extensions have written until now."""

    def memory_used(self) -> int:
        """The most memory that the present runtime and all beside it have used so far, in bytes, and never more than
        the function has; 0 if that is not known."""

    def stop(self) -> None:
        """Ends everything and deletes the files. Returns at once. The listener hears nothing more."""


class Executor(Protocol):
    """Makes sandboxes."""

    def start(self) -> None:
        """Gets it ready, beside the server and without waiting for anything."""

    async def remarks(self) -> str:
        """What a user should know of how functions run on this machine, in one line."""

    async def create(self, version: FunctionVersion, listener: SandboxListener) -> Sandbox:
        """A sandbox for one environment of `version`, in which nothing runs yet.

        Raises EmulatorError, in one line that says what to do, if this machine cannot run the function.
        """

    def retire(self, version_key: str) -> None:
        """No more sandboxes of this version will be made: what was kept for them may go with the last of them."""

    async def health(self) -> dict[str, Any]:
        """For GET /_parity/health: `isolation`, why there is none, how `limits` are kept, `runtimes` used so far, and
        those it `can_run`."""

    async def close(self) -> None:
        """Ends every sandbox. Nothing is left: no process, no file."""
