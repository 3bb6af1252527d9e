"""Invocations that wait for an environment, first come, first served.

A caller who goes away while waiting is not served any more: nothing has begun that AWS would bring to its end.
"""

from collections import deque
from functools import partial

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
