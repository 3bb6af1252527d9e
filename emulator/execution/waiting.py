"""Invocations that wait for an environment, first come, first served.

A caller who goes away while waiting is not served any more: nothing has begun that AWS would bring to its end.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from time import monotonic

from emulator.execution.ticket import Ticket

# Seconds for which an invocation waits for an environment that has just answered. It asks for the next event within
# a millisecond, but on a machine that is busy it may have to wait for the processor; so would a new environment.
PATIENCE = 0.5


class WaitingLine:
    """Tickets in the order in which they came."""

    def __init__(self) -> None:
        self._tickets: deque[Ticket] = deque()

    def __len__(self) -> int:
        return len(self._tickets)

    def __contains__(self, ticket: Ticket) -> bool:
        return ticket in self._tickets

    def add(self, ticket: Ticket) -> None:
        """Puts a ticket at the end."""
        ticket.waiting = True
        self._tickets.append(ticket)
        ticket.outcome.when_cancelled = partial(self._given_up, ticket)

    def take(self) -> Ticket:
        """The one that has waited for longest, which waits no more. Raises IndexError if nobody waits."""
        ticket = self._tickets.popleft()
        ticket.waiting = False
        return ticket

    def leave(self, ticket: Ticket) -> bool:
        """Takes a ticket out; False if it does not wait here."""
        if ticket not in self._tickets:
            return False
        self._tickets.remove(ticket)
        ticket.waiting = False
        return True

    def cancel_all(self) -> None:
        """Ends everything that waits."""
        while self._tickets:
            self.take().cancel()

    def _given_up(self, ticket: Ticket) -> None:
        if ticket.waiting and self.leave(ticket):
            ticket.cancel()


class ShortLine(WaitingLine):
    """For what is about to be free: `lost` gets each ticket that has waited for PATIENCE, and waits here no more.

    A client that asks as soon as it has its answer waits here each time, for a moment. So there is one timer for all
    who wait, and none that must be cancelled.
    """

    def __init__(self, lost: Callable[[Ticket], object]) -> None:
        super().__init__()
        self._lost = lost
        self._timer: asyncio.TimerHandle | None = None

    def add(self, ticket: Ticket) -> None:
        super().add(ticket)
        ticket.waits_since = monotonic()
        if self._timer is None:
            self._look_in(PATIENCE)

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        before = monotonic() - PATIENCE
        while self._tickets and self._tickets[0].waits_since <= before:
            self._lost(self.take())
        if self._tickets and self._timer is None:
            self._look_in(self._tickets[0].waits_since - before)
