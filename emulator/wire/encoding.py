"""A `Response` as bytes: status line, headers, chunks."""

import time
from http import HTTPStatus

from emulator.wire.messages import Response

LAST_CHUNK = b"0\r\n\r\n"
BODILESS = frozenset({204, 304})  # statuses whose answers end with their head

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_beginnings: dict[tuple[int, int], str] = {}  # of the present second, by it and the status


def _beginning(second: int, status: int) -> str:
    """Status line and `Date`, each made once a second."""
    moment = time.gmtime(second)
    day, month = _DAYS[moment.tm_wday], _MONTHS[moment.tm_mon - 1]  # in English, whatever the locale
    date = time.strftime(f"{day}, %d {month} %Y %H:%M:%S GMT", moment)
    if any(made != second for made, _ in _beginnings):
        _beginnings.clear()
    text = _beginnings[second, status] = f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\nDate: {date}"
    return text


def encode_head(response: Response, *, keep_alive: bool, http_1_0: bool, streamed: bool = False) -> bytes:
    """Status line and headers, up to and with the empty line.

    The length is that of the body, also where the body itself is then not sent (HEAD). Raises ValueError for a header
    that would break out of its line.
    """
    status, headers = response.status, response.headers
    second = int(time.time())
    lines = [
        _beginnings.get((second, status)) or _beginning(second, status),
        *map(": ".join, headers.items()),  # without a step of Python's in between
    ]
    if response.cookies:
        lines += [f"set-cookie: {cookie}" for cookie in response.cookies]
    if streamed:
        if status not in BODILESS:
            lines.append("Connection: close" if http_1_0 else "Transfer-Encoding: chunked")
    elif status not in BODILESS:
        lines.append(f"Content-Length: {len(response.body)}")  # type: ignore[arg-type]  # whole: bytes
    if not keep_alive:
        lines.append("Connection: close")
    elif http_1_0 and not streamed:
        lines.append("Connection: keep-alive")
    lines.append("\r\n")
    text = "\r\n".join(lines)
    # The first and the last of them hold one line break each.
    if text.count("\n") != len(lines) + 1 or text.count("\r") != len(lines) + 1:
        raise ValueError(f"a header holds a line break: {headers!r}")
    return text.encode()


def chunk_size(data: bytes) -> bytes:
    """What stands in front of a chunk of a streamed body."""
    return b"%x\r\n" % len(data)
