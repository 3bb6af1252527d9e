"""From an operation and its members to the request that goes over the wire.

Written for requests that no SDK would send, so nothing is checked: a required member that is missing stays missing,
except for a label of the path, without which there is no path.
"""

import base64
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from parity.lambda_model import Shape, http_of, input_shape, shape_named

_JSON = {"Content-Type": "application/json"}
_LONGEST_SHOWN = 4000  # characters of a body in a command that is shown


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` is percent-encoded, with its query; `members` are the input that it was made of, if any."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def as_curl(self, base: str, region: str, account: str) -> str:
        """A command that asks the same, for a shell."""
        words = ["curl", "-i", "-X", self.method, base + self.path]
        words += ["--user", f"{account}:parity", "--aws-sigv4", f"aws:amz:{region}:lambda"]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self.body:
            text = self.body.decode("utf-8", "backslashreplace")
            words += ["--data-binary", text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"]
        return shlex.join(words)


def request_of(operation: str, members: Mapping[str, Any]) -> Request:
    """The request for an operation with these members, each where the model says that it travels."""
    method, template = http_of(operation)
    path, _, fixed = template.partition("?")
    shape = input_shape(operation)
    query = [fixed] if fixed else []
    headers: dict[str, str] = {}
    body_members: dict[str, Any] = {}
    for name, value in members.items():
        reference = shape["members"].get(name, {})
        wire_name = reference.get("locationName", name)
        match reference.get("location"):
            case "uri":
                path = path.replace(f"{{{wire_name}}}", quote(str(value), safe=""))
            case "querystring" if value is not None:
                values = value if isinstance(value, list) else [value]
                texts = [_as_text(reference["shape"], item) for item in values]
                query += [f"{quote(wire_name)}={quote(text, safe='')}" for text in texts]
            case "header" if value is not None:
                headers[wire_name] = _as_text(reference["shape"], value)
            case None:
                body_members[name] = value
    body, body_headers = _body(shape, body_members)
    return Request(method, path + (f"?{'&'.join(query)}" if query else ""), {**body_headers, **headers}, body)


def has_json_body(operation: str) -> bool:
    """Whether the operation reads members from a JSON body."""
    shape = input_shape(operation)
    payload = shape.get("payload")
    if payload:
        return bool(shape_named(shape["members"][payload]["shape"])["type"] == "structure")
    return any("location" not in reference and reference.get("shape") for reference in shape["members"].values())


def json_body(members: Any) -> bytes:
    """The members as JSON."""
    return json.dumps(_plain(members), ensure_ascii=False).encode()


def _body(shape: Shape, members: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    payload = shape.get("payload")
    if payload is not None:
        value = members.get(payload)
        if isinstance(value, bytes):
            return value, {}
        return (json_body(value), _JSON) if value is not None else (b"", {})
    if all("location" in reference for reference in shape["members"].values()):
        return b"", {}
    return json_body(members), _JSON


def _plain(value: Any) -> Any:
    """A value as JSON holds it: a blob in base64."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case _:
            return value


def _as_text(name: str, value: Any) -> str:
    """A value outside of the body: a moment as an ISO date, where JSON holds seconds."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if shape_named(name)["type"] == "timestamp":
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
