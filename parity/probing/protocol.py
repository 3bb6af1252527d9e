"""Probes of what comes before validation: paths, methods, bodies that are no JSON, members that nobody knows.

What AWS answers to most of this is known from its users' logs at best, so all of it is of class `regression`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from parity.lambda_model import http_of, input_shape, operation_names, shape_named
from parity.probing.printed_forms import printed_forms
from parity.probing.probe import Accepted, Answered, Probe, Refused
from parity.probing.request import Request, has_json_body, json_body, request_of

PROTOCOL = "Protocol"
"""What the probes of no single operation stand under."""

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
_NOT_JSON: Mapping[str, bytes] = {
    "open-brace": b"{",
    "no-value": b'{"A":}',
    "plain-word": b"parity",
    "single-quotes": b"{'A': 1}",
    "trailing-comma": b'{"A": 1,}',
    "two-documents": b"{}{}",
    "not-utf-8": b'{"A": "\xff"}',
    "control-character": b'{"A": "\x01"}',
    "nan": b'{"A": NaN}',
}
_NOT_AN_OBJECT: Mapping[str, bytes] = {"list": b"[]", "string": b'"parity"', "number": b"7", "true": b"true"}
_CONTENT_TYPES = ("text/plain", "application/x-amz-json-1.1", "application/json; charset=utf-8", "application/xml")
_NO_SUCH_PATHS = (
    "/",
    "/2015-03-31",
    "/2015-03-31/nothing",
    "/2015-03-31/functions/parity-probe/nothing",
    "/2015-03-32/functions",
    "/functions",
    "/2015-03-31/functions//configuration",
    "/2015-03-31/functions/parity-probe/configuration/more",
    "/2015-03-31/FUNCTIONS",
)
_REGRESSION = "regression"


def probes_of(operation: str, least: Mapping[str, Any]) -> Iterator[Probe]:
    """The probes of one operation, whose least valid input is `least`."""
    request = request_of(operation, least)
    yield from _of_methods(operation, request)
    yield from _of_query(operation, least, request)
    if has_json_body(operation):
        yield from _of_body(operation, request)
        yield from _of_members(operation, least, request)


def unknown_paths() -> Iterator[Probe]:
    """Paths that no operation has."""
    for path in _NO_SUCH_PATHS:
        yield _raw(PROTOCOL, f"path/GET {path}", f"No operation has the path {path}.", _unknown(), Request("GET", path))


def _of_methods(operation: str, request: Request) -> Iterator[Probe]:
    """A method that no operation has at this path, whatever the names of its labels."""
    own = _template(operation)
    known = {http_of(other)[0] for other in operation_names() if _template(other) == own}
    for method in _METHODS:
        if method not in known:
            asked = Request(method, request.path, request.headers, request.body)
            yield _raw(operation, f"method/{method}", f"Nothing is known that {method} does there.", _unknown(), asked)


def _template(operation: str) -> str:
    """The path of an operation without the names of its labels."""
    path = http_of(operation)[1].partition("?")[0]
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _of_body(operation: str, request: Request) -> Iterator[Probe]:
    refusal = printed_forms().refusals["serialization"]
    refused = Refused(refusal, None, refusal.claim, refusal.claim)
    for name, body in (*_NOT_JSON.items(), *_NOT_AN_OBJECT.items()):
        asked = Request(request.method, request.path, request.headers, body)
        yield _raw(operation, f"body/{name}", "The body is no JSON object.", refused, asked)
    for kind in _CONTENT_TYPES:
        asked = Request(request.method, request.path, {**request.headers, "Content-Type": kind}, request.body)
        says = f"A body is JSON, whatever its Content-Type says ({kind})."
        yield _raw(operation, f"content-type/{kind}", says, Accepted(_REGRESSION), asked)


def _of_members(operation: str, least: Mapping[str, Any], request: Request) -> Iterator[Probe]:
    shape = input_shape(operation)
    payload = shape.get("payload")
    inner = shape_named(shape["members"][payload]["shape"]) if payload else shape
    members = least.get(payload, {}) if payload else least
    in_body = {name: value for name, value in members.items() if "location" not in inner["members"].get(name, {})}
    unknown = json_body({**in_body, "NoSuchMember": {"a": [1, None]}})
    asked = Request(request.method, request.path, request.headers, unknown)
    yield _raw(operation, "member/unknown", "What the model does not know is ignored.", Accepted(_REGRESSION), asked)
    known = json_body({**in_body}).rstrip(b"}")
    name = next(name for name, reference in inner["members"].items() if "location" not in reference)
    twice = known + (b", " if in_body else b"") + f'"{name}": null, "{name}": null}}'.encode()
    asked = Request(request.method, request.path, request.headers, twice)
    yield _raw(operation, "member/twice", f"{name} stands there more than once.", Answered(), asked)


def _of_query(operation: str, least: Mapping[str, Any], request: Request) -> Iterator[Probe]:
    joint = "&" if "?" in request.path else "?"
    unknown = Request(request.method, f"{request.path}{joint}NoSuchParameter=1", request.headers, request.body)
    yield _raw(operation, "query/unknown", "An unknown parameter is ignored.", Accepted(_REGRESSION), unknown)
    for member, reference in input_shape(operation)["members"].items():
        wire_name, kind = reference.get("locationName", member), shape_named(reference["shape"])["type"]
        if reference.get("location") != "querystring":
            continue
        others = request_of(operation, {name: value for name, value in least.items() if name != member})
        joint = "&" if "?" in others.path else "?"
        for variant, query in (("empty", f"{wire_name}="), ("twice", f"{wire_name}=a&{wire_name}=b")):
            asked = Request(request.method, f"{others.path}{joint}{query}", request.headers, request.body)
            yield _raw(operation, f"query/{member}-{variant}", f"{member} is {variant} there.", Answered(), asked)
        if kind in ("integer", "long", "boolean", "timestamp"):
            asked = Request(request.method, f"{others.path}{joint}{wire_name}=parity", request.headers, request.body)
            yield _raw(operation, f"query/{member}-word", f"{member} is no {kind}.", Answered(), asked)


def _unknown() -> Refused:
    refusal = printed_forms().refusals["unknown_operation"]
    return Refused(refusal, refusal.text, refusal.claim, refusal.claim)


def _raw(operation: str, name: str, says: str, expected: Accepted | Answered | Refused, request: Request) -> Probe:
    return Probe(f"{operation}/protocol/{name}", operation, says, expected, {}, request)
