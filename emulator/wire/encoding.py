"""A `Response` as bytes: status line, headers, chunks."""

import time
from http import HTTPStatus

from emulator.wire.messages import Response

LAST_CHUNK = b"0\r\n\r\n"
BODILESS = frozenset({204, 304})  # statuses whose answers end with their head

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_dates: dict[int, str] = {}  # one: that of the present second


def _make_date_line(second: int) -> str:
    """The `Date` header, made once a second."""
    moment = time.gmtime(second)
    day, month = _DAYS[moment.tm_wday], _MONTHS[moment.tm_mon - 1]  # in English, whatever the locale
    text = time.strftime(f"Date: {day}, %d {month} %Y %H:%M:%S GMT\r\n", moment)
    _dates.clear()
    _dates[second] = text
    return text


def encode_head(response: Response, *, keep_alive: bool, http_1_0: bool, streamed: bool = False) -> bytes:
    """Status line and headers, up to and with the empty line.

    The length is that of the body, also where the body itself is then not sent (HEAD). Raises ValueError for a header
    that would break out of its line.
    """
    status, headers = response.status, response.headers
    text = "\r\n".join(map(": ".join, headers.items()))  # all of it without a step of Python's in between
    lines = len(headers)
    if headers:
        text += "\r\n"
    if response.cookies:
        text += "".join([f"set-cookie: {cookie}\r\n" for cookie in response.cookies])
        lines += len(response.cookies)
    if text.count("\n") != lines or text.count("\r") != lines:
        raise ValueError(f"a header holds a line break: {headers!r}")
    start = _STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"
    second = int(time.time())
    date = _dates.get(second) or _make_date_line(second)
    ending = ""
    if status in BODILESS:
        pass
    elif streamed:
        ending = "Connection: close\r\n" if http_1_0 else "Transfer-Encoding: chunked\r\n"
    else:
        ending = f"Content-Length: {len(response.body)}\r\n"  # type: ignore[arg-type]  # whole: bytes
    if not keep_alive:
        ending += "Connection: close\r\n"
    elif http_1_0 and not streamed:
        ending += "Connection: keep-alive\r\n"
    return f"{start}{date}{text}{ending}\r\n".encode()


def chunk_size(data: bytes) -> bytes:
    """What stands in front of a chunk of a streamed body."""
    return b"%x\r\n" % len(data)
