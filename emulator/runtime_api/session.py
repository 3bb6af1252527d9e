"""The Runtime API as one runtime process sees it, from its start to its end.

A session is pure protocol: it holds no socket and knows no process. Its owner gives it one event at a time with
`give()`, and hears through a `Listener` what the runtime did. A new runtime process gets a new session (and a new
port), so nothing that an old one still sends can be taken for the new one's.
"""

from functools import partial
from typing import Protocol

import msgspec

from emulator.pending import Pending
from emulator.quotas import SYNCHRONOUS_RESPONSE
from emulator.runtime_api import answers
from emulator.runtime_api.error_type import reported_error_type
from emulator.runtime_api.response_upload import ERROR_TYPE, Ending, ResponseUpload, Sink
from emulator.runtime_api.states import TRANSITIONS, Call, State, TransitionRefusedError, after
from emulator.wire.incoming_body import IncomingBody
from emulator.wire.messages import Request, Response

_RUNTIME = "/2018-06-01/runtime/"
_INVOCATION = _RUNTIME + "invocation/"
NEXT = _INVOCATION + "next"
RESPONSE_MODE = "lambda-runtime-function-response-mode"  # a request that has it may be given before its body is whole

Answer = Response | Pending[Response]


class Event(msgspec.Struct, frozen=True):
    """What a runtime is given: `headers` as they are sent, `body` as the caller sent it."""

    request_id: str
    headers: dict[str, str]
    body: bytes


class Listener(Protocol):
    """Who wants to know what a runtime does."""

    def runtime_ready(self) -> None:
        """It asked for an event and there is none to repeat."""

    def runtime_responded(self, body: bytes, content_type: str) -> None:
        """It answered the current event."""

    def response_begun(self, body: IncomingBody, content_type: str) -> Sink:
        """It answers the current event with a stream; `body` can be held. Returns where the stream goes."""

    def response_ended(self, size: int) -> None:
        """All of the stream is there, so many bytes. What goes wrong before its end is told as without one."""

    def runtime_errored(self, body: bytes, content_type: str, error_type: str) -> None:
        """The function failed at the current event; `body` is for the caller as it is."""

    def response_refused(self, error_type: str, message: str) -> None:
        """Its answer to the current event could not be accepted, and the caller must be told instead."""

    def init_failed(self, body: bytes, content_type: str, error_type: str) -> None:
        """It could not get ready; `body` is for the caller."""


class RuntimeSession:
    """One runtime's side of the protocol. `handle` is what an HttpServer serves."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._state = State.STARTED
        self._event: Event | None = None
        self._waiting: list[Pending[Response]] = []
        self._upload: ResponseUpload | None = None  # the last streamed response
        self._ended = False

    @property
    def state(self) -> State:
        return self._state

    def give(self, event: Event) -> None:
        """Gives the runtime an event, which must be READY for it. Whoever waits for `next` gets it at once."""
        self._move(Call.EVENT)
        self._event = event
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            if not answer.done():  # the runtime may have died while it waited
                answer.set_result(Response(200, event.headers, event.body))

    def end(self) -> None:
        """The runtime is gone, or about to be killed: nothing that it may still send is listened to."""
        self._ended = True
        if self._upload is not None:
            self._upload.stop()

    def handle(self, request: Request) -> Answer:
        """Answers one request."""
        if self._ended:
            return answers.GONE
        path = request.path
        try:
            if path == NEXT:
                return self._next() if request.method == "GET" else answers.method_not_allowed()
            if path.startswith(_INVOCATION):
                return self._handle_answer(request, path)
            if path == _RUNTIME + "init/error":
                return self._handle_init_error(request)
        except TransitionRefusedError as error:
            return answers.invalid_transition(str(error))
        return answers.PONG if path == "/2018-06-01/ping" else answers.NOT_FOUND

    def _handle_answer(self, request: Request, path: str) -> Answer:
        request_id, _, what = path[len(_INVOCATION) :].partition("/")
        if what not in {"response", "error"}:
            return answers.NOT_FOUND
        if request.method != "POST":
            return answers.method_not_allowed()
        # The id is looked at before the state (runtime-api.md §5).
        if self._event is None or request_id != self._event.request_id:
            return answers.INVALID_REQUEST_ID
        return self._response(request) if what == "response" else self._error(request)

    def _next(self) -> Answer:
        if self._state is State.RESPONDING:
            self._look_whether_cut()
        self._move(Call.NEXT)
        if self._state is State.RUNNING:
            assert self._event is not None
            return Response(200, self._event.headers, self._event.body)
        answer: Pending[Response] = Pending()
        self._waiting.append(answer)
        self._listener.runtime_ready()
        return answer

    def _response(self, request: Request) -> Answer:
        mode = request.headers.get(RESPONSE_MODE)
        if mode is not None and mode.lower() == "streaming" and request.incoming is not None:
            return self._stream(request.incoming, request.headers.get("content-type", ""))
        self._finish(Call.RESPONSE)
        if mode is not None:
            self._listener.response_refused("Runtime.InvalidResponseModeHeader", "Invalid response mode header")
            return answers.INVALID_RESPONSE_MODE
        if len(request.body) > SYNCHRONOUS_RESPONSE:
            return self._refuse_size(SYNCHRONOUS_RESPONSE)
        self._listener.runtime_responded(request.body, request.headers.get("content-type", ""))
        return answers.ACCEPTED

    def _refuse_size(self, limit: int) -> Response:
        self._listener.response_refused(
            "Function.ResponseSizeTooLarge",
            f"Response payload size exceeded maximum allowed payload size ({limit} bytes).",
        )
        return answers.too_large(limit)

    # --- Streamed responses ---

    def _stream(self, body: IncomingBody, content_type: str) -> Answer:
        """Passes a response on while it is written. The runtime has its answer when all of it is there."""
        self._finish(Call.STREAM)
        answer: Pending[Response] = Pending()
        sink = self._listener.response_begun(body, content_type)
        self._upload = ResponseUpload(sink, partial(self._uploaded, sink.limit, answer))
        body.read(self._upload)
        return answer

    def _uploaded(self, limit: int, answer: Pending[Response], ending: Ending) -> None:
        self._finish(Call.RESPONSE)
        accepted = answers.ACCEPTED
        if ending.oversized:
            accepted = self._refuse_size(limit)
        elif ending.error_type is not None:
            self._listener.runtime_errored(ending.error_body, "", reported_error_type(ending.error_type))
        else:
            self._listener.response_ended(ending.size)
        if not answer.done():  # the connection may be gone
            answer.set_result(accepted)

    def _look_whether_cut(self) -> None:
        """A runtime that broke off its response, and lives, has answered; what it said is no whole response.

        The caller's text is not known.
        """
        if self._upload is not None and self._upload.cut:
            self._finish(Call.RESPONSE)
            self._listener.response_refused("Runtime.TruncatedResponse", "HTTP request detected as truncated")

    def _error(self, request: Request) -> Response:
        self._finish(Call.ERROR)
        self._listener.runtime_errored(request.body, *_error_details(request))
        return answers.ACCEPTED

    def _handle_init_error(self, request: Request) -> Response:
        if request.method != "POST":
            return answers.method_not_allowed()
        self._move(Call.INIT_ERROR)
        self._listener.init_failed(request.body, *_error_details(request))
        return answers.ACCEPTED

    def _finish(self, call: Call) -> None:
        self._move(call)
        self._event = None  # a second answer to the same event bears an id that is no longer valid

    def _move(self, call: Call) -> None:
        self._state = TRANSITIONS[self._state].get(call) or after(self._state, call)  # which says why it is refused


def _error_details(request: Request) -> tuple[str, str]:
    return request.headers.get("content-type", ""), reported_error_type(request.headers.get(ERROR_TYPE, ""))
