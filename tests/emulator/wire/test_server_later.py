"""Answers that come later, or bit by bit, or no more because the server stops; over real sockets."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import httptools
import pytest

from emulator.wire.answering import BrokenOff
from emulator.wire.messages import Request, Response


class TestFutures:
    def test_answer_when_they_are_done(self, serve, later, echo):
        client = serve(lambda request: later(echo(request), 0.02)).client()
        client.send(b"GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[1]["x-asked"] == "GET /later"

    def test_are_cancelled_when_the_client_leaves(self, serve, until):
        futures: list[asyncio.Future[Response]] = []
        running = serve(lambda _: futures.append(asyncio.get_running_loop().create_future()) or futures[-1])
        client = running.client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: bool(futures))
        assert not futures[0].cancelled()
        client.close()
        until(futures[0].cancelled)

    def test_that_fail_are_500(self, serve, capfd):
        def handler(_: Request) -> "asyncio.Future[Response]":
            future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
            future.set_exception(ZeroDivisionError())
            return future

        client = serve(handler).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[0] == 500

    def test_that_are_cancelled_by_their_maker_are_503(self, serve):
        def handler(_: Request) -> "asyncio.Future[Response]":
            future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
            future.cancel()
            return future

        client = serve(handler).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[0] == 503


class TestStreams:
    def test_are_sent_chunk_by_chunk_as_they_come(self, serve):
        go_on = threading.Event()

        async def body() -> AsyncIterator[bytes]:
            yield b"first"
            yield b""  # an empty chunk would end the stream for the client
            await asyncio.get_running_loop().run_in_executor(None, go_on.wait, 5)
            yield b"second"

        client = serve(lambda _: Response(200, {}, body())).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.until(b"\r\n\r\n")
        assert client.chunk() == b"first"
        go_on.set()
        assert client.chunk() == b"second"
        assert client.chunk() == b""

    def test_leave_the_connection_open(self, serve, chunks):
        client = serve(lambda _: Response(200, {}, chunks(b"a", b"b"))).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
        assert [client.answer()[2] for _ in range(2)] == [b"ab", b"ab"]

    def test_to_http_1_0_are_not_chunked_and_end_with_the_connection(self, serve, chunks):
        client = serve(lambda _: Response(200, {}, chunks(b"a", b"b"))).client()
        client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert b"chunked" not in client.until(b"\r\n\r\n")
        assert client.exactly(2) == b"ab"
        assert client.is_closed()

    def test_that_fail_are_cut_off(self, serve, capfd):
        async def body() -> AsyncIterator[bytes]:
            yield b"half"
            raise ZeroDivisionError

        client = serve(lambda _: Response(200, {}, body())).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        with pytest.raises((EOFError, ConnectionResetError)):
            client.answer()

    def test_wait_for_a_client_that_reads_slowly(self, serve):
        sent = 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(640):
                sent += 65536
                yield b"x" * 65536

        client = serve(lambda _: Response(200, {}, body())).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.until(b"\r\n\r\n")
        time.sleep(0.2)
        assert sent < 640 * 65536 / 2, "the server must not buffer the whole stream"
        assert sum(map(len, iter(client.chunk, b""))) == 640 * 65536

    def test_are_closed_when_the_client_leaves(self, serve):
        closed = threading.Event()

        async def body() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x"
                    await asyncio.sleep(0.001)
            finally:
                closed.set()

        client = serve(lambda _: Response(200, {}, body())).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.until(b"\r\n\r\n")
        client.close()
        assert closed.wait(2)

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_that_can_be_closed_are_told_when_nobody_asks_any_more(self, serve, until, method):
        body = Closable()
        client = serve(lambda _: Response(200, {}, body)).client()
        client.send(f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        client.answer(head_only=method == "HEAD")
        until(lambda: body.closed == 1)

    def test_that_can_be_closed_are_told_when_the_client_leaves(self, serve, until):
        body = Closable(endless=True)
        client = serve(lambda _: Response(200, {}, body)).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.close()  # perhaps before anything was asked of it
        until(lambda: body.closed == 1)

    def test_that_break_off_are_cut_without_a_word_in_the_log(self, serve, capfd):
        async def body() -> AsyncIterator[bytes]:
            yield b"so far"
            raise BrokenOff

        client = serve(lambda _: Response(200, {}, body())).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.until(b"\r\n\r\n")
        assert client.chunk() == b"so far"
        with pytest.raises((EOFError, ConnectionResetError)):
            client.chunk()
        assert "Traceback" not in capfd.readouterr().err


class Closable:
    """A body that counts how often it is closed."""

    def __init__(self, *, endless: bool = False) -> None:
        self.closed = 0
        self._left = 3
        self._endless = endless

    def __aiter__(self) -> "Closable":
        return self

    async def __anext__(self) -> bytes:
        if self._endless:
            await asyncio.sleep(3600)
        self._left -= 1
        if self._left < 0:
            raise StopAsyncIteration
        return b"part"

    def close(self) -> None:
        self.closed += 1


def test_each_cookie_has_a_header_of_its_own(serve):
    client = serve(lambda _: Response(200, {"X-A": "b"}, b"", ("one=1", "two=2; Secure"))).client()
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"\r\nset-cookie: one=1\r\nset-cookie: two=2; Secure\r\n" in client.until(b"\r\n\r\n")


class TestStopping:
    def test_cancels_what_is_pending_and_closes_idle_connections(self, serve, until):
        futures: list[asyncio.Future[Response]] = []
        running = serve(lambda _: futures.append(asyncio.get_running_loop().create_future()) or futures[-1])
        busy, idle = running.client(), running.client()
        busy.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: bool(futures))
        asyncio.run_coroutine_threadsafe(running.server.close(), running.loop).result(2)
        assert futures[0].cancelled()
        assert busy.is_closed()
        assert idle.is_closed()
        with pytest.raises(ConnectionRefusedError):
            running.client()

    def test_does_not_wait_for_a_client_that_does_not_read(self, serve):
        running = serve(lambda _: Response(200, {}, b"x" * 20_000_000))
        client = running.client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.exactly(1)
        asyncio.run_coroutine_threadsafe(running.server.close(grace=0.1), running.loop).result(2)
        assert not running.server.connections


def test_answers_are_http_for_another_parser(serve, chunks):
    class Reader:
        body = b""
        done = False

        def on_body(self, body: bytes) -> None:
            self.body += body

        def on_message_complete(self) -> None:
            self.done = True

    client = serve(lambda _: Response(200, {"X": "y"}, chunks(b"one", b"two"))).client()
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    reader = Reader()
    parser = httptools.HttpResponseParser(reader)
    while not reader.done:
        parser.feed_data(client.socket.recv(65536))
    assert (parser.get_status_code(), reader.body) == (200, b"onetwo")
