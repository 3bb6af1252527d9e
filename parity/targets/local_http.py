"""Carries the SDK's requests to a server on this machine over plain HTTP.

The SDK makes and signs each request; between that and the socket botocore has three layers more (its session, urllib3,
http.client), for proxies, TLS and much else that there is not between two processes of one machine. They take longer
than the SDK itself, and a verification asks thousands of times.
"""

import io
import select
import socket
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)
from httptools import HttpParserError, HttpResponseParser

_READ = 256 * 1024
_CONNECT_TIMEOUT = 10.0


class LocalHttp:
    """A handler of botocore's `before-send`, whose answer the SDK takes for that of its own HTTP client.

    Connections are kept and used again by whichever thread is next. `timeout` is how many seconds may pass without a
    byte of the answer. Raises what botocore's client raises.
    """

    def __init__(self, host: str, port: int, *, timeout: float) -> None:
        self._address = (host, port)
        self._timeout = timeout
        self._idle: list[socket.socket] = []

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        """Sends a prepared request and reads the answer to its end."""
        about = {"endpoint_url": request.url}
        connection = self._connection(about)
        try:
            connection.sendall(_written(request))
            answer, is_kept = _read(connection)
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(**about, error=error) from error
        except OSError as error:
            connection.close()
            raise ConnectionClosedError(**about, request=request, error=error) from error
        except HttpParserError as error:
            connection.close()
            raise HTTPClientError(error=error) from error
        if is_kept:
            self._idle.append(connection)
        else:
            connection.close()
        if answer.is_broken and not request.stream_output:
            raise ConnectionClosedError(**about, request=request, error="the answer broke off")
        return AWSResponse(request.url, answer.status, HeadersDict(answer.headers), _Body(b"".join(answer.body)))

    def close(self) -> None:
        """Closes the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self, about: dict[str, str]) -> socket.socket:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._connect(about)
            if _is_open(connection):
                return connection
            connection.close()

    def _connect(self, about: dict[str, str]) -> socket.socket:
        try:
            connection = socket.create_connection(self._address, _CONNECT_TIMEOUT)
        except TimeoutError as error:
            raise ConnectTimeoutError(**about, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(**about, error=error) from error
        connection.settimeout(self._timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


class _Answer:
    """What HttpResponseParser finds. After an interim answer (1xx) it begins anew."""

    def __init__(self) -> None:
        self.status = 0
        self.on_message_begin()

    def on_message_begin(self) -> None:
        self.headers: dict[str, str] = {}
        self.body: list[bytes] = []
        self.has_head = self.is_whole = self.is_broken = False

    def on_header(self, name: bytes, value: bytes) -> None:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        self.has_head = True

    def on_body(self, part: bytes) -> None:
        self.body.append(part)

    def on_message_complete(self) -> None:
        self.is_whole = True


class _Body(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self) -> list[bytes]:
        return [self.read()]


def _written(request: Any) -> bytes:
    url, body = urlsplit(request.url), request.body or b""
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {url.netloc}", "Accept-Encoding: identity"]
    for name, value in request.headers.items():
        lines.append(f"{name}: {value.decode('latin-1') if isinstance(value, bytes) else value}")
    head = "\r\n".join((*lines, "", "")).encode("latin-1")
    return head + (body.encode() if isinstance(body, str) else body)


def _read(connection: socket.socket) -> tuple[_Answer, bool]:
    """The answer, and whether the connection can be used again. Raises OSError, HttpParserError."""
    answer = _Answer()
    parser = HttpResponseParser(answer)
    while not (answer.is_whole and answer.status >= 200):
        data = connection.recv(_READ)
        if not data:
            break
        parser.feed_data(data)
        if answer.has_head:
            answer.status = parser.get_status_code()
    else:
        is_kept = parser.get_http_version() == "1.1" and answer.headers.get("connection", "").lower() != "close"
        return answer, is_kept
    if not (answer.has_head and answer.status >= 200):
        raise ConnectionResetError("no answer came")
    # Where no length was told, the end of the connection is that of the body; one that is too short is kept, as
    # botocore's client keeps it. Only of a body in chunks it is certain that it broke off.
    answer.is_broken = "transfer-encoding" in answer.headers
    return answer, False


def _is_open(connection: socket.socket) -> bool:
    """Whether the server has not closed the connection while nobody used it: there is nothing to read, not its end."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)
