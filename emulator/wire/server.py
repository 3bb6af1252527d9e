"""An HTTP/1.1 server on bare asyncio: bytes in, `Request` out, `Response` in, bytes out.

One connection is one `asyncio.Protocol` over httptools' parser, which calls us back as it reads. Complete requests go
to `Answers`, which has the other half. A client that goes away cancels the future that it was waiting for. There are no
timeouts on purpose: a local client that stops in a debugger for an hour is a guest, not an attack.
"""

import asyncio
from typing import cast

import httptools

from emulator.wire.answering import Answers, Exchange, Handler
from emulator.wire.headers import headers_of
from emulator.wire.incoming_body import IncomingBody
from emulator.wire.messages import Request, Response

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_QUEUED_REQUESTS = 32  # a client that pipelines more than this has to wait until we have answered some
_NEW = -1  # the size of a head that has just begun


class HttpServer:
    """Serves `handler` on one listening socket.

    `handler` takes a `Request` and returns the `Response`, or a future of it; it must not block. What it raises becomes
    a plain 500 and a traceback in the log. Bodies larger than `max_body` bytes and heads that go on for more than
    `max_head` bytes are refused with 413 and 431, anything that is not HTTP with 400; each of these closes the
    connection. Where clients ask for the same thing over and over, byte for byte and without a body, `repeats` spares
    reading it each time; their requests are then one and the same object. Requests with the header `streamed_if` (in
    lower case) are handed over as soon as their head is read, with a body that is `incoming`; it has no limit.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        max_body: int | None = None,
        max_head: int = 65536,
        repeats: bool = False,
        streamed_if: str | None = None,
    ) -> None:
        self.handler = handler
        self.streamed_if = streamed_if
        self.repeats = repeats
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


class _TooLargeError(Exception):
    """Raised inside the parser's callbacks, which is the only way to stop the parser."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Connection(asyncio.Protocol):
    """One client: reads its requests."""

    _transport: asyncio.Transport
    _answers: Answers

    def __init__(self, server: HttpServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._parser = httptools.HttpRequestParser(self)
        # the request that is being read
        self._url = b""
        self._fields: list[bytes] = []  # of its head: name, value, name, value, ...
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._body_size = 0
        self._head_size: int | None = None  # of a head that is not complete
        self._between = True  # requests: none is half read
        self._incoming: IncomingBody | None = None  # its body, if that is handed over before it is whole
        self._fed: list[IncomingBody] = []  # bodies whose readers are yet to be told of what was just received
        self._peer = ""
        self._repeated: tuple[bytes, Exchange] | None = None
        self._owes_continue = False
        # whether we read
        self._deaf = False  # nothing that still comes is looked at
        self._paused = False  # because too much waits to be answered
        self._held = False  # because the reader of a body cannot keep up

    # --- What the transport tells us ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._answers = Answers(self._server.handler, self._transport, self._loop)
        self._server.connections.add(self)
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if isinstance(peer, tuple) else ""

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._server.connections.discard(self)
        if self._incoming is not None:
            self._incoming.cut()
        self._answers.stop()

    def data_received(self, data: bytes) -> None:
        answers, repeated = self._answers, self._repeated
        if repeated is not None and data == repeated[0] and self._between and not answers.closed:
            answers.waiting.append(repeated[1])
        elif self._server.repeats and self._between:
            self._read_and_remember(data)
        else:
            self._read(data)
        if answers.waiting:
            answers.advance()
            if len(answers.waiting) >= _QUEUED_REQUESTS and not self._paused:
                self._paused = True
                answers.when_idle = self._when_idle
                self._set_reading()
        if self._fed:
            fed, self._fed = self._fed, []
            for incoming in fed:
                incoming.pass_on()

    def _read(self, data: bytes) -> None:
        while data and not (self._deaf or self._answers.closed):
            data = self._feed(data)

    def _read_and_remember(self, data: bytes) -> None:
        """Reads, and remembers it if it was one whole request without a body."""
        waiting = self._answers.waiting
        already = len(waiting)
        self._read(data)
        if self._between and len(waiting) == already + 1 and not self._deaf:
            request = waiting[-1].request
            if not request.body and request.incoming is None:
                self._repeated = data, waiting[-1]

    def eof_received(self) -> bool:
        return False  # the client is gone, or cannot be told from one that is: close, which cancels what is pending

    def pause_writing(self) -> None:
        self._answers.hold()

    def resume_writing(self) -> None:
        self._answers.go_on()

    def _feed(self, data: bytes) -> bytes:
        """Gives `data` to the parser, which calls the methods below. Returns what it left unread."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # A client may offer another protocol (Java's offers h2c); we stay with HTTP/1.1, as a server may.
            self._parser = httptools.HttpRequestParser(self)
            return data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause.status if isinstance(cause, _TooLargeError) else 400)
        if self._head_size is not None:
            # A header that never ends reaches no callback, so its bytes are counted here: all but those of the read
            # in which the head began, which may be another request's.
            self._head_size = 0 if self._head_size == _NEW else self._head_size + len(data)
            if self._head_size > self._server.max_head:
                self._refuse(431)
        return b""

    # --- What the parser tells us ---

    def on_message_begin(self) -> None:
        self._between = False
        self._url = b""
        self._fields = []
        self._body = []
        self._body_size = 0
        self._head_size = _NEW

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += name, value

    def on_headers_complete(self) -> None:
        self._head_size = None
        self._headers = headers = headers_of(self._fields)
        limit = self._server.max_body
        if limit is not None and int(headers.get("content-length") or 0) > limit:
            raise _TooLargeError(413)
        if "expect" in headers and headers["expect"].lower() == "100-continue":
            self._owes_continue = True
            self._answers.when_idle = self._when_idle
            if self._answers.idle:
                self._invite_body()
        if self._server.streamed_if is not None and self._server.streamed_if in headers:
            self._incoming = IncomingBody(self._hold_body)
            self._hand_over(b"", self._incoming)
            self._fields = []  # from here on, trailers

    def on_body(self, body: bytes) -> None:
        self._owes_continue = False  # it did not wait
        if self._incoming is not None:
            self._incoming.add(body)
            if self._incoming not in self._fed:
                self._fed.append(self._incoming)
            return
        self._body.append(body)
        self._body_size += len(body)
        if self._server.max_body is not None and self._body_size > self._server.max_body:
            raise _TooLargeError(413)

    def on_message_complete(self) -> None:
        self._owes_continue = False
        if self._incoming is not None:
            self._incoming.end(headers_of(self._fields))
            if self._incoming not in self._fed:
                self._fed.append(self._incoming)
            self._incoming = None
            self._deaf = not self._parser.should_keep_alive()
        else:
            parts = self._body
            self._hand_over(parts[0] if len(parts) == 1 else b"".join(parts), None)
        self._between = True

    def _hand_over(self, body: bytes, incoming: IncomingBody | None) -> None:
        """Has the request answered in its turn."""
        parser, headers = self._parser, self._headers
        path, _, query = self._url.decode("latin-1").partition("?")
        if path[:1] != "/":
            path = _origin_form(path)
        keep_alive = parser.should_keep_alive()
        # Only what says so is kept open with HTTP/1.0.
        http_1_0 = (not keep_alive or "connection" in headers) and parser.get_http_version() == "1.0"
        request = Request(parser.get_method().decode("latin-1"), path, query, headers, body, self._peer, incoming)
        self._answers.waiting.append(Exchange(request, keep_alive, http_1_0))
        if not keep_alive and incoming is None:
            self._deaf = True

    # --- What we do about it ---

    def _refuse(self, status: int) -> None:
        """Answers `status` once everything before it is answered, then closes. What follows cannot be understood."""
        self._deaf = True
        self._head_size = None
        self._answers.waiting.append(Exchange(Request("", "", "", {}), keep_alive=False, refusal=Response(status)))

    def _when_idle(self) -> None:
        """Everything that was read is answered."""
        self._answers.when_idle = None
        if self._owes_continue:
            self._invite_body()
        if self._paused:
            self._paused = False
            self._set_reading()

    def _hold_body(self, held: bool) -> None:
        self._held = held
        self._set_reading()

    def _set_reading(self) -> None:
        if self._transport.is_closing():
            return
        if self._paused or self._held:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _invite_body(self) -> None:
        self._owes_continue = False
        self._transport.write(_CONTINUE)

    def close(self) -> None:
        """Closes after what is already written; called when the server stops."""
        self._answers.stop()
        self._transport.close()

    def abort(self) -> None:
        """Closes at once."""
        self._transport.abort()


def _origin_form(target: str) -> str:
    """The path of a request target in absolute form (`http://host/path`), which proxies send."""
    _, separator, rest = target.partition("://")
    if not separator:
        return "/" + target
    return "/" + rest.partition("/")[2]
