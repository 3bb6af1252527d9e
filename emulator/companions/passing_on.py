"""One request to another HTTP server, and its answer: passed on in both directions as they are.

Only what belongs to the connection is our own (RFC 9110 §7.6.1): its headers are dropped, and each body is whole, so
that its length is known. The `Host` stays the caller's: it is part of what was signed, S3 may find a bucket's name in
it, and SQS makes the URLs of its queues of it.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from emulator.wire.encoding import BODILESS
from emulator.wire.messages import Request, Response

_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 120.0  # SQS lets a request wait for 20 s
_HEAD_LIMIT = 262_144  # bytes
_NOTHING: Mapping[str, str] = {}

_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"}
    | {"te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "content-length", "expect"}
)
_OURS = _OF_THE_CONNECTION | {"date"}  # the server writes them itself


class NotThere(Exception):
    """Nothing accepts connections at the address; the message is the machine's reason."""


class BrokeOff(Exception):
    """What answered is no HTTP server, ended before its answer did, or took too long."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a companion listens. `prefix` is put before every path."""

    host: str
    port: int
    secure: bool = False
    prefix: str = ""

    @property
    def url(self) -> str:
        """The same as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.secure else ''}://{host}:{self.port}{self.prefix}"

    @classmethod
    def of(cls, url: str) -> Self:
        """The address of `http://host:port/prefix`. Raises ValueError for a URL that names no host."""
        parts = urlsplit(url)
        if not parts.hostname:
            raise ValueError(f"{url} names no host")
        secure = parts.scheme == "https"
        return cls(parts.hostname, parts.port or (443 if secure else 80), secure, parts.path.rstrip("/"))


async def pass_on(request: Request, address: Address, added: Mapping[str, str] = _NOTHING) -> Response:
    """The companion's answer; `added` are headers, in place of the request's own. Raises NotThere, or BrokeOff."""
    context = ssl.create_default_context() if address.secure else None
    opening = asyncio.open_connection(address.host, address.port, ssl=context, limit=_HEAD_LIMIT)
    try:
        reader, writer = await asyncio.wait_for(opening, _CONNECT_SECONDS)
    except (OSError, TimeoutError) as error:
        raise NotThere(str(error) or "it does not accept connections") from error
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            writer.write(encode_request(request, address.prefix, added))
            writer.write(request.body)
            return await _read_answer(reader, request.method)
    except TimeoutError:
        raise BrokeOff(f"no answer within {_ANSWER_SECONDS:.0f} s") from None
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise BrokeOff(f"{type(error).__name__}: {error}") from error
    finally:
        writer.close()


def encode_request(request: Request, prefix: str = "", added: Mapping[str, str] = _NOTHING) -> bytes:
    """The head of the request as it goes on."""
    target = prefix + request.path + ("?" + request.query if request.query else "")
    lines = [f"{request.method} {target} HTTP/1.1"]
    headers = {**request.headers, **added}  # the names of both are in lower case
    lines += [f"{name}: {value}" for name, value in headers.items() if name not in _OF_THE_CONNECTION]
    lines += [f"content-length: {len(request.body)}", "connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")  # as the server decoded them


async def _read_answer(reader: asyncio.StreamReader, method: str) -> Response:
    status, headers = decode_head(await reader.readuntil(b"\r\n\r\n"))
    while 100 <= status < 200:
        status, headers = decode_head(await reader.readuntil(b"\r\n\r\n"))
    framing = {name.lower(): value for name, value in headers.items()}
    kept = {name: value for name, value in headers.items() if name.lower() not in _OURS}
    if method == "HEAD":
        # The server tells the length of the body and sends none; zeros that nobody reads are of the right length.
        return Response(status, kept, bytes(int(framing.get("content-length", 0))))
    if status in BODILESS:
        return Response(status, kept)
    return Response(status, kept, await _read_body(reader, framing))


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """The body, by whichever of the three ways tells its end."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return b"".join([chunk async for chunk in _chunks(reader)])
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers


def decode_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer; a header that comes several times is joined. Raises ValueError."""
    first, *lines = head[:-4].split(b"\r\n")
    version, _, rest = first.partition(b" ")
    if not version.startswith(b"HTTP/1."):
        raise ValueError(f"{first[:40]!r} is no answer of HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = (_text(part).strip() for part in line.partition(b":"))
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return int(rest[:3]), headers


def _text(part: bytes) -> str:
    """Our server encodes headers in UTF-8, so what was UTF-8 stays as it is."""
    try:
        return part.decode()
    except UnicodeDecodeError:
        return part.decode("latin-1")
