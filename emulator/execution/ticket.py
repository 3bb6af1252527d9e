"""One invocation on its way through the emulator, from admission to outcome."""

import msgspec

from emulator.errors import EmulatorError
from emulator.execution.bandwidth import Bandwidth
from emulator.execution.concurrency import Running
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.response_stream import ResponseStream
from emulator.pending import Pending


class Ticket(msgspec.Struct, eq=False):
    """An admitted invocation. `outcome` is what its caller waits for; the caller may have given up on it.

    `counted_in` is where it counts as running, until it ends. `waiting` while it has no environment, `waits_since` a
    moment of time.monotonic. `stream` is the response that the caller already gets, `bandwidth` how fast, if limited.
    """

    invocation: Invocation
    outcome: Pending[Outcome]
    counted_in: tuple[Running, ...]
    waiting: bool = False
    waits_since: float = 0.0
    stream: ResponseStream | None = None
    bandwidth: Bandwidth | None = None

    def respond(self, stream: ResponseStream) -> None:
        """The function begins to answer. The invocation goes on."""
        self.stream = stream
        stream.bandwidth = self.bandwidth
        if self.outcome.done():
            stream.close()  # the caller has gone
        else:
            self.outcome.set_result(Outcome(b"", content_type=stream.content_type, stream=stream))

    def settle(self, outcome: Outcome) -> None:
        """Ends the invocation with what came of it, a function error included."""
        self._give_back()
        if self.stream is not None:
            self.stream.end(outcome)
        elif not self.outcome.done():
            self.outcome.set_result(outcome)

    def fail(self, error: Exception) -> None:
        """Ends the invocation for a reason that is the emulator's or the machine's."""
        self._give_back()
        if self.stream is not None:
            self.stream.fail(error)
        elif not self.outcome.done():
            self.outcome.set_exception(error)

    def cancel(self) -> None:
        """Ends the invocation before it has run, or because the emulator stops."""
        self._give_back()
        if self.stream is not None:
            self.stream.fail(EmulatorError("The emulator stopped while a response was streamed."))
        self.outcome.cancel()

    def _give_back(self) -> None:
        counted_in, self.counted_in = self.counted_in, ()
        for running in counted_in:
            running.count -= 1
