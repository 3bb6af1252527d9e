"""Every operation of the model, against botocore: what its client sends we read, what we send its client reads."""

import contextlib
import io
from typing import Any
from urllib.parse import urlsplit

import botocore.parsers
import botocore.serialize
import pytest
from botocore.awsrequest import AWSRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.errors import ValidationException
from emulator.protocol.model import Operation, ServiceModel
from emulator.protocol.parsing import RequestParser
from emulator.protocol.routing import Router
from emulator.protocol.serialization import ResponseSerializer
from emulator.protocol.validation import Validator

few_examples = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def router(model: ServiceModel) -> Router:
    return Router(model.operations.values())


def test_requests_of_botocore_are_read_as_they_were_meant(operation_name, model, botocore_model, router, values):
    operation = model.operations[operation_name]
    parser, validator = RequestParser(model, operation), Validator(model, operation)
    serializer = botocore.serialize.create_serializer("rest-json", include_validation=False)
    operation_model = botocore_model.operation_model(operation_name)

    @few_examples
    @given(sent=_inputs(model, operation, values))
    def check(sent: dict[str, Any]) -> None:
        wire = _on_the_wire(serializer.serialize_to_request(sent, operation_model))
        path, query = urlsplit(wire.url).path, urlsplit(wire.url).query
        found, labels, parsed = router.route(wire.method, path, query)
        assert found.name == operation_name
        headers = {name.lower(): _text(value) for name, value in wire.headers.items()}
        read = parser.parse(labels, parsed, headers, wire.body or b"")
        assert {name: value for name, value in read.items() if value != {}} == sent  # it sends `{}` for nothing
        with contextlib.suppress(ValidationException):
            validator.validate(read)  # whatever is sent passes or is refused, and breaks nothing

    check()


def test_results_of_ours_are_read_by_botocore_as_they_were_meant(operation_name, model, botocore_model, values):
    operation = model.operations[operation_name]
    if operation_name == "InvokeWithResponseStream":
        pytest.skip("its body is a stream: test_event_stream.py")
    serializer = ResponseSerializer(model, operation)
    parser = botocore.parsers.create_parser("rest-json")
    operation_model = botocore_model.operation_model(operation_name)

    @few_examples
    @given(result=_outputs(model, operation, values))
    def check(result: dict[str, Any]) -> None:
        response = serializer.serialize(result, "the-id")
        streamed = operation_model.has_streaming_output
        body = io.BytesIO(response.body) if streamed else response.body
        parsed = parser.parse(
            {"status_code": response.status, "headers": _Headers(response.headers), "body": body},
            operation_model.output_shape,
        )
        assert parsed.pop("ResponseMetadata")["RequestId"] == "the-id"
        expected = {name: value for name, value in result.items() if value is not None}
        if operation.output and (status := _status_member(model, operation)):
            expected.setdefault(status, operation.status)
        if streamed:
            parsed["Payload"] = parsed["Payload"].read()
            expected.setdefault("Payload", b"")
        assert parsed == expected

    check()


def _inputs(model: ServiceModel, operation: Operation, values) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs with all labels (without them there is no path) and any of the other members."""
    shape = model.shapes[operation.input]
    strategies = {
        name: values(member.shape, member.location or "body").filter(lambda value: value not in ({}, [], b""))
        for name, member in shape.members.items()
    }
    labels = {name for name, member in shape.members.items() if member.location == "uri"}
    return st.fixed_dictionaries(
        {name: strategy for name, strategy in strategies.items() if name in labels},
        optional={name: strategy for name, strategy in strategies.items() if name not in labels},
    )


def _outputs(model: ServiceModel, operation: Operation, values) -> st.SearchStrategy[dict[str, Any]]:
    if operation.output is None:
        return st.just({})
    shape = model.shapes[operation.output]
    strategies = {
        name: st.none() | (st.just(200) if member.location == "statusCode" else values(member.shape, _place(member)))
        for name, member in shape.members.items()
    }
    return st.fixed_dictionaries({}, optional=strategies)


def _place(member: Any) -> str:
    return member.location or "body"


def _status_member(model: ServiceModel, operation: Operation) -> str | None:
    shape = model.shapes[str(operation.output)]
    return next((name for name, member in shape.members.items() if member.location == "statusCode"), None)


def _on_the_wire(serialized: dict[str, Any]) -> Any:
    request = AWSRequest(
        method=serialized["method"],
        url="http://127.0.0.1" + serialized["url_path"],
        params=serialized["query_string"],
        headers=serialized["headers"],
        data=serialized["body"],
    )
    return request.prepare()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


class _Headers(dict):
    """Headers as botocore gets them: by any case."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)
