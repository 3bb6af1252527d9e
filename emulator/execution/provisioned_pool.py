"""The environments that one function version has ahead of its invocations: its provisioned concurrency.

Their number follows what is asked for, not what is called. They are never reaped, and replaced if they end. What finds
none of them free is not theirs to serve: it runs on demand ("spills over").
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from emulator.execution.concurrency import Running
from emulator.execution.environment import ExecutionEnvironment
from emulator.execution.ticket import Ticket
from emulator.execution.waiting import ShortLine

_FIRST_DELAY, _LONGEST_DELAY = 1.0, 60.0  # seconds until an environment that ended is replaced, if others did before


class Steward(Protocol):
    """Who asked for the environments."""

    def pool_changed(self, pool: "ProvisionedPool") -> None:
        """There are more of them ready, or fewer."""

    def pool_failed(self, pool: "ProvisionedPool", reason: str) -> None:
        """One of them did not get ready. It is replaced as long as it is wanted."""


class ProvisionedPool:
    """One of them. `start_environment` makes an environment that belongs to it, `spill` serves a ticket on demand."""

    def __init__(
        self,
        key: str,
        steward: Steward,
        start_environment: Callable[["ProvisionedPool"], ExecutionEnvironment],
        spill: Callable[[Ticket], None],
    ) -> None:
        self.key = key
        self.running = Running()
        self._steward = steward
        self._start_environment = start_environment
        self._wanted = 0
        self._environments: set[ExecutionEnvironment] = set()
        self._ready: set[ExecutionEnvironment] = set()  # those whose init is over
        self._idle: list[ExecutionEnvironment] = []  # the one used last is last
        self._awaiting = ShortLine(spill)
        self._delay = _FIRST_DELAY
        self._replacing: asyncio.TimerHandle | None = None

    @property
    def size(self) -> int:
        """How many environments exist, ready or not."""
        return len(self._environments)

    @property
    def ready(self) -> int:
        """How many environments are ready, in use or not."""
        return len(self._ready)

    @property
    def has_room(self) -> bool:
        """Whether one more invocation finds an environment."""
        return self.running.count < len(self._ready)

    @property
    def empty(self) -> bool:
        """Whether nothing is there and nothing is wanted."""
        return not self._environments and not self._wanted

    def want(self, number: int) -> None:
        """Has so many environments from now on: starts what is missing, ends what is too much once it is free."""
        self._wanted = number
        if not number and self._replacing is not None:
            self._replacing.cancel()
            self._replacing = None
        while len(self._environments) < number:
            self._start()
        for environment in [*(self._environments - self._ready), *self._idle]:
            if len(self._environments) > number:
                environment.stop()

    def invoke(self, ticket: Ticket) -> None:
        """Serves an invocation for which there was room."""
        if self._idle:
            self._idle.pop().invoke(ticket)
            return
        # The one that was counted has answered its caller, and is about to ask for more.
        self._awaiting.add(ticket)

    def _start(self) -> None:
        environment = self._start_environment(self)
        self._environments.add(environment)
        environment.start()

    # --- What environments tell (environment.Owner) ---

    def environment_finishing(self, environment: ExecutionEnvironment) -> None:
        """One is about to be free."""

    def environment_available(self, environment: ExecutionEnvironment) -> None:
        """One is free: for the first time, or again."""
        if self._awaiting:
            environment.invoke(self._awaiting.take())
        elif len(self._environments) > self._wanted:
            environment.stop()
            return
        else:
            self._idle.append(environment)
        if environment not in self._ready:
            self._ready.add(environment)
            self._delay = _FIRST_DELAY
            self._steward.pool_changed(self)

    def environment_failed(self, environment: ExecutionEnvironment, reason: str) -> None:
        """One did not get ready."""
        self._steward.pool_failed(self, reason)
        environment.stop()

    def environment_gone(self, environment: ExecutionEnvironment) -> None:
        """One has stopped. If that was not our wish, there will be another one."""
        self._environments.discard(environment)
        self._ready.discard(environment)
        if environment in self._idle:
            self._idle.remove(environment)
        if len(self._environments) < self._wanted and self._replacing is None:
            self._replacing = asyncio.get_running_loop().call_later(self._delay, self._replace)
            self._delay = min(2 * self._delay, _LONGEST_DELAY)
        self._steward.pool_changed(self)

    def _replace(self) -> None:
        self._replacing = None
        self.want(self._wanted)

    # --- Ending ---

    def stop(self) -> list[ExecutionEnvironment]:
        """Cuts everything off. Returns the environments, whose sockets are yet to be closed."""
        environments = list(self._environments)
        self._awaiting.cancel_all()
        self.want(0)
        for environment in environments:
            environment.stop()
        return environments
