"""Where an answer ends, and what a closed loop counts."""

import itertools
import socket
import threading

import pytest

from benchmarks.candidates.mirror import Mirror
from benchmarks.http_client import MeasuringError, all_at_once, ask_once, closed_loop, complete, http_request, latencies

REQUEST = http_request("POST", "/", b"{}")


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\n{}", True),
        (b"HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n\r\nContent-Length: 0\r\n\r\n", False),
    ],
)
def test_where_an_answer_ends(data, whole):
    assert complete(data) is whole


@pytest.fixture(scope="module")
def mirror():
    server = Mirror()
    server.start()
    yield server.address
    server.stop()


def test_every_answer_is_counted(mirror):
    scripts = [iter([REQUEST] * 3), iter([REQUEST] * 5)]
    assert closed_loop(mirror, scripts, 60).answers == 8
    assert len(latencies(mirror, REQUEST, 7)) == 7
    assert all_at_once(mirror, [REQUEST] * 20) > 0


def test_a_load_ends_in_time(mirror):
    load = closed_loop(mirror, [itertools.repeat(REQUEST)] * 4, 0.05)
    assert load.answers > 4
    assert load.seconds >= 0.05


@pytest.mark.parametrize("answer", [b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", b""], ids=["status 500", "closed"])
def test_what_is_no_success_is_no_measurement(answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                client, _address = listener.accept()
                client.recv(1000)
                client.sendall(answer)
                client.close()

        threading.Thread(target=serve, daemon=True).start()
        address = listener.getsockname()
        with pytest.raises(MeasuringError, match=r"status 500|closed|broke"):
            closed_loop(address, [itertools.repeat(REQUEST)], 5)
        with pytest.raises(MeasuringError, match=r"status 500|closed|broke"):
            latencies(address, REQUEST, 2)


def test_nobody_is_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with pytest.raises(MeasuringError, match="cannot connect"):
        ask_once(address, REQUEST)
