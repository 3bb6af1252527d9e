"""`FakeAws` behind a real socket, as any other emulator would stand there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

from tests.parity.fake_aws import FakeAws


@contextmanager
def endpoint(fake: FakeAws) -> Iterator[str]:
    """The URL at which the fake answers. The service is the one that the request is signed for."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service = self.headers.get("Authorization", "///lambda/").split("/")[3]
            headers = {"X-Amz-Target": self.headers.get("X-Amz-Target", "").encode()}
            url = f"https://{service}.us-east-1.amazonaws.com{self.path}"
            answer = fake(SimpleNamespace(url=url, method=self.command, headers=headers, body=body))
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at the answers."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
