"""What a function returned as an HTTP response."""

import json
from pathlib import Path

import pytest

from emulator.function_urls.result import NoResponseError, response_of

RECORDINGS = Path(__file__).parents[4] / "shared" / "aws-recordings" / "test_lambda.snapshot.json"
PLAIN = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("result", "body"),
    [
        (b'{"hello": "world"}', b'{"hello":"world"}'),
        (b'["hello", 3, true]', b'["hello",3,true]'),
        (b'"hello"', b"hello"),
        (b"3", b"3"),
        (b"3.10", b"3.10"),
        (b"true", b"true"),
        (b"null", b"null"),
        (b'{"body": "no status"}', b'{"body":"no status"}'),
        ('"größe"'.encode(), "größe".encode()),
    ],
)
def test_what_has_no_status_is_the_body(result, body):
    response = response_of(result)
    assert (response.status, response.headers, response.body) == (200, PLAIN, body)


# What the handler of each recorded test returned, as its text stands in the recordings' test.
RECORDED = {
    "boolean": True,
    "dict": {"hello": "world"},
    "float": 3.1,
    "http-response-json": {"statusCode": 200, "body": '{"hello": "world"}'},
    "http-response": {"statusCode": 200, "body": "body123"},
    "integer": 3,
    "list-mixed": ["hello", 3, True],
    "string": "hello",
}


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not there")
@pytest.mark.parametrize("case", RECORDED)
def test_recorded_responses(case):
    tests = json.loads(RECORDINGS.read_text())
    (name,) = (name for name in tests if name.endswith(f"TestLambdaURL::test_lambda_url_invocation[{case}]"))
    recorded = tests[name]["recorded-content"]["lambda_url_invocation"]
    response = response_of(json.dumps(RECORDED[case]).encode())
    assert response.status == recorded["statuscode"]
    assert response.headers["content-type"] == recorded["headers"]["Content-Type"]
    assert str(len(response.body)) == recorded["headers"]["Content-Length"]
    content = recorded["content"]
    assert (json.loads(response.body) if isinstance(content, dict) else response.body.decode()) == content


def respond(**members):
    return response_of(json.dumps({"statusCode": 200, **members}).encode())


def test_all_of_a_response():
    response = respond(
        statusCode="418",  # [rec: test_lambda_url_headers_and_status, 2025-11-24]
        headers={"X-Custom": "1", "Content-Type": "text/html", "X-Number": 5, "X-Bool": True, "X-None": None},
        cookies=["a=1; Secure", "b=2"],
        body="<b>",
    )
    assert response.status == 418
    assert response.headers == {"x-custom": "1", "content-type": "text/html", "x-number": "5", "x-bool": "true"}
    assert response.cookies == ("a=1; Secure", "b=2")
    assert response.body == b"<b>"


def test_a_body_in_base64_is_decoded():
    assert respond(body="/w==", isBase64Encoded=True).body == b"\xff"


def test_no_body_is_an_empty_one():
    assert respond().body == b""
    assert respond(body=None).headers == PLAIN


def test_headers_that_the_front_end_has_of_its_own_come_under_another_name():
    headers = respond(headers={"Content-Length": "3", "Date": "x", "Transfer-Encoding": "chunked"}).headers
    assert headers == {**PLAIN, "x-amzn-Remapped-content-length": "3", "x-amzn-Remapped-date": "x"}


@pytest.mark.parametrize(
    "members",
    [
        {"statusCode": 99},
        {"statusCode": 101},  # which is no end [RFC 9110 §15.2]
        {"statusCode": "1" * 5000},
        {"statusCode": 600},
        {"statusCode": True},
        {"statusCode": "abc"},
        {"statusCode": None},
        {"headers": []},
        {"headers": {"a": ["b"]}},
        {"headers": {"a": "b\r\nc: d"}},
        {"headers": {"a": "b\0"}},
        {"headers": {"a\r\nb": "c"}},
        {"headers": {"": "c"}},
        {"cookies": "a=1"},
        {"body": {"a": 1}},
        {"body": "?", "isBase64Encoded": True},
    ],
)
def test_what_is_no_response(members):
    with pytest.raises(NoResponseError):
        respond(**members)


def test_what_is_not_json_is_none_either():
    with pytest.raises(NoResponseError):
        response_of(b"one, two")
