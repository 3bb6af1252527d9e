"""Which function URL a request is for: by its host name, or by its path."""

from typing import NamedTuple
from urllib.parse import quote

from emulator.wire.messages import Request

PATH = "/_parity/function-urls/"
HOST_MARK = ".lambda-url."  # what all hosts of function URLs have, and no other host


class Address(NamedTuple):
    """The URL's id, the host name in the request ("" if it was asked for by path), and the path as it was sent."""

    url_id: str
    domain: str
    path: str


def address_of(request: Request) -> Address | None:
    """None if it is for the list of all URLs."""
    host = request.headers.get("host", "").partition(":")[0]
    if HOST_MARK in host:
        return Address(host.partition(".")[0].lower(), host, request.path or "/")
    url_id, _, path = request.path.removeprefix(PATH).partition("/")
    return Address(url_id, "", "/" + path) if url_id else None


def local_urls(base_url: str, url_id: str, region: str) -> tuple[str, str]:
    """Where the URL answers here: by host name, and by path. `base_url` is that of the emulator, without a slash."""
    scheme, _, authority = base_url.partition("://")
    port = authority.rpartition(":")[2]
    by_host = f"{scheme}://{url_id}{HOST_MARK}{region}.localhost" + (f":{port}" if port.isdigit() else "") + "/"
    return by_host, f"{base_url}{PATH}{quote(url_id)}/"
