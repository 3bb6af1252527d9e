"""The way from an invocation to its outcome: admission, then the pool of its function version, then an environment.

`Dispatcher` is all that the operations know of execution. It keeps one pool for each version key, counts what runs, and
keeps the whole machine within its number of environments.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from emulator import quotas
from emulator.errors import EmulatorError
from emulator.execution.admission import refusal, throttled
from emulator.execution.environment import ExecutionEnvironment
from emulator.execution.freezing import Freezer
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.logs import LogStore
from emulator.execution.pool import Pool
from emulator.execution.start_gate import StartGate
from emulator.execution.ticket import Ticket
from emulator.executors.executor import Executor
from emulator.resources.function import Function, FunctionVersion
from emulator.settings import Settings

_SHORTEST_REAPING, _LONGEST_REAPING = 0.05, 30.0  # seconds between two looks at what is idle


@dataclass(slots=True)
class _Running:
    """How many invocations run: of one function, or of all functions without a reservation in one region."""

    count: int = 0


class Dispatcher:
    """Runs invocations. `reserved_in_account` gives the sum of all reservations of an account in a region."""

    def __init__(
        self,
        settings: Settings,
        executor: Executor,
        logs: LogStore,
        reserved_in_account: Callable[[str, str], int],
    ) -> None:
        self.logs = logs
        self._settings = settings
        self._executor = executor
        self._reserved_in_account = reserved_in_account
        self._gate = StartGate(2 * (os.cpu_count() or 1))
        self._freezer = Freezer(settings.freeze_after_ms and settings.freeze_after_ms / 1000)
        self._pools: dict[str, Pool] = {}
        self._functions: dict[tuple[str, str, str], _Running] = {}
        self._unreserved: dict[tuple[str, str], _Running] = {}
        self._environments = 0
        self.crowded = False
        self._waiting_pools: list[Pool] = []
        self._reaper: asyncio.TimerHandle | None = None
        self._closed = False

    def invoke(self, version: FunctionVersion, invocation: Invocation, function: Function) -> asyncio.Future[Outcome]:
        """Runs a version once. Whoever gives up on the outcome does not end the invocation.

        Raises TooManyRequestsException at once. The future fails with EmulatorError if this machine cannot run it.
        """
        if self._closed:
            raise EmulatorError("The emulator is stopping.")
        key = (version.account_id, version.region, version.name)
        running = self._functions.get(key)
        if running is None:
            running = self._functions[key] = _Running()
        unreserved = self._unreserved.get(key[:2])
        if unreserved is None:
            unreserved = self._unreserved[key[:2]] = _Running()
        reserved = function.reserved_concurrency
        reason = refusal(running.count, reserved, unreserved.count, self._all_reservations(version, unreserved))
        if reason is not None:
            raise throttled(reason)
        running.count += 1
        if reserved is None:
            unreserved.count += 1
        ticket = Ticket(
            invocation,
            asyncio.get_running_loop().create_future(),
            partial(_give_back, running, unreserved if reserved is None else None),
        )
        self._pool(version).invoke(ticket)
        return ticket.outcome

    def retire(self, version_key: str) -> None:
        """Says that a version is no longer current: what runs finishes, and its environments end with it."""
        pool = self._pools.get(version_key)
        if pool is not None:
            pool.retire()
        self._executor.retire(version_key)

    async def health(self) -> dict[str, Any]:
        """What GET /_parity/health says of execution: `isolation`, `runtimes`, and the number of `environments`."""
        return {**await self._executor.health(), "environments": self._environments}

    async def close(self) -> None:
        """Stops everything at once. No process, port or file is left."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        self._freezer.close()
        environments = [environment for pool in list(self._pools.values()) for environment in pool.stop()]
        await asyncio.gather(*(environment.closed() for environment in environments))
        await self._executor.close()

    def _all_reservations(self, version: FunctionVersion, unreserved: _Running) -> int:
        # At least so many executions are always left unreserved, so below that there is nothing to add up.
        if unreserved.count < quotas.UNRESERVED_MINIMUM:
            return 0
        return self._reserved_in_account(version.account_id, version.region)

    def _pool(self, version: FunctionVersion) -> Pool:
        pool = self._pools.get(version.key)
        if pool is None:
            start = partial(ExecutionEnvironment, version, self._executor, self.logs, self._gate, freezer=self._freezer)
            pool = self._pools[version.key] = Pool(version.key, self, start)
            self._reap_later()
        return pool

    # --- What pools ask (pool.Machine) ---

    def room(self) -> tuple[int, int]:
        """How many environments exist, and how many may."""
        return self._environments, self._settings.max_environments

    def idle_elsewhere(self, pool: Pool) -> int:
        """Idle environments that other pools could give up."""
        return sum(len(other.idle) for other in self._pools.values() if other is not pool)

    def make_room(self, pool: Pool) -> None:
        """Stops the environment of another pool that was idle for longest."""
        idle = [other.idle[0] for other in self._pools.values() if other is not pool and other.idle]
        min(idle, key=lambda environment: environment.idle_since).stop()

    def wait_for_room(self, pool: Pool) -> None:
        """Remembers a pool with invocations for which there is no room."""
        if pool not in self._waiting_pools:
            self._waiting_pools.append(pool)
            self.crowded = True

    def serve_waiting(self) -> None:
        """Has the pools that wait for room try again, once what is happening now is over."""
        if not self._closed:
            asyncio.get_running_loop().call_soon(self._serve_waiting_pools)

    def count(self, change: int) -> None:
        """Takes note of an environment more, or less."""
        self._environments += change
        if change < 0 and self.crowded:
            self.serve_waiting()

    def pool_empty(self, pool: Pool) -> None:
        """Forgets a pool. An invocation of the same version makes a new one."""
        if self._pools.get(pool.key) is pool:
            del self._pools[pool.key]

    def _serve_waiting_pools(self) -> None:
        waiting, self._waiting_pools = self._waiting_pools, []
        self.crowded = False
        for pool in waiting:
            pool.serve_waiting()

    # --- Reaping ---

    def _reap_later(self) -> None:
        """Looks after idle environments from time to time, as long as there are any."""
        if self._reaper is None and not self._closed:
            delay = min(max(self._settings.idle_seconds / 4, _SHORTEST_REAPING), _LONGEST_REAPING)
            self._reaper = asyncio.get_running_loop().call_later(delay, self._reap)

    def _reap(self) -> None:
        self._reaper = None
        before = asyncio.get_running_loop().time() - self._settings.idle_seconds
        for pool in list(self._pools.values()):
            pool.reap(before)
        self._functions = {key: running for key, running in self._functions.items() if running.count}
        if self._pools:
            self._reap_later()


def _give_back(running: _Running, unreserved: _Running | None, _ticket: Ticket) -> None:
    running.count -= 1
    if unreserved is not None:
        unreserved.count -= 1
