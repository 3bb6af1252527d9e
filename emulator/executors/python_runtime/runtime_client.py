"""The Runtime API client that awslambdaric expects under this name, without its C extension.

awslambdaric's own `runtime_client` is a binary (libcurl) for one version of Python. This one serves every
interpreter, with the same four functions over one kept connection; what the two send differs in nothing that the
Runtime API looks at. It stands in for the binary on all interpreters, because it also answers a warm call in a tenth
less time.

`_socket` is the C module below `socket`; importing the latter costs a cold start several milliseconds.
"""

from __future__ import annotations

import _socket
import os

_API = "/2018-06-01/runtime/invocation/"
_READ = 256 * 1024

# What awslambdaric asks for, by the lower-case name on the wire.
_HEADERS = {
    name.lower().encode(): name
    for name in (
        "Lambda-Runtime-Aws-Request-Id",
        "Lambda-Runtime-Trace-Id",
        "Lambda-Runtime-Invoked-Function-Arn",
        "Lambda-Runtime-Deadline-Ms",
        "Lambda-Runtime-Client-Context",
        "Lambda-Runtime-Cognito-Identity",
        "Lambda-Runtime-Aws-Tenant-Id",
        "Lambda-Runtime-Invocation-Id",
        "Content-Type",
    )
}

_connection: _socket.socket | None = None
_constant = b""  # what every request says

_Headers = list[tuple[bytes, bytes]]


def initialize_client(user_agent: str) -> None:
    """Remembers who asks. Connects when the first request is made."""
    global _constant
    host = os.environ["AWS_LAMBDA_RUNTIME_API"]
    _constant = f"Host: {host}\r\nUser-Agent: {user_agent}\r\n".encode()


def next() -> tuple[bytes, dict[str, object]]:
    """Waits for the next event. Returns (event bytes, headers by AWS's name; None for each that was not sent)."""
    status, head, body = _ask(b"GET " + _API.encode() + b"next HTTP/1.1\r\n" + _constant + b"\r\n", again=True)
    if status != 200:
        raise RuntimeError(f"Failed to get next invocation. Http Response code: {status}")
    headers: dict[str, object] = dict.fromkeys(_HEADERS.values())
    for name, value in head:
        known = _HEADERS.get(name)
        if known is not None:
            headers[known] = value.decode("utf-8", "replace")
    headers["Lambda-Runtime-Deadline-Ms"] = int(str(headers["Lambda-Runtime-Deadline-Ms"]))
    return body, headers


def post_invocation_result(invoke_id: str, result: bytes, content_type: str, invocation_id: str | None = None) -> None:
    """Sends the answer of an invocation."""
    _post(f"{invoke_id}/response", result, _head(invocation_id, [("Content-Type", content_type)]))


def post_error(invoke_id: str, error: str | bytes, xray_cause: str, invocation_id: str | None = None) -> None:
    """Sends the error of an invocation."""
    body = error if isinstance(error, bytes) else error.encode()
    cause = [("Lambda-Runtime-Function-XRay-Error-Cause", xray_cause)] if xray_cause else []
    _post(f"{invoke_id}/error", body, _head(invocation_id, [("Content-Type", "application/json"), *cause]))


def _head(invocation_id: str | None, headers: list[tuple[str, str]]) -> bytes:
    if invocation_id:
        headers.append(("Lambda-Runtime-Invocation-Id", invocation_id))
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode()


def _post(path: str, body: bytes, headers: bytes) -> None:
    start = f"POST {_API}{path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n".encode()
    status, _, answer = _ask(start + _constant + headers + b"\r\n" + body, again=False)
    if status != 202:
        raise RuntimeError(f"Failed to post invocation response. Http Response code: {status}. {answer.decode()}")


def _ask(request: bytes, again: bool) -> tuple[int, _Headers, bytes]:
    """One request, one answer. A kept connection may have been closed meanwhile: what may be asked twice is."""
    global _connection
    fresh = _connection is None
    try:
        if _connection is None:
            host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
            _connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
            _connection.connect((host, int(port)))
            _connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        _connection.sendall(request)
        return _read_answer(_connection)
    except OSError:
        if _connection is not None:
            _connection.close()
        _connection = None
        if fresh or not again:
            raise
        return _ask(request, again)


def _read_answer(connection: _socket.socket) -> tuple[int, _Headers, bytes]:
    data = _more(connection)
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines[1:])]
    missing = int(dict(headers).get(b"content-length", b"0")) - len(body)
    if missing > 0:
        parts = [body]
        while missing > 0:
            parts.append(_more(connection))
            missing -= len(parts[-1])
        body = b"".join(parts)
    return int(lines[0].split(b" ", 2)[1]), headers, body


def _more(connection: _socket.socket) -> bytes:
    part = connection.recv(_READ)
    if not part:
        raise ConnectionResetError("the Runtime API closed the connection")
    return part
