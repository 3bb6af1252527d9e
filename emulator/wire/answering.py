"""The answers of one connection: strictly in the order of the requests, one at a time.

So pipelining needs no further thought, and the states are few: nothing to do, waiting for a future, or sending
a streamed body. The handler is called synchronously and returns either the answer or a future of it: a warm call costs
no task and no extra turn of the event loop. Only a streamed body needs a task of its own, which waits whenever the
client reads more slowly than we write.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import AsyncIterator, Callable

import msgspec

from emulator.pending import Eventual, Pending
from emulator.wire.encoding import BODILESS, LAST_CHUNK, chunk_size, encode_head
from emulator.wire.messages import Request, Response

Handler = Callable[[Request], Response | Eventual[Response]]

_log = logging.getLogger(__name__)

_WRITE_TOGETHER = 65536  # up to this size a body is copied behind its head, so that both leave in one packet
_LINGER_SECONDS = 5.0


class BrokenOff(Exception):
    """Raised by the iterator of a body that will not be whole, for a reason that is no mistake of ours."""


class Exchange(msgspec.Struct):
    """One request with how to answer it. A `refusal` is an answer that was decided before there was a whole request."""

    request: Request
    keep_alive: bool
    http_1_0: bool = False
    refusal: Response | None = None


class Answers:
    """Asks `handler` for the answer to each exchange and writes it to `transport`.

    `waiting` are requests that are answered by the next `advance`, not before. `when_idle`, if there is one, is called
    when everything that was asked has been answered.
    """

    def __init__(
        self,
        handler: Handler,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._handler = handler
        self._transport = transport
        self._descriptor: int = transport.get_extra_info("socket").fileno()
        self._loop = loop
        self.when_idle: Callable[[], object] | None = None
        self.waiting: deque[Exchange] = deque()
        self._current: Exchange | None = None
        self._pending: Pending[Response] | None = None
        self._stream: asyncio.Task[None] | None = None
        self._drained: asyncio.Future[None] | None = None  # set while the client does not keep up
        self.closed = False  # nothing more is answered

    @property
    def idle(self) -> bool:
        """Nothing is being answered and nothing waits."""
        return self._current is None and not self.waiting

    def advance(self) -> None:
        """Answers what waits, until an answer has to be waited for or the client does not read."""
        while self.waiting and self._current is None and self._drained is None and not self.closed:
            self._current = exchange = self.waiting.popleft()
            try:
                answer = exchange.refusal or self._handler(exchange.request)
            except Exception:
                _log.exception("%s %s failed", exchange.request.method, exchange.request.path)
                answer = Response(500)
            if isinstance(answer, Response):
                self._send(exchange, answer)
            else:
                self._pending = pending = answer if isinstance(answer, Pending) else Pending.of(answer)
                pending.add_done_callback(self._on_answer)
        if self.when_idle is not None and self.idle:
            self.when_idle()

    def hold(self) -> None:
        """The client does not keep up: write no more."""
        self._drained = self._loop.create_future()

    def go_on(self) -> None:
        """The client has caught up."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None
        self.advance()

    def stop(self) -> None:
        """Answers nothing more, and cancels what nobody waits for any longer."""
        self.closed = True
        self.waiting.clear()
        self._current = None
        pending, self._pending = self._pending, None
        if pending is not None and not pending.done():
            pending.cancel()
        if self._stream is not None:
            self._stream.cancel()
        if self._drained is not None and not self._drained.done():
            self._drained.cancel()

    def _on_answer(self, pending: Pending[Response]) -> None:
        self._pending = None
        exchange = self._current
        if self.closed or exchange is None:
            return
        response, error = pending.outcome()
        if response is not None:
            self._send(exchange, response)
        elif isinstance(error, asyncio.CancelledError):
            self._send(exchange, Response(503))  # whoever was to answer was stopped
        else:
            _log.error("%s %s failed", exchange.request.method, exchange.request.path, exc_info=error)
            self._send(exchange, Response(500))
        if self.waiting or self.when_idle is not None:
            self.advance()

    def _send(self, exchange: Exchange, response: Response) -> None:
        """Writes one answer. Finishes the exchange, unless the body is a stream, which finishes it later."""
        if not isinstance(response.body, bytes):
            self._stream = self._loop.create_task(self._send_stream(exchange, response, response.body))
            if (close := getattr(response.body, "close", None)) is not None:
                self._stream.add_done_callback(lambda _: close())  # also where the task has not even begun
            return
        try:
            head = encode_head(response, keep_alive=exchange.keep_alive, http_1_0=exchange.http_1_0)
        except ValueError:
            _log.exception("%s %s cannot be answered", exchange.request.method, exchange.request.path)
            self._transport.abort()
            return
        body = b"" if exchange.request.method == "HEAD" or response.status in BODILESS else response.body
        if len(body) <= _WRITE_TOGETHER:
            self._write(head + body)
        else:
            self._write(head)
            self._write(body)
        if exchange.keep_alive and exchange.request.incoming is None:
            self._current = None
        else:
            self._finish(exchange)

    def _write(self, data: bytes) -> None:
        """Sends it now where that is possible.

        A transport of uvloop's sends when all that has happened is dealt with, so the other side would start later.
        """
        transport = self._transport
        if not transport.get_write_buffer_size() and not transport.is_closing():
            try:
                sent = os.write(self._descriptor, data)
            except OSError:  # it takes nothing now, or is gone: the transport finds out
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)

    async def _send_stream(self, exchange: Exchange, response: Response, body: AsyncIterator[bytes]) -> None:
        """Writes a body as it comes: chunked, or until the end of the connection for HTTP/1.0."""
        write = self._write
        chunked = not exchange.http_1_0
        try:
            write(encode_head(response, keep_alive=exchange.keep_alive, http_1_0=exchange.http_1_0, streamed=True))
            if exchange.request.method != "HEAD" and response.status not in BODILESS:
                async for data in body:
                    if data:  # an empty chunk would end the body
                        self._write_part(data, chunked=chunked)
                    if self._drained is not None:
                        await self._drained
                write(LAST_CHUNK if chunked else b"")
        except BrokenOff:
            self._transport.abort()
            return
        except Exception:
            # The status is out, so the only way to say that the body is not whole is to cut it.
            _log.exception("%s %s broke off", exchange.request.method, exchange.request.path)
            self._transport.abort()
            return
        finally:
            self._stream = None
            if (close := getattr(body, "aclose", None)) is not None:
                await close()
        self._finish(exchange, close=exchange.http_1_0)  # then its end is the end of the body
        self.advance()

    def _write_part(self, data: bytes, *, chunked: bool) -> None:
        write = self._write
        if not chunked:
            write(data)
        elif len(data) <= _WRITE_TOGETHER:
            write(b"%b%b\r\n" % (chunk_size(data), data))
        else:
            write(chunk_size(data))
            write(data)
            write(b"\r\n")

    def _finish(self, exchange: Exchange, *, close: bool = False) -> None:
        self._current = None
        if exchange.request.incoming is not None:
            exchange.request.incoming.discard()  # it is answered: what still comes of it does not matter
        if exchange.keep_alive and not close:
            return
        self.closed = True
        self.waiting.clear()
        if exchange.refusal is None:
            self._transport.close()
            return
        # The client may still be sending. To close now would reset the connection, and the reset would overtake the
        # answer; so we only say that we are done, and throw away what comes until the client is done too.
        self._transport.write_eof()
        self._loop.call_later(_LINGER_SECONDS, self._transport.abort)
