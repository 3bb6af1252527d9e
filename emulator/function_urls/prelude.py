"""The head of an HTTP response in front of a streamed body, which `awslambda.HttpResponseStream.from` writes.

It is JSON of `statusCode`, `headers` and `cookies`, and eight zero bytes [ric: node]. What is streamed without one is a
body with status 200 and the content type that the function gave.
"""

import contextlib
from collections.abc import AsyncIterator

import msgspec

from emulator.execution.invocation import Outcome
from emulator.execution.response_stream import ResponseStream
from emulator.function_urls.result import NoResponseError, head_of
from emulator.wire.answering import BrokenOff
from emulator.wire.messages import Response

CONTENT_TYPE = "application/vnd.awslambda.http-integration-response"
_END = bytes(8)
_LONGEST = 1024 * 1024  # bytes, so that a body without a prelude is not collected for ever
_DEFAULT_TYPE = "application/octet-stream"  # [ric: node]


async def streamed_response(stream: ResponseStream) -> Response:
    """The response, as soon as its head is there; its body comes as the function writes it. Raises NoResponseError."""
    try:
        if stream.content_type != CONTENT_TYPE:
            return Response(200, {"content-type": stream.content_type or _DEFAULT_TYPE}, StreamedBody(stream, b""))
        head, begun = await _read_prelude(stream)
        response = head_of(_decoded(head), _DEFAULT_TYPE)
    except BaseException:
        stream.close()
        raise
    response.body = StreamedBody(stream, begun)
    return response


def collected_response(outcome: Outcome) -> Response:
    """The response to a whole result that begins with a prelude. Raises NoResponseError."""
    head, end, body = outcome.payload.partition(_END)
    if not end:
        raise NoResponseError("the prelude has no end")
    response = head_of(_decoded(head), _DEFAULT_TYPE)
    response.body = body
    return response


class StreamedBody:
    """What follows the head. A function error cuts it off: its status is out already."""

    def __init__(self, stream: ResponseStream, begun: bytes) -> None:
        self._stream = stream
        self._begun = begun

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        begun, self._begun = self._begun, b""
        if begun:
            return begun
        with contextlib.suppress(StopAsyncIteration):
            return await anext(self._stream)
        outcome = self._stream.outcome
        if outcome is not None and outcome.function_error is not None:
            raise BrokenOff("the function failed while it streamed its response")
        raise StopAsyncIteration

    def close(self) -> None:
        """Nobody reads any further; the function runs on."""
        self._stream.close()


async def _read_prelude(stream: ResponseStream) -> tuple[bytes, bytes]:
    """The JSON, and what has come of the body with it."""
    data = b""
    async for part in stream:
        data += part
        head, end, body = data.partition(_END)
        if end:
            return head, body
        if len(data) > _LONGEST:
            break
    raise NoResponseError("the prelude has no end")


def _decoded(head: bytes) -> object:
    try:
        return msgspec.json.decode(head)
    except (msgspec.DecodeError, RecursionError):
        raise NoResponseError("the prelude is not JSON") from None
