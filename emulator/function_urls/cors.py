"""CORS as a URL is configured; AWS's `Cors` [model]. Without a configuration all of this is the function's own matter.

A preflight is answered for the function [log, 2024]. To other responses the configured headers are added, whatever the
function has of its own [log, 2024; issues: aws-powertools/powertools-lambda-python#4163, 2024, and
hummingbird-project/hummingbird-examples#130, 2024]: who lets both have a say gets two of the same header, which no
browser takes. The guide of 2022 said that the configured one takes precedence.
"""

from collections.abc import Mapping
from typing import Any

from emulator.wire.messages import Request, Response

_JSON = {"Content-Type": "application/json"}


def preflight(cors: Mapping[str, Any] | None, request: Request) -> Response | None:
    """The answer to a preflight, which the function does not see; None if it is none, or nothing is configured.

    That who is not allowed gets no headers is not known.
    """
    asked = request.headers
    if not cors or request.method != "OPTIONS" or "access-control-request-method" not in asked or "origin" not in asked:
        return None
    headers = _allowed_origin(cors, asked["origin"])
    if headers:
        headers |= _listed("Access-Control-Allow-Headers", cors.get("AllowHeaders"))
        headers |= _listed("Access-Control-Allow-Methods", cors.get("AllowMethods"))
        if "MaxAge" in cors:
            headers["Access-Control-Max-Age"] = str(cors["MaxAge"])
    return Response(200, _JSON | headers)


def with_cors(cors: Mapping[str, Any] | None, request: Request, response: Response) -> Response:
    """The response with the headers that are configured beside its own, whose names are in lower case."""
    if cors and "origin" in request.headers:
        allowed = _allowed_origin(cors, request.headers["origin"])
        if allowed:
            allowed |= _listed("Access-Control-Expose-Headers", cors.get("ExposeHeaders"))
            response.headers = response.headers | allowed
    return response


def _allowed_origin(cors: Mapping[str, Any], origin: str) -> dict[str, str]:
    """The origin that asks, also where any may [issues: powertools-lambda-python#4163]."""
    origins = cors.get("AllowOrigins") or []
    if origin not in origins and "*" not in origins:
        return {}
    allowed = {"Vary": "Origin", "Access-Control-Allow-Origin": origin}
    return allowed | ({"Access-Control-Allow-Credentials": "true"} if cors.get("AllowCredentials") else {})


def _listed(name: str, values: list[str] | None) -> dict[str, str]:
    return {name: ",".join(values)} if values else {}
