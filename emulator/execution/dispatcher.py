"""The way from an invocation to its outcome: admission, then the pool of its function version, then an environment.

`Dispatcher` is all that the operations know of execution. It keeps one pool for each version key, counts what runs, and
keeps the whole machine within its number of environments.
"""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from emulator.clock import Clock
from emulator.errors import EmulatorError
from emulator.execution.admission import scaling_reason, tenant_environments, throttled
from emulator.execution.bandwidth import Bandwidth
from emulator.execution.concurrency import Concurrency
from emulator.execution.environment import ExecutionEnvironment, Owner
from emulator.execution.followed_folders import FollowedFolders
from emulator.execution.freezing import Freezer
from emulator.execution.function_endpoint import FunctionEndpoint
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.logs import LogStore
from emulator.execution.pool import Pool, PoolKey
from emulator.execution.provisioned_pool import ProvisionedPool
from emulator.execution.provisioning import Provisioning, Shares
from emulator.execution.reloading_pool import ReloadingPool
from emulator.execution.start_gate import StartGate
from emulator.execution.ticket import Ticket
from emulator.execution.variables import ON_DEMAND, PROVISIONED
from emulator.execution.wakefulness import Wakefulness
from emulator.executors.executor import Executor
from emulator.pending import Pending
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.provisioned_concurrency import ProvisionedConcurrency
from emulator.settings import Settings

_SHORTEST_REAPING, _LONGEST_REAPING = 0.05, 30.0  # seconds between two looks at what is idle


class Dispatcher:
    """Runs invocations. `taken_in_account` gives what functions of an account have reserved or provisioned."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        executor: Executor,
        logs: LogStore,
        taken_in_account: Callable[[str, str], int],
    ) -> None:
        self.logs = logs
        self.endpoint = FunctionEndpoint(settings.function_endpoint_url, settings.host)
        self._settings = settings
        self._clock = clock
        self._executor = executor
        self._gate = StartGate(2 * (os.cpu_count() or 1))
        self._freezer = Freezer(settings.freeze_after_ms and settings.freeze_after_ms / 1000)
        self._wakefulness = Wakefulness(settings.stay_awake_us / 1_000_000)
        self._concurrency = Concurrency(settings, taken_in_account)
        self._pools: dict[PoolKey, Pool] = {}
        self._folders = FollowedFolders()
        self._provisioning = Provisioning(self._provisioned_pool, clock, settings.max_environments)
        self._environments = 0
        self.crowded = False
        self._waiting_pools: list[Pool] = []
        self._reaper: asyncio.TimerHandle | None = None
        self._closed = False

    def invoke(
        self, version: FunctionVersion, invocation: Invocation, function: Function, *, synchronous: bool = True
    ) -> Pending[Outcome]:
        """Runs a version once. Whoever gives up on the outcome (cancels it) ends no invocation that has begun.

        Raises TooManyRequestsException at once. The outcome is an EmulatorError if this machine cannot run it.
        """
        if self._closed:
            raise EmulatorError("The emulator is stopping.")
        outcome: Pending[Outcome] = Pending()
        bandwidth = Bandwidth(self._clock) if invocation.streamed and self._settings.rate_limits else None
        if self._provisioning.pools:
            ready = self._provisioning.pools.get(version.key)
            if ready is not None and ready.has_room and self._concurrency.admit_provisioned(ready.running, ready.ready):
                ready.invoke(Ticket(invocation, outcome, (ready.running,), bandwidth=bandwidth))
                return outcome
        key = version.key, invocation.tenant_id
        pool = self._pools.get(key)
        starts = pool is None or (not pool.idle and pool.would_start)
        if starts and invocation.tenant_id is not None:
            self._refuse_tenants(version, function)
        counted_in = self._concurrency.admit(version, function, synchronous=synchronous, starts=starts)
        if pool is None:
            pool = self._make_pool(version, key)
        pool.invoke(Ticket(invocation, outcome, counted_in, bandwidth=bandwidth))
        return outcome

    def invoke_event(self, version: FunctionVersion, invocation: Invocation, function: Function) -> Pending[Outcome]:
        """Runs a version once for an event, which has no caller who could be told to come less often."""
        return self.invoke(version, invocation, function, synchronous=False)

    def retire(self, version_key: str) -> None:
        """Says that a version is no longer current: what runs finishes, and its environments end with it."""
        for key, pool in list(self._pools.items()):
            if key[0] == version_key:
                pool.retire()
                self._forget_if_empty(pool)
        self._executor.retire(version_key)

    async def health(self) -> dict[str, Any]:
        """What GET /_parity/health says of execution: `isolation`, `runtimes`, and the number of `environments`."""
        return {**await self._executor.health(), "environments": self._environments + self._provisioning.environments}

    async def close(self) -> None:
        """Stops everything at once. No process, port or file is left."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        self._freezer.close()
        environments = [environment for pool in list(self._pools.values()) for environment in pool.stop()]
        environments += self._provisioning.close()
        await asyncio.gather(*(environment.closed() for environment in environments))
        await asyncio.to_thread(self._folders.close)
        await self._executor.close()

    def _refuse_tenants(self, version: FunctionVersion, function: Function) -> None:
        """The tenants of a function may have so many environments, idle ones too. Raises TooManyRequestsException."""
        there = sum(pool.size for key, pool in self._pools.items() if key[1] is not None and key[0] == version.key)
        if there >= tenant_environments(self._concurrency.limit_of(function)):
            raise throttled(scaling_reason(function.reserved_concurrency))

    def _starting(self, version: FunctionVersion, initialization_type: str) -> Callable[[Owner], ExecutionEnvironment]:
        return partial(
            ExecutionEnvironment,
            version,
            self._executor,
            self.logs,
            self._gate,
            endpoint=self.endpoint,
            freezer=self._freezer,
            wakefulness=self._wakefulness,
            initialization_type=initialization_type,
        )

    def _make_pool(self, version: FunctionVersion, key: PoolKey) -> Pool:
        start = self._starting(version, ON_DEMAND)
        folders = version.code_folders
        pool = ReloadingPool(key, self, start, self._folders, folders) if folders else Pool(key, self, start)
        self._pools[key] = pool
        self._reap_later()
        return pool

    # --- Provisioned concurrency ---

    def provision(self, config: ProvisionedConcurrency, shares: Shares, delay: float) -> None:
        """Starts environments ahead of invocations, `delay` seconds from now, and keeps `config` up to date."""
        self._provisioning.allocate(config, shares, delay)

    def release(self, function_arn: str) -> None:
        """Ends what a version or an alias has provisioned, if it has; what runs finishes."""
        self._provisioning.release(function_arn)

    def _provisioned_pool(self, version: FunctionVersion) -> ProvisionedPool:
        start, spill = self._starting(version, PROVISIONED), partial(self._spill, version)
        return ProvisionedPool(version.key, self._provisioning, start, spill)

    def _spill(self, version: FunctionVersion, ticket: Ticket) -> None:
        """Serves on demand what was meant for a provisioned environment."""
        key = version.key, None
        (self._pools.get(key) or self._make_pool(version, key)).invoke(ticket)

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
            pool.forgotten()

    def _forget_if_empty(self, pool: Pool) -> None:
        # Somebody may have given up on waiting for its first environment.
        if pool.empty:
            self.pool_empty(pool)

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
            self._forget_if_empty(pool)
        self._concurrency.forget_idle()
        if self._pools:
            self._reap_later()
