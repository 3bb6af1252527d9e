"""The event that a function gets for an HTTP request: payload format 2.0 [docs: urls-invocation].

Its members are in the order of published events of AWS (2022 to 2026). Those for features that URLs do not have
(`pathParameters`, `stageVariables`, `authentication`) were in none of them, although the guide has them as null.
"""

import base64
import time
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from emulator.function_urls.address import Address
from emulator.wire.messages import Request

# Bodies of other types are binary, multipart/form-data too [rec: test_lambda_url_form_payload, 2025-11-24].
_TEXT_TYPES = ("application/json", "application/javascript", "application/xml")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Between the client and the front end [RFC 9110 §7.6.1]; no published event has one, also of clients that send them.
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"})
_HTTPS = {
    "x-forwarded-proto": "https",
    "x-forwarded-port": "443",
    "x-amzn-tls-version": "TLSv1.3",
    "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
}


class Signer(NamedTuple):
    """Who signed a request to a URL with AWS_IAM."""

    access_key: str
    account_id: str

    def describe(self) -> dict[str, Any]:
        """`requestContext.authorizer.iam`. Users and roles do not exist here: whoever calls is the account's root."""
        return {
            "accessKey": self.access_key,
            "accountId": self.account_id,
            "callerId": self.account_id,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": f"arn:aws:iam::{self.account_id}:root",
            "userId": self.account_id,
        }


def build_event(
    request: Request, address: Address, request_id: str, *, trace: str, now: float, signer: Signer | None
) -> bytes:
    """The event as JSON. `trace` is its X-Amzn-Trace-Id, `now` seconds since 1970, `signer` None for a public URL."""
    headers, cookies = _headers(request, trace)
    if signer is not None:
        headers.pop("authorization", None)  # other headers of a signature stay [log, 2025, of events that were signed]
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        # Still percent-encoded, unlike that of API Gateway [issues: middleapi/standard-server#93, of live captures].
        "rawPath": address.path,
        "rawQueryString": request.query,
    }
    if cookies:
        event["cookies"] = cookies
    event["headers"] = headers
    if request.query:
        event["queryStringParameters"] = _query_parameters(request.query)
    event["requestContext"] = _context(request, address, request_id, now, signer)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request)
    else:
        event["isBase64Encoded"] = False
    return msgspec.json.encode(event)


def _headers(request: Request, trace: str) -> tuple[dict[str, str], list[str]]:
    headers = {name: value for name, value in request.headers.items() if name not in _HOP_BY_HOP}
    # It stays among the headers too, unlike with API Gateway [issues: aws/aws-lambda-web-adapter#121, 2023;
    # hattipjs/hattip#159, 2024; h3js/srvx#283, 2026].
    cookie = headers.get("cookie", "")
    headers["x-amzn-trace-id"] = trace
    # A proxy's stays as it is: events behind CloudFront have the viewer's address alone [log, 2023].
    headers.setdefault("x-forwarded-for", request.peer)
    headers |= _HTTPS  # on AWS there is no other way
    return headers, [part for part in (piece.strip() for piece in cookie.split(";")) if part]


def _query_parameters(query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _context(request: Request, address: Address, request_id: str, now: float, signer: Signer | None) -> dict[str, Any]:
    moment = time.gmtime(now)
    month = _MONTHS[moment.tm_mon - 1]
    context: dict[str, Any] = {"accountId": "anonymous" if signer is None else signer.account_id}
    context |= {"apiId": address.url_id}
    if signer is not None:
        context["authorizer"] = {"iam": signer.describe()}
    return context | {
        "domainName": address.domain,
        "domainPrefix": address.url_id,
        "http": {
            "method": request.method,
            "path": address.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.peer,
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": time.strftime(f"%d/{month}/%Y:%H:%M:%S +0000", moment),
        "timeEpoch": int(now * 1000),
    }


def _body(request: Request) -> tuple[str, bool]:
    """The body, and whether it is base64: all that is not of a type for text, or is no text."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in _TEXT_TYPES:
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True
