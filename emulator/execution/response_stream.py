"""A response on its way from the function to its caller, while the function still writes it.

Both sides wait for each other: when the caller reads too slowly, the runtime's connection is not read, and the function
waits in its writes. When the caller has gone the function runs on to its end [docs: configuration-response-streaming],
and what it writes is dropped.
"""

import asyncio
from collections import deque
from typing import Protocol

from emulator import quotas
from emulator.execution.bandwidth import Bandwidth
from emulator.execution.invocation import Outcome

_HOLD, _GO_ON = 1024 * 1024, 256 * 1024  # bytes that wait: above the one nothing more is read, below the other again


class Source(Protocol):
    """Where a response comes from."""

    def hold(self) -> None:
        """No more for now."""

    def go_on(self) -> None:
        """There may be more."""


class ResponseStream:
    """What a function writes, as an iterator for whoever sends it on. After its end `outcome` says how it ended.

    `bandwidth` is how fast it may go, None if that has no limit.
    """

    limit = quotas.STREAMED_RESPONSE
    payload = b""  # there is none but the stream

    def __init__(self, source: Source, content_type: str) -> None:
        self.content_type = content_type
        self.outcome: Outcome | None = None
        self.bandwidth: Bandwidth | None = None
        self._source: Source | None = source
        self._error: BaseException | None = None
        self._parts: deque[bytes] = deque()
        self._size = 0  # of the parts
        self._held = False
        self._closed = False
        self._turn: asyncio.Future[None] | None = None  # of the reader, who waits

    # --- The function's side ---

    def write(self, data: bytes) -> None:
        """The function wrote this."""
        if self._closed:
            return
        self._parts.append(data)
        self._size += len(data)
        if self._size > _HOLD and not self._held and self._source is not None:
            self._held = True
            self._source.hold()
        self._wake()

    def end(self, outcome: Outcome) -> None:
        """The invocation is over."""
        self.outcome = outcome
        self._let_go()
        self._wake()

    def fail(self, error: BaseException) -> None:
        """The invocation was ended from outside; the reader gets `error` after what there is."""
        self._error = error
        self._let_go()
        self._wake()

    # --- The reader's side ---

    def __aiter__(self) -> "ResponseStream":
        return self

    async def __anext__(self) -> bytes:
        while not self._parts:
            if self._error is not None:
                raise self._error
            if self.outcome is not None or self._closed:
                raise StopAsyncIteration
            self._turn = asyncio.get_running_loop().create_future()
            try:
                await self._turn
            finally:
                self._turn = None
        data = self._parts.popleft()
        self._size -= len(data)
        if self._held and self._size < _GO_ON:
            self._release()
        if self.bandwidth is not None:
            await self.bandwidth.take(len(data))
        return data

    def close(self) -> None:
        """Nobody reads any further."""
        self._closed = True
        self._parts.clear()
        self._size = 0
        self._release()

    def _release(self) -> None:
        held, self._held = self._held, False
        if held and self._source is not None:
            self._source.go_on()

    def _let_go(self) -> None:
        """Nothing more comes. The connection it came by has other things to bring."""
        self._release()
        self._source = None

    def _wake(self) -> None:
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)


class CollectedResponse:
    """What a function writes, for a caller who wants all of it at once [docs: config-rs-invoke-furls]."""

    limit = quotas.SYNCHRONOUS_RESPONSE

    def __init__(self, content_type: str) -> None:
        self.content_type = content_type
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """The function wrote this."""
        self._parts.append(data)

    @property
    def payload(self) -> bytes:
        """All that it has written."""
        return b"".join(self._parts)
