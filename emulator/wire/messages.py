"""The two HTTP messages everything above the socket speaks.

Plain values: no socket, no parser, no framework. Header names are lower-case `str` when they come in; outgoing
names are written as given.
"""

from collections.abc import AsyncIterator

import msgspec


class Request(msgspec.Struct):
    """One parsed request.

    `path` is the raw path, still percent-encoded and without the query; `query` the raw query string without `?`.
    `headers` holds the last value of each header, by lower-case name.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""


class Response(msgspec.Struct):
    """One answer. `body` is sent whole with a Content-Length; an iterator is sent chunked as it yields."""

    status: int
    headers: dict[str, str] = {}
    body: bytes | AsyncIterator[bytes] = b""
