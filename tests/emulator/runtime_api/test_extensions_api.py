"""The Extensions API without sockets: paths, headers, events, and every refusal (extensions-api.md §1 to §4)."""

import json
import uuid
from typing import Any

import pytest

from emulator.pending import Pending
from emulator.runtime_api.extension import Extension, invoke_event, shutdown_event
from emulator.runtime_api.extension_states import State
from emulator.runtime_api.extensions_api import ExtensionsApi, Function
from emulator.wire.messages import Request, Response

FUNCTION = Function("f", "$LATEST", "index.handler", "123456789012")


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.news: list[tuple[str, str]] = []

    def extension_registered(self, extension: Extension) -> None:
        self.news.append(("registered", extension.name))

    def extension_ready(self, extension: Extension) -> None:
        self.news.append(("ready", extension.name))

    def extension_failed(self, extension: Extension, fatal: str) -> None:
        self.news.append((fatal, extension.name))


class Client:
    """Asks an API of its own, with `external` started beside."""

    def __init__(self, *external: str) -> None:
        self.heard = Heard()
        self.api = ExtensionsApi(FUNCTION, external, self.heard)

    def ask(self, method: str, path: str, body: Any = b"", **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.api.handle(Request(method, f"/2020-01-01/extension/{path}", "", sent, data))

    def register(self, name: str = "x", *events: str, **headers: str) -> Response:
        answer = self.ask("POST", "register", {"events": events}, lambda_extension_name=name, **headers)
        assert isinstance(answer, Response)
        return answer

    def registered(self, name: str = "x", *events: str) -> dict[str, str]:
        """Headers of a registered extension."""
        return {"lambda_extension_identifier": self.register(name, *events).headers["Lambda-Extension-Identifier"]}


def refused(answer: Any) -> tuple[int, str, str]:
    members = json.loads(answer.body)
    return answer.status, members["errorType"], members["errorMessage"]


# --- register ---


@pytest.mark.parametrize("external", [True, False])
def test_registering_tells_of_the_function(external: bool):
    client = Client("x") if external else Client()
    answer = client.register("x", "INVOKE")
    assert answer.status == 200
    assert json.loads(answer.body) == {"functionName": "f", "functionVersion": "$LATEST", "handler": "index.handler"}
    assert uuid.UUID(answer.headers["Lambda-Extension-Identifier"])
    assert client.heard.news == [("registered", "x")]


@pytest.mark.parametrize(("features", "given"), [("accountId", True), ("other, accountId", True), ("accountid", False)])
def test_the_account_id_is_a_feature(features: str, given: bool):
    answer = Client("x").register("x", lambda_extension_accept_feature=features)
    assert json.loads(answer.body).get("accountId") == ("123456789012" if given else None)


def test_no_events_at_all_may_be_asked_for():
    client = Client("x")
    answer = client.ask("POST", "register", {}, lambda_extension_name="x")
    assert answer.status == 200
    assert client.api.named("x").events == ()


REFUSALS = [
    ({}, {"events": []}, "Extension.InvalidExtensionName", "Empty extension name"),
    (
        {"lambda_extension_name": "x"},
        {"events": ["OTHER"]},
        "Extension.InvalidEventType",
        "OTHER: ErrorInvalidEventType",
    ),
    (
        {"lambda_extension_name": "inside"},
        {"events": ["SHUTDOWN"]},
        "Extension.InvalidEventType",
        "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension",
    ),
    (
        {"lambda_extension_name": "x"},
        {"events": [], "configurationKeys": []},
        "InvalidRequestFormat",
        "configurationKeys are deprecated; use environment variables instead",
    ),
]


@pytest.mark.parametrize(("headers", "body", "error_type", "message"), REFUSALS)
def test_refused_registrations(headers: dict[str, str], body: Any, error_type: str, message: str):
    assert refused(Client("x").ask("POST", "register", body, **headers)) == (403, error_type, message)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"events": 1}', b'{"events": [1]}'])
def test_what_is_no_registration(body: bytes):
    assert refused(Client("x").ask("POST", "register", body, lambda_extension_name="x"))[1] == "InvalidRequestFormat"


def test_an_external_one_registers_once():
    client = Client("x")
    client.register("x")
    assert refused(client.register("x")) == (
        403,
        "Extension.InvalidExtensionState",
        "State transition from Registered to Registered failed for extension x. Error: State transition is not allowed",
    )


def test_an_internal_one_registers_once():
    client = Client()
    client.register("x")
    message = "Extension with this name already registered"
    assert refused(client.register("x")) == (403, "Extension.InvalidExtensionState", message)


def test_registration_is_closed():
    client = Client()
    client.api.close_registration()
    message = "Extension registration closed already"
    assert refused(client.register("x")) == (403, "Extension.RegistrationClosed", message)


def test_ten_in_all_and_no_more():
    client = Client(*(f"outside{number}" for number in range(6)))
    for number in range(4):
        assert client.register(f"inside{number}").status == 200
    message = "Extension limit (10) reached"
    assert refused(client.register("inside4")) == (403, "Extension.TooManyExtensions", message)


# --- who asks ---


@pytest.mark.parametrize(("method", "path"), [("GET", "event/next"), ("POST", "init/error"), ("POST", "exit/error")])
@pytest.mark.parametrize(
    ("identifier", "error_type", "message"),
    [
        (None, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"),
        ("me", "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"),
        (
            "0b1e0b22-ac9b-4b4e-8a9e-6c0b2b0f8a52",
            "Extension.UnknownExtensionIdentifier",
            "Unknown extension 0b1e0b22-ac9b-4b4e-8a9e-6c0b2b0f8a52",
        ),
    ],
)
def test_only_who_is_registered_may_ask(method: str, path: str, identifier: str | None, error_type: str, message: str):
    headers = {} if identifier is None else {"lambda_extension_identifier": identifier}
    assert refused(Client("x").ask(method, path, **headers)) == (403, error_type, message)


def test_paths_and_methods():
    client = Client("x")
    assert client.ask("POST", "other").status == 404
    assert client.ask("GET", "register").status == 405
    assert client.ask("POST", "event/next").status == 405


# --- events ---


async def test_next_waits_for_an_event():
    client = Client("x")
    headers = client.registered("x", "INVOKE")
    waiting = client.ask("GET", "event/next", **headers)
    assert isinstance(waiting, Pending)
    assert client.heard.news[-1] == ("ready", "x")
    client.api.named("x").give(invoke_event(1234, "id", "arn", "Root=1"))
    answer = await waiting
    assert answer.status == 200
    assert uuid.UUID(answer.headers["Lambda-Extension-Event-Identifier"])
    assert json.loads(answer.body) == {
        "eventType": "INVOKE",
        "deadlineMs": 1234,
        "requestId": "id",
        "invokedFunctionArn": "arn",
        "tracing": {"type": "X-Amzn-Trace-Id", "value": "Root=1"},
    }


async def test_an_event_that_came_early_is_given_at_once():
    """A shutdown in the middle of an invocation."""
    client = Client("x")
    headers = client.registered("x", "INVOKE", "SHUTDOWN")
    first = client.ask("GET", "event/next", **headers)
    client.api.named("x").give(invoke_event(1, "id", "arn", ""))
    await first
    client.api.named("x").give(shutdown_event(99, "timeout"))
    answer = client.ask("GET", "event/next", **headers)
    assert json.loads(answer.body) == {"eventType": "SHUTDOWN", "shutdownReason": "timeout", "deadlineMs": 99}
    assert client.api.named("x").state is State.RUNNING


async def test_asking_twice_is_refused():
    client = Client("x")
    headers = client.registered("x")
    client.ask("GET", "event/next", **headers)
    status, error_type, message = refused(client.ask("GET", "event/next", **headers))
    identifier = client.api.named("x").identifier
    assert (status, error_type) == (403, "Extension.InvalidExtensionState")
    assert message.startswith(f"State transition from Ready to Ready failed for extension {identifier}.")


# --- errors ---


@pytest.mark.parametrize(
    ("path", "fatal", "state"),
    [
        ("init/error", "Extension.InitError", State.INIT_ERROR),
        ("exit/error", "Extension.ExitError", State.EXIT_ERROR),
    ],
)
def test_reporting_a_failure(path: str, fatal: str, state: State):
    client = Client("x")
    headers = client.registered("x")
    answer = client.ask("POST", path, b"{}", lambda_extension_function_error_type="Extension.Mine", **headers)
    assert (answer.status, json.loads(answer.body)) == (202, {"status": "OK"})
    assert client.heard.news[-1] == (fatal, "x")
    assert client.api.named("x").state is state
    assert client.api.named("x").error_type == "Extension.Mine"


@pytest.mark.parametrize("path", ["init/error", "exit/error"])
def test_a_failure_has_a_type(path: str):
    client = Client("x")
    answer = client.ask("POST", path, b"{}", **client.registered("x"))
    message = "Lambda-Extension-Function-Error-Type not found"
    assert refused(answer) == (403, "Extension.MissingHeader", message)


async def test_init_error_is_for_init():
    client = Client("x")
    headers = client.registered("x")
    client.ask("GET", "event/next", **headers)
    answer = client.ask("POST", "init/error", lambda_extension_function_error_type="Extension.Mine", **headers)
    assert refused(answer)[1] == "Extension.InvalidExtensionState"
