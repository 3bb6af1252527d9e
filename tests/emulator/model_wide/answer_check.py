"""An answer against the service model, read from botocore: what no answer of Lambda can look like.

The check is written from botocore's model alone and shares nothing with the emulator's serializer, which it is to
judge. It reads the bytes, so a member of a wrong type is seen before any SDK has bent it into shape.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.loaders
import botocore.model

# Exceptions that AWS answers and the model does not declare, with their status and the body members they may have:
# [rec: test_create_lambda_exceptions, test_oversized_zipped_create_lambda, test_function_arns, 2025-11-25 …].
UNDECLARED: Mapping[str, tuple[int, frozenset[str]]] = {
    "ValidationException": (400, frozenset({"message"})),
    "SerializationException": (400, frozenset({"Message", "message"})),
    "RequestEntityTooLargeException": (413, frozenset({"message", "Message"})),
    "AccessDeniedException": (403, frozenset({"Message", "message"})),
}

# Operations whose list of exceptions in the model ends before what they can meet does: they are held to another's.
_LISTED_ELSEWHERE: Mapping[str, str] = {"InvokeAsync": "Invoke"}  # its own list is of 2014

# Values that AWS answers and the model does not list [rec: test_function_lifecycle, 2025-11-25].
_UNLISTED: Mapping[str, frozenset[str]] = {"LastUpdateStatusReasonCode": frozenset({"Creating"})}

# Patterns that are older than this qualifier do not know it, and AWS answers it all the same, as Version and at the end
# of ARNs [docs: lambda-managed-instances-version-publishing].
_YOUNGER_THAN_PATTERNS = ("$LATEST.PUBLISHED", "$LATEST")

# Members that the model says are always there, and AWS leaves out.
_ABSENT: Mapping[str, frozenset[str]] = {
    # Of a function without one: clients read the absent ARN as none [issues: hashicorp/terraform-provider-aws#16384].
    "GetFunctionCodeSigningConfig": frozenset({"CodeSigningConfigArn"}),
}

_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),  # epoch seconds, in every body of a REST-JSON service
}


@cache
def service() -> botocore.model.ServiceModel:
    """botocore's model of Lambda."""
    return botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("lambda", "service-2"))


def misfits(operation: str, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """What of an answer the model does not allow, one sentence each; none for an answer that fits."""
    lower = {name.lower(): value for name, value in headers.items()}
    if status >= 300:
        return list(_misfits_of_error(operation, status, lower, body))
    return list(_misfits_of_result(operation, status, lower, body))


def _misfits_of_result(operation: str, status: int, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    model = service().operation_model(operation)
    shape = model.output_shape
    if status != model.http["responseCode"] and not _has_status_member(shape):
        yield f"status {status} instead of {model.http['responseCode']}"
    if status == 204 or shape is None:
        if body:
            yield f"a body of {len(body)} bytes where there is none"
        return
    yield from _misfits_of_headers(shape, headers)
    payload = shape.serialization.get("payload")
    if payload is not None:
        return  # what the function said, or a stream: test_event_stream.py
    try:
        value = json.loads(body)
    except ValueError:
        yield f"a body that is not JSON: {body[:80]!r}"
        return
    in_body = {name: member for name, member in shape.members.items() if "location" not in member.serialization}
    yield from _misfits_of_structure(value, in_body, shape.required_members, operation)


def _has_status_member(shape: botocore.model.Shape | None) -> bool:
    return shape is not None and any(
        member.serialization.get("location") == "statusCode" for member in shape.members.values()
    )


def _misfits_of_headers(shape: botocore.model.StructureShape, headers: Mapping[str, str]) -> Iterator[str]:
    known = {
        member.serialization.get("name", name).lower()
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }
    for name in headers:
        if name.startswith("x-amz-") and name not in known:
            yield f"the header {name}, which the operation does not have"


def _misfits_of_error(operation: str, status: int, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    if status >= 500:
        yield f"status {status}: {body[:200]!r}"
        return
    code = headers.get("x-amzn-errortype", "")
    try:
        value = json.loads(body)
    except ValueError:
        yield f"an error whose body is not JSON: {body[:80]!r}"
        return
    if code in UNDECLARED:
        expected, members = UNDECLARED[code]
        if status != expected:
            yield f"{code} with status {status} instead of {expected}"
        for name in value.keys() - members - {"Type"}:
            yield f"{code} has the member {name}"
        return
    listed = service().operation_model(_LISTED_ELSEWHERE.get(operation, operation)).error_shapes
    if code not in {shape.name for shape in listed}:
        yield f"{code} ({value}), which {operation} does not declare"
        return
    shape = service().shape_for(code)
    if status != shape.metadata.get("error", {}).get("httpStatusCode", 400):
        yield f"{code} with status {status}"
    in_body = {name: member for name, member in shape.members.items() if "location" not in member.serialization}
    yield from _misfits_of_structure(value, in_body, shape.required_members, code)


def _misfits(value: Any, shape: botocore.model.Shape, path: str) -> Iterator[str]:
    wanted = _JSON_TYPES[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{path} is {value!r}, which is no {shape.type_name}"
    elif shape.type_name == "structure":
        yield from _misfits_of_structure(value, shape.members, shape.required_members, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value):
            yield from _misfits(item, shape.member, f"{path}[{number}]")
        yield from _misfits_of_size(value, shape, path)
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _misfits(key, shape.key, f"a key of {path}")
            yield from _misfits(item, shape.value, f"{path}.{key}")
    elif shape.type_name == "blob":
        yield from _misfits_of_blob(value, path)
    elif shape.type_name == "string":
        yield from _misfits_of_text(value, shape, path)


def _misfits_of_structure(
    value: Any, members: Mapping[str, botocore.model.Shape], required: list[str], path: str
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is {value!r}, which is no structure"
        return
    for name, item in value.items():
        if name not in members:
            yield f"{path} has the member {name}, which the model does not know"
        elif item is not None or name not in ("message", "Message"):  # AWS has a null message [rec: test_function_arns]
            yield from _misfits(item, members[name], f"{path}.{name}")
    for name in required:
        if name in members and name not in value and name not in _ABSENT.get(path, ()):
            yield f"{path} lacks {name}"


def _misfits_of_blob(value: str, path: str) -> Iterator[str]:
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        yield f"{path} is not base64"


def _misfits_of_size(value: Any, shape: botocore.model.Shape, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", float("inf"))
    if not least <= len(value) <= most:
        yield f"{path} has the length {len(value)}, which is not within {least} and {most}"


def _misfits_of_text(value: str, shape: botocore.model.Shape, path: str) -> Iterator[str]:
    yield from _misfits_of_size(value, shape, path)
    if shape.enum and value not in shape.enum and value not in _UNLISTED.get(shape.name, ()):
        yield f"{path} is {value!r}, which is none of {shape.enum}"
    pattern = shape.metadata.get("pattern")
    written = value.replace(*_YOUNGER_THAN_PATTERNS)
    if pattern and not re.fullmatch(pattern.replace(r"\p{L}\p{Z}\p{N}_", r"\w\s"), written):
        yield f"{path} is {value!r}, which does not match {pattern}"
