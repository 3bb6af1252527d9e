"""Links under which a function's package can be downloaded for ten minutes, as GetFunction hands them out.

On AWS the link is a presigned URL of S3. Ours has the same query and the same life, signed with a key of this process.
A package that was replaced stays downloadable as long as a link to it lives.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from emulator import quotas
from emulator.resources.code import CodePackage

PATH = "/_parity/code/"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"


class LinkError(Exception):
    """A link that opens nothing. `code` is S3's error code; the message is S3's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class _Linked:
    package: CodePackage
    until: datetime


class CodeLinks:
    """Makes download links and opens them."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._linked: dict[str, _Linked] = {}

    def link(self, base_url: str, package: CodePackage, now: datetime) -> str:
        """A URL under `base_url` from which `package` can be downloaded until ten minutes after `now`."""
        self._forget_expired(now)
        token = hmac.digest(self._secret, package.sha256.encode(), "sha256").hex()
        self._linked[token] = _Linked(package, now + timedelta(seconds=quotas.CODE_LINK_SECONDS))
        date = now.astimezone(UTC).strftime(_DATE_FORMAT)
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": date,
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Expires": str(quotas.CODE_LINK_SECONDS),
            "X-Amz-Signature": self._sign(token, date),
        }
        return f"{base_url}{PATH}{token}?{urlencode(query)}"

    def open(self, token: str, query: Mapping[str, str], now: datetime) -> CodePackage:
        """The package behind a link. Raises LinkError if the link was altered or its time is over."""
        date = query.get("X-Amz-Date", "")
        if not hmac.compare_digest(query.get("X-Amz-Signature", "").encode(), self._sign(token, date).encode()):
            raise LinkError(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. "
                "Check your key and signing method.",
            )
        signed_at = datetime.strptime(date, _DATE_FORMAT).replace(tzinfo=UTC)
        linked = self._linked.get(token)
        if linked is None or now > signed_at + timedelta(seconds=quotas.CODE_LINK_SECONDS):
            raise LinkError("AccessDenied", "Request has expired")
        return linked.package

    def _sign(self, token: str, date: str) -> str:
        return hmac.digest(self._secret, f"{token}\n{date}".encode(), "sha256").hex()

    def _forget_expired(self, now: datetime) -> None:
        # A second of grace, because the date in a link is cut to whole seconds.
        self._linked = {token: linked for token, linked in self._linked.items() if now <= linked.until}
