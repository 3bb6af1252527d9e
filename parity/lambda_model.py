"""What AWS's service model says of Lambda: its operations, their members and its exceptions.

The model is botocore's file, read without importing botocore, which takes longer than all else that the loader does.
"""

import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from parity.errors import ParityError

_FILE = "data/lambda/2015-03-31/service-2.json"

Shape = dict[str, Any]
"""A shape as the model writes it: `type`, and `members`, `member` or `value` by type."""

_NOTHING: Shape = {"type": "structure", "members": {}}


def service_model() -> dict[str, Any]:
    """The whole model: `operations` and `shapes`, by name."""
    return _model()


@cache
def operation_names() -> tuple[str, ...]:
    """All operations of the API, sorted."""
    return tuple(sorted(_model()["operations"]))


@cache
def exception_names() -> tuple[str, ...]:
    """The exceptions that the model declares, sorted. Others exist: ValidationException and its like."""
    return tuple(sorted(name for name, shape in _model()["shapes"].items() if shape.get("exception")))


def input_shape(operation: str) -> Shape:
    """What goes into the operation; a structure without members where the model says nothing. Raises KeyError."""
    return _side(operation, "input")


def output_shape(operation: str) -> Shape:
    """What comes back from the operation; a structure without members where the model says nothing. Raises KeyError."""
    return _side(operation, "output")


def input_name(operation: str) -> str | None:
    """The name of the shape that goes into the operation, None where nothing does. Raises KeyError."""
    description = _model()["operations"][operation].get("input")
    return str(description["shape"]) if description else None


def shape_named(name: str) -> Shape:
    """The shape of that name. Raises KeyError."""
    return _shape(name)


def http_of(operation: str) -> tuple[str, str]:
    """Method and path template of the operation, with the query that tells it apart. Raises KeyError."""
    described = _model()["operations"][operation]["http"]
    return described["method"], described["requestUri"]


def inside(shape: Shape, key: str | int) -> Shape | None:
    """The shape of a structure's member, a list's item or a map's value; None where there can be nothing."""
    match shape["type"], key:
        case "structure", str() if key in shape["members"]:
            return _shape(shape["members"][key]["shape"])
        case "list", int():
            return _shape(shape["member"]["shape"])
        case "map", str():
            return _shape(shape["value"]["shape"])
    return None


def _side(operation: str, side: str) -> Shape:
    description = _model()["operations"][operation].get(side)
    return _shape(description["shape"]) if description else _NOTHING


def _shape(name: str) -> Shape:
    shape: Shape = _model()["shapes"][name]
    return shape


@cache
def _model() -> dict[str, Any]:
    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise ParityError("botocore is not installed; `pip install boto3`")
    file = Path(spec.submodule_search_locations[0]) / _FILE
    packed = file.with_name(f"{file.name}.gz")
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else file.read_bytes()
    model: dict[str, Any] = msgspec.json.decode(content)
    return model
