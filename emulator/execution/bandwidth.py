"""How fast a streamed response may be [docs: configuration-response-streaming, bandwidth limits].

Its beginning goes as fast as the function writes it and the caller reads it, the rest at a fixed rate. Held with the
setting `rate_limits` alone: elsewhere nobody wants to wait at his own machine for what AWS would make him wait for.
"""

import asyncio
from time import monotonic

from emulator import quotas
from emulator.clock import Clock


class Bandwidth:
    """Of one response."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free = quotas.STREAM_BURST
        self._busy_until = 0.0  # of time.monotonic

    async def take(self, size: int) -> None:
        """Waits as long as so many bytes more must take."""
        free = min(size, self._free)
        self._free -= free
        if size > free:
            now = monotonic()
            seconds = self._clock.scaled((size - free) / quotas.STREAM_BANDWIDTH)
            self._busy_until = max(now, self._busy_until) + seconds
            await asyncio.sleep(self._busy_until - now)
