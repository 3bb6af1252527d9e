"""AWS's service model of Lambda, read from botocore's data file.

The model says everything this package knows of the wire: paths, shapes, constraints, error statuses. botocore is
not imported for it, which would cost more than everything else; the file is found next to the package and decoded
with msgspec into the few fields that matter, so loading takes a few milliseconds. Whatever is compiled from a shape
(parsers, validators, serializers) is compiled when its operation is first called.
"""

import gzip
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from emulator.errors import EmulatorError

_API = "lambda/2015-03-31/service-2.json"


class Member(msgspec.Struct, frozen=True):
    """One member of a structure: the shape it has and where it travels (None: in the body)."""

    shape: str
    location: str | None = None  # uri, querystring, header, statusCode
    locationName: str | None = None  # noqa: N815  # the file's own spelling


class _ErrorTrait(msgspec.Struct, frozen=True):
    httpStatusCode: int | None = None  # noqa: N815


class Shape(msgspec.Struct, frozen=True):
    """One type of the model with its constraints.

    `min` and `max` bound the value of a number and the length of everything else.
    """

    type: str  # structure, list, map, string, integer, long, double, boolean, blob, timestamp
    members: dict[str, Member] = {}
    required: tuple[str, ...] = ()
    member: Member | None = None  # of a list
    key: Member | None = None  # of a map
    value: Member | None = None
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    min: int | float | None = None
    max: int | float | None = None
    sensitive: bool = False
    payload: str | None = None  # the member that is the whole body
    exception: bool = False
    fault: bool = False  # an exception that is the server's
    error: _ErrorTrait | None = None
    eventstream: bool = False

    def location_of(self, name: str) -> str:
        """Where a member travels: its location, or `payload` or `body`."""
        return self.members[name].location or ("payload" if name == self.payload else "body")


class _Reference(msgspec.Struct, frozen=True):
    shape: str


class _Http(msgspec.Struct, frozen=True):
    method: str
    requestUri: str  # noqa: N815
    responseCode: int = 200  # noqa: N815


class _OperationEntry(msgspec.Struct, frozen=True):
    name: str
    http: _Http
    input: _Reference
    output: _Reference | None = None
    errors: tuple[_Reference, ...] = ()


class _File(msgspec.Struct, frozen=True):
    operations: dict[str, _OperationEntry]
    shapes: dict[str, Shape]


@dataclass(slots=True, frozen=True)
class Operation:
    """One operation: how it is asked for and which shapes it takes and gives.

    `path` is the template without its query (`/2015-03-31/functions/{FunctionName}`), `fixed_query` what its query must
    say (`{"List": "ALL"}`), `status` that of success.
    """

    name: str
    method: str
    path: str
    fixed_query: Mapping[str, str]
    status: int
    input: str
    output: str | None
    errors: tuple[str, ...]


@dataclass(slots=True, frozen=True)
class ErrorShape:
    """What the model says of one exception: its status, how its message is spelled, whose fault it is."""

    status: int
    message_key: str
    fault: bool
    headers: Mapping[str, str]  # members that travel in a header, by member


class ServiceModel:
    """The operations and shapes of Lambda."""

    def __init__(self, operations: Mapping[str, Operation], shapes: Mapping[str, Shape]) -> None:
        self.operations = operations
        self.shapes = shapes
        self._errors: dict[str, ErrorShape | None] = {}

    def error(self, name: str) -> ErrorShape | None:
        """What the model knows of an exception; None for those it does not have (`ValidationException`)."""
        if name not in self._errors:
            self._errors[name] = self._read_error(name)
        return self._errors[name]

    def _read_error(self, name: str) -> ErrorShape | None:
        shape = self.shapes.get(name)
        if shape is None or not shape.exception:
            return None
        declared = shape.error.httpStatusCode if shape.error else None
        return ErrorShape(
            status=declared or (500 if shape.fault else 400),
            message_key="Message" if "Message" in shape.members else "message",
            fault=shape.fault,
            headers={
                name: member.locationName or name
                for name, member in shape.members.items()
                if member.location == "header"
            },
        )


@cache
def load_model() -> ServiceModel:
    """The model of the installed botocore. Raises EmulatorError if there is none."""
    file = msgspec.json.decode(_read_file(), type=_File)
    return ServiceModel({name: _operation(entry) for name, entry in file.operations.items()}, file.shapes)


def _read_file() -> bytes:
    package = importlib.util.find_spec("botocore")
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        data = Path(folder) / "data"
        if (packed := data / f"{_API}.gz").is_file():
            return gzip.decompress(packed.read_bytes())
        if (plain := data / _API).is_file():
            return plain.read_bytes()
    raise EmulatorError(
        "the service model of AWS Lambda is part of botocore, which is not installed: pip install botocore"
    )


def _operation(entry: _OperationEntry) -> Operation:
    path, _, query = entry.http.requestUri.partition("?")
    return Operation(
        name=entry.name,
        method=entry.http.method,
        path=path,
        fixed_query=dict(pair.split("=", 1) for pair in query.split("&") if pair),
        status=entry.http.responseCode,
        input=entry.input.shape,
        output=entry.output.shape if entry.output else None,
        errors=tuple(reference.shape for reference in entry.errors),
    )
