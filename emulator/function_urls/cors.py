"""CORS as a URL is configured; AWS's `Cors` [model]. What is configured wins over the function's own headers.

[docs: urls-configuration]. Without a configuration all of this is the function's own matter, preflights too.
"""

from collections.abc import Mapping
from typing import Any

from emulator.wire.messages import Request, Response

_OWN = "access-control-"


def preflight(cors: Mapping[str, Any] | None, request: Request) -> Response | None:
    """The answer to a preflight, which the function does not see; None if it is none, or nothing is configured.

    That it is 200 without a body, and that who is not allowed gets no headers, is not recorded.
    """
    asked = request.headers
    if not cors or request.method != "OPTIONS" or "access-control-request-method" not in asked or "origin" not in asked:
        return None
    headers = _allowed_origin(cors, asked["origin"])
    if headers:
        headers |= _listed("access-control-allow-methods", cors.get("AllowMethods"))
        headers |= _listed("access-control-allow-headers", cors.get("AllowHeaders"))
        if "MaxAge" in cors:
            headers["access-control-max-age"] = str(cors["MaxAge"])
    return Response(200, headers)


def with_cors(cors: Mapping[str, Any] | None, request: Request, response: Response) -> Response:
    """The response with the headers that are configured in place of its own."""
    if not cors:
        return response
    headers = {name: value for name, value in response.headers.items() if not name.lower().startswith(_OWN)}
    if "origin" in request.headers:
        allowed = _allowed_origin(cors, request.headers["origin"])
        if allowed:
            headers |= allowed | _listed("access-control-expose-headers", cors.get("ExposeHeaders"))
    response.headers = headers
    return response


def _allowed_origin(cors: Mapping[str, Any], origin: str) -> dict[str, str]:
    origins = cors.get("AllowOrigins") or []
    credentials = cors.get("AllowCredentials", False)
    if "*" in origins and not credentials:  # with credentials, browsers take no star
        return {"access-control-allow-origin": "*"}
    if origin not in origins and "*" not in origins:
        return {}
    allowed = {"access-control-allow-origin": origin, "vary": "Origin"}
    return allowed | ({"access-control-allow-credentials": "true"} if credentials else {})


def _listed(name: str, values: list[str] | None) -> dict[str, str]:
    return {name: ",".join(values)} if values else {}
