"""What the front end of function URLs says when the function does not answer (function-urls.md §3)."""

import time

import msgspec

from emulator import quotas
from emulator.wire.messages import Response

TOLERANCE = 300  # seconds between a signature and its arrival, either way
_AUTH_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"


def _error(status: int, error_type: str, body: bytes) -> Response:
    return Response(status, {"content-type": "application/json", "x-amzn-ErrorType": error_type}, body)


def unknown() -> Response:
    """There is no such URL [rec: test_lambda_url_non_existing_url, 2025-11-24]."""
    return _error(403, "AccessDeniedException", b'{"Message":null}')


def forbidden() -> Response:
    """The caller may not [rec: test_lambda_url_persists_after_alias_delete, 2025-11-24]."""
    text = f'{{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: {_AUTH_GUIDE}"}}'
    return _error(403, "AccessDeniedException", text.encode())


def not_genuine() -> Response:
    """The signature does not fit the request. The words are those of AWS's APIs; those of URLs are not known."""
    return _invalid_signature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    )


def expired(moment: str, now: float) -> Response:
    """It was signed too long ago [issues: serverless/serverless#27 and aws/aws-cli#4600, of Lambda's API]."""
    return _invalid_signature(f"Signature expired: {moment} is now earlier than {_limit(now, -TOLERANCE)}")


def not_yet(moment: str, now: float) -> Response:
    """It was signed in the future. The words are those of other AWS APIs."""
    return _invalid_signature(f"Signature not yet current: {moment} is still later than {_limit(now, TOLERANCE)}")


def expired_presigned(moment: str, now: float) -> Response:
    """Its own time is over. The words of AWS are not known: these are the beginning of those of `expired`."""
    return _invalid_signature(f"Signature expired: {moment} is now earlier than {_printed(now)}")


def elsewhere(region: str, right_region: str, service: str, right_service: str) -> Response:
    """It was signed for another region or service. The words, blank at the end too, are those of other AWS APIs."""
    text = ""
    if region != right_region:
        text += f"Credential should be scoped to a valid region, not {region!r}. "
    if service != right_service:
        text += f"Credential should be scoped to correct service: {right_service!r}. "
    return _invalid_signature(text)


def _invalid_signature(message: str) -> Response:
    return _error(403, "InvalidSignatureException", msgspec.json.encode({"message": message}))


def _limit(now: float, tolerance: int) -> str:
    sign = "-" if tolerance < 0 else "+"
    return f"{_printed(now + tolerance)} ({_printed(now)} {sign} {abs(tolerance) // 60} min.)"


def _printed(moment: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))


def too_large() -> Response:
    """The event is larger than an invocation may be [log, 2026]."""
    limit = quotas.SYNCHRONOUS_PAYLOAD
    text = f'{{"Message":"Request must be smaller than {limit} bytes for the InvokeFunction operation"}}'
    return _error(413, "RequestEntityTooLargeException", text.encode())


def throttled() -> Response:
    """Too much runs already [docs: urls-configuration]; the words are those of Invoke."""
    return _error(429, "TooManyRequestsException", b'{"Message":"Rate Exceeded."}')


def conflict(message: str) -> Response:
    """The function cannot be invoked yet. What AWS says is not known."""
    return _error(409, "ResourceConflictException", b'{"Message":"%b"}' % message.encode())


def failed() -> Response:
    """The function failed, or returned what is no response; how, only the log tells [issues: aws-lambda-cpp#200]."""
    return Response(502, {"content-type": "application/json"}, b"Internal Server Error")
