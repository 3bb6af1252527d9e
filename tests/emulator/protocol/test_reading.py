"""What was read once is remembered, and no request gets what another one sent."""

import pytest

from emulator.errors import SerializationException, ValidationException
from emulator.protocol.model import load_model
from emulator.protocol.reading import RequestReader
from emulator.protocol.routing import Router
from emulator.wire.messages import Request

MODEL = load_model()
ROUTER = Router(MODEL.operations.values())


class Reading:
    def __init__(self, operation: str) -> None:
        self.reader = RequestReader(MODEL, MODEL.operations[operation])

    def __call__(self, method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> dict:
        route = ROUTER.route(method, path, query)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.reader.read(Request(method, path, query, given, body), route)


PATH = "/2015-03-31/functions/{}/invocations"


def test_a_payload_is_each_requests_own():
    read = Reading("Invoke")
    for body in (b"1", b"2", b"", b"3", b""):
        expected = {"FunctionName": "f"} | ({"Payload": body} if body else {})
        assert read("POST", PATH.format("f"), body=body) == expected


def test_path_query_and_headers_tell_requests_apart():
    read = Reading("Invoke")
    for _ in range(2):
        assert read("POST", PATH.format("f")) == {"FunctionName": "f"}
        assert read("POST", PATH.format("g")) == {"FunctionName": "g"}
        assert read("POST", PATH.format("f"), "Qualifier=1") == {"FunctionName": "f", "Qualifier": "1"}
        assert read("POST", PATH.format("f"), x_amz_log_type="Tail") == {"FunctionName": "f", "LogType": "Tail"}
        assert read("POST", PATH.format("f"), x_other="1") == {"FunctionName": "f"}


def test_what_an_operation_does_to_its_input_is_forgotten():
    read = Reading("GetFunction")
    for _ in range(3):
        given = read("GET", "/2015-03-31/functions/f")
        assert given == {"FunctionName": "f"}
        given["FunctionName"] = "changed"
        given["More"] = 1


def test_a_refusal_comes_each_time():
    read = Reading("GetFunction")
    for _ in range(2):
        with pytest.raises(ValidationException):
            read("GET", "/2015-03-31/functions/a!")


def test_documents_are_read_each_time():
    read = Reading("TagResource")
    path = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af"
    for value in ("1", "2"):
        assert read("POST", path, body=b'{"Tags":{"a":"%b"}}' % value.encode())["Tags"] == {"a": value}
    with pytest.raises(SerializationException):
        read("POST", path, body=b"{")
    with pytest.raises(ValidationException):
        read("POST", path)


def test_memory_is_bounded():
    read = Reading("GetFunction")
    for number in range(2000):
        assert read("GET", f"/2015-03-31/functions/f{number}") == {"FunctionName": f"f{number}"}
    assert len(read.reader._remembered) <= 512
