"""A proxy between harness and candidate that alters one thing in one answer, so that the gate can be seen to bite.

Everything else passes through byte for byte. An alteration is a function from the answer to the altered answer; it is
applied to the N-th answer whose request matches.
"""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class WireAnswer:
    """One answer on its way back, header names as the candidate wrote them. `cut`: how much of the body is sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    cut: int | None = None

    def with_header(self, name: str, value: str | None) -> "WireAnswer":
        """The answer with one header replaced, or removed when `value` is None."""
        kept = [(n, v) for n, v in self.headers if n.lower() != name.lower()]
        return replace(self, headers=kept if value is None else [*kept, (name, value)])


@dataclass
class Saboteur:
    """What to alter: the `nth` (from 0) answer to a request for which `match(method, path)` holds; None: each."""

    match: Callable[[str, str], bool]
    alter: Callable[[WireAnswer], WireAnswer]
    nth: int | None = 0
    struck: int = 0
    _seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, method: str, path: str, answer: WireAnswer) -> WireAnswer:
        if not self.match(method, path):
            return answer
        with self._lock:
            mine, self._seen = self.nth in (None, self._seen), self._seen + 1
            self.struck += mine
        return self.alter(answer) if mine else answer


@contextmanager
def between(candidate: str, saboteur: Saboteur) -> Iterator[str]:
    """Run the proxy in front of `candidate` (a URL) and give its own URL."""
    target = urlsplit(candidate)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are written apart, and each would wait for the other's ACK

        def relay(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length) if length else None
            upstream = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
            try:
                upstream.request(self.command, self.path, body=body, headers=dict(self.headers))
                got = upstream.getresponse()
                answer = WireAnswer(got.status, got.getheaders(), got.read())
            finally:
                upstream.close()
            self.reply(saboteur(self.command, self.path, answer))

        def reply(self, answer: WireAnswer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = relay

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
