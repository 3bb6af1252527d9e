"""The environments that one function version has on demand, and the invocations that wait for one.

With tenant isolation each tenant of a version has a pool of its own [docs: tenant-isolation].

Which environment serves an invocation is decided in assignment.py; the pool carries the decision out. It reuses the
environment that was used last, so under light load the others grow old and are reaped.
"""

from collections.abc import Callable
from typing import Protocol

from emulator.execution.assignment import Assignment, assign
from emulator.execution.environment import ExecutionEnvironment
from emulator.execution.ticket import Ticket
from emulator.execution.waiting import ShortLine, WaitingLine

PoolKey = tuple[str, str | None]
"""The key of a function version, and the tenant for whom it runs, if any."""


class Machine(Protocol):
    """What a pool must know of all the others."""

    def room(self) -> tuple[int, int]:
        """How many environments exist, and how many may."""

    def idle_elsewhere(self, pool: "Pool") -> int:
        """Idle environments that other pools could give up."""

    def make_room(self, pool: "Pool") -> None:
        """Stops the environment, of another pool than `pool`, that was idle for longest."""

    def wait_for_room(self, pool: "Pool") -> None:
        """Has `pool.serve_waiting()` called when there may be room again."""

    @property
    def crowded(self) -> bool:
        """Whether a pool waits for room."""

    def serve_waiting(self) -> None:
        """Has the pools that wait for room try again: an environment became idle."""

    def count(self, change: int) -> None:
        """Takes note of an environment more, or less."""

    def pool_empty(self, pool: "Pool") -> None:
        """The pool holds nothing any more."""


class Pool:
    """One pool. `start_environment` makes an environment that belongs to it."""

    def __init__(
        self, key: "PoolKey", machine: Machine, start_environment: Callable[["Pool"], ExecutionEnvironment]
    ) -> None:
        self.key = key
        self.idle: list[ExecutionEnvironment] = []  # the one used last is last
        self.retiring = False
        self._machine = machine
        self._start_environment = start_environment
        self._environments: set[ExecutionEnvironment] = set()
        self._finishing: set[ExecutionEnvironment] = set()
        self._awaiting = ShortLine(self._find_another)  # for an environment that is finishing
        self._queued = WaitingLine()  # for room on the machine

    @property
    def size(self) -> int:
        """How many environments it has."""
        return len(self._environments)

    @property
    def empty(self) -> bool:
        """Whether it has no environments, and nobody waits for one."""
        return not self._environments and not self._awaiting and not self._queued

    @property
    def would_start(self) -> bool:
        """Whether one more invocation needs one more environment."""
        return not self.idle and len(self._finishing) <= len(self._awaiting)

    def invoke(self, ticket: Ticket) -> None:
        """Serves an invocation, sooner or later."""
        if self.idle:  # the warm path; assign() would say the same
            self.idle.pop().invoke(ticket)
            return
        self._assign(ticket)

    def _assign(self, ticket: Ticket) -> None:
        environments, limit = self._machine.room()
        full = environments >= limit
        decision = assign(
            idle=len(self.idle),
            finishing=len(self._finishing),
            awaited=len(self._awaiting),
            environments=environments,
            limit=limit,
            idle_elsewhere=self._machine.idle_elsewhere(self) if full else 0,
        )
        if decision is Assignment.REUSE:
            self.idle.pop().invoke(ticket)
        elif decision is Assignment.AWAIT:
            self._awaiting.add(ticket)
        elif decision is Assignment.QUEUE:
            self._queued.add(ticket)
            self._machine.wait_for_room(self)
        else:
            if decision is Assignment.MAKE_ROOM:
                self._machine.make_room(self)
            self._start(ticket)

    def _start(self, ticket: Ticket) -> None:
        environment = self._start_environment(self)
        self._environments.add(environment)
        self._machine.count(1)
        environment.start(ticket)

    def _find_another(self, ticket: Ticket) -> None:
        """The environment takes long to become free: the invocation gets another one."""
        environments, limit = self._machine.room()
        if environments < limit:
            self._start(ticket)
        else:
            self._queued.add(ticket)
            self._machine.wait_for_room(self)

    def serve_waiting(self) -> None:
        """Tries once more to find environments for the invocations that wait for room."""
        for _ in range(len(self._queued)):
            self._assign(self._queued.take())

    # --- What environments tell (environment.Owner) ---

    def environment_finishing(self, environment: ExecutionEnvironment) -> None:
        """One is about to be free."""
        self._finishing.add(environment)

    def environment_available(self, environment: ExecutionEnvironment) -> None:
        """One is free."""
        self._finishing.discard(environment)
        if self._awaiting:
            environment.invoke(self._awaiting.take())
        elif self._queued:
            environment.invoke(self._queued.take())
        elif self.retiring:
            environment.stop()
        else:
            self.idle.append(environment)
            if self._machine.crowded:
                self._machine.serve_waiting()

    def environment_gone(self, environment: ExecutionEnvironment) -> None:
        """One has stopped."""
        self._finishing.discard(environment)
        self._environments.discard(environment)
        if environment in self.idle:
            self.idle.remove(environment)
        self._machine.count(-1)
        if self.empty:
            self._machine.pool_empty(self)

    def environment_failed(self, environment: ExecutionEnvironment, reason: str) -> None:
        """Cannot happen here, where each environment is started for an invocation, which is told."""

    # --- Ending ---

    def forgotten(self) -> None:
        """Nobody will use it again."""

    def reap(self, before: float) -> None:
        """Stops environments that have been idle since before that time (of the event loop)."""
        while self.idle and self.idle[0].idle_since <= before:
            self.idle[0].stop()

    def retire(self) -> None:
        """Lets running invocations finish, and starts no environment that is not needed for them."""
        self.retiring = True
        while self.idle:
            self.idle[0].stop()

    def stop(self) -> list[ExecutionEnvironment]:
        """Cuts everything off. Returns the environments, whose sockets are yet to be closed."""
        self._awaiting.cancel_all()
        self._queued.cancel_all()
        environments = list(self._environments)
        for environment in environments:
            environment.stop()
        return environments
