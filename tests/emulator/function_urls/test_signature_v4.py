"""Signatures of version 4, made by botocore: in the header, and in the query of a presigned request."""

import calendar
import hashlib
import json
import time

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from emulator.function_urls.signature_v4 import refusal, signature_of
from emulator.wire.messages import Request

HOST, REGION = "ab.lambda-url.us-east-1.localhost:4566", "us-east-1"
SECRETS = {"AKID": "secret"}
MINUTE, DAY = 60, 86_400
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
URLS = [
    "/",
    "/_parity/function-urls/ab/a%20b/c",
    "/?b=2&a=1&a=0&c=%20x&d=",
    "/~x/y.z?Action=1",
    "//x/./y/../z/?q=a+b",
    "/p(1)?x=%2F&y=/",
]


def signed(
    url: str = "/",
    method: str = "GET",
    body: bytes = b"",
    secret: str = "secret",
    region: str = REGION,
    service: str = "lambda",
    token: str | None = None,
    expires: int | None = None,
    **headers: str,
) -> Request:
    """A request with its signature in the header; with `expires`, in seconds, in the query."""
    if expires is not None and body:  # botocore would take it for parameters, and move it into the query
        headers["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
    data = body if expires is None else b""
    request = AWSRequest(method, f"http://{HOST}{url}", data=data, headers={"host": HOST, **headers})
    credentials = Credentials("AKID", secret, token)
    if expires is None:
        SigV4Auth(credentials, service, region).add_auth(request)
    else:
        SigV4QueryAuth(credentials, service, region, expires=expires).add_auth(request)
    path, _, query = request.url.removeprefix(f"http://{HOST}").partition("?")
    return Request(method, path, query, {name.lower(): value for name, value in request.headers.items()}, body)


def signed_at(request: Request) -> int:
    signature = signature_of(request)
    assert signature is not None
    return calendar.timegm(time.strptime(signature.moment, "%Y%m%dT%H%M%SZ"))


def refused(request: Request, *, later: float = 0.0, secrets: dict[str, str] = SECRETS) -> str | None:
    """AWS's message to a request that arrives so many seconds after it was signed; None if it is taken."""
    signature = signature_of(request)
    assert signature is not None
    response = refusal(signature, request, REGION, secrets.get, signed_at(request) + later)
    if response is None:
        return None
    assert (response.status, response.headers["x-amzn-ErrorType"]) == (403, "InvalidSignatureException")
    return json.loads(response.body)["message"]


@pytest.mark.parametrize("expires", [None, 900])
class TestEitherWay:
    @pytest.mark.parametrize("url", URLS)
    @pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"hello")])
    def test_a_genuine_one(self, expires, url, method, body):
        request = signed(url, method, body, expires=expires)
        assert signature_of(request).access_key == "AKID"
        assert refused(request) is None

    def test_headers_are_signed_as_they_are(self, expires):
        assert refused(signed(expires=expires, **{"x-amz-meta": " a   b "})) is None

    def test_the_token_of_a_role(self, expires):
        assert refused(signed(expires=expires, token="a/b+c==")) is None

    def test_another_secret(self, expires):
        assert refused(signed(secret="other", expires=expires)) == MISMATCH

    def test_who_is_not_known_is_taken_at_his_word(self, expires):
        assert refused(signed(secret="other", expires=expires), secrets={}) is None

    @pytest.mark.parametrize("change", [{"path": "/other"}, {"method": "PUT"}, {"body": b"other"}])
    def test_another_request(self, expires, change):
        request = signed("/", "POST", b"hello", expires=expires)
        for name, value in change.items():
            setattr(request, name, value)
        assert refused(request) == MISMATCH

    def test_another_query(self, expires):
        request = signed("/?a=1", expires=expires)
        request.query = request.query.replace("a=1", "a=2")
        assert refused(request) == MISMATCH

    def test_one_for_another_region_or_service(self, expires):
        """Whoever signed it [the words of other AWS APIs]."""
        for secrets in (SECRETS, {}):
            elsewhere = signed(region="eu-west-1", expires=expires)
            assert (
                refused(elsewhere, secrets=secrets)
                == "Credential should be scoped to a valid region, not 'eu-west-1'. "
            )
            another = signed(service="execute-api", expires=expires)
            assert refused(another, secrets=secrets) == "Credential should be scoped to correct service: 'lambda'. "


class TestInTheHeader:
    def test_is_good_for_five_minutes(self):
        assert refused(signed(), later=5 * MINUTE) is None
        assert refused(signed(), later=-5 * MINUTE) is None

    @pytest.mark.parametrize("secrets", [SECRETS, {}])
    def test_is_too_old_after_that(self, secrets):
        """[issues: serverless/serverless#27, of Lambda's API]"""
        request = signed()
        then = signed_at(request)
        says = refused(request, later=6 * MINUTE, secrets=secrets)
        assert (
            says == f"Signature expired: {at(then)} is now earlier than {at(then + MINUTE)} ({at(then + 360)} - 5 min.)"
        )

    def test_is_not_taken_before_its_time(self):
        request = signed()
        then = signed_at(request)
        says = refused(request, later=-6 * MINUTE)
        limits = f"{at(then - MINUTE)} ({at(then - 360)} + 5 min.)"
        assert says == f"Signature not yet current: {at(then)} is still later than {limits}"

    def test_the_body_must_be_signed(self):
        """[docs: CloudFront, private-content-restricting-access-to-lambda]"""
        request = signed("/", "POST", b"hello", **{"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
        assert refused(request) == MISMATCH

    @pytest.mark.parametrize("date", ["", "yesterday", "20000101T000000Z"])
    def test_another_date(self, date):
        request = signed()
        request.headers["x-amz-date"] = date
        assert refusal(signature_of(request), request, REGION, SECRETS.get, time.time()) is not None


class TestInTheQuery:
    @pytest.mark.parametrize(("expires", "age"), [(1, 1), (900, 899), (7 * DAY, 7 * DAY)])
    def test_is_good_as_long_as_it_says(self, expires, age):
        assert refused(signed("/x?a=1", expires=expires), later=age) is None

    @pytest.mark.parametrize("secrets", [SECRETS, {}])
    def test_is_too_old_after_that(self, secrets):
        says = refused(signed(expires=60), later=61, secrets=secrets)
        assert says.startswith("Signature expired: ")

    def test_nobody_can_make_it_longer(self):
        request = signed(expires=60)
        request.query = request.query.replace("X-Amz-Expires=60", "X-Amz-Expires=3600")
        assert refused(request, later=61) == MISMATCH

    @pytest.mark.parametrize("expires", ["0", "604801", "-1", "soon"])
    def test_a_week_is_the_longest(self, expires):
        """[docs: IAM, create a signed API request]"""
        request = signed(expires=60)
        request.query = request.query.replace("X-Amz-Expires=60", f"X-Amz-Expires={expires}")
        assert refused(request, secrets={}) == MISMATCH

    def test_without_a_time_of_its_own_it_has_five_minutes(self):
        request = signed(expires=60)
        request.query = request.query.replace("X-Amz-Expires=60&", "")
        assert refused(request, later=5 * MINUTE, secrets={}) is None
        assert refused(request, later=6 * MINUTE, secrets={}).startswith("Signature expired: ")


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer x"}, {"authorization": "AWS4-HMAC-SHA256 Credential=AKID, Signature=0"}],
)
def test_a_request_that_is_not_signed(headers):
    assert signature_of(Request("GET", "/", "", headers)) is None
    assert signature_of(Request("GET", "/", "a=X-Amz-Signature", {})) is None


def at(moment: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
