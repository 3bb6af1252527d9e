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
_LIFE = timedelta(seconds=quotas.CODE_LINK_SECONDS)


class LinkError(Exception):
    """A link that opens nothing. `code` is S3's error code; the message is S3's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class _Linked:
    """A package with a link, and the query of the link that was made last."""

    package: CodePackage
    until: datetime
    second: int = 0
    query: str = ""


class CodeLinks:
    """Makes download links and opens them."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._linked: dict[str, _Linked] = {}  # by token; the one that lives longest is last
        self._tokens: dict[str, str] = {}  # of the packages in `_linked`, by name

    def link(self, base_url: str, package: CodePackage, now: datetime) -> str:
        """A URL under `base_url` from which `package` can be downloaded until ten minutes after `now`."""
        self._forget_expired(now)
        name = _name(package)
        token = self._tokens.get(name)
        if token is None:
            token = self._tokens[name] = hmac.digest(self._secret, name.encode(), "sha256").hex()
        linked = self._linked.pop(token, None) or _Linked(package, now)
        linked.until = now + _LIFE
        self._linked[token] = linked
        second = int(now.timestamp())
        if second != linked.second:  # whoever polls asks more than once a second
            linked.second, linked.query = second, self._query(token, now)
        return f"{base_url}{PATH}{token}?{linked.query}"

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
        if linked is None or now > signed_at + _LIFE:
            raise LinkError("AccessDenied", "Request has expired")
        return linked.package

    def _query(self, token: str, now: datetime) -> str:
        date = now.astimezone(UTC).strftime(_DATE_FORMAT)
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": date,
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Expires": str(quotas.CODE_LINK_SECONDS),
            "X-Amz-Signature": self._sign(token, date),
        }
        return urlencode(query)

    def _sign(self, token: str, date: str) -> str:
        return hmac.digest(self._secret, f"{token}\n{date}".encode(), "sha256").hex()

    def _forget_expired(self, now: datetime) -> None:
        # A second of grace, because the date in a link is cut to whole seconds.
        while self._linked:
            token, linked = next(iter(self._linked.items()))
            if now <= linked.until:
                return
            del self._linked[token], self._tokens[_name(linked.package)]


def _name(package: CodePackage) -> str:
    """The same for the same content; of a folder of the host, whose content changes, the same for the same folder."""
    return package.sha256 if package.folder is None else f"folder:{package.folder}"
