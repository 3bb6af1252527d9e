"""The relay itself: one process with two ports, clients at one and runtimes at the other.

A call is given to the runtime that was used last of those that wait; where none waits and there are fewer than calls,
one more is started. No routing, no validation, no states, no limits, no logs. Started with one argument, the JSON of
`[arguments, variables]` of a runtime; says `Port N` when it accepts calls.
"""

import asyncio
import json
import subprocess
import sys
from collections import deque

import httptools
import uvloop

_ID = "00000000-0000-4000-8000-000000000000"
_EVENT_HEAD = (
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json\r\n"
    f"Lambda-Runtime-Aws-Request-Id: {_ID}\r\n"
    "Lambda-Runtime-Deadline-Ms: 4102444800000\r\n"
    "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:benchmarks\r\n"
    "Content-Length: "
).encode()
_ANSWER_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Relay:
    """Which calls wait for runtimes, and which runtimes for calls."""

    def __init__(self, arguments: list[str], variables: dict[str, str]) -> None:
        self._arguments = arguments
        self._variables = variables
        self._idle: list[_Runtime] = []
        self._calls: deque[_Client] = deque()
        self._running = 0
        self._runtimes: list[subprocess.Popen[bytes]] = []

    def listen_for_runtimes(self, port: int) -> None:
        self._variables["AWS_LAMBDA_RUNTIME_API"] = f"127.0.0.1:{port}"

    def call(self, client: "_Client") -> None:
        self._running += 1
        if self._idle:
            self._idle.pop().give(client)
            return
        self._calls.append(client)
        if len(self._runtimes) < self._running:
            self._runtimes.append(subprocess.Popen(self._arguments, env=self._variables))

    def waits(self, runtime: "_Runtime") -> None:
        if self._calls:
            runtime.give(self._calls.popleft())
        else:
            self._idle.append(runtime)

    def answered(self) -> None:
        self._running -= 1


class _Connection(asyncio.Protocol):
    """Reads requests; a subclass does something about each."""

    transport: asyncio.Transport

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self._parser = httptools.HttpRequestParser(self)
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._parts = []

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        self.received(self._parser.get_method(), b"".join(self._parts))

    def received(self, method: bytes, body: bytes) -> None:
        raise NotImplementedError


class _Client(_Connection):
    """A caller. Its requests are all calls."""

    event = b""

    def received(self, method: bytes, body: bytes) -> None:  # noqa: ARG002
        self.event = body
        self.relay.call(self)

    def answer(self, body: bytes) -> None:
        self.relay.answered()
        self.transport.write(_ANSWER_HEAD + b"%d\r\n\r\n" % len(body) + body)


class _Runtime(_Connection):
    """A runtime: GET is `next`, POST is `response`."""

    client: _Client

    def received(self, method: bytes, body: bytes) -> None:
        if method == b"GET":
            self.relay.waits(self)
        else:
            self.client.answer(body)
            self.transport.write(_ACCEPTED)

    def give(self, client: _Client) -> None:
        self.client = client
        self.transport.write(_EVENT_HEAD + b"%d\r\n\r\n" % len(client.event) + client.event)


async def _main() -> None:
    relay = Relay(*json.loads(sys.argv[1]))
    loop = asyncio.get_running_loop()
    runtimes = await loop.create_server(lambda: _Runtime(relay), "127.0.0.1", 0, backlog=1024)
    relay.listen_for_runtimes(runtimes.sockets[0].getsockname()[1])
    clients = await loop.create_server(lambda: _Client(relay), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"Port {clients.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await clients.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main())
