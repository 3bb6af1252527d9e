"""Checks signatures of version 4, in the header or in the query [docs: IAM, create a signed API request].

Of every signature: that it is for Lambda in the URL's region, and neither too old nor of the future. Where the secret
key is known, also that it was made with it, and for this request. Known are the credentials that functions are given
and those of the emulator's own environment; any others are accepted as they are, here as by the API.
"""

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote

from emulator.function_urls import refusals
from emulator.wire.messages import Request, Response

_PART = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_SPACES = re.compile(r" +")
_SECONDS = re.compile("[1-9][0-9]{0,5}")
_ALGORITHM = "AWS4-HMAC-SHA256"
_SIGNATURE = "X-Amz-Signature"
_SERVICE = "lambda"
_LONGEST = 604_800  # seconds that a presigned request may be good for [docs: IAM, create a signed API request]

SecretOf = Callable[[str], str | None]
"""The secret key of an access key, None if it is not known."""


class Signature(NamedTuple):
    """A signature taken apart. `moment` is its X-Amz-Date, and `expires` the seconds from there, in a query alone."""

    access_key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    digest: str
    moment: str
    expires: str | None
    is_presigned: bool

    @property
    def scope(self) -> str:
        """What the signing key is good for."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def signature_of(request: Request) -> Signature | None:
    """The signature of a request; None if it has none, or none that can be read."""
    header = request.headers.get("authorization")
    if header is not None:
        if not header.startswith(_ALGORITHM):
            return None
        found = dict(_PART.findall(header))
        return _signature(found, request.headers.get("x-amz-date", ""), None, is_presigned=False)
    if _SIGNATURE not in request.query:
        return None
    asked = dict(parse_qsl(request.query))
    found = {name: asked.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature")}
    return _signature(found, asked.get("X-Amz-Date", ""), asked.get("X-Amz-Expires"), is_presigned=True)


def _signature(found: dict[str, str], moment: str, expires: str | None, *, is_presigned: bool) -> Signature | None:
    parts = found.get("Credential", "").split("/")
    if len(parts) != 5 or not parts[0] or parts[4] != "aws4_request":
        return None
    headers = tuple(found.get("SignedHeaders", "").split(";"))
    key, date, region, service, _ = parts
    digest = found.get("Signature", "")
    return Signature(key, date, region, service, headers, digest, moment, expires, is_presigned)


def refusal(signature: Signature, request: Request, region: str, secret_of: SecretOf, now: float) -> Response | None:
    """Why a signed request is refused, None if it is not. `now` is in seconds since 1970."""
    if signature.region != region or signature.service != _SERVICE:
        return refusals.elsewhere(signature.region, region, signature.service, _SERVICE)
    signed_at = _seconds(signature.moment)
    if signed_at is None or not signature.moment.startswith(signature.date):
        return refusals.not_genuine()
    if (outdated := _outdated(signature, signed_at, now)) is not None:
        return outdated
    secret = secret_of(signature.access_key)
    if secret is None:
        return None
    digests = _digests(signature, request, secret)
    if any(hmac.compare_digest(digest, signature.digest.encode()) for digest in digests):
        return None
    return refusals.not_genuine()


def _seconds(moment: str) -> int | None:
    """Of `20150830T123600Z`, since 1970."""
    try:
        return calendar.timegm(time.strptime(moment, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return None


def _outdated(signature: Signature, signed_at: int, now: float) -> Response | None:
    """A presigned request has the time that it says, any other five minutes, as with the API."""
    if signed_at > now + refusals.TOLERANCE:
        return refusals.not_yet(signature.moment, now)
    if signature.expires is None:
        return refusals.expired(signature.moment, now) if signed_at < now - refusals.TOLERANCE else None
    if not _SECONDS.fullmatch(signature.expires) or int(signature.expires) > _LONGEST:
        return refusals.not_genuine()
    return refusals.expired_presigned(signature.moment, now) if signed_at + int(signature.expires) < now else None


def _digests(signature: Signature, request: Request, secret: str) -> Iterator[bytes]:
    """What the signature may be: clients encode the query in two ways, as it is sent, or anew."""
    key = f"AWS4{secret}".encode()
    for part in (signature.date, signature.region, signature.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    for query in (_query(request.query, signature), _query(_encoded(request.query), signature)):
        canonical = _canonical(signature, request, query)
        text = f"{_ALGORITHM}\n{signature.moment}\n{signature.scope}\n{_sha256(canonical.encode())}"
        yield hmac.digest(key, text.encode(), "sha256").hex().encode()


def _canonical(signature: Signature, request: Request, query: str) -> str:
    # Encoded a second time, as all services but S3 want it.
    path = quote(_normalised(request.path), safe="/~")
    headers = "".join(
        f"{name}:{_SPACES.sub(' ', request.headers.get(name, '').strip())}\n" for name in signature.headers
    )
    # The body itself counts, whatever a header says of it: Lambda takes no unsigned payload
    # [docs: CloudFront, private-content-restricting-access-to-lambda].
    return "\n".join((request.method, path, query, headers, ";".join(signature.headers), _sha256(request.body)))


def _query(query: str, signature: Signature) -> str:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    kept = ((name, value) for name, _, value in pairs if not (signature.is_presigned and name == _SIGNATURE))
    return "&".join(f"{name}={value}" for name, value in sorted(kept))


def _encoded(query: str) -> str:
    """A query encoded as signatures want it."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, _, value in pairs)


def _quoted(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _normalised(path: str) -> str:
    """A path without `.`, `..` and empty parts [docs: IAM, create a signed API request]."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    return f"/{'/'.join(kept)}/" if kept and path.endswith("/") else f"/{'/'.join(kept)}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
