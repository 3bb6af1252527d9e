"""What runs, counted: by function, and by account for all functions without a reservation. Decisions: admission.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from emulator import quotas
from emulator.execution.admission import rate_reason, refusal, scaling_reason, throttled
from emulator.execution.allowance import Allowance
from emulator.resources.function import Function, FunctionVersion
from emulator.settings import Settings


@dataclass(slots=True, eq=False)
class Running:
    """How many invocations run: of one function, of one account, or in one set of provisioned environments."""

    count: int = 0
    calls: Allowance = field(default_factory=Allowance)  # how often they may begin
    growth: Allowance = field(default_factory=Allowance)  # how often a function may get one more environment


class Concurrency:
    """Admits invocations on demand. `taken` gives what an account has reserved and provisioned in a region."""

    def __init__(self, settings: Settings, taken: Callable[[str, str], int]) -> None:
        self._limit = settings.concurrent_executions
        self._always_left = min(quotas.UNRESERVED_MINIMUM, self._limit)
        self._rate_limits = settings.rate_limits
        self._taken = taken
        self._functions: dict[tuple[str, str, str], Running] = {}
        self._accounts: dict[tuple[str, str], Running] = {}

    def admit(
        self, version: FunctionVersion, function: Function, *, synchronous: bool, starts: bool
    ) -> tuple[Running, ...]:
        """Counts one invocation more, and returns where: whoever ends it takes it away from each.

        `starts` says that it needs an environment that is not there. Raises TooManyRequestsException.
        """
        key = (version.account_id, version.region, version.name)
        running = self._functions.get(key)
        if running is None:
            running = self._functions[key] = Running()
        account = self._accounts.get(key[:2])
        if account is None:
            account = self._accounts[key[:2]] = Running()
        if function.reserved_concurrency is None and account.count < self._always_left and not self._rate_limits:
            running.count += 1  # nothing can refuse it
            account.count += 1
            return running, account
        reserved = _left_of_reservation(function)
        reason = refusal(running.count, reserved, account.count, self._unreserved(version, account))
        if reason is None and self._rate_limits:
            reason = self._rate_refusal(running, account, function.reserved_concurrency, synchronous, starts)
        if reason is not None:
            raise throttled(reason)
        running.count += 1
        if reserved is not None:
            return (running,)
        account.count += 1
        return running, account

    def admit_provisioned(self, running: Running, environments: int) -> bool:
        """Counts one invocation more in so many provisioned environments; False if it comes too soon for them.

        Then it spills over [docs: lambda-concurrency].
        """
        if self._rate_limits:
            calls = environments * quotas.REQUESTS_PER_CONCURRENCY
            if not running.calls.take(calls, calls, monotonic()):
                return False
        running.count += 1
        return True

    def limit_of(self, function: Function) -> int:
        """How many invocations of the function may run at most, whatever else runs."""
        return self._limit if function.reserved_concurrency is None else function.reserved_concurrency

    def forget_idle(self) -> None:
        """Drops the counters of functions that do not run, unless they say how often they did."""
        if not self._rate_limits:
            self._functions = {key: running for key, running in self._functions.items() if running.count}

    def _unreserved(self, version: FunctionVersion, account: Running) -> int:
        # So many executions are always left for all, so below that there is nothing to add up.
        if account.count < self._always_left:
            return self._limit
        return self._limit - self._taken(version.account_id, version.region)

    def _rate_refusal(
        self, running: Running, account: Running, reserved: int | None, synchronous: bool, starts: bool
    ) -> str | None:
        now = monotonic()
        if synchronous:  # asynchronous ones wait in a queue, and have no such limit [docs: gettingstarted-limits]
            counted, concurrency = (account, self._limit) if reserved is None else (running, reserved)
            calls = concurrency * quotas.REQUESTS_PER_CONCURRENCY
            if not counted.calls.take(calls, calls, now):
                return rate_reason(reserved)
        if starts and not running.growth.take(
            quotas.SCALING_ENVIRONMENTS / quotas.SCALING_SECONDS, quotas.SCALING_ENVIRONMENTS, now
        ):
            return scaling_reason(reserved)
        return None


def _left_of_reservation(function: Function) -> int | None:
    """What is provisioned comes out of the reservation: if that is all of it, nothing else of the function runs.

    [docs: provisioned-concurrency]
    """
    if function.reserved_concurrency is None or not function.provisioned:
        return function.reserved_concurrency
    return function.reserved_concurrency - sum(config.allocated for config in function.provisioned.values())
