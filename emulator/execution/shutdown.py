"""The end of a generation that has extensions: what is told to whom, and how long each has (environment.md §4).

1. The runtime gets SIGTERM and a part of the time, then SIGKILL.
2. Extensions that subscribed get a SHUTDOWN event; other external ones get SIGKILL.
3. External extensions have the rest of the time to end. Whoever is left is killed by the caller.

Without extensions there is nothing to wait for. The budgets are those of the developer guide [docs:
runtimes-extensions-api]: 500 ms with internal extensions alone, 2,000 ms with external ones, of which the runtime gets
300 ms, or 500 ms when it holds an internal one. (The runtime interface emulator gives it 30 % of 2,000 ms, and kills it
at once when there are only internal ones [rie: rapid/shutdown.go]; SIGTERM with an internal one is what its users rely
on [docs: pypi lambda-sigterm].)
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence

from emulator.execution.telemetry import Telemetry
from emulator.executors.executor import Sandbox
from emulator.runtime_api.extension import SHUTDOWN, Extension, shutdown_event
from emulator.runtime_api.extension_states import State

SPINDOWN, TIMEOUT, FAILURE = "spindown", "timeout", "failure"  # reasons

_WITH_EXTERNAL, _WITH_INTERNAL = 2.0, 0.5  # seconds, in all
_RUNTIME_BESIDE_EXTERNAL, _RUNTIME_WITH_INTERNAL = 0.3, 0.5  # seconds, for the runtime
_FLUSH_SECONDS = 0.1  # for telemetry to reach an extension that will end as soon as it hears of the end

_RUNNING = {State.STARTED, State.REGISTERED, State.READY, State.RUNNING, State.INIT_ERROR, State.EXIT_ERROR}


class Budget:
    """Seconds for the whole, and for the runtime."""

    def __init__(self, extensions: Sequence[Extension]) -> None:
        internal = any(not extension.external and extension.alive for extension in extensions)
        external = any(extension.external and extension.state in _RUNNING for extension in extensions)
        self.whole = _WITH_EXTERNAL if external else _WITH_INTERNAL if internal else 0.0
        self.runtime = _RUNTIME_WITH_INTERNAL if internal else _RUNTIME_BESIDE_EXTERNAL if external else 0.0


class Shutdown:
    """Ends a runtime, if `runtime_runs`, and its extensions. Hears from its owner which processes ended."""

    def __init__(
        self,
        sandbox: Sandbox,
        extensions: Sequence[Extension],
        telemetry: Telemetry,
        reason: str,
        *,
        runtime_runs: bool,
    ) -> None:
        self.budget = Budget(extensions)
        self._sandbox = sandbox
        self._extensions = extensions
        self._telemetry = telemetry
        self._reason = reason
        self._runtime_runs = runtime_runs
        self._external = {each.name for each in extensions if each.external and each.state in _RUNNING}
        self._changed = asyncio.Event()

    def runtime_ended(self) -> None:
        """The runtime has ended."""
        self._runtime_runs = False
        self._changed.set()

    def extension_ended(self, name: str) -> None:
        """An external extension has ended."""
        self._external.discard(name)
        self._changed.set()

    async def run(self) -> None:
        """Takes at most the budget."""
        end = time.time() + self.budget.whole
        if self._runtime_runs:
            self._sandbox.signal_runtime(signal.SIGTERM)
            await self._wait(self.budget.runtime, lambda: not self._runtime_runs)
            if self._runtime_runs:
                self._sandbox.signal_runtime(signal.SIGKILL)
        self._sandbox.pass_on_output()
        await self._telemetry.flush(_FLUSH_SECONDS)
        self._tell_extensions(int(end * 1000))
        await self._wait(end - time.time(), lambda: not self._external)
        self._sandbox.pass_on_output()

    def _tell_extensions(self, deadline_ms: int) -> None:
        for extension in self._extensions:
            if extension.name in self._external:
                if extension.alive and SHUTDOWN in extension.events:
                    extension.give(shutdown_event(deadline_ms, self._reason))
                else:
                    self._sandbox.signal_extension(extension.name, signal.SIGKILL)

    async def _wait(self, seconds: float, over: Callable[[], bool]) -> None:
        """Returns when something is over, or after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.0)):
                while not over():
                    self._changed.clear()
                    await self._changed.wait()
