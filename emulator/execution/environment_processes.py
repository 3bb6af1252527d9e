"""The processes of one environment: its sandbox, one generation after the other in it, and the end of each.

This is the half of an environment that starts and ends things, and hears what the sandbox tells of them; what an event
means for the environment's life, and for the invocation in it, is decided by its owner (environment.py).
"""

import asyncio
from collections.abc import Coroutine
from typing import Protocol

from emulator.errors import EmulatorError
from emulator.execution.environment_log import EnvironmentLog, init_start
from emulator.execution.failures import EXTENSION_LAUNCH, INVALID_ENTRY_POINT
from emulator.execution.function_endpoint import FunctionEndpoint
from emulator.execution.generation import Generation, Listener
from emulator.execution.shutdown import Shutdown
from emulator.execution.start_gate import StartGate
from emulator.execution.variables import extension_variables, function_variables
from emulator.executors.executor import (
    EntryPointError,
    Executor,
    ExtensionExit,
    ExtensionLaunchError,
    RuntimeExit,
    Sandbox,
)
from emulator.resources.function import FunctionVersion


class Owner(Listener, Protocol):
    """The environment, as its processes see it."""

    def processes_starting(self) -> None:
        """All is ready for them: the time of an init begins."""

    def processes_started(self) -> None:
        """All of them run."""

    def launch_failed(self, error_type: str, cause: str) -> None:
        """One could not be started, because of what the function or a layer holds."""

    def machine_failed(self, error: EmulatorError) -> None:
        """This machine cannot run the function."""

    def runtime_lost(self, how: RuntimeExit) -> None:
        """The runtime ended, and not because it was told to."""

    def extension_lost(self, how: ExtensionExit) -> None:
        """An external extension ended, and not because it was told to."""

    def processes_ended(self) -> None:
        """Nothing runs any more: what `end` began is over."""


class EnvironmentProcesses:
    """Of one environment. `sandbox` is None until there is one, `generation` while nothing runs."""

    def __init__(
        self,
        version: FunctionVersion,
        executor: Executor,
        gate: StartGate,
        log: EnvironmentLog,
        owner: Owner,
        *,
        endpoint: FunctionEndpoint,
        initialization_type: str,
    ) -> None:
        self.sandbox: Sandbox | None = None
        self.generation: Generation | None = None
        self._version = version
        self._executor = executor
        self._gate = gate
        self._log = log
        self._owner = owner
        self._endpoint = endpoint
        self._initialization_type = initialization_type
        self._generations = 0
        self._address = ""  # of the generation's APIs
        self._shutdown: Shutdown | None = None
        self._starting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # --- Starting ---

    def start(self, phase: str) -> None:
        """Starts a runtime and its extensions, in a new sandbox the first time. `phase` is that of the init."""
        self._starting = self._run(self._start(phase))

    async def _start(self, phase: str) -> None:
        try:
            if self.sandbox is None:
                self.sandbox = await self._executor.create(self._version, self)
            elif self._version.code_folders:
                await self.sandbox.renew()
            generation = self._next_generation(self.sandbox, phase)
            address = await generation.open(self.sandbox.runtime_api_host, self._gate)
        except EmulatorError as error:
            self._owner.machine_failed(error)
        except OSError as error:
            self._owner.machine_failed(EmulatorError(f"The function's environment cannot be made: {error}."))
        else:
            if address is not None:
                self._address = address
                self._owner.processes_starting()
                self.launch()

    def _next_generation(self, sandbox: Sandbox, phase: str) -> Generation:
        self._generations += 1
        generation = self.generation = Generation(self._generations, sandbox, self._version, self._owner)
        self._log.report_to(generation.telemetry)
        begins = init_start(self._version, self._log.stream_name, self._initialization_type, phase)
        if phase == "init":
            self._log.write(begins)
        else:
            self._log.tell_subscribers(begins)  # [log: telemetry of a failed init, 2023]; no log shows it a second time
        return generation

    def launch(self) -> None:
        """Starts what can be started now: the extensions, and when all of them have registered the runtime."""
        generation, sandbox = self.generation, self.sandbox
        assert generation is not None
        assert sandbox is not None
        version, address, kind = self._version, self._address, self._initialization_type
        services = self._endpoint.variables(address)
        try:
            if not generation.began:
                generation.launch_extensions(
                    extension_variables(version, sandbox.places, address, kind, services=services)
                )
            if generation.extensions_registered:
                stream = self._log.stream_name
                generation.launch_runtime(
                    function_variables(version, sandbox.places, address, stream, kind, services=services)
                )
                self._owner.processes_started()
        except ExtensionLaunchError as error:
            self._owner.launch_failed(EXTENSION_LAUNCH, str(error))
        except EntryPointError as error:
            self._owner.launch_failed(INVALID_ENTRY_POINT, str(error))
        except EmulatorError as error:
            self._owner.machine_failed(error)

    def extension_registered(self) -> None:
        """One has: perhaps the runtime can be started now."""
        generation = self.generation
        if generation is not None and not generation.launched and generation.extensions_registered:
            self.launch()

    # --- What the sandbox tells (executors.executor.SandboxListener) ---

    def output(self, data: bytes) -> None:
        """The runtime wrote something."""
        self._log.output(data)

    def runtime_ended(self, number: int, how: RuntimeExit) -> None:
        """The runtime ended, by itself or at the end of all."""
        generation = self.generation
        if generation is None or number != generation.number:
            return
        generation.launched = False
        if self._shutdown is not None:
            self._shutdown.runtime_ended()
        else:
            self._owner.runtime_lost(how)

    def extension_output(self, name: str, data: bytes) -> None:
        """An extension wrote something."""
        self._log.extension_output(name, data)

    def extension_ended(self, name: str, how: ExtensionExit) -> None:
        """An extension ended, by itself or at the end of all."""
        if self.generation is not None:
            self.generation.extension_ended(name)
        if self._shutdown is not None:
            self._shutdown.extension_ended(name)
        else:
            self._owner.extension_lost(how)

    def sandbox_failed(self, reason: str) -> None:
        """There is no sandbox."""
        self._owner.machine_failed(EmulatorError(f"The function's sandbox has failed: {reason}."))

    def pass_on_output(self) -> None:
        """Has all that was written until now in the log."""
        if self.sandbox is not None:
            self.sandbox.pass_on_output()

    # --- Freezing ---

    def freeze(self) -> None:
        """Takes the processor from all of them. Telemetry waits until they can take it."""
        assert self.sandbox is not None
        self.sandbox.freeze()
        if self.generation is not None:
            self.generation.telemetry.freeze()

    def thaw(self) -> None:
        """Lets them go on."""
        assert self.sandbox is not None
        self.sandbox.thaw()
        if self.generation is not None:
            self.generation.telemetry.thaw()

    # --- Ending ---

    def end(self, reason: str) -> None:
        """Ends what runs: at once, or when extensions have been told. What is still said by it concerns nobody.

        `reason` is what extensions are told. If they are being told already, that goes on.
        """
        if self._shutdown is not None:
            return
        if self._starting is not None and self._starting is not asyncio.current_task():
            self._starting.cancel()
        generation, sandbox = self.generation, self.sandbox
        if generation is None or sandbox is None:
            self._ended()
            return
        generation.end_runtime()
        runs = generation.launched
        shutdown = Shutdown(sandbox, generation.extensions, generation.telemetry, reason, runtime_runs=runs)
        if shutdown.budget.whole:
            self._shutdown = shutdown
            self._run(self._wait_for(shutdown))
        else:
            self._ended()

    async def _wait_for(self, shutdown: Shutdown) -> None:
        try:
            await shutdown.run()
        finally:
            self._ended()

    def _ended(self) -> None:
        """Nothing is worth waiting for any more: kills what is left."""
        generation, self.generation = self.generation, None
        self._shutdown = None
        if self.sandbox is not None:
            self.sandbox.kill_all()
        self._log.end_of_generation()
        self._log.report_to(None)
        if generation is not None:
            generation.telemetry.close()
            if (server := generation.take_server()) is not None:
                self._run(server.close())
        self._owner.processes_ended()

    def close(self) -> None:
        """There will be no more of them."""
        if self.sandbox is not None:
            self.sandbox.stop()
        self._log.close()

    async def closed(self) -> None:
        """Waits until nothing is left of what has ended, no socket either."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
