"""A subscription to telemetry, as an extension asks for it: Telemetry API and Logs API differ in little.

telemetry-logs-api.md §1 has the members, their defaults and limits. Everything that is wrong with a request is said at
once, joined by `; `. Of the messages only `URI port is not provided` and `types should not be empty` are known from
AWS [docs: runtimes-logs-api]; the others are worded like them.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

EVENT_TYPES = ("platform", "function", "extension")
_HOSTS = ("sandbox.localdomain", "sandbox")
_LAST_PORT = 65535


class Api(NamedTuple):
    """One of the two APIs: `path`, the words for it in refusals and in the log, and its schema versions."""

    path: str
    name: str  # in the types and texts of errors
    log_kind: str  # `platform.<log_kind>` tells of a subscription
    schemas: tuple[str, ...]
    default_schema: str | None
    methods: tuple[str, ...]


TELEMETRY = Api(
    "/2022-07-01/telemetry",
    "Telemetry",
    "telemetrySubscription",
    ("2022-07-01", "2022-12-13", "2025-01-29"),
    None,
    ("POST",),
)
LOGS = Api("/2020-08-15/logs", "Logs", "logsSubscription", ("2020-08-15", "2021-03-18"), "2020-08-15", ("POST", "PUT"))


class Limit(NamedTuple):
    """The values that a member of `buffering` may have."""

    default: int
    least: int
    most: int


BUFFERING = {
    "maxItems": Limit(10_000, 1_000, 10_000),
    "maxBytes": Limit(262_144, 262_144, 1_048_576),
    "timeoutMs": Limit(1_000, 25, 30_000),
}


class Subscription(NamedTuple):
    """Where events of these types go, and how many at once. `path` is None for TCP."""

    api: Api
    schema: str
    types: tuple[str, ...]
    port: int
    path: str | None
    method: str
    max_items: int
    max_bytes: int
    timeout_ms: int


class InvalidSubscriptionError(Exception):
    """A request that makes no subscription. Its text is what the extension is told."""


def parse(api: Api, body: bytes) -> Subscription:
    """The subscription that a request's body describes. Raises InvalidSubscriptionError."""
    try:
        members: Any = json.loads(body)
    except ValueError as error:
        raise InvalidSubscriptionError(f"body is not JSON: {error}") from None
    if not isinstance(members, dict):
        raise InvalidSubscriptionError("body should be a JSON object")
    wrong: list[str] = []
    schema = _schema(api, members.get("schemaVersion", api.default_schema), wrong)
    port, path, method = _destination(api, members.get("destination"), wrong)
    types = _types(members.get("types"), wrong)
    numbers = [_number(name, limit, members.get("buffering"), wrong) for name, limit in BUFFERING.items()]
    if wrong:
        raise InvalidSubscriptionError("; ".join(wrong))
    return Subscription(api, schema, types, port, path, method, *numbers)


def _schema(api: Api, given: Any, wrong: list[str]) -> str:
    if given not in api.schemas:
        wrong.append(f"schemaVersion should be one of {_list(api.schemas)}")
    return str(given)


def _types(given: Any, wrong: list[str]) -> tuple[str, ...]:
    if not given:
        wrong.append("types should not be empty")
        return ()
    if not isinstance(given, list) or not all(kind in EVENT_TYPES for kind in given):
        wrong.append(f"types should be of {_list(EVENT_TYPES)}")
        return ()
    return tuple(dict.fromkeys(given))


def _destination(api: Api, given: Any, wrong: list[str]) -> tuple[int, str | None, str]:
    """Port, path and method."""
    destination = given if isinstance(given, dict) else {}
    protocol = destination.get("protocol")
    if protocol == "HTTP":
        method = destination.get("method", "POST") if len(api.methods) > 1 else "POST"
        if method not in api.methods:
            wrong.append(f"method should be one of {_list(api.methods)}")
        return (*_address(destination.get("URI"), wrong), str(method))
    if protocol == "TCP":
        port = destination.get("port")
        if not isinstance(port, int) or isinstance(port, bool) or not 0 < port <= _LAST_PORT:
            wrong.append("port is not provided" if port is None else f"port should be between 1 and {_LAST_PORT}")
            port = 0
        return port, None, ""
    wrong.append("destination is not provided" if not destination else "protocol should be one of HTTP, TCP")
    return 0, None, ""


def _address(uri: Any, wrong: list[str]) -> tuple[int, str]:
    """Port and path of `http://sandbox.localdomain:PORT/path`."""
    try:
        parts = urlsplit(uri if isinstance(uri, str) else "")
        port = parts.port
    except ValueError:
        wrong.append("URI is not valid")
        return 0, ""
    if not parts.scheme:
        wrong.append("URI is not provided")
        return 0, ""
    if parts.scheme != "http":
        wrong.append("URI scheme should be http")
    if parts.hostname not in _HOSTS:
        wrong.append(f"URI host should be one of {_list(_HOSTS)}")
    if port is None:
        wrong.append("URI port is not provided")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return port or 0, target


def _number(name: str, limit: Limit, buffering: Any, wrong: list[str]) -> int:
    value = (buffering if isinstance(buffering, dict) else {}).get(name, limit.default)
    if not isinstance(value, int) or isinstance(value, bool) or not limit.least <= value <= limit.most:
        wrong.append(f"{name} should be between {limit.least} and {limit.most}")
        return limit.default
    return value


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
