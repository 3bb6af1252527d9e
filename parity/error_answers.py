"""Reads error answers: the exception they name, and whether they ask to slow down or to log in again."""

import json

from parity.observation import Answer

_THROTTLES = frozenset(
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "SlowDown",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
    }
)
_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        "IncompleteSignatureException",
        "RequestExpired",
        "OptInRequired",
    }
)


def error_code(answer: Answer) -> str | None:
    """The exception's name in an error answer ("ResourceNotFoundException"), None in a success or where there is none.

    REST-JSON carries it in the header `x-amzn-errortype`, mostly followed by `:` and a URL, or in a body member.
    """
    if answer.status < 300:
        return None
    named = answer.headers.get("x-amzn-errortype") or _named_in_body(answer.body) or ""
    return named.split(":")[0].rpartition("#")[2] or None


def message(answer: Answer) -> str:
    """The sentence of an error answer, empty where there is none."""
    body = _json(answer.body)
    return str(body.get("Message") or body.get("message") or "")


def is_throttle_code(code: str | None) -> bool:
    """Whether an error of that name means "ask again later"."""
    return code in _THROTTLES


def is_throttled(answer: Answer) -> bool:
    """Whether the answer asks the caller to slow down."""
    return answer.status == 429 or is_throttle_code(error_code(answer))


def is_about_credentials(code: str | None) -> bool:
    """Whether an error of that name says that the caller's credentials are not (or no longer) good."""
    return code in _CREDENTIALS


def _named_in_body(body: bytes) -> str | None:
    members = _json(body)
    named = members.get("__type") or members.get("code") or members.get("Code")
    return named if isinstance(named, str) else None


def _json(body: bytes) -> dict[str, object]:
    try:
        decoded = json.loads(body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
