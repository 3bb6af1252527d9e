"""The process executor: functions run as processes of this machine, in sandboxes where the host allows them.

Managed Python runtimes run on AWS's own awslambdaric with the interpreter that the runtime names; `provided.*` runs the
`bootstrap` of the code. What a sandbox isolates, and how, is told in `spawner/__init__.py`.

Where the host grants no namespaces, a function is a plain process instead. It sees the files of the host, /tmp included,
and its code lies in another folder than /var/task: LAMBDA_TASK_ROOT says where. It still cannot outlive its environment.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator import quotas
from emulator.errors import EmulatorError, NotYetError
from emulator.executors.code_folders import CodeFolders
from emulator.executors.executor import Places, SandboxListener
from emulator.executors.sandbox_view import GROUP, USER, sandbox_view
from emulator.executors.interpreters import SHOWN, Interpreter, Interpreters, package_folder
from emulator.executors.process_sandbox import ProcessSandbox
from emulator.executors.program import bootstrap_program, python_program
from emulator.executors.spawner_link import SpawnerLink
from emulator.resources.function import FunctionVersion
from emulator.settings import Settings


class ProcessExecutor:
    """Makes sandboxes of processes. Start it first, then wait for nothing: it gets ready beside the server."""

    runtime_api_host = "127.0.0.1"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = Path(tempfile.mkdtemp(prefix="lambda-parity-"))
        self._folder.chmod(0o711)  # function code may pass through it, and see nothing
        self._spawner = SpawnerLink(self._folder)
        self._interpreters = Interpreters(
            self._folder / "runtimes", substitute=settings.allow_runtime_substitution
        )
        self._code = CodeFolders(self._folder / "code", self._spawner.remove)
        self._empty = self._folder / "empty"
        self._empty.mkdir()
        self._sandboxes: set[ProcessSandbox] = set()
        self._shown: set[str] = set()

    def start(self) -> None:
        """Starts the helper process."""
        self._spawner.start()

    async def isolation(self) -> tuple[str, str]:
        """`namespaces`, or `none` and the reason."""
        abilities = await self._spawner.abilities()
        return ("namespaces", "") if abilities["isolated"] else ("none", str(abilities["reason"]))

    async def create(self, version: FunctionVersion, listener: SandboxListener) -> ProcessSandbox:
        """See Executor.create."""
        interpreter = await self._interpreter(version)
        abilities = await self._spawner.abilities()
        code = await self._code.acquire(version.code)
        try:
            folder = Path(tempfile.mkdtemp(prefix="environment-", dir=self._folder))
            sandbox = self._sandbox(version, listener, abilities, interpreter, code, folder)
        except OSError as error:
            self._code.release(code)
            raise EmulatorError(f"No folder can be made for the function: {error}.") from error
        self._sandboxes.add(sandbox)
        return sandbox

    def retire(self, version_key: str) -> None:
        """See Executor.retire. Nothing is kept for a version beyond its sandboxes."""

    async def health(self) -> dict[str, Any]:
        """See Executor.health."""
        isolation, reason = await self.isolation()
        runtimes = {
            runtime: {"interpreter": found.path, "version": found.version, "substituted": found.substituted}
            for runtime, found in self._interpreters.used().items()
        }
        return {"isolation": isolation, **({"reason": reason} if reason else {}), "runtimes": runtimes}

    async def close(self) -> None:
        """See Executor.close."""
        for sandbox in list(self._sandboxes):
            sandbox.stop()
        await self._spawner.close()

    async def _interpreter(self, version: FunctionVersion) -> Interpreter | None:
        runtime = version.runtime or ""
        if runtime.startswith("python"):
            return await self._interpreters.find(runtime)
        if runtime.startswith("provided"):
            return None
        what = f"the runtime {runtime}" if runtime else "a container image"
        raise NotYetError(f"The process executor does not run {what} yet; it runs python3.* and provided.*.")

    def _sandbox(
        self,
        version: FunctionVersion,
        listener: SandboxListener,
        abilities: Mapping[str, Any],
        interpreter: Interpreter | None,
        code: str,
        folder: Path,
    ) -> ProcessSandbox:
        folder.chmod(0o711)
        temporary = folder / "tmp"
        temporary.mkdir()
        temporary.chmod(0o1777)
        if abilities["isolated"]:
            (folder / "root").mkdir()
            places = Places()
            tree = sandbox_view(places, code, str(temporary), interpreter, str(self._empty))
        else:
            places, tree = self._bare_places(code, folder, temporary, interpreter), []
        layout = {
            "isolated": abilities["isolated"],
            "ids": abilities.get("ids", ""),
            "root": str(folder / "root"),
            "tree": tree,
            "user": USER,
            "group": GROUP,
            "open_files": quotas.FILE_DESCRIPTORS,
        }
        if interpreter is None:
            program = bootstrap_program(places, code)
        else:
            wrapper = (version.variables or {}).get("AWS_LAMBDA_EXEC_WRAPPER")
            program = python_program(places, interpreter, wrapper, isolated=abilities["isolated"])

        def release() -> None:
            self._sandboxes.discard(sandbox)
            self._code.release(code)
            self._spawner.remove(str(folder))

        sandbox = ProcessSandbox(self._spawner, layout, places, program, listener, release)
        return sandbox

    def _bare_places(self, code: str, folder: Path, temporary: Path, interpreter: Interpreter | None) -> Places:
        layers = folder / "opt"
        layers.mkdir()
        if interpreter is None:
            runtime_folder = folder / "runtime"
            runtime_folder.mkdir()
            return Places(code, str(runtime_folder), str(layers), str(temporary), "/usr")
        if interpreter.runtime_folder not in self._shown:
            self._shown.add(interpreter.runtime_folder)
            for name in SHOWN:
                source = package_folder(name)
                if source is not None:
                    os.symlink(source, Path(interpreter.runtime_folder, name))
        return Places(code, interpreter.runtime_folder, str(layers), str(temporary), interpreter.prefix)

