"""A `Response` as bytes: status line, headers, chunks."""

import time
from http import HTTPStatus

from emulator.wire.messages import Response

LAST_CHUNK = b"0\r\n\r\n"
BODILESS = frozenset({204, 304})  # statuses whose answers end with their head

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _DateLine:
    """The `Date` header, made once a second."""

    second = 0
    text = ""

    @classmethod
    def now(cls) -> str:
        second = int(time.time())
        if second != cls.second:
            moment = time.gmtime(second)
            day, month = _DAYS[moment.tm_wday], _MONTHS[moment.tm_mon - 1]  # in English, whatever the locale
            cls.second, cls.text = second, time.strftime(f"Date: {day}, %d {month} %Y %H:%M:%S GMT\r\n", moment)
        return cls.text


def encode_head(response: Response, *, keep_alive: bool, http_1_0: bool, streamed: bool = False) -> bytes:
    """Status line and headers, up to and with the empty line.

    The length is that of the body, also where the body itself is then not sent (HEAD). Raises ValueError for a header
    that would break out of its line.
    """
    status = response.status
    parts = [_STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n", _DateLine.now()]
    parts += [f"{name}: {value}\r\n" for name, value in response.headers.items()]
    if streamed:
        parts.append("Connection: close\r\n" if http_1_0 else "Transfer-Encoding: chunked\r\n")
    elif status not in BODILESS:
        parts.append(f"Content-Length: {len(response.body)}\r\n")  # type: ignore[arg-type]  # whole: bytes
    if not keep_alive:
        parts.append("Connection: close\r\n")
    elif http_1_0 and not streamed:
        parts.append("Connection: keep-alive\r\n")
    text = "".join(parts)
    if text.count("\n") != len(parts) or text.count("\r") != len(parts):
        raise ValueError(f"a header holds a line break: {response.headers!r}")
    return (text + "\r\n").encode()


def encode_chunk(data: bytes) -> bytes:
    """One chunk of a streamed body."""
    return b"%x\r\n%b\r\n" % (len(data), data)
