"""`parity logs`: reads a function's log from a running `parity serve`, over HTTP.

The server keeps the log and chooses from it; here it is asked, and what comes back is told line by line.
"""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from parity.errors import ParityError, TargetUnreachable

DEFAULT_URL = "http://127.0.0.1:4566"
_PATH = "/_parity/logs/"
_CONNECT_SECONDS = 10.0

_SINCE = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which log is wanted. `since` is in seconds before now, None for all that is kept."""

    function: str
    qualifier: str | None = None
    since: float | None = None
    region: str | None = None
    follow: bool = False

    @property
    def target(self) -> str:
        """Path and query of the request."""
        asked = {"qualifier": self.qualifier, "since": self.since, "region": self.region}
        query = {name: value for name, value in asked.items() if value is not None}
        return f"{_PATH}{quote(self.function, safe='')}?{urlencode({**query, 'follow': int(self.follow)})}"


def seconds(text: str) -> float:
    """The seconds of `30s`, `5m`, `2h` or `1d`. Raises ValueError."""
    found = _SINCE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return float(found[1]) * _UNITS[found[2]]


def tell(url: str, question: Question, say: Callable[[str], None], *, as_json: bool = False) -> None:
    """Says every event of the log, as it comes. Returns at the end of the log, which a followed one does not have.

    Raises TargetUnreachable where no `parity serve` is, or no longer, and ParityError where it has no such function.
    """
    for line in _lines(url, question):
        say(line.rstrip("\n") if as_json else told(json.loads(line)))


def told(event: dict[str, Any]) -> str:
    """An event for people: its time, and its message without the line break that ends it."""
    moment = datetime.fromtimestamp(event["time"] / 1000).astimezone()
    return f"{moment:%H:%M:%S}.{event['time'] % 1000:03d} {event['message'].rstrip(chr(10))}"


def _lines(url: str, question: Question) -> Iterator[str]:
    connection = _connection(url)
    try:
        connection.request("GET", urlsplit(url).path.rstrip("/") + question.target)
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise _refusal(url, answer)
        if connection.sock is not None:
            connection.sock.settimeout(None)  # a function may say nothing for hours
        while line := answer.readline():
            yield line.decode()
    except (OSError, http.client.HTTPException) as error:
        raise TargetUnreachable(
            f"nothing tells logs at {url} ({_reason(error)}); is `parity serve` running?"
        ) from error
    finally:
        connection.close()
    if question.follow:
        raise TargetUnreachable(f"the emulator at {url} has ended")


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ParityError(f"--endpoint-url takes a URL that starts with http:// or https://, not {url!r}")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname, parts.port, timeout=_CONNECT_SECONDS)


def _refusal(url: str, answer: http.client.HTTPResponse) -> ParityError:
    body = answer.read(1_000_000)
    try:
        members = json.loads(body)
        message, is_ours = members["message"], "functions" in members
    except (ValueError, KeyError, TypeError):
        message, is_ours = "", False
    if is_ours:
        return ParityError(message)
    return TargetUnreachable(f"what answers at {url} is no `parity serve` that tells logs ({answer.status})")


def _reason(error: Exception) -> str:
    return str(error).strip() or type(error).__name__
