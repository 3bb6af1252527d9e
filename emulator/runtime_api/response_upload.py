"""A response that the runtime sends while the function still writes it (runtime-api.md §3).

What went wrong after its beginning is told in trailers: the error's type, and its body as base64 of JSON
[docs: runtimes-custom, response streaming].
"""

import base64
import binascii
from collections.abc import Callable
from typing import NamedTuple, Protocol

ERROR_TYPE = "lambda-runtime-function-error-type"
ERROR_BODY = "lambda-runtime-function-error-body"


class Sink(Protocol):
    """Where a response goes."""

    limit: int
    """How many bytes it may have."""

    def write(self, data: bytes) -> None:
        """The next part of it."""


class Ending(NamedTuple):
    """How an upload ended. `error_type` is None if all went well; `oversized`: it was longer than its sink allows."""

    size: int
    oversized: bool = False
    error_type: str | None = None
    error_body: bytes = b""


class ResponseUpload:
    """Passes one response on to `sink` (wire.incoming_body.BodyReader). `on_end` is called at its end, if it has one.

    A runtime that breaks off has most likely died, which is heard of soon; so that is only noted, in `cut`.
    """

    def __init__(self, sink: Sink, on_end: Callable[[Ending], None]) -> None:
        self.cut = False
        self._sink = sink
        self._on_end = on_end
        self._size = 0
        self._stopped = False

    def stop(self) -> None:
        """Listens to it no more."""
        self._stopped = True

    def data_arrived(self, data: bytes) -> None:
        """A part of it. What is beyond the limit is not passed on."""
        left = self._sink.limit - self._size
        self._size += len(data)
        if left > 0 and not self._stopped:
            self._sink.write(data if len(data) <= left else data[:left])

    def body_complete(self, trailers: dict[str, str]) -> None:
        """The runtime has sent all that it has."""
        if not self._stopped:
            self._stopped = True
            body = _decoded(trailers.get(ERROR_BODY, ""))
            self._on_end(Ending(self._size, self._size > self._sink.limit, trailers.get(ERROR_TYPE), body))

    def body_cut(self) -> None:
        """The connection broke."""
        self.cut = True


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text.encode("latin-1")
