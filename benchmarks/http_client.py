"""A client that is quicker than what it measures: bytes prepared beforehand, bare sockets, and no more parsing than it
takes to know where an answer ends.

How quick it is itself is measured too, against a server that does nothing (candidates/mirror.py).
"""

import re
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_READ = 256 * 1024
_PATIENCE = 60.0  # seconds without any answer until a measurement is given up
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)

Address = tuple[str, int]


class MeasuringError(Exception):
    """A measurement that came to nothing: the connection broke, or an answer was not the expected one."""


class Answer(NamedTuple):
    """`head` is the status line and the headers, `body` what follows (chunks as they came)."""

    status: int
    head: bytes
    body: bytes


@dataclass(slots=True, frozen=True)
class Load:
    """What a closed loop of clients achieved: the number of complete answers, in how many seconds."""

    answers: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def http_request(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    """The bytes of a request; `headers` are whole lines, each with its line break."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def complete(data: bytes) -> bool:
    """Whether `data` is one whole answer."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    length = _LENGTH.search(data, 0, end)
    if length is not None:
        return len(data) >= end + 4 + int(length[1])
    if _CHUNKED.search(data, 0, end):
        return data.endswith(b"\r\n0\r\n\r\n")
    return True  # 204 has neither


class Connection:
    """One keep-alive connection; blocks. Raises MeasuringError where it breaks."""

    def __init__(self, address: Address) -> None:
        self._socket = _connect(address)
        self._socket.settimeout(_PATIENCE)

    def send(self, request: bytes) -> None:
        try:
            self._socket.sendall(request)
        except OSError as error:
            raise MeasuringError(f"the connection broke: {error}") from error

    def receive(self) -> Answer:
        """The whole next answer."""
        data = b""
        try:
            while not complete(data):
                part = self._socket.recv(_READ)
                if not part:
                    raise MeasuringError("the connection was closed before the answer")
                data = data + part if data else part
        except OSError as error:
            raise MeasuringError(f"the connection broke: {error}") from error
        head, _, body = data.partition(b"\r\n\r\n")
        return Answer(int(head[9:12]), head, body)

    def ask(self, request: bytes) -> Answer:
        self.send(request)
        return self.receive()

    def close(self) -> None:
        self._socket.close()


def ask_once(address: Address, request: bytes) -> Answer:
    """One request over a connection of its own."""
    connection = Connection(address)
    try:
        return connection.ask(request)
    finally:
        connection.close()


def latencies(address: Address, request: bytes, calls: int) -> list[float]:
    """Seconds of each of `calls` calls over one connection. Raises MeasuringError unless each is answered with 2xx."""
    connection = Connection(address)
    taken = []
    clock = time.perf_counter
    try:
        for _ in range(calls):
            began = clock()
            connection.send(request)
            answer = connection.receive()
            taken.append(clock() - began)
            expect_success(answer.status)
    finally:
        connection.close()
    return taken


def closed_loop(address: Address, scripts: Sequence[Iterator[bytes]], seconds: float) -> Load:
    """Each script is a client that asks its next request as soon as it has the answer to the one before.

    Raises MeasuringError unless every answer is a 2xx.
    """
    with _Clients(address, scripts) as clients:
        began = time.perf_counter()
        answers = clients.run_until(began + seconds)
        return Load(answers, time.perf_counter() - began)


def all_at_once(address: Address, requests: Sequence[bytes]) -> float:
    """Seconds until all requests, each on a connection of its own, are answered. Raises as closed_loop does."""
    with _Clients(address, [iter([request]) for request in requests]) as clients:
        began = time.perf_counter()
        clients.run_until(float("inf"))
        return time.perf_counter() - began


def expect_success(status: int) -> None:
    if not 200 <= status < 300:
        raise MeasuringError(f"answered with status {status}")


class _Clients:
    """Connections with a script each, on one epoll."""

    def __init__(self, address: Address, scripts: Sequence[Iterator[bytes]]) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._scripts: dict[int, Iterator[bytes]] = {}
        self._read: dict[int, bytes] = {}
        for script in scripts:
            connected = _connect(address)
            number = connected.fileno()
            self._sockets[number], self._scripts[number], self._read[number] = connected, script, b""
            self._poll.register(number, select.EPOLLIN)

    def __enter__(self) -> "_Clients":
        return self

    def __exit__(self, *raised: object) -> None:
        self._poll.close()
        for connected in self._sockets.values():
            connected.close()

    def run_until(self, end: float) -> int:
        """Asks until then, or until the scripts are over, and returns the number of answers."""
        busy = sum(self._ask(number) for number in list(self._sockets))
        answers = 0
        while busy:
            events = self._poll.poll(_PATIENCE)
            if not events:
                raise MeasuringError(f"no answer in {_PATIENCE:.0f} s")
            for number, _ in events:
                if self._answered(number):
                    answers += 1
                    if time.perf_counter() >= end or not self._ask(number):
                        busy -= 1
        return answers

    def _ask(self, number: int) -> bool:
        request = next(self._scripts[number], None)
        if request is None:
            return False
        try:
            self._sockets[number].sendall(request)
        except OSError as error:
            raise MeasuringError(f"the connection broke: {error}") from error
        return True

    def _answered(self, number: int) -> bool:
        try:
            part = self._sockets[number].recv(_READ)
        except OSError as error:
            raise MeasuringError(f"the connection broke: {error}") from error
        if not part:
            raise MeasuringError("the connection was closed before the answer")
        data = self._read[number] + part
        if not complete(data):
            self._read[number] = data
            return False
        self._read[number] = b""
        expect_success(int(data[9:12]))
        return True


def _connect(address: Address) -> socket.socket:
    try:
        connected = socket.create_connection(address, timeout=10)
    except OSError as error:
        raise MeasuringError(f"cannot connect: {error}") from error
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected
