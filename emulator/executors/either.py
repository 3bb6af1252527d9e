"""The executor `auto`: processes for what this machine can run as such, containers for everything else."""

from typing import Any

from emulator.executors.executor import Executor, Sandbox, SandboxListener
from emulator.resources.function import FunctionVersion


class EitherExecutor:
    """See executor.Executor."""

    def __init__(self, process: Executor, docker: Executor) -> None:
        self._process = process
        self._docker = docker
        self._as_process: frozenset[str] | None = None

    def start(self) -> None:
        """See Executor.start."""
        self._process.start()
        self._docker.start()

    async def remarks(self) -> str:
        """See Executor.remarks."""
        return f"{await self._process.remarks()} What they cannot run goes to Docker. {await self._docker.remarks()}"

    async def create(self, version: FunctionVersion, listener: SandboxListener) -> Sandbox:
        """See Executor.create."""
        if self._as_process is None:
            self._as_process = frozenset((await self._process.health())["can_run"])
        executor = self._process if version.runtime in self._as_process else self._docker
        return await executor.create(version, listener)

    def retire(self, version_key: str) -> None:
        """See Executor.retire."""
        self._process.retire(version_key)
        self._docker.retire(version_key)

    async def health(self) -> dict[str, Any]:
        """See Executor.health: that of the processes, and under `docker` that of the containers."""
        process, docker = await self._process.health(), await self._docker.health()
        can_run = sorted({*process["can_run"], *docker["can_run"]})
        return {**process, "can_run": can_run, "docker": docker}

    async def close(self) -> None:
        """See Executor.close."""
        await self._process.close()
        await self._docker.close()
