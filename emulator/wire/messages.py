"""The two HTTP messages everything above the socket speaks.

Plain values: no socket, no parser, no framework. Header names are lower-case `str` when they come in; outgoing
names are written as given.
"""

from collections.abc import AsyncIterator

import msgspec

from emulator.wire.incoming_body import IncomingBody


class Request(msgspec.Struct):
    """One parsed request.

    `path` is the raw path, still percent-encoded and without the query; `query` the raw query string without `?`.
    `headers` holds each header by lower-case name; the values of one that was sent more than once are joined with a
    comma, those of `cookie` with a semicolon [RFC 9110 §5.3, RFC 9113 §8.2.3]. `peer` is the client's address.
    `incoming` is the body where it was asked for before it is whole; then `body` is empty.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    peer: str = ""
    incoming: IncomingBody | None = None


class Response(msgspec.Struct):
    """One answer. `body` is sent whole with a Content-Length; an iterator is sent chunked as it yields.

    An iterator may have a method `close()`, which is called once, when it is asked for no more, whether it was asked at
    all or not. `cookies` become one Set-Cookie header each, which is the one header that cannot be joined.
    """

    status: int
    headers: dict[str, str] = {}
    body: bytes | AsyncIterator[bytes] = b""
    cookies: tuple[str, ...] = ()
