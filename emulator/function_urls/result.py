"""From what a function returned to the HTTP response [docs: urls-invocation] [rec: test_lambda_url_invocation].

What AWS makes of members that are of another kind than the guide says (a body that is no text, or no base64; a header
that is a list) is not known: here they are no response, as with API Gateway.
"""

import base64
import binascii
import re
from typing import Any

import msgspec

from emulator.wire.messages import Response

JSON_TYPE = "application/json"
# 100 to 599 [docs: urls-invocation]; but who gets one of the first hundred waits for another one [RFC 9110 §15.2].
_STATUSES = range(200, 600)
_DIGITS = re.compile("[0-9]{3}")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # [RFC 9110 §5.1]
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The front end has its own of these; the function's come under another name [issues: cargo-lambda/cargo-lambda#862, of
# content-length; log, 2026, of date and www-authenticate]. The complete list, and what is dropped, are not known.
_REMAPPED = frozenset({"connection", "content-length", "date", "www-authenticate"})
_DROPPED = frozenset({"transfer-encoding", "keep-alive", "upgrade"})


class NoResponseError(Exception):
    """What the function returned is no HTTP response: the caller gets 502."""


def response_of(payload: bytes) -> Response:
    """The response to a result, which is JSON. Raises NoResponseError.

    An object with `statusCode` says what the response is; anything else is the body of one with status 200, compact, a
    string without its quotes.
    """
    try:
        result = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        raise NoResponseError("the result is not JSON") from None
    if isinstance(result, dict) and "statusCode" in result:
        return _described(result)
    body = result.encode() if isinstance(result, str) else msgspec.json.format(payload, indent=-1)
    return Response(200, {"content-type": JSON_TYPE}, body)


def head_of(metadata: Any, content_type: str) -> Response:
    """Status, headers and cookies as a function describes them, without a body. Raises NoResponseError."""
    if not isinstance(metadata, dict):
        raise NoResponseError("it is no object")
    given = _headers(metadata.get("headers"))
    if not any(name.lower() == "content-type" for name in given):
        given = {"content-type": content_type, **given}
    return Response(_status(metadata.get("statusCode", 200)), given, cookies=_cookies(metadata.get("cookies")))


def _described(result: dict[str, Any]) -> Response:
    response = head_of(result, JSON_TYPE)
    body = result.get("body")
    if body is None:
        return response
    if not isinstance(body, str):
        raise NoResponseError("the body is no string")
    if not result.get("isBase64Encoded"):
        response.body = body.encode(errors="surrogatepass")
        return response
    try:
        response.body = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise NoResponseError("the body is not base64") from None
    return response


def _status(given: Any) -> int:
    # "418" is as good as 418 [rec: test_lambda_url_headers_and_status].
    if isinstance(given, str) and _DIGITS.fullmatch(given):
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or given not in _STATUSES:
        raise NoResponseError("the statusCode is no status")
    return given


def _headers(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise NoResponseError("the headers are no object")
    headers = {}
    for name, value in given.items():
        lower = name.lower()
        if not _NAME.fullmatch(name):
            raise NoResponseError("a header has no name")
        if lower not in _DROPPED and value is not None:
            headers[f"x-amzn-Remapped-{lower}" if lower in _REMAPPED else lower] = _line(value)
    return headers


def _cookies(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise NoResponseError("the cookies are no list")
    return tuple(_line(cookie) for cookie in given)


def _line(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise NoResponseError("a header is no text")
    text = str(value)
    if _CONTROL.search(text):
        raise NoResponseError("a header holds a control character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoResponseError("a header is no text") from None
    return text
