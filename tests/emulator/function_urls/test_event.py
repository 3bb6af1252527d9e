"""The event of an HTTP request, member by member [docs: urls-invocation; published events, 2022 to 2025]."""

import base64
import json
from pathlib import Path

import pytest

from emulator.function_urls.address import Address, address_of, local_urls
from emulator.function_urls.event import Signer, build_event
from emulator.wire.messages import Request

RECORDINGS = Path(__file__).parents[4] / "shared" / "aws-recordings" / "test_lambda.snapshot.json"
ADDRESS = Address("abc", "abc.lambda-url.us-east-1.localhost", "/a%20b/c")
NOW = 1584039838.25  # 12/Mar/2020:19:03:58


def event(method="GET", query="", body=b"", signer=None, **headers: str):
    given = {"host": "abc.lambda-url.us-east-1.localhost:4566", "user-agent": "agent"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(method, ADDRESS.path, query, given, body, "10.0.0.7")
    return json.loads(build_event(request, ADDRESS, "id-1", trace="Root=1-2-3", now=NOW, signer=signer))


def test_every_member_of_a_plain_request():
    assert event() == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a%20b/c",
        "rawQueryString": "",
        "headers": {
            "host": "abc.lambda-url.us-east-1.localhost:4566",
            "user-agent": "agent",
            "x-amzn-trace-id": "Root=1-2-3",
            "x-forwarded-for": "10.0.0.7",
            "x-forwarded-proto": "https",
            "x-forwarded-port": "443",
            "x-amzn-tls-version": "TLSv1.3",
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abc",
            "domainName": "abc.lambda-url.us-east-1.localhost",
            "domainPrefix": "abc",
            "http": {
                "method": "GET",
                "path": "/a%20b/c",
                "protocol": "HTTP/1.1",
                "sourceIp": "10.0.0.7",
                "userAgent": "agent",
            },
            "requestId": "id-1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1584039838250,
        },
        "isBase64Encoded": False,
    }


def test_the_members_are_in_the_order_of_published_events():
    given = event("POST", "a=1", b"x", cookie="c=1", content_type="text/plain")
    assert list(given) == [
        *("version", "routeKey", "rawPath", "rawQueryString", "cookies", "headers", "queryStringParameters"),
        *("requestContext", "body", "isBase64Encoded"),
    ]


def test_cookies_have_a_place_of_their_own_and_stay_where_they_were():
    given = event(cookie="one=1; two=a=b;three=3")
    assert given["cookies"] == ["one=1", "two=a=b", "three=3"]
    assert given["headers"]["cookie"] == "one=1; two=a=b;three=3"  # [issues: aws/aws-lambda-web-adapter#121]


def test_what_concerns_the_connection_is_not_passed_on():
    given = event(connection="keep-alive", keep_alive="timeout=5", transfer_encoding="chunked", te="trailers", x_a="1")
    assert given["headers"].keys() == event(x_a="1")["headers"].keys()


def test_the_address_that_a_proxy_tells_stays():
    given = event(x_forwarded_for="192.0.2.1", x_forwarded_proto="http", x_forwarded_port="80")
    assert given["headers"]["x-forwarded-for"] == "192.0.2.1"
    assert given["requestContext"]["http"]["sourceIp"] == "10.0.0.7"  # of the connection [docs: urls-invocation]
    assert (given["headers"]["x-forwarded-proto"], given["headers"]["x-forwarded-port"]) == ("https", "443")


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not there")
def test_a_recorded_form():
    """[rec: test_lambda_url_form_payload, 2025-11-24]: python-requests sent it, which adds `Connection: keep-alive`."""
    tests = json.loads(RECORDINGS.read_text())
    (name,) = (name for name in tests if name.endswith("TestLambdaURL::test_lambda_url_form_payload"))
    recorded = tests[name]["recorded-content"]["url_response"]
    sent = {name.replace("-", "_"): value for name, value in recorded["headers"].items() if name != "host"}
    given = event(recorded["method"], body=base64.b64decode(recorded["data"]), connection="keep-alive", **sent)
    assert (given["body"], given["isBase64Encoded"]) == (recorded["data"], True)
    ours = ("x-amzn-", "x-forwarded-")  # which the recording leaves out, as they are other ones each time
    assert {name for name in given["headers"] if not name.startswith(ours)} == recorded["headers"].keys()


def test_the_query_is_kept_raw_and_decoded():
    given = event(query="a=1&b=%20x&a=2&c=&d+e=f")
    assert given["rawQueryString"] == "a=1&b=%20x&a=2&c=&d+e=f"
    assert given["queryStringParameters"] == {"a": "1,2", "b": " x", "c": "", "d e": "f"}


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("text/plain", True),
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("Application/JSON", True),
        ("application/xml", True),
        ("application/octet-stream", False),
        ("multipart/form-data; boundary=x", False),  # [rec: test_lambda_url_form_payload, 2025-11-24]
        ("application/x-www-form-urlencoded", False),
        ("", False),
    ],
)
def test_which_bodies_are_text(content_type, is_text):
    given = event("POST", body=b'{"a":1}', content_type=content_type)
    expected = '{"a":1}' if is_text else base64.b64encode(b'{"a":1}').decode()
    assert (given["body"], given["isBase64Encoded"]) == (expected, not is_text)


def test_what_is_no_text_is_base64_whatever_its_type():
    given = event("POST", body=b"\xff", content_type="text/plain")
    assert (given["body"], given["isBase64Encoded"]) == ("/w==", True)


def test_who_has_signed_is_told():
    context = event(signer=Signer("AKID", "111111111111"))["requestContext"]
    assert context["accountId"] == "111111111111"
    assert list(context)[:3] == ["accountId", "apiId", "authorizer"]  # no `authentication` [log, 2026]
    assert context["authorizer"]["iam"] == {
        "accessKey": "AKID",
        "accountId": "111111111111",
        "callerId": "111111111111",
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": "arn:aws:iam::111111111111:root",
        "userId": "111111111111",
    }


def test_a_signature_is_not_passed_on_but_another_authorization_is():
    signed = {"x_amz_date": "20260101T000000Z", "x_amz_security_token": "t", "authorization": "AWS4-HMAC-SHA256 x"}
    given = event(signer=Signer("AKID", "111111111111"), **signed)["headers"]
    assert (given["x-amz-date"], given["x-amz-security-token"]) == ("20260101T000000Z", "t")
    assert "authorization" not in given
    assert event(authorization="Bearer x")["headers"]["authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("host", "path", "address"),
    [
        ("ab.lambda-url.eu-west-1.localhost:4566", "/x", Address("ab", "ab.lambda-url.eu-west-1.localhost", "/x")),
        ("AB.lambda-url.eu-west-1.example.org", "/_parity/health", ("ab", "AB.lambda-url.eu-west-1.example.org")),
        ("localhost:4566", "/_parity/function-urls/ab/x%20y", Address("ab", "", "/x%20y")),
        ("localhost:4566", "/_parity/function-urls/ab", Address("ab", "", "/")),
        ("localhost:4566", "/_parity/function-urls/", None),
    ],
)
def test_which_url_a_request_is_for(host, path, address):
    found = address_of(Request("GET", path, "", {"host": host}))
    assert found == (address if address is None or len(address) == 3 else (*address, path))


def test_where_a_url_answers_here():
    assert local_urls("http://127.0.0.1:4566", "ab", "eu-west-1") == (
        "http://ab.lambda-url.eu-west-1.localhost:4566/",
        "http://127.0.0.1:4566/_parity/function-urls/ab/",
    )
