"""Our `runtime_client` does for awslambdaric what its own binary does."""

import importlib.util
import socket
import threading
from pathlib import Path

import pytest

FILE = Path(__file__).parents[3] / "emulator/executors/python_runtime/runtime_client.py"
EVENT = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n"
    b"Lambda-Runtime-Deadline-Ms: 1700000000000\r\nlambda-runtime-trace-id: Root=1\r\n"
    b'Lambda-Runtime-Client-Context: {"a":"\xc3\xa9"}\r\nContent-Length: 7\r\n\r\n{"a":1}'
)
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Server:
    """Answers each request with the next of its answers; None closes the connection instead. Notes what was asked."""

    def __init__(self, *answers: bytes | None) -> None:
        self.asked: list[bytes] = []
        self.connections = 0
        self._answers = list(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while self._answers:
            connection, _ = self._listener.accept()
            self.connections += 1
            while self._answers and (request := self._read(connection)):
                self.asked.append(request)
                answer = self._answers.pop(0)
                if answer is None:
                    break
                for start in range(0, len(answer), 50):  # in pieces
                    connection.sendall(answer[start : start + 50])
            connection.close()

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return b""
            data += part
        head = data.partition(b"\r\n\r\n")[0].lower()
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        while len(data) < len(head) + 4 + length:
            data += connection.recv(65536)
        return data


@pytest.fixture
def client_of(monkeypatch):
    """A fresh client of a server."""

    def make(server: Server):
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", server.address)
        spec = importlib.util.spec_from_file_location("runtime_client", FILE)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.initialize_client("aws-lambda-python/3.12-4.2.2")
        return module

    return make


def test_next_gives_the_event_and_every_header_that_awslambdaric_reads(client_of):
    body, headers = client_of(Server(EVENT)).next()
    assert body == b'{"a":1}'
    assert headers == {
        "Lambda-Runtime-Aws-Request-Id": "id-1",
        "Lambda-Runtime-Trace-Id": "Root=1",
        "Lambda-Runtime-Invoked-Function-Arn": None,
        "Lambda-Runtime-Deadline-Ms": 1700000000000,
        "Lambda-Runtime-Client-Context": '{"a":"é"}',
        "Lambda-Runtime-Cognito-Identity": None,
        "Lambda-Runtime-Aws-Tenant-Id": None,
        "Lambda-Runtime-Invocation-Id": None,
        "Content-Type": "application/json",
    }


def test_one_connection_serves_all(client_of):
    server = Server(EVENT, ACCEPTED, EVENT, ACCEPTED)
    client = client_of(server)
    client.next()
    client.post_invocation_result("id-1", b"{}", "application/json")
    client.next()
    client.post_error("id-1", '{"errorMessage":"é"}', "{}", "inv-7")
    assert server.connections == 1
    response, error = server.asked[1], server.asked[3]
    assert response.startswith(b"POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n")
    assert b"\r\nUser-Agent: aws-lambda-python/3.12-4.2.2\r\n" in response
    assert error.startswith(b"POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1\r\n")
    assert b"\r\nLambda-Runtime-Function-XRay-Error-Cause: {}\r\n" in error
    assert b"\r\nLambda-Runtime-Invocation-Id: inv-7\r\n" in error
    assert error.endswith('{"errorMessage":"é"}'.encode())


def test_a_large_result_arrives_whole(client_of):
    server = Server(ACCEPTED)
    client_of(server).post_invocation_result("id-1", b"x" * 3_000_000, "application/json")
    assert len(server.asked[0].partition(b"\r\n\r\n")[2]) == 3_000_000


def test_asking_for_an_event_survives_a_broken_connection(client_of):
    server = Server(EVENT, None, EVENT)
    client = client_of(server)
    client.next()
    assert client.next()[0] == b'{"a":1}'
    assert server.connections == 2


def test_a_result_is_never_posted_twice(client_of):
    server = Server(EVENT, None, ACCEPTED)
    client = client_of(server)
    client.next()
    with pytest.raises(OSError):
        client.post_invocation_result("id-1", b"{}", "application/json")
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [b"403 Forbidden", b"413 Too Large", b"500 Error"])
def test_a_refused_result_is_an_error(client_of, status):
    server = Server(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nno")
    with pytest.raises(RuntimeError, match=f"Http Response code: {status[:3].decode()}. no"):
        client_of(server).post_invocation_result("id-1", b"{}", "application/json")


def test_a_refused_next_is_an_error(client_of):
    with pytest.raises(RuntimeError, match="Http Response code: 500"):
        client_of(Server(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")).next()
