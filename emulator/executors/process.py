"""The process executor: functions run as processes of this machine, in sandboxes where the host allows them.

Managed Python runtimes run on AWS's own awslambdaric, Node.js runtimes on a client of ours, each with the interpreter
that the runtime names; `provided.*` runs the `bootstrap` of the code. What a sandbox isolates, and how, is told in
`spawner/__init__.py`.

Where the host grants no namespaces, a function is a plain process instead. It sees the files of the host, /tmp
included, and its code lies in another folder than /var/task: LAMBDA_TASK_ROOT says where. It still cannot outlive its
environment.
"""

import stat
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from emulator import quotas
from emulator.errors import CodeFolderError, EmulatorError, NotYetError
from emulator.executors.code_folders import CodeFolders
from emulator.executors.executable import check_architecture
from emulator.executors.executor import Places, SandboxListener
from emulator.executors.interpreters import Interpreter, Interpreters, link_shown_packages
from emulator.executors.node_interpreters import NodeInterpreter, NodeInterpreters, link_sdk
from emulator.executors.process_sandbox import Plan, ProcessSandbox
from emulator.executors.program import bootstrap_program, node_program, python_program
from emulator.executors.sandbox_view import GROUP, USER, sandbox_view
from emulator.executors.spawner_link import SpawnerLink
from emulator.resources.function import FunctionVersion
from emulator.resources.runtime import ACCEPTED
from emulator.settings import Settings

_OTHERS_READ = stat.S_IROTH | stat.S_IXOTH


class ProcessExecutor:
    """Makes sandboxes of processes. Start it first, then wait for nothing: it gets ready beside the server."""

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lambda-parity-"))
        self._folder.chmod(0o711)  # function code may pass through it, and see nothing
        self._empty = self._folder / "empty"
        self._empty.mkdir()
        self._spawner = SpawnerLink(self._folder)
        self._code = CodeFolders(self._folder / "code", self._spawner.remove)
        substitute = settings.allow_runtime_substitution
        self._interpreters = Interpreters(self._folder / "runtimes", substitute=substitute)
        self._nodes = NodeInterpreters(self._folder / "runtimes", substitute=substitute)
        self._sandboxes: set[ProcessSandbox] = set()

    def start(self) -> None:
        """Starts the helper process."""
        self._spawner.start()

    async def isolation(self) -> tuple[str, str]:
        """`namespaces`, or `none` and the reason."""
        abilities = await self._spawner.abilities()
        return ("namespaces", "") if abilities["isolated"] else ("none", str(abilities["reason"]))

    async def remarks(self) -> str:
        """What a user should know of how functions run on this machine, in one line."""
        isolation, reason = await self.isolation()
        if isolation == "none":
            return (
                f"Functions are not isolated on this machine ({reason}): they see its files, /tmp included, its "
                "processes and its network, and their temporary files have no limit. Their memory is watched."
            )
        return (
            "Functions share this machine's network and processors; their memory is watched, and /tmp lies in memory."
        )

    async def create(self, version: FunctionVersion, listener: SandboxListener) -> ProcessSandbox:
        """See Executor.create."""
        interpreter = await self._interpreter(version)
        abilities = await self._spawner.abilities()
        try:
            folder = self._make_folder()
        except OSError as error:
            raise EmulatorError(f"No folder can be made for the function: {error}.") from error
        make_plan = partial(self._make_plan, version, interpreter, folder, abilities)
        try:
            plan = await make_plan()
        except BaseException:
            self._spawner.remove(str(folder))
            raise

        def release() -> None:
            self._sandboxes.discard(sandbox)
            self._spawner.remove(str(folder))

        sandbox = ProcessSandbox(self._spawner, plan, make_plan, listener, release)
        self._sandboxes.add(sandbox)
        return sandbox

    async def _make_plan(
        self, version: FunctionVersion, interpreter: Interpreter | None, folder: Path, abilities: Any
    ) -> Plan:
        """The plan of a sandbox whose own files are in `folder`. Its code is kept until the plan is given up."""
        unpacked = await self._code.acquire_all(version)
        try:
            for path in version.code_folders:
                _check_readable(path, abilities)
            if interpreter is None:
                check_architecture(Path(unpacked[0], "bootstrap"), version.architectures[0])
            return self._plan(version, interpreter, unpacked, folder, abilities)
        except EmulatorError:
            self._code.release(*unpacked)
            raise
        except OSError as error:
            self._code.release(*unpacked)
            raise EmulatorError(f"The function's code cannot be read: {error}.") from error

    def retire(self, version_key: str) -> None:
        """See Executor.retire. Nothing is kept for a version beyond its sandboxes."""

    async def health(self) -> dict[str, Any]:
        """See Executor.health."""
        isolation, reason = await self.isolation()
        runtimes = {
            runtime: {"interpreter": found.path, "version": found.version, "substituted": found.substituted}
            for runtime, found in {**self._interpreters.used(), **self._nodes.used()}.items()
        }
        limits = {"memory": "watched", "temporary_files": "none" if reason else "tmpfs"}
        described = {"isolation": isolation, **({"reason": reason} if reason else {}), "limits": limits}
        return {**described, "runtimes": runtimes, "can_run": await self._can_run()}

    async def close(self) -> None:
        """See Executor.close."""
        for sandbox in list(self._sandboxes):
            sandbox.stop()
        await self._spawner.close()

    async def _can_run(self) -> list[str]:
        """The runtimes for which this machine has what they need."""
        own = [runtime for runtime in ACCEPTED if runtime.startswith("provided")]
        return sorted([*own, *await self._interpreters.can_run(ACCEPTED), *await self._nodes.can_run(ACCEPTED)])

    async def _interpreter(self, version: FunctionVersion) -> Interpreter | None:
        runtime = version.runtime or ""
        if runtime.startswith("python"):
            return await self._interpreters.find(runtime)
        if runtime.startswith("nodejs"):
            return await self._nodes.find(runtime)
        if runtime.startswith("provided"):
            return None
        what = f"the runtime {runtime}" if runtime else "container images"
        raise NotYetError(f"The process executor does not run {what} yet; it runs python3.*, nodejs* and provided.*.")

    def _make_folder(self) -> Path:
        """A folder for one environment: `root`, where its file tree is built, and `tmp`, which outlives runtimes."""
        folder = Path(tempfile.mkdtemp(prefix="environment-", dir=self._folder))
        folder.chmod(0o711)
        for name, mode in (("root", 0o755), ("tmp", 0o1777), ("opt", 0o755), ("runtime", 0o755)):
            (folder / name).mkdir()
            (folder / name).chmod(mode)
        return folder

    def _plan(
        self,
        version: FunctionVersion,
        interpreter: Interpreter | None,
        unpacked: Sequence[str],
        folder: Path,
        abilities: Any,
    ) -> Plan:
        isolated = bool(abilities["isolated"])
        code, layers = Path(unpacked[0]), Path(unpacked[1]) if version.layers else None
        places = Places() if isolated else _bare_places(interpreter, code, layers, folder)
        tree = sandbox_view(places, code, layers, folder / "tmp", interpreter, empty=self._empty) if isolated else []
        layout = {
            "isolated": isolated,
            "ids": abilities.get("ids", ""),
            "root": str(folder / "root"),
            "temporary": {"path": str(folder / "tmp"), "size": version.ephemeral_storage * quotas.MEGABYTE},
            "tree": tree,
            "memory": version.memory_size * quotas.MEGABYTE,
            "user": USER,
            "group": GROUP,
            "open_files": quotas.FILE_DESCRIPTORS,
        }
        shown = [_which(path) for path in unpacked]
        give_up = partial(self._code.release, *unpacked)
        if interpreter is None:
            return Plan(places, layout, bootstrap_program(places, code, layers), code, layers, shown, give_up)
        wrapper = (version.variables or {}).get("AWS_LAMBDA_EXEC_WRAPPER")
        if isinstance(interpreter, NodeInterpreter):
            program = node_program(places, interpreter, version, wrapper, isolated=isolated)
        else:
            program = python_program(places, interpreter, wrapper, isolated=isolated)
        return Plan(places, layout, program, code, layers, shown, give_up)


def _which(path: str) -> tuple[str, int, int]:
    status = Path(path).stat()
    return path, status.st_dev, status.st_ino


def _check_readable(folder: str, abilities: Any) -> None:
    """Raises CodeFolderError if functions run as a user who may not look into `folder`."""
    own_user = abilities["isolated"] and abilities.get("ids") != "one"
    if own_user and Path(folder).stat().st_mode & _OTHERS_READ != _OTHERS_READ:
        raise CodeFolderError.closed_to_functions(folder)


def _bare_places(interpreter: Interpreter | None, code: Path, layers: Path | None, folder: Path) -> Places:
    """Where a function finds things that runs without a sandbox."""
    own = {"task_root": str(code), "layers": str(layers or folder / "opt"), "temporary": str(folder / "tmp")}
    if interpreter is None:
        return Places(**own, runtime_folder=str(folder / "runtime"), language_root="/usr")
    if isinstance(interpreter, NodeInterpreter):
        link_sdk(interpreter)
    else:
        link_shown_packages(interpreter.runtime_folder)
    return Places(**own, runtime_folder=interpreter.runtime_folder, language_root=interpreter.prefix or "/usr")
