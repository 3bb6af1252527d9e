"""One invocation on its way through the emulator, from admission to outcome."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from emulator.execution.invocation import Invocation, Outcome


@dataclass(slots=True, eq=False)
class Ticket:
    """An admitted invocation. `outcome` is what its caller waits for; the caller may have given up on it.

    `give_back` is called once, when the invocation counts no longer as running.
    """

    invocation: Invocation
    outcome: asyncio.Future[Outcome]
    give_back: Callable[["Ticket"], None]
    reserved: bool = False  # it runs against its function's reserved concurrency

    def settle(self, outcome: Outcome) -> None:
        """Ends the invocation with what came of it, a function error included."""
        self.give_back(self)
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def fail(self, error: Exception) -> None:
        """Ends the invocation for a reason that is the emulator's or the machine's."""
        self.give_back(self)
        if not self.outcome.done():
            self.outcome.set_exception(error)

    def cancel(self) -> None:
        """Ends the invocation because the emulator stops."""
        self.give_back(self)
        self.outcome.cancel()
