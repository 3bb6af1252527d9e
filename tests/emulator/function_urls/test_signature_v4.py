"""Signatures of version 4, made by botocore."""

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from emulator.function_urls.signature_v4 import access_key_of, is_genuine
from emulator.wire.messages import Request

SECRETS = {"AKID": "secret"}


def signed(url: str, method: str = "GET", body: bytes = b"", secret: str = "secret", **headers: str) -> Request:
    request = AWSRequest(method, url, data=body, headers={"host": "h:4566", **headers})
    SigV4Auth(Credentials("AKID", secret), "lambda", "us-east-1").add_auth(request)
    path, _, query = url.removeprefix("http://h:4566").partition("?")
    return Request(method, path, query, {name.lower(): value for name, value in request.headers.items()}, body)


@pytest.mark.parametrize(
    "url",
    [
        "http://h:4566/",
        "http://h:4566/_parity/function-urls/ab/a%20b/c",
        "http://h:4566/?b=2&a=1&a=0&c=%20x&d=",
        "http://h:4566/~x/y.z?Action=1",
    ],
)
@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"hello")])
def test_a_genuine_one(url, method, body):
    request = signed(url, method, body)
    assert access_key_of(request) == "AKID"
    assert is_genuine(request, SECRETS.get)


def test_headers_are_signed_as_they_are():
    assert is_genuine(signed("http://h:4566/", **{"x-amz-meta": " a   b "}), SECRETS.get)


def test_another_secret():
    assert not is_genuine(signed("http://h:4566/", secret="other"), SECRETS.get)


def test_who_is_not_known_is_taken_at_his_word():
    assert is_genuine(signed("http://h:4566/", secret="other"), {}.get)


@pytest.mark.parametrize(
    "change", [{"path": "/other"}, {"query": "a=1"}, {"method": "PUT"}, {"body": b"other"}, {"headers": {}}]
)
def test_another_request(change):
    request = signed("http://h:4566/", "POST", b"hello")
    for name, value in change.items():
        setattr(request, name, {**request.headers, "x-amz-date": "20000101T000000Z"} if name == "headers" else value)
    assert not is_genuine(request, SECRETS.get)


def test_a_body_that_was_not_signed():
    request = signed("http://h:4566/", "POST", b"hello", **{"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    assert is_genuine(request, SECRETS.get)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}])
def test_a_request_that_is_not_signed(headers):
    assert access_key_of(Request("GET", "/", "", headers)) is None
