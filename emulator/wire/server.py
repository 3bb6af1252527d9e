"""An HTTP/1.1 server on bare asyncio: bytes in, `Request` out, `Response` in, bytes out.

One connection is one `asyncio.Protocol` over httptools' parser. Complete requests queue up and are answered strictly in
order, one at a time, so pipelining needs no further thought. The handler is called synchronously and returns either the
answer or a future of it: a warm call therefore costs no task and no extra turn of the event loop. Only a streamed body
needs a task of its own, which waits whenever the client reads more slowly than we write.

A client that goes away cancels the future that it was waiting for. There are no timeouts on purpose: a local client
that stops in a debugger for an hour is a guest, not an attack.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple, cast

import httptools

from emulator.wire.encoding import LAST_CHUNK, encode_chunk, encode_head
from emulator.wire.messages import Request, Response

Handler = Callable[[Request], "Response | asyncio.Future[Response]"]

_log = logging.getLogger(__name__)

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_WRITE_TOGETHER = 65536  # up to this size a body is copied behind its head, so that both leave in one packet
_QUEUED_REQUESTS = 32  # a client that pipelines more than this has to wait until we have answered some
_LINGER_SECONDS = 5.0


class HttpServer:
    """Serves `handler` on one listening socket.

    `handler` takes a `Request` and returns the `Response`, or a future of it; it must not block. What it raises
    becomes a plain 500 and a traceback in the log. Bodies larger than `max_body` bytes and heads larger than
    `max_head` bytes are refused with 413 and 431, anything that is not HTTP with 400; each of these closes the
    connection.
    """

    def __init__(self, handler: Handler, *, max_body: int | None = None, max_head: int = 65536) -> None:
        self.handler = handler
        self.max_body = max_body
        self.max_head = max_head
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listens and returns the port, which is a free one if `port` is 0. Raises OSError if it cannot listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self, loop), host, port, backlog=1024)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self, *, grace: float = 1.0) -> None:
        """Stops listening, cancels what is being answered and closes every connection.

        Answers that were already written get `grace` seconds to reach clients that read slowly.
        """
        if self._server is None:
            return
        self._server.close()
        for connection in list(self.connections):
            connection.close()
        deadline = asyncio.get_running_loop().time() + grace
        while self.connections and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.005)
        for connection in list(self.connections):
            connection.abort()
        await self._server.wait_closed()
        self._server = None


class _Exchange(NamedTuple):
    """One request with how to answer it. A `refusal` is an answer that was decided before there was a whole request."""

    request: Request
    keep_alive: bool
    http_1_0: bool = False
    refusal: Response | None = None


class _TooLargeError(Exception):
    """Raised inside the parser's callbacks, which is the only way to stop the parser."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Connection(asyncio.Protocol):
    """One client. The order of the fields is the order in which a request passes through them."""

    def __init__(self, server: HttpServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        # the request that is being parsed
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._body_size = 0
        self._head_size = 0
        self._in_head = False
        self._head_is_new = False  # it began in the data at hand
        self._owes_continue = False
        self._deaf = False  # nothing more is read from this client
        # the requests that are complete, and the one that is being answered
        self._queue: deque[_Exchange] = deque()
        self._current: _Exchange | None = None
        self._pending: asyncio.Future[Response] | None = None
        self._stream: asyncio.Task[None] | None = None
        # back-pressure
        self._reading_paused = False
        self._drained: asyncio.Future[None] | None = None

    # --- What the transport tells us ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._transport = None
        self._deaf = True
        self._server.connections.discard(self)
        self._queue.clear()
        self._forget_answer()
        if self._drained is not None and not self._drained.done():
            self._drained.cancel()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._head_is_new = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # A client may offer another protocol (Java's offers h2c); we stay with HTTP/1.1, as a server may.
            self._parser = httptools.HttpRequestParser(self)
            self._advance()
            rest = data[upgrade.args[0] :]
            if rest:
                self.data_received(rest)
            return
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause.status if isinstance(cause, _TooLargeError) else 400)
        if self._in_head and not self._head_is_new:
            # A header that never ends reaches no callback, so what comes of it is counted here too.
            self._head_size += len(data)
            if self._head_size > self._server.max_head:
                self._refuse(431)
        self._advance()
        self._hold_or_resume_reading()

    def eof_received(self) -> bool:
        return False  # the client is gone, or cannot be told from one that is: close, which cancels what is pending

    def pause_writing(self) -> None:
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None
        self._advance()

    # --- What the parser tells us ---

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers = {}
        self._body = []
        self._body_size = 0
        self._head_size = 0
        self._in_head = True
        self._head_is_new = True
        self._owes_continue = False

    def on_url(self, url: bytes) -> None:
        self._url += url
        if len(self._url) > self._server.max_head:
            raise _TooLargeError(431)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_size += len(name) + len(value)
        if self._head_size > self._server.max_head:
            raise _TooLargeError(431)
        self._headers[_NAMES.get(name) or _lower(name)] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_size = 0
        limit = self._server.max_body
        if limit is not None and int(self._headers.get("content-length") or 0) > limit:
            raise _TooLargeError(413)
        if "expect" in self._headers and self._headers["expect"].lower() == "100-continue":
            self._owes_continue = True
            self._send_continue()

    def on_body(self, body: bytes) -> None:
        self._owes_continue = False  # it did not wait
        self._body.append(body)
        self._body_size += len(body)
        if self._server.max_body is not None and self._body_size > self._server.max_body:
            raise _TooLargeError(413)

    def on_message_complete(self) -> None:
        self._owes_continue = False
        path, _, query = self._url.decode("latin-1").partition("?")
        if path[:1] != "/":
            path = _origin_form(path)
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        request = Request(self._parser.get_method().decode("latin-1"), path, query, self._headers, body)
        keep_alive = self._parser.should_keep_alive()
        self._queue.append(_Exchange(request, keep_alive, self._parser.get_http_version() == "1.0"))
        if not keep_alive:
            self._deaf = True

    # --- Answering, in order ---

    def _advance(self) -> None:
        """Answers the queued requests until one has to wait or the client does not read."""
        while self._queue and self._current is None and self._drained is None and self._transport is not None:
            exchange = self._queue.popleft()
            answer = exchange.refusal or self._ask_handler(exchange.request)
            self._current = exchange
            if isinstance(answer, Response):
                self._send(answer)
            else:
                self._pending = answer
                answer.add_done_callback(self._on_answer)
        if self._current is None and not self._queue:
            self._send_continue()
        if self._reading_paused:
            self._hold_or_resume_reading()

    def _ask_handler(self, request: Request) -> "Response | asyncio.Future[Response]":
        try:
            return self._server.handler(request)
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            return Response(500)

    def _on_answer(self, pending: "asyncio.Future[Response]") -> None:
        self._pending = None
        if self._transport is None or self._current is None:
            return
        if pending.cancelled():
            self._send(Response(503))  # whoever was to answer was stopped
        elif (error := pending.exception()) is not None:
            _log.error("%s %s failed", self._current.request.method, self._current.request.path, exc_info=error)
            self._send(Response(500))
        else:
            self._send(pending.result())
        self._advance()

    def _send(self, response: Response) -> None:
        """Writes one answer. Finishes the exchange, unless the body is a stream, which finishes it later."""
        assert self._transport is not None
        assert self._current is not None
        exchange = self._current
        if not isinstance(response.body, bytes):
            self._stream = self._loop.create_task(self._send_stream(exchange, response, response.body))
            return
        try:
            head = encode_head(response, keep_alive=exchange.keep_alive, http_1_0=exchange.http_1_0)
        except ValueError:
            _log.exception("%s %s cannot be answered", exchange.request.method, exchange.request.path)
            self._transport.abort()
            return
        body = b"" if exchange.request.method == "HEAD" or _has_no_body(response.status) else response.body
        if len(body) <= _WRITE_TOGETHER:
            self._transport.write(head + body)
        else:
            self._transport.write(head)
            self._transport.write(body)
        self._finish(exchange)

    async def _send_stream(self, exchange: _Exchange, response: Response, body: AsyncIterator[bytes]) -> None:
        """Writes a body as it comes: chunked, or until the end of the connection for HTTP/1.0."""
        transport = self._transport
        assert transport is not None
        try:
            transport.write(
                encode_head(response, keep_alive=exchange.keep_alive, http_1_0=exchange.http_1_0, streamed=True)
            )
            if exchange.request.method != "HEAD":
                async for data in body:
                    if data:
                        transport.write(data if exchange.http_1_0 else encode_chunk(data))
                    if self._drained is not None:
                        await self._drained
                if not exchange.http_1_0:
                    transport.write(LAST_CHUNK)
        except Exception:
            # The status is out, so the only way to say that the body is not whole is to cut it.
            _log.exception("%s %s broke off", exchange.request.method, exchange.request.path)
            transport.abort()
            return
        finally:
            self._stream = None
            if (finish := getattr(body, "aclose", None)) is not None:
                await finish()
        self._finish(exchange, close=exchange.http_1_0)  # its end is the end of the body
        self._advance()

    def _finish(self, exchange: _Exchange, *, close: bool = False) -> None:
        self._current = None
        if self._transport is None or (exchange.keep_alive and not close):
            return
        self._deaf = True
        self._queue.clear()
        if exchange.refusal is None:
            self._transport.close()
            return
        # The client may still be sending. To close now would reset the connection, and the reset would overtake the
        # answer; so we only say that we are done, and throw away what comes until the client is done too.
        self._transport.write_eof()
        self._loop.call_later(_LINGER_SECONDS, self.abort)

    # --- Refusing, pausing, closing ---

    def _refuse(self, status: int) -> None:
        """Answers `status` once everything before it is answered, then closes. What follows cannot be understood."""
        self._deaf = True
        self._in_head = False
        self._queue.append(_Exchange(Request("", "", "", {}), keep_alive=False, refusal=Response(status)))

    def _send_continue(self) -> None:
        """Invites the body, but never in the middle of an earlier answer."""
        if self._owes_continue and self._current is None and not self._queue and self._transport is not None:
            self._owes_continue = False
            self._transport.write(_CONTINUE)

    def _hold_or_resume_reading(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        full = len(self._queue) >= _QUEUED_REQUESTS
        if full and not self._reading_paused:
            self._transport.pause_reading()
            self._reading_paused = True
        elif self._reading_paused and not self._queue:
            self._reading_paused = False
            self._transport.resume_reading()

    def _forget_answer(self) -> None:
        """Cancels what nobody waits for any more."""
        pending, self._pending = self._pending, None
        if pending is not None and not pending.done():
            pending.cancel()
        if self._stream is not None:
            self._stream.cancel()

    def close(self) -> None:
        """Closes after what is already written; called when the server stops."""
        self._deaf = True
        self._queue.clear()
        self._current = None
        self._forget_answer()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Closes at once."""
        if self._transport is not None:
            self._transport.abort()


_NAMES: dict[bytes, str] = {}


def _lower(name: bytes) -> str:
    """A header's name in lower case. Clients send the same few over and over, so they are remembered."""
    lower = name.decode("latin-1").lower()
    if len(_NAMES) < 256:
        _NAMES[name] = lower
    return lower


def _has_no_body(status: int) -> bool:
    return status in {204, 304}


def _origin_form(target: str) -> str:
    """The path of a request target in absolute form (`http://host/path`), which proxies send."""
    _, separator, rest = target.partition("://")
    if not separator:
        return "/" + target
    return "/" + rest.partition("/")[2]
