"""Responses that a runtime sends while the function still writes them (runtime-api.md §3)."""

import base64

import pytest

from emulator.runtime_api.session import Event, RuntimeSession
from emulator.runtime_api.states import State
from emulator.wire.incoming_body import IncomingBody
from emulator.wire.messages import Request

EVENT = Event("id-1", {"Lambda-Runtime-Aws-Request-Id": "id-1"}, b"{}")
STREAMING = {"lambda-runtime-function-response-mode": "streaming", "content-type": "text/plain"}


class Sink:
    limit = 10

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


class Heard:
    """A listener that writes down what it hears."""

    def __init__(self) -> None:
        self.calls: list[tuple] = []
        self.sink = Sink()

    def response_begun(self, body: IncomingBody, content_type: str) -> Sink:
        self.calls.append(("response_begun", content_type))
        return self.sink

    def __getattr__(self, name: str):
        return lambda *given: self.calls.append((name, *given))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def session(heard: Heard) -> RuntimeSession:
    session = RuntimeSession(heard)
    ask(session, "GET", "next")
    session.give(EVENT)
    heard.calls.clear()
    return session


def ask(session: RuntimeSession, method: str, what: str, body: IncomingBody | None = None, **headers: str):
    path = f"/2018-06-01/runtime/invocation/{what}"
    return session.handle(Request(method, path, "", headers | (STREAMING if body else {}), incoming=body))


def begin(session: RuntimeSession):
    """Begins a streamed response. Returns its body and the answer to come."""
    body = IncomingBody(lambda held: None)
    return body, ask(session, "POST", "id-1/response", body)


def send(body: IncomingBody, data: bytes, trailers: dict[str, str] | None = None) -> None:
    body.add(data)
    if trailers is not None:
        body.end(trailers)
    body.pass_on()


def test_a_response_is_passed_on_while_it_comes_and_accepted_at_its_end(session, heard):
    body, answer = begin(session)
    assert heard.calls == [("response_begun", "text/plain")]
    send(body, b"one ")
    assert heard.sink.written == b"one "
    assert session.state is State.RESPONDING
    assert not answer.done()
    send(body, b"two", {})
    assert heard.sink.written == b"one two"
    assert heard.calls[-1] == ("response_ended", 7)
    assert answer.result().status == 202
    assert session.state is State.RESPONSE_SENT


def test_what_went_wrong_is_told_in_trailers(session, heard):
    body, answer = begin(session)
    told = b'{"errorMessage":"m"}'
    trailers = {
        "lambda-runtime-function-error-type": "Function.Bad",
        "lambda-runtime-function-error-body": base64.b64encode(told).decode(),
    }
    send(body, b"one", trailers)
    assert heard.calls[-1] == ("runtime_errored", told, "", "Function.Bad")
    assert answer.result().status == 202


def test_what_is_beyond_the_limit_is_not_passed_on(session, heard):
    body, answer = begin(session)
    send(body, b"12345678")
    send(body, b"90abc", {})
    assert heard.sink.written == b"1234567890"
    assert heard.calls[-1] == (
        "response_refused",
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (10 bytes).",
    )
    assert answer.result().status == 413
    assert b"maximum allowed payload size (10 bytes)" in answer.result().body


@pytest.mark.parametrize(("method", "what"), [("GET", "next"), ("POST", "id-1/response"), ("POST", "id-1/error")])
def test_nothing_else_is_allowed_while_it_is_streamed(session, method, what):
    begin(session)
    assert ask(session, method, what).status in {400, 403}
    assert session.state is State.RESPONDING


def test_a_runtime_that_breaks_off_and_goes_on_has_answered(session, heard):
    body, _ = begin(session)
    body.cut()
    assert [call[0] for call in heard.calls] == ["response_begun"]  # it may have died, which is heard of elsewhere
    ask(session, "GET", "next")
    assert [call[:2] for call in heard.calls[1:]] == [
        ("response_refused", "Runtime.TruncatedResponse"),
        ("runtime_ready",),
    ]


def test_a_runtime_that_was_given_up_is_not_listened_to(session, heard):
    body, _ = begin(session)
    session.end()
    send(body, b"late", {})
    assert heard.sink.written == b""
    assert heard.calls == [("response_begun", "text/plain")]


def test_an_unknown_mode_is_refused(session, heard):
    answer = session.handle(
        Request("POST", "/2018-06-01/runtime/invocation/id-1/response", "", {**STREAMING, next(iter(STREAMING)): "x"})
    )
    assert answer.status == 400
    assert heard.calls[-1][:2] == ("response_refused", "Runtime.InvalidResponseModeHeader")
