"""The way of the SDK's requests to a server on this machine: connections that are kept, and answers of every form."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from parity.targets import Endpoint
from parity.targets.wire_capture import CannotAsk

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_EMPTY = _HEAD + b"Content-Length: 2\r\n\r\n{}"


class Server:
    """Answers the requests of each connection with the parts that belong to it, in turn, and closes after the last."""

    def __init__(self, *connections: list[bytes]) -> None:
        self.accepted = 0
        self.closed = threading.Semaphore(0)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, args=(connections,), daemon=True)
        self._thread.start()

    def _serve(self, connections: tuple[list[bytes], ...]) -> None:
        for answers in connections:
            connection, _ = self._socket.accept()
            self.accepted += 1
            with connection:
                for answer in answers:
                    if not connection.recv(65536):  # each request is a single packet
                        break
                    connection.sendall(answer)
            self.closed.release()
        self._socket.close()


@contextmanager
def _asking(*connections: list[bytes]) -> Iterator[tuple[Server, Endpoint]]:
    server = Server(*connections)
    target = Endpoint(server.url)  # not entered: nothing but these requests
    try:
        yield server, target
    finally:
        target.__exit__()


def _body(target: Endpoint, operation: str = "GetFunction") -> bytes:
    return target.wire.call(operation, {"FunctionName": "f"}).answer.body


class TestAConnection:
    def test_serves_one_request_after_another(self):
        with _asking([_EMPTY] * 3) as (server, target):
            assert [_body(target) for _ in range(3)] == [b"{}"] * 3
            assert server.accepted == 1

    def test_that_the_server_has_closed_meanwhile_is_not_used_again(self):
        with _asking([_EMPTY], [_EMPTY]) as (server, target):
            _body(target)
            assert server.closed.acquire(timeout=10)
            assert _body(target) == b"{}"
            assert server.accepted == 2

    def test_that_the_server_wants_closed_is_not_used_again(self):
        closing = _HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"
        with _asking([closing, b""], [_EMPTY]) as (server, target):
            assert [_body(target), _body(target)] == [b"{}", b"{}"]
            assert server.accepted == 2


class TestAnAnswer:
    def test_comes_in_chunks(self):
        with _asking([_HEAD + b'Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n4\r\n: 1}\r\n0\r\n\r\n']) as (_, target):
            assert _body(target) == b'{"a": 1}'

    def test_without_a_length_ends_with_the_connection(self):
        with _asking([_HEAD + b'\r\n{"a": 1}']) as (_, target):
            assert _body(target) == b'{"a": 1}'

    def test_may_be_announced_by_an_interim_one(self):
        with _asking([b"HTTP/1.1 100 Continue\r\nX-Early: yes\r\n\r\n" + _EMPTY]) as (_, target):
            answer = target.wire.call("GetFunction", {"FunctionName": "f"}).answer
            assert (answer.status, answer.body, "x-early" in answer.headers) == (200, b"{}", False)

    def test_has_headers_of_one_name_joined(self):
        with _asking([_HEAD + b"X-Twice: a\r\nx-twice: b\r\nContent-Length: 2\r\n\r\n{}"]) as (_, target):
            assert target.wire.call("GetFunction", {"FunctionName": "f"}).answer.headers["x-twice"] == "a, b"

    @pytest.mark.parametrize(
        "answer", [_HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{", b"HTTP/1.1 2", b"SSH-2.0\r\n"]
    )
    def test_that_breaks_off_or_is_no_http_is_none(self, answer):
        with _asking([answer]) as (_, target), pytest.raises(CannotAsk, match="no whole answer came back"):
            _body(target)

    def test_that_breaks_off_in_a_streamed_payload_is_kept_as_far_as_it_came(self):
        with _asking([_HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{"]) as (_, target):
            assert _body(target, "Invoke") == b"{"
