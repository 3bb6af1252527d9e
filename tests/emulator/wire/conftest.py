"""A real `HttpServer` in a thread of its own and real sockets for clients, so that tests can be plain functions."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import uvloop

from emulator.wire.messages import Request, Response
from emulator.wire.server import HttpServer


class Client:
    """A socket that sends raw bytes and reads raw answers."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def until(self, end: bytes) -> bytes:
        """What arrives up to and with `end`."""
        while end not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(self.buffer)
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(end)
        return head + end

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(self.buffer)
            self.buffer += data
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def answer(self, *, head_only: bool = False) -> tuple[int, dict[str, str], bytes]:
        """The next whole answer: status, headers by lower-case name, body (of a chunked one, joined)."""
        lines = self.until(b"\r\n\r\n").decode().split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        if head_only or status in {100, 204, 304}:
            return status, headers, b""
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, b"".join(iter(self.chunk, b""))
        return status, headers, self.exactly(int(headers["content-length"]))

    def chunk(self) -> bytes:
        size = int(self.until(b"\r\n"), 16)
        data = self.exactly(size)
        assert self.exactly(2) == b"\r\n"
        return data

    def is_closed(self) -> bool:
        """True as soon as the server has closed its side and nothing more is to be read."""
        try:
            self.buffer += self.socket.recv(65536)
        except ConnectionResetError:
            return not self.buffer
        return not self.buffer

    def close(self) -> None:
        self.socket.close()


class Running:
    """A server that runs, and the loop it runs on."""

    def __init__(self, server: HttpServer, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self.server = server
        self.loop = loop
        self.port = port
        self.clients: list[Client] = []

    def client(self) -> Client:
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def call(self, function: Callable[[], object]) -> None:
        """Runs a function on the server's loop and waits for it."""
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (function(), done.set()))
        assert done.wait(5)


Serve = Callable[..., Running]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(handler, **limits)` starts a server on a free port; all of them are stopped after the test."""
    with contextlib.ExitStack() as stack:

        def start(handler: Callable[[Request], Response | asyncio.Future[Response]], **limits: int) -> Running:
            return stack.enter_context(_running(handler, limits))

        yield start


@contextlib.contextmanager
def _running(
    handler: Callable[[Request], Response | asyncio.Future[Response]], limits: dict[str, int]
) -> Iterator[Running]:
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = HttpServer(handler, **limits)
    port = asyncio.run_coroutine_threadsafe(server.start("127.0.0.1", 0), loop).result(5)
    running = Running(server, loop, port)
    try:
        yield running
    finally:
        for client in running.clients:
            client.close()
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@pytest.fixture
def echo() -> Callable[[Request], Response]:
    """A handler that says what it was asked, so that a test can see what arrived."""

    def answer(request: Request) -> Response:
        query = f"?{request.query}" if request.query else ""
        return Response(200, {"X-Asked": f"{request.method} {request.path}{query}"}, request.body)

    return answer


@pytest.fixture
def later() -> Callable[..., asyncio.Future[Response]]:
    """`later(response, seconds)`: a future of a response."""

    def settle(response: Response, seconds: float = 0.001) -> asyncio.Future[Response]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Response] = loop.create_future()
        loop.call_later(seconds, lambda: future.done() or future.set_result(response))
        return future

    return settle


@pytest.fixture
def chunks() -> Callable[..., AsyncIterator[bytes]]:
    """`chunks(b"a", b"b")`: a body that comes in two parts."""

    async def body(*parts: bytes) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return body


@pytest.fixture
def until() -> Callable[..., None]:
    """`until(condition)`: waits for something that happens on the server's thread."""

    def wait(condition: Callable[[], object], seconds: float = 2.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.002)

    return wait
