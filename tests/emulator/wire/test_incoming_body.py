"""Requests that are handed over while their bodies are still being received."""

import threading
import time

from emulator.pending import Pending
from emulator.wire.incoming_body import IncomingBody
from emulator.wire.messages import Response

HEAD = b"POST /up HTTP/1.1\r\nHost: a\r\nStream: yes\r\nTransfer-Encoding: chunked\r\n\r\n"


class Reading:
    """A handler that reads bodies as they come and answers at their end with what came."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.trailers: dict[str, str] | None = None
        self.cut = threading.Event()
        self.heard = threading.Event()
        self.bodies: list[IncomingBody] = []
        self.answer: Pending[Response] = Pending()

    def handle(self, request):
        if request.incoming is None:
            return Response(200, {}, b"whole " + request.body)
        self.parts, self.answer = [], Pending()
        self.bodies.append(request.incoming)
        request.incoming.read(self)
        return self.answer

    def data_arrived(self, data: bytes) -> None:
        self.parts.append(data)
        self.heard.set()

    def body_complete(self, trailers: dict[str, str]) -> None:
        self.trailers = trailers
        self.answer.set_result(Response(202, {}, b"".join(self.parts)))

    def body_cut(self) -> None:
        self.cut.set()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def test_a_body_is_handed_over_before_it_is_whole_and_answered_at_its_end(serve):
    reading = Reading()
    client = serve(reading.handle, streamed_if="stream").client()
    client.send(HEAD + chunk(b"one "))
    assert reading.heard.wait(5)
    assert reading.parts == [b"one "]
    client.send(chunk(b"two"), b"0\r\nX-Error: Bad\r\n\r\n")
    status, _, body = client.answer()
    assert (status, body) == (202, b"one two")
    assert reading.trailers == {"x-error": "Bad"}


def test_only_requests_with_the_header_are(serve):
    client = serve(Reading().handle, streamed_if="stream").client()
    client.send(b"POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
    assert client.answer()[2] == b"whole ab"


def test_what_comes_in_one_packet_is_one_part(serve):
    reading = Reading()
    client = serve(reading.handle, streamed_if="stream").client()
    client.send(HEAD, chunk(b"a"), chunk(b"b"), b"0\r\n\r\n")
    assert client.answer()[2] == b"ab"
    assert reading.parts == [b"ab"]
    assert reading.trailers == {}


def test_requests_behind_it_are_answered_in_their_turn(serve):
    reading = Reading()
    client = serve(reading.handle, streamed_if="stream", repeats=True).client()
    for _ in range(3):
        client.send(
            HEAD, chunk(b"a"), b"0\r\n\r\n", HEAD, chunk(b"b"), b"0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        assert [client.answer()[2] for _ in range(3)] == [b"a", b"b", b"whole "]


def test_a_sender_waits_while_the_reader_cannot_keep_up(serve):
    reading = Reading()
    server = serve(reading.handle, streamed_if="stream")
    client = server.client()
    client.send(HEAD, chunk(b"first"))
    assert reading.heard.wait(5)
    server.call(reading.bodies[0].hold)
    client.socket.settimeout(0.3)
    sent, part = 0, chunk(bytes(1 << 16))
    try:
        for _ in range(1000):
            sent += client.socket.send(part)
    except TimeoutError:
        pass
    assert sent < 1000 * len(part)  # the buffers of the two sockets are full
    assert sum(map(len, reading.parts)) < 1 << 20
    before = sum(map(len, reading.parts))
    server.call(reading.bodies[0].go_on)
    deadline = time.monotonic() + 5
    while sum(map(len, reading.parts)) <= before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sum(map(len, reading.parts)) > before


def test_a_body_that_breaks_off_is_told_of(serve):
    reading = Reading()
    client = serve(reading.handle, streamed_if="stream").client()
    client.send(HEAD, chunk(b"one"))
    assert reading.heard.wait(5)
    client.close()
    assert reading.cut.wait(5)
    assert reading.trailers is None


def test_a_body_that_nobody_reads_is_thrown_away(serve):
    client = serve(lambda request: Response(403, {}, b"no"), streamed_if="stream").client()
    client.send(HEAD, chunk(b"one"))
    assert client.answer()[0] == 403
    client.send(chunk(b"two"), b"0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.answer()[0] == 403
