"""How streamed responses go: `python -m benchmarks.streaming`. Needs Node.js; takes about ten seconds.

Three things are measured, of a handler under `awslambda.streamifyResponse`, through InvokeWithResponseStream:

- the time from the handler's first write to the first byte of it at the client (both read the same clock);
- megabytes a second of a 20 MB response, all chunks checked for their length;
- by how much the server's memory grows while it streams 200 MB, sampled as it does.

The client reads frames without a checksum and without boto3, which is slower than what is measured.
"""

import base64
import io
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

_FRAME = struct.Struct(">II")
_MEGABYTE = 1 << 20
_CLOCK = "process.hrtime.bigint()"  # CLOCK_MONOTONIC, as time.monotonic_ns() is
_HANDLER = f"""
exports.handler = awslambda.streamifyResponse(async (event, stream) => {{
  if (!event.size) {{
    stream.write(String({_CLOCK}));
    await new Promise((resolve) => setTimeout(resolve, 20));
    return stream.end();
  }}
  const part = Buffer.alloc(event.part, 120);
  for (let left = event.size; left > 0; left -= part.length) {{
    if (!stream.write(part)) await new Promise((resolve) => stream.once("drain", resolve));
  }}
  stream.end();
}});
"""
_SIGNED = (
    "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
    "SignedHeaders=host, Signature=0\r\n"
)


class Client:
    """One keep-alive connection, which reads streams of events."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb", buffering=_MEGABYTE)

    def ask(self, method: str, path: str, body: bytes = b"") -> dict[str, str]:
        """Sends a request and reads the head of its answer."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{_SIGNED}Content-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        lines = iter(self._file.readline, b"\r\n")
        status = next(lines).split(b" ")[1]
        headers = dict(line.decode().strip().lower().split(": ", 1) for line in lines)
        if not status.startswith(b"2"):
            raise SystemExit(f"{method} {path} was answered with {status.decode()}")
        return headers

    def whole(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The body of an answer that has a length."""
        data: bytes = self._file.read(int(self.ask(method, path, body).get("content-length", 0)))
        return data

    def chunks(self) -> Iterator[bytes]:
        """The chunks of a chunked body."""
        while size := int(self._file.readline(), 16):
            yield self._file.read(size)
            self._file.read(2)
        self._file.read(2)

    def stream(self, event: object) -> Iterator[bytes]:
        """Invokes the function; the payloads of the events as they come, without that of the last."""
        path = "/2021-11-15/functions/streaming/response-streaming-invocations"
        self.ask("POST", path, json.dumps(event).encode())
        held = b""
        for chunk in self.chunks():
            held = held + chunk if held else chunk
            while len(held) >= _FRAME.size and len(held) >= (length := _FRAME.unpack_from(held)[0]):
                headers = _FRAME.unpack_from(held)[1]
                if b"PayloadChunk" in held[12 : 12 + headers]:
                    yield held[12 + headers : length - 4]
                held = held[length:]


def first_byte_ms(client: Client) -> float:
    """From the handler's first write to its arrival."""
    arrived, written = 0, 0
    for payload in client.stream({}):
        arrived, written = time.monotonic_ns(), int(payload)
    return (arrived - written) / 1e6


def megabytes_per_second(client: Client, megabytes: int) -> float:
    """Of a response of that size."""
    size = megabytes * _MEGABYTE
    began = time.perf_counter()
    received = sum(len(payload) for payload in client.stream({"size": size, "part": 256 * 1024}))
    if received != size:
        raise SystemExit(f"{received} bytes arrived of {size}")
    return megabytes / (time.perf_counter() - began)


def growth_mb(client: Client, process: int) -> float:
    """By how much the server's memory has grown at most while it streamed 200 MB."""
    before = most = _resident(process)
    for number, _ in enumerate(client.stream({"size": 200 * _MEGABYTE, "part": 256 * 1024})):
        if number % 50 == 0:
            most = max(most, _resident(process))
    return (most - before) / _MEGABYTE


def _resident(process: int) -> int:
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[0]) * 1024


def _create(client: Client) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo("index.js")
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, _HANDLER)
    members = {
        "FunctionName": "streaming",
        "Runtime": "nodejs22.x",
        "Role": "arn:aws:iam::000000000000:role/benchmarks",
        "Handler": "index.handler",
        "Timeout": 60,
        "MemorySize": 1024,
        "Code": {"ZipFile": base64.b64encode(package.getvalue()).decode()},
    }
    client.whole("POST", "/2015-03-31/functions", json.dumps(members).encode())
    while b'"Active"' not in client.whole("GET", "/2015-03-31/functions/streaming/configuration"):
        time.sleep(0.05)


def main() -> None:
    """Starts an emulator, measures, and prints."""
    environment = {**os.environ, "PARITY_ALLOW_RUNTIME_SUBSTITUTION": "1"}
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        host, _, port = process.stdout.readline().strip().rpartition("/")[2].partition(":")
        client = Client(host, int(port))
        _create(client)
        first_byte_ms(client)  # the cold start
        latencies = sorted(first_byte_ms(client) for _ in range(100))
        rates = [megabytes_per_second(client, 20) for _ in range(10)]
        grown = growth_mb(client, process.pid)
    finally:
        process.terminate()
        process.wait(10)
    print(f"first byte after the handler's first write  p50 {median(latencies):.2f} ms, p99 {latencies[98]:.2f} ms")
    print(f"a stream of 20 MB                           best {max(rates):.0f} MB/s, median {median(rates):.0f} MB/s")
    print(f"memory while 200 MB are streamed            +{grown:.1f} MB")


if __name__ == "__main__":
    main()
