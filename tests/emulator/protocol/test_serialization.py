"""From results and errors to responses. What botocore makes of them is in test_round_trip.py."""

import json
from datetime import UTC, datetime

import pytest

from emulator.errors import (
    AccessDeniedException,
    InvalidRequestContentException,
    MissingAuthenticationTokenException,
    RequestEntityTooLargeException,
    SerializationException,
    ServiceError,
    ServiceException,
    ValidationException,
)
from emulator.protocol.serialization import ErrorSerializer, ResponseSerializer
from emulator.wire.messages import Response


@pytest.fixture(scope="module")
def answer(model):
    def of(operation: str, result: dict) -> Response:
        return ResponseSerializer(model, model.operations[operation]).serialize(result, "the-id")

    return of


@pytest.fixture(scope="module")
def refuse(model):
    return lambda error: ErrorSerializer(model).serialize(error, "the-id")


class TestResults:
    def test_are_json_with_the_status_of_the_model(self, answer):
        response = answer("CreateFunction", {"FunctionName": "f", "Layers": [], "Handler": "", "Timeout": 0})
        assert response.status == 201
        assert response.headers == {"Content-Type": "application/json", "x-amzn-RequestId": "the-id"}
        assert response.body == b'{"FunctionName":"f","Layers":[],"Handler":"","Timeout":0}'

    def test_leave_out_what_is_none_at_any_depth(self, answer):
        result = {"FunctionName": "f", "Runtime": None, "VpcConfig": {"VpcId": "", "SubnetIds": None}}
        assert json.loads(answer("CreateFunction", result).body) == {"FunctionName": "f", "VpcConfig": {"VpcId": ""}}

    def test_without_a_body_have_no_content_type(self, answer):
        response = answer("TagResource", {})
        assert (response.status, response.body) == (204, b"")
        assert response.headers == {"x-amzn-RequestId": "the-id"}

    def test_may_set_the_status(self, answer):
        response = answer("DeleteFunction", {"StatusCode": 204})
        assert (response.status, response.body, "Content-Type" in response.headers) == (204, b"", False)
        assert answer("InvokeAsync", {"Status": 202}).status == 202

    def test_that_are_empty_are_an_empty_object(self, answer):
        assert answer("SendDurableExecutionCallbackSuccess", {}).body == b"{}"
        assert answer("ListTags", {"Tags": {}}).body == b'{"Tags":{}}'

    def test_put_header_members_into_headers_and_the_payload_into_the_body(self, answer):
        response = answer(
            "Invoke",
            {
                "StatusCode": 200,
                "FunctionError": "Unhandled",
                "LogResult": None,
                "ExecutedVersion": "1",
                "Payload": b"null",
            },
        )
        assert (response.status, response.body) == (200, b"null")
        assert response.headers == {
            "Content-Type": "application/json",
            "x-amzn-RequestId": "the-id",
            "X-Amz-Function-Error": "Unhandled",
            "X-Amz-Executed-Version": "1",
        }

    def test_of_an_event_have_neither_body_nor_content_type(self, answer):
        for result in ({"StatusCode": 202}, {"StatusCode": 202, "Payload": b""}):
            response = answer("Invoke", result)
            assert (response.status, response.body, "Content-Type" in response.headers) == (202, b"", False)

    @pytest.mark.parametrize("moment", [datetime(2019, 9, 24, 0, 22, 0, 333_600, tzinfo=UTC), 1569284520.3336])
    def test_have_timestamps_in_seconds_with_three_decimals(self, answer, moment):
        assert answer("GetEventSourceMapping", {"LastModified": moment}).body == b'{"LastModified":1569284520.334}'

    def test_keep_text_of_any_script_as_utf_8(self, answer):
        assert (
            answer("CreateFunction", {"Description": "漢 🍋 \u2028"}).body.decode() == '{"Description":"漢 🍋 \u2028"}'
        )

    @pytest.mark.parametrize(
        ("operation", "result"),
        [
            ("CreateFunction", {"Colour": "red"}),
            ("CreateFunction", {"VpcConfig": {"Colour": "red"}}),
            ("ListFunctions", {"Functions": [{"Colour": "red"}]}),
            ("TagResource", {"Colour": "red"}),
            ("Invoke", {"Colour": "red", "Payload": b"1"}),
        ],
    )
    def test_with_a_member_that_the_model_does_not_have_are_a_mistake(self, answer, operation, result):
        with pytest.raises(TypeError, match="Colour"):
            answer(operation, result)


class ResourceNotFoundException(ServiceError):
    """Any exception of the model."""


class TooManyRequestsException(ServiceError):
    """One with members, one of which is a header."""


class EC2AccessDeniedException(ServiceError):
    """One that is the server's fault."""


class TestErrors:
    def test_have_their_name_in_a_header_and_their_message_under_the_key_of_the_model(self, refuse):
        response = refuse(ResourceNotFoundException("gone"))
        assert response.status == 404
        assert response.headers == {
            "Content-Type": "application/json",
            "x-amzn-RequestId": "the-id",
            "x-amzn-ErrorType": "ResourceNotFoundException",
        }
        assert response.body == b'{"Type":"User","Message":"gone"}'

    def test_have_further_members_in_the_body_or_in_headers(self, refuse):
        response = refuse(
            TooManyRequestsException("Rate Exceeded.", Reason="CallerRateLimitExceeded", retryAfterSeconds=3)
        )
        assert response.status == 429
        assert response.headers["Retry-After"] == "3"
        assert json.loads(response.body) == {
            "Reason": "CallerRateLimitExceeded",
            "Type": "User",
            "message": "Rate Exceeded.",
        }

    def test_of_the_server_say_so(self, refuse):
        response = refuse(EC2AccessDeniedException("no"))
        assert (response.status, response.body) == (502, b'{"Type":"Service","Message":"no"}')

    @pytest.mark.parametrize(
        ("error", "status", "body"),
        [
            # the raw body is recorded: [issues: ex-aws/ex_aws#442, 2017]
            (ValidationException("m"), 400, b'{"message":"m"}'),
            (SerializationException.not_json(), 400, b'{"Message":null}'),
            (
                RequestEntityTooLargeException.request(6291456, "InvokeFunction"),
                413,
                b'{"Message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}',
            ),
            (AccessDeniedException.foreign_account(), 403, b'{"Message":null}'),
            (MissingAuthenticationTokenException.unsigned(), 403, b'{"message":"Missing Authentication Token"}'),
            (InvalidRequestContentException("m"), 400, b'{"Type":"User","message":"m"}'),
            (ServiceException("m"), 500, b'{"Type":"Service","Message":"m"}'),
        ],
    )
    def test_of_the_protocol(self, refuse, error, status, body):
        response = refuse(error)
        assert (response.status, response.body) == (status, body)
        assert response.headers["x-amzn-ErrorType"] == type(error).__name__

    def test_count_violations(self):
        assert ValidationException.violations(["a"]).message == "1 validation error detected: a"
        assert ValidationException.violations(["a", "b"]).message == "2 validation errors detected: a; b"
