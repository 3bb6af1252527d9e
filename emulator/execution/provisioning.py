"""Provisioned concurrency: which versions have environments ahead of their invocations, and how many.

What a version or an alias asks for is an allocation. It begins a while after it was asked for, as on AWS, where nothing
is there yet when the first answers are given [rec: test_provisioned_concurrency, 2025-11-24]; from then on its numbers
and its status are those of real environments. An alias with weights has its environments divided by them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from emulator.clock import Clock, Timer
from emulator.execution.environment import ExecutionEnvironment
from emulator.execution.provisioned_pool import ProvisionedPool
from emulator.resources.function import FunctionVersion
from emulator.resources.provisioned_concurrency import ProvisionedConcurrency, Status

Shares = Sequence[tuple[FunctionVersion, int]]


@dataclass(slots=True, eq=False)
class _Allocation:
    """What one version or alias asks for. `shares` and `granted` are numbers of environments by version key."""

    config: ProvisionedConcurrency
    versions: Mapping[str, FunctionVersion]
    shares: Mapping[str, int]
    granted: Mapping[str, int] = field(default_factory=dict)  # what its pools are told
    begins: Timer | None = None  # until then it has what the one before it had, and cannot fail

    def cancel(self) -> None:
        """Has it not begin."""
        if self.begins is not None:
            self.begins.cancel()


class Provisioning:
    """Keeps the pools of provisioned environments in step with the allocations.

    `make_pool` makes an empty one for a version. At most `limit` environments exist, in all allocations together.
    """

    def __init__(self, make_pool: Callable[[FunctionVersion], ProvisionedPool], clock: Clock, limit: int) -> None:
        self.pools: dict[str, ProvisionedPool] = {}
        self._make_pool = make_pool
        self._clock = clock
        self._limit = limit
        self._allocations: dict[str, _Allocation] = {}

    @property
    def environments(self) -> int:
        """How many environments exist."""
        return sum(pool.size for pool in self.pools.values())

    def allocate(self, config: ProvisionedConcurrency, shares: Shares, delay: float) -> None:
        """Begins to provision after `delay` seconds of AWS's time; `config` is kept up to date.

        It replaces what the same version or alias has asked for before. What that has and this wants too is kept.
        """
        before = self._allocations.pop(config.function_arn, None)
        if before is not None:
            before.cancel()
        wanted = {version.key: number for version, number in shares if number}
        versions = {version.key: version for version, _ in shares}
        held = before.granted if before is not None else {}
        granted = {key: min(number, held[key]) for key, number in wanted.items() if key in held}
        allocation = self._allocations[config.function_arn] = _Allocation(config, versions, wanted, granted)
        allocation.begins = self._clock.call_later(delay, self._begin, allocation)
        self._tell({*held, *granted})
        config.allocated = self._ready(allocation)

    def release(self, function_arn: str) -> None:
        """Gives up what the version or alias with this ARN has asked for, if anything."""
        allocation = self._allocations.pop(function_arn, None)
        if allocation is not None:
            allocation.cancel()
            self._tell(allocation.granted)

    def close(self) -> list[ExecutionEnvironment]:
        """Stops everything. Returns the environments, whose sockets are yet to be closed."""
        for allocation in self._allocations.values():
            allocation.cancel()
        self._allocations.clear()
        return [environment for pool in list(self.pools.values()) for environment in pool.stop()]

    def _begin(self, allocation: _Allocation) -> None:
        allocation.begins = None
        others = sum(sum(other.granted.values()) for other in self._allocations.values() if other is not allocation)
        room = self._limit - others
        if sum(allocation.shares.values()) > room:
            self._fail(allocation, f"lambda-parity has room for {max(room, 0)} (--max-environments {self._limit}).")
            return
        allocation.granted = allocation.shares
        for key, version in allocation.versions.items():
            if key in allocation.shares and key not in self.pools:
                self.pools[key] = self._make_pool(version)
        self._tell(allocation.granted)
        self._update(allocation)

    def _fail(self, allocation: _Allocation, reason: str) -> None:
        granted, allocation.granted = allocation.granted, {}
        allocation.config.fail(reason)
        self._tell(granted)

    def _tell(self, keys: Iterable[str]) -> None:
        """Tells pools how much is wanted of them now."""
        for key in list(keys):
            pool = self.pools.get(key)
            if pool is not None:
                pool.want(sum(allocation.granted.get(key, 0) for allocation in self._allocations.values()))
                self._drop_if_empty(pool)

    # --- What pools tell (provisioned_pool.Steward) ---

    def pool_changed(self, pool: ProvisionedPool) -> None:
        """More environments are ready, or fewer."""
        for allocation in list(self._allocations.values()):
            if pool.key in allocation.granted:
                self._update(allocation)
        self._drop_if_empty(pool)

    def pool_failed(self, pool: ProvisionedPool, reason: str) -> None:
        """An allocation that was in progress is over; one that was there before goes on trying."""
        for allocation in list(self._allocations.values()):
            begun = allocation.begins is None and pool.key in allocation.granted
            if begun and allocation.config.status is Status.IN_PROGRESS:
                self._fail(allocation, reason)

    def _update(self, allocation: _Allocation) -> None:
        config = allocation.config
        config.allocated = self._ready(allocation)
        if allocation.begins is None and config.status is Status.IN_PROGRESS and config.allocated >= config.requested:
            config.complete()

    def _ready(self, allocation: _Allocation) -> int:
        granted = allocation.granted
        return sum(min(self.pools[key].ready, number) for key, number in granted.items() if key in self.pools)

    def _drop_if_empty(self, pool: ProvisionedPool) -> None:
        if pool.empty and self.pools.get(pool.key) is pool:
            del self.pools[pool.key]
