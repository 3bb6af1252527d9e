"""Lets only a few runtimes start at the same moment.

A hundred interpreters that start together on a few cores all get ready late, and perhaps too late for the limit of
Init. Started a few at a time, the last is ready as soon as before and each measures only its own time.
"""

import asyncio
from collections import deque

_LONGEST = 0.25  # seconds; whoever takes longer waits for something else than the processor, and holds nobody up


class StartGate:
    """`width` runtimes may be starting at once."""

    def __init__(self, width: int) -> None:
        self._free = width
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> "Pass":
        """Waits for its turn. The pass must be given back, and gives itself back after a while."""
        while self._free == 0:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._call_next()  # it was our turn, and now it is someone else's
                raise
        self._free -= 1
        return Pass(self)

    def leave(self) -> None:
        """Lets the next one in."""
        self._free += 1
        self._call_next()

    def _call_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


class Pass:
    """The right to be starting."""

    def __init__(self, gate: StartGate) -> None:
        self._gate: StartGate | None = gate
        self._timer = asyncio.get_running_loop().call_later(_LONGEST, self.give_back)

    def give_back(self) -> None:
        """Ends it; a second time does nothing."""
        gate, self._gate = self._gate, None
        if gate is not None:
            self._timer.cancel()
            gate.leave()
