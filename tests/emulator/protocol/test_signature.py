"""Who calls, by the signature."""

import pytest

from emulator.protocol.signature import Caller, caller_of
from emulator.wire.messages import Request


def signed(credential: str, algorithm: str = "AWS4-HMAC-SHA256") -> Request:
    value = f"{algorithm} Credential={credential}, SignedHeaders=host;x-amz-date, Signature=abc"
    return Request("GET", "/", "", {"authorization": value})


@pytest.mark.parametrize(
    ("credential", "caller"),
    [
        ("AKIDEXAMPLE/20260101/eu-west-1/lambda/aws4_request", Caller(None, "eu-west-1", "lambda")),
        ("123456789012/20260101/us-gov-west-1/lambda/aws4_request", Caller("123456789012", "us-gov-west-1", "lambda")),
        ("1234567890123/20260101/us-east-1/s3/aws4_request", Caller(None, "us-east-1", "s3")),
        ("123456789012/20260101/lambda/aws4_request", Caller("123456789012", None, "lambda")),  # version 4A
    ],
)
def test_a_signature_names_account_region_and_service(credential, caller):
    assert caller_of(signed(credential)) == caller


def test_a_presigned_url_does_too():
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=123456789012%2F20260101%2Fus-west-2%2Flambda%2Faws4_request"
    )
    assert caller_of(Request("GET", "/", query, {})) == Caller("123456789012", "us-west-2", "lambda")


@pytest.mark.parametrize("value", ["Bearer token", "AWS4-HMAC-SHA256 Credential=nonsense", ""])
def test_other_credentials_are_accepted_and_say_nothing(value):
    assert caller_of(Request("GET", "/", "", {"authorization": value})) == Caller()


def test_no_signature_is_no_caller():
    assert caller_of(Request("GET", "/", "a=b", {"host": "x"})) is None
