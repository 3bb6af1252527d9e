"""What goes into an execution environment and what comes out of it."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from emulator.execution.response_stream import ResponseStream


class Invocation(msgspec.Struct, frozen=True):
    """One event on its way to a function.

    `function_arn` is the ARN as invoked (unqualified, or with the caller's qualifier). `client_context` is the
    decoded JSON text. `trace_header` is the caller's X-Amzn-Trace-Id. `tail` asks for the last 4 KB of the log.
    `tenant_id` says for whom a function with tenant isolation runs. `streamed`: the caller takes a response while it is
    written, if the function writes one.
    """

    request_id: str
    payload: bytes
    function_arn: str
    client_context: str | None = None
    trace_header: str | None = None
    tail: bool = False
    tenant_id: str | None = None
    streamed: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What the caller of a synchronous invocation gets. A function error is a value, never an exception.

    With a `stream` the function is still writing its response; how it ended is said by the stream's own outcome.
    """

    payload: bytes
    function_error: str | None = None  # "Unhandled"
    log_tail: bytes | None = None  # last 4 KB of the log, not yet base64
    content_type: str = "application/json"
    stream: "ResponseStream | None" = None
