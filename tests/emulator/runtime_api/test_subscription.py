"""What a subscription to telemetry may say, and what is said to one that is wrong (telemetry-logs-api.md §1)."""

import json
from typing import Any

import pytest

from emulator.runtime_api.extension import Extension
from emulator.runtime_api.extensions_api import ExtensionsApi, Function
from emulator.runtime_api.subscription import LOGS, TELEMETRY, Api, InvalidSubscriptionError, Subscription, parse
from emulator.runtime_api.telemetry_api import TelemetryApi
from emulator.wire.messages import Request
from tests.emulator.runtime_api.test_extensions_api import Heard

URI = "http://sandbox.localdomain:8080/events"
GOOD = {
    "schemaVersion": "2022-12-13",
    "types": ["platform", "function", "extension"],
    "destination": {"protocol": "HTTP", "URI": URI},
}


def parsed(api: Api = TELEMETRY, **members: Any) -> Subscription:
    given = {name: value for name, value in {**GOOD, **members}.items() if value is not None}
    return parse(api, json.dumps(given).encode())


def wrong(api: Api = TELEMETRY, **members: Any) -> str:
    with pytest.raises(InvalidSubscriptionError) as refused:
        parsed(api, **members)
    return str(refused.value)


def test_defaults():
    found = parsed()
    assert (found.port, found.path, found.method) == (8080, "/events", "POST")
    assert (found.max_items, found.max_bytes, found.timeout_ms) == (10_000, 262_144, 1_000)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("maxItems", 1_000, 10_000), ("maxBytes", 262_144, 1_048_576), ("timeoutMs", 25, 30_000)],
)
def test_buffering_has_limits(name: str, least: int, most: int):
    for value in (least, most):
        assert value in parsed(buffering={name: value})
    for value in (least - 1, most + 1, "1000", True):
        assert wrong(buffering={name: value}) == f"{name} should be between {least} and {most}"


@pytest.mark.parametrize("version", ["2022-07-01", "2022-12-13", "2025-01-29"])
def test_schema_versions_of_the_telemetry_api(version: str):
    assert parsed(schemaVersion=version).schema == version


@pytest.mark.parametrize("version", ["2020-08-15", None, 1])
def test_other_schema_versions(version: Any):
    assert wrong(schemaVersion=version).startswith("schemaVersion should be one of 2022-07-01")


def test_schema_versions_of_the_logs_api():
    assert parsed(LOGS, schemaVersion=None).schema == "2020-08-15"
    assert parsed(LOGS, schemaVersion="2021-03-18").schema == "2021-03-18"
    assert wrong(LOGS, schemaVersion="2022-07-01").startswith("schemaVersion should be one of 2020-08-15")


@pytest.mark.parametrize("types", [None, []])
def test_types_are_needed(types: Any):
    assert wrong(types=types) == "types should not be empty"


@pytest.mark.parametrize("types", [["platforms"], "platform", [1]])
def test_types_are_those_that_there_are(types: Any):
    assert wrong(types=types) == "types should be of platform, function, extension"


@pytest.mark.parametrize("host", ["sandbox.localdomain", "sandbox"])
def test_destinations(host: str):
    assert parsed(destination={"protocol": "HTTP", "URI": f"http://{host}:1"}).path == "/"
    found = parsed(destination={"protocol": "TCP", "port": 9})
    assert (found.port, found.path) == (9, None)


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        (None, "destination is not provided"),
        ({"protocol": "UDP"}, "protocol should be one of HTTP, TCP"),
        ({"protocol": "TCP"}, "port is not provided"),
        ({"protocol": "TCP", "port": 65536}, "port should be between 1 and 65535"),
        ({"protocol": "HTTP"}, "URI is not provided"),
        ({"protocol": "HTTP", "URI": "http://sandbox.localdomain"}, "URI port is not provided"),
        ({"protocol": "HTTP", "URI": "https://sandbox:1"}, "URI scheme should be http"),
        ({"protocol": "HTTP", "URI": "http://example.com:1"}, "URI host should be one of sandbox.localdomain, sandbox"),
        ({"protocol": "HTTP", "URI": "http://sandbox:port"}, "URI is not valid"),
    ],
)
def test_wrong_destinations(destination: Any, message: str):
    assert wrong(destination=destination) == message


def test_only_the_logs_api_has_methods():
    put = {"protocol": "HTTP", "URI": URI, "method": "PUT"}
    assert parsed(destination=put).method == "POST"
    assert parsed(LOGS, schemaVersion=None, destination=put).method == "PUT"
    assert wrong(LOGS, schemaVersion=None, destination={**put, "method": "GET"}) == "method should be one of POST, PUT"


def test_all_that_is_wrong_is_said_at_once():
    """The example of the guide [docs: runtimes-logs-api]."""
    destination = {"protocol": "HTTP", "URI": "http://sandbox.localdomain"}
    assert wrong(types=[], destination=destination) == "URI port is not provided; types should not be empty"


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_what_is_no_subscription(body: bytes):
    with pytest.raises(InvalidSubscriptionError):
        parse(TELEMETRY, body)


# --- The calls ---


class Subscriptions:
    def __init__(self) -> None:
        self.made: list[tuple[str, Api]] = []
        self.extensions = ExtensionsApi(Function("f", "1", "h", "123456789012"), ["x"], Heard())
        self.api = TelemetryApi(self.extensions, self)
        named = {"lambda-extension-name": "x"}
        answer = self.extensions.handle(Request("POST", "/2020-01-01/extension/register", "", named, b"{}"))
        self.identifier = answer.headers["Lambda-Extension-Identifier"]  # type: ignore[union-attr]  # not a future

    def extension_subscribed(self, extension: Extension, subscription: Subscription) -> None:
        self.made.append((extension.name, subscription.api))

    def put(self, api: Api = TELEMETRY, method: str = "PUT", identifier: str | None = None, **members: Any) -> Any:
        headers = {"lambda-extension-identifier": self.identifier if identifier is None else identifier}
        answer = self.api.handle(Request(method, api.path, "", headers, json.dumps({**GOOD, **members}).encode()), api)
        return answer.status, json.loads(answer.body or b"null")


def test_subscribing():
    subscriptions = Subscriptions()
    assert subscriptions.put() == (200, "OK")
    assert subscriptions.put() == (200, "OK")  # a second one replaces the first
    assert subscriptions.made == [("x", TELEMETRY)] * 2


def test_subscribing_to_the_logs_api():
    subscriptions = Subscriptions()
    assert subscriptions.put(LOGS, schemaVersion="2021-03-18") == (200, "OK")
    assert subscriptions.made == [("x", LOGS)]


def test_a_wrong_subscription():
    assert Subscriptions().put(types=[]) == (
        400,
        {"errorType": "ValidationError", "errorMessage": "types should not be empty"},
    )


@pytest.mark.parametrize(("api", "name"), [(TELEMETRY, "Telemetry"), (LOGS, "Logs")])
def test_after_init_it_is_too_late(api: Api, name: str):
    subscriptions = Subscriptions()
    subscriptions.api.close()
    message = f"{name} API subscription is closed"
    assert subscriptions.put(api) == (403, {"errorMessage": message, "errorType": f"{name}.SubscriptionClosed"})


def test_only_registered_extensions_subscribe():
    unknown = "0b1e0b22-ac9b-4b4e-8a9e-6c0b2b0f8a52"
    status, error = Subscriptions().put(identifier=unknown)
    assert (status, error["errorType"]) == (403, "Extension.UnknownExtensionIdentifier")


def test_who_uses_one_api_cannot_use_the_other():
    """[docs: runtimes-logs-api, Important]"""
    subscriptions = Subscriptions()
    subscriptions.put()
    assert subscriptions.put(LOGS, schemaVersion="2021-03-18")[0] == 400


def test_another_method():
    assert Subscriptions().put(method="POST")[0] == 405
