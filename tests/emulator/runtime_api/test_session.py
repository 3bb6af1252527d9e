"""The Runtime API as a runtime sees it: statuses and bodies of runtime-api.md."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from emulator.execution.invocation import Invocation
from emulator.quotas import SYNCHRONOUS_RESPONSE
from emulator.runtime_api.error_type import reported_error_type
from emulator.runtime_api.event import event_for, trace_id
from emulator.runtime_api.session import Event, RuntimeSession
from emulator.wire.messages import Request, Response
from emulator.wire.server import HttpServer

NEXT = "/2018-06-01/runtime/invocation/next"
EVENT = Event("id-1", {"Lambda-Runtime-Aws-Request-Id": "id-1"}, b'{"a": 1}')


@dataclass
class Heard:
    """A listener that writes down what it hears."""

    calls: list[tuple] = field(default_factory=list)

    def __getattr__(self, name: str):
        return lambda *given: self.calls.append((name, *given))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def session(heard: Heard) -> RuntimeSession:
    return RuntimeSession(heard)


def ask(session: RuntimeSession, method: str, path: str, body: bytes = b"", **headers: str):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return session.handle(Request(method, path, "", given, body))


def post(session: RuntimeSession, what: str, body: bytes = b"{}", request_id: str = "id-1", **headers: str) -> Response:
    return ask(session, "POST", f"/2018-06-01/runtime/invocation/{request_id}/{what}", body, **headers)


async def running(session: RuntimeSession) -> Response:
    """Brings a session to where an event has been given; returns the answer to `next`."""
    waiting = ask(session, "GET", NEXT)
    session.give(EVENT)
    return await waiting


async def test_next_waits_for_an_event_and_gets_it_unchanged(session, heard):
    waiting = ask(session, "GET", NEXT)
    await asyncio.sleep(0)
    assert not waiting.done()
    assert heard.calls == [("runtime_ready",)]
    session.give(EVENT)
    assert await waiting == Response(200, EVENT.headers, EVENT.body)


async def test_an_event_that_nobody_waits_for_is_kept(session):
    waiting = ask(session, "GET", NEXT)
    waiting.cancel()  # the connection broke
    session.give(EVENT)
    assert ask(session, "GET", NEXT) == Response(200, EVENT.headers, EVENT.body)


async def test_asking_again_while_running_gives_the_same_event(session):
    await running(session)
    assert ask(session, "GET", NEXT).body == EVENT.body


async def test_response(session, heard):
    await running(session)
    answer = post(session, "response", b'"done"', content_type="application/json")
    assert (answer.status, answer.body) == (202, b'{"status":"OK"}\n')
    assert answer.headers["Content-Type"] == "application/json"
    assert heard.calls[-1] == ("runtime_responded", b'"done"', "application/json")


async def test_error(session, heard):
    await running(session)
    body = b'{"errorMessage":"m","errorType":"E"}'
    headers = {"lambda_runtime_function_error_type": "Runtime.UserCodeSyntaxError"}
    answer = post(session, "error", body, content_type="application/json", **headers)
    assert (answer.status, answer.body) == (202, b'{"status":"OK"}\n')
    assert heard.calls[-1] == ("runtime_errored", body, "application/json", "Runtime.UserCodeSyntaxError")


@pytest.mark.parametrize("what", ["response", "error"])
async def test_an_unknown_request_id_is_refused_before_the_state_is_looked_at(session, what):
    answer = post(session, what, request_id="other")
    assert answer.status == 400
    assert answer.body == b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}\n'


async def test_a_second_response_to_one_event_is_refused(session):
    await running(session)
    post(session, "response")
    assert post(session, "response").status == 400


async def test_a_response_of_the_greatest_size_passes(session):
    await running(session)
    assert post(session, "response", b"x" * SYNCHRONOUS_RESPONSE).status == 202


async def test_a_response_that_is_too_large(session, heard):  # [rec: test_lambda_too_large_response, 2025-11-24]
    await running(session)
    answer = post(session, "response", b"x" * (SYNCHRONOUS_RESPONSE + 1))
    assert answer.status == 413
    assert json.loads(answer.body) == {
        "errorMessage": "Exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "RequestEntityTooLarge",
    }
    text = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    assert heard.calls[-1] == ("response_refused", "Function.ResponseSizeTooLarge", text)


async def test_streaming_is_the_only_response_mode(session, heard):
    await running(session)
    answer = post(session, "response", lambda_runtime_function_response_mode="other")
    assert answer.status == 400
    assert json.loads(answer.body)["errorType"] == "InvalidFunctionResponseMode"
    assert heard.calls[-1][:2] == ("response_refused", "Runtime.InvalidResponseModeHeader")


async def test_init_error(session, heard):
    path = "/2018-06-01/runtime/init/error"
    headers = {"lambda_runtime_function_error_type": "Runtime.ImportModuleError"}
    answer = ask(session, "POST", path, b'{"errorMessage":"m"}', content_type="application/json", **headers)
    assert (answer.status, answer.body) == (202, b'{"status":"OK"}\n')
    assert heard.calls == [("init_failed", b'{"errorMessage":"m"}', "application/json", "Runtime.ImportModuleError")]


async def test_init_error_is_too_late_once_an_event_was_asked_for(session):
    await running(session)
    answer = ask(session, "POST", "/2018-06-01/runtime/init/error", b"{}")
    assert answer.status == 403
    assert json.loads(answer.body) == {
        "errorMessage": "State transition from Running to InitError failed for runtime. "
        "Error: State transition is not allowed",
        "errorType": "InvalidStateTransition",
    }


async def test_ping(session):
    assert ask(session, "GET", "/2018-06-01/ping").body == b"pong"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/2018-06-01/runtime/restore/next", 404),  # mounted with SnapStart alone
        ("POST", "/2018-06-01/runtime/restore/error", 404),
        ("GET", "/", 404),
        ("GET", "/2018-06-01/runtime/invocation/id-1/nothing", 404),
        ("POST", NEXT, 405),
        ("GET", "/2018-06-01/runtime/init/error", 405),
        ("GET", "/2018-06-01/runtime/invocation/id-1/response", 405),
    ],
)
async def test_what_is_not_there(session, method, path, status):
    assert ask(session, method, path).status == status


async def test_a_session_that_has_ended_listens_to_nothing(session, heard):
    await running(session)
    session.end()
    assert post(session, "response").status == 503
    assert heard.calls == [("runtime_ready",)]


async def test_over_a_socket(session):
    server = HttpServer(session.handle)
    port = await server.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {NEXT} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    while session.state.value != "Ready":
        await asyncio.sleep(0.001)
    session.give(EVENT)
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"Lambda-Runtime-Aws-Request-Id: id-1" in head
    assert await reader.readexactly(len(EVENT.body)) == EVENT.body
    writer.close()
    await server.close()


def test_headers_of_an_event():
    event = event_for(Invocation("id-1", b"{}", "arn:x", client_context='{"a":\n"\xe9"}'), 1_700_000_000_000)
    assert event.headers["Lambda-Runtime-Aws-Request-Id"] == "id-1"
    assert event.headers["Lambda-Runtime-Deadline-Ms"] == "1700000000000"
    assert event.headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn:x"
    assert event.headers["Lambda-Runtime-Client-Context"] == '{"a": "\xe9"}'
    assert "Lambda-Runtime-Client-Context" not in event_for(Invocation("i", b"", "a"), 0).headers


def test_the_trace_keeps_the_caller_s_root_and_gains_a_lineage():  # [rec: test_xray_trace_propagation]
    parts = dict(part.split("=") for part in trace_id("arn", "Root=1-abc-def;Sampled=1").split(";"))
    assert (parts["Root"], parts["Sampled"]) == ("1-abc-def", "1")
    assert set(parts) == {"Root", "Parent", "Sampled", "Lineage"}
    assert dict(part.split("=") for part in trace_id("arn", None).split(";"))["Root"].startswith("1-")


@pytest.mark.parametrize(
    ("header", "reported"),
    [
        ("Runtime.ImportModuleError", "Runtime.ImportModuleError"),
        ("Function.Custom", "Function.Custom"),
        ("Function.lower", "Function.Unknown"),
        ("Exception", "Runtime.Unknown"),
        ("", "Runtime.Unknown"),
    ],
)
def test_error_types_that_may_be_reported(header, reported):
    assert reported_error_type(header) == reported
