"""Checks a signature of version 4 [docs: IAM, create a signed request], where the secret key is known.

Known are the credentials that functions are given and those of the emulator's own environment. Any others are accepted
as they are, here as by the API.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from urllib.parse import quote

from emulator.wire.messages import Request

_PART = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_SPACES = re.compile(r" +")
_UNSIGNED = "UNSIGNED-PAYLOAD"

SecretOf = Callable[[str], str | None]
"""The secret key of an access key, None if it is not known."""


def access_key_of(request: Request) -> str | None:
    """The access key of a signed request; None if it is not signed, or not so that it can be read."""
    credential = _parts(request).get("Credential", "")
    return credential.partition("/")[0] or None


def is_genuine(request: Request, secret_of: SecretOf) -> bool:
    """False if the secret key is known, and another one, or another request, was signed."""
    parts = _parts(request)
    key, _, scope = parts.get("Credential", "").partition("/")
    secret = secret_of(key)
    if secret is None:
        return True
    date, region, service, *_ = (*scope.split("/"), "", "", "")
    signed = parts.get("SignedHeaders", "").split(";")
    payload = _payload_hash(request)
    if payload is None:
        return False
    canonical = _canonical(request, signed, payload)
    text = f"AWS4-HMAC-SHA256\n{request.headers.get('x-amz-date', '')}\n{scope}\n{_sha256(canonical.encode())}"
    signing = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    expected = hmac.digest(signing, text.encode(), "sha256").hex()
    return hmac.compare_digest(expected, parts.get("Signature", ""))


def _parts(request: Request) -> dict[str, str]:
    return dict(_PART.findall(request.headers.get("authorization", "")))


def _payload_hash(request: Request) -> str | None:
    """What the signature says of the body; None if the body is another one."""
    actual = _sha256(request.body)
    told = request.headers.get("x-amz-content-sha256", actual)
    return told if told in (actual, _UNSIGNED) else None


def _canonical(request: Request, signed: list[str], payload: str) -> str:
    path = quote(request.path or "/", safe="/~")  # encoded a second time, as all services but S3 want it
    pairs = (pair.partition("=") for pair in request.query.split("&") if pair)
    query = "&".join(f"{name}={value}" for name, _, value in sorted(pairs))
    headers = "".join(f"{name}:{_SPACES.sub(' ', request.headers.get(name, '').strip())}\n" for name in signed)
    return "\n".join((request.method, path, query, headers, ";".join(signed), payload))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
