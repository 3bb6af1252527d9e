"""Who calls, and in which region: read from the signature, which is not verified.

Any credentials are accepted. An access key id of 12 digits is taken for the account id, which is how one emulator
serves many accounts; those that functions are given bear their account.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from emulator import ids
from emulator.protocol.routing import parse_query
from emulator.wire.messages import Request

# Credential=AKIDEXAMPLE/20150830/us-east-1/lambda/aws4_request; version 4A names no region.
_SCOPE = re.compile(r"([^/,\s]+)/\d{8}/(?:([^/,\s]+)/)?([^/,\s]+)/aws4_request")


class Caller(NamedTuple):
    """What a signature says. A part that it does not say is None: the settings' default applies."""

    account_id: str | None = None
    region: str | None = None
    service: str | None = None


def caller_of(request: Request) -> Caller | None:
    """The caller of a signed request (header, or query of a presigned one); None if there is no signature at all."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return _caller(authorization.partition("Credential=")[2].partition(",")[0])
    if "X-Amz-Credential=" in request.query:
        return _caller(parse_query(request.query)["X-Amz-Credential"][0])
    return None


@lru_cache(maxsize=256)  # a client signs every request with the same credential all day
def _caller(credential: str) -> Caller:
    scope = _SCOPE.match(credential)
    if scope is None:
        return Caller()
    key, region, service = scope.groups()
    return Caller(ids.account_of(key), region, service)
