"""Answers requests to function URLs: find the URL, preflight, access, event, invocation, response."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from emulator import ids, quotas
from emulator.errors import EmulatorError, NotYetError, TooManyRequestsException
from emulator.execution.dispatcher import Dispatcher
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.response_stream import ResponseStream
from emulator.function_urls import cors, prelude, refusals
from emulator.function_urls.access import decide, values_of
from emulator.function_urls.address import Address, address_of, local_urls
from emulator.function_urls.directory import Directory, Place
from emulator.function_urls.event import Signer, build_event
from emulator.function_urls.result import JSON_TYPE, NoResponseError, response_of
from emulator.function_urls.signature_v4 import SecretOf, refusal, signature_of
from emulator.pending import Eventual, Pending
from emulator.resources.condition import Condition
from emulator.resources.function import FunctionVersion
from emulator.resources.store import Store
from emulator.runtime_api.event import trace_id
from emulator.wire.messages import Request, Response

_log = logging.getLogger(__name__)


class FunctionUrls:
    """All URLs. `handle` answers a request to one of them, and lists them all.

    Callers with credentials that name no account are of `default_account`. `secret_of` gives the secret keys that are
    known.
    """

    def __init__(self, store: Store, dispatcher: Dispatcher, default_account: str, secret_of: SecretOf) -> None:
        self._directory = Directory(store)
        self._dispatcher = dispatcher
        self._default_account = default_account
        self._secret_of = secret_of

    def handle(self, request: Request) -> Response | Eventual[Response]:
        """The response to one request, or a future of it."""
        address = address_of(request)
        if address is None:
            return self._list(request)
        request_id = ids.request_id()
        identity = {"x-amzn-RequestId": request_id}
        trace = request.headers.get("x-amzn-trace-id") or _new_trace()

        def finished(response: Response, told: str = trace) -> Response:
            response.headers = {**response.headers, **identity, "X-Amzn-Trace-Id": told}
            return response

        place = self._directory.find(address.url_id)
        if place is None:
            gone = self._directory.outlived_its_alias(address.url_id)
            return finished(refusals.forbidden() if gone else refusals.unknown())
        configured = place.url.cors
        if (preflight := cors.preflight(configured, request)) is not None:
            preflight.headers |= identity  # and no trace [log, 2024]
            return preflight
        names = _Names(request_id, trace, trace_id(place.url.function_arn, trace))
        answer = self._respond(place, address, request, names)
        if isinstance(answer, Response):
            return finished(cors.with_cors(configured, request, answer))
        told = _in_lower_case(names.told)
        return _then(answer, lambda response: finished(cors.with_cors(configured, request, response), told))

    def _respond(
        self, place: Place, address: Address, request: Request, names: "_Names"
    ) -> Response | Eventual[Response]:
        now, auth_type = time.time(), place.url.auth_type
        signer = None
        if auth_type == "AWS_IAM" and (signature := signature_of(request)) is not None:
            refused = refusal(signature, request, place.url.region, self._secret_of, now)
            if refused is not None:
                return refused
            signer = Signer(signature.access_key, ids.account_of(signature.access_key) or self._default_account)
        caller = signer.account_id if signer is not None else None
        policy = place.function.policies.get(place.qualifier)
        values = values_of(request, auth_type, place.url.region, caller, now)
        access = decide(policy, place.url.function_arn, caller, values)
        if not access.allowed:
            _log.info("The URL of %s was refused: %s.", place.url.function_arn, access.reason)
            return refusals.forbidden()
        version = place.function.choose(place.qualifier)
        if version is None:
            return refusals.forbidden()
        if address.domain == "":
            address = address._replace(domain=f"{place.url.id}.lambda-url.{place.url.region}.on.aws")
        event = build_event(request, address, names.request_id, trace=names.trace, now=now, signer=signer)
        if len(event) > quotas.SYNCHRONOUS_PAYLOAD:
            return refusals.too_large()
        invocation = Invocation(
            names.request_id,
            event,
            place.url.function_arn,
            trace_header=names.trace_header,
            streamed=place.url.invoke_mode == "RESPONSE_STREAM",
        )
        return self._invoke(place, version, invocation)

    def _invoke(self, place: Place, version: FunctionVersion, invocation: Invocation) -> Response | Eventual[Response]:
        if version.condition is Condition.CREATING:
            return refusals.conflict("The function is in the state Pending.")
        try:
            if version.durable_config is not None or version.capacity_provider_config is not None:
                raise NotYetError("URLs of durable functions and of functions on managed instances come later.")
            running = self._dispatcher.invoke(version, invocation, place.function)
        except TooManyRequestsException:
            return refusals.throttled()
        except EmulatorError as error:
            return _ours(error)
        return _then(running, lambda outcome: _answer(outcome, streamed=invocation.streamed))

    def _list(self, request: Request) -> Response:
        base_url = f"http://{request.headers.get('host', '')}"
        listed = []
        for place in self._directory:
            by_host, by_path = local_urls(base_url, place.url.id, place.url.region)
            listed.append(
                {
                    "FunctionUrl": place.url.url,
                    "FunctionArn": place.url.function_arn,
                    "ByHost": by_host,
                    "ByPath": by_path,
                }
            )
        return Response(200, {"Content-Type": JSON_TYPE}, msgspec.json.encode({"FunctionUrls": listed}))


def _answer(outcome: Outcome, *, streamed: bool) -> Response | Eventual[Response]:
    """The response to what the function returned.

    A whole result of a URL with RESPONSE_STREAM is the body as it is, whatever it holds (unsure: function-urls.md §6).
    """
    if outcome.stream is not None:
        return _begin_stream(outcome.stream)
    if outcome.function_error is not None:
        return refusals.failed()
    try:
        if outcome.content_type == prelude.CONTENT_TYPE:
            return prelude.collected_response(outcome)
        if streamed:
            return Response(200, {"content-type": outcome.content_type or JSON_TYPE}, outcome.payload)
        return response_of(outcome.payload)
    except NoResponseError as error:
        _log.info("What the function of a URL returned is no HTTP response: %s.", error)
        return refusals.failed()


def _begin_stream(stream: ResponseStream) -> "asyncio.Task[Response]":
    task = asyncio.ensure_future(_streamed(stream))
    # A task that is cancelled before it has begun cannot clean up behind itself.
    task.add_done_callback(lambda done: stream.close() if done.cancelled() else None)
    return task


async def _streamed(stream: ResponseStream) -> Response:
    try:
        return await prelude.streamed_response(stream)
    except NoResponseError as error:
        _log.info("What the function of a URL streams is no HTTP response: %s.", error)
        return refusals.failed()


def _then(
    running: Eventual[Outcome] | Eventual[Response],
    go_on: Callable[..., Response | Eventual[Response]],
) -> Pending[Response]:
    """What `go_on` makes of a result to come. Cancelling it (the client is gone) gives up on the result."""
    answer: Pending[Response] = Pending(running.cancel)

    def settle(response: Eventual[Response]) -> None:
        if response.cancelled():
            answer.cancel()
        elif (error := response.exception()) is not None:
            if not answer.done():
                answer.set_result(_ours(error))
        elif not answer.done():
            answer.set_result(response.result())
        elif (close := getattr(response.result().body, "close", None)) is not None:
            close()  # the client has gone in the meantime

    def on_result(done: Eventual[Outcome]) -> None:
        if done.cancelled():
            answer.cancel()
            return
        error = done.exception()
        if answer.done():
            return
        if error is not None:
            answer.set_result(_ours(error))
            return
        try:
            response = go_on(done.result())
        except Exception as fault:  # which is ours alone: the function and its environment are as good as before
            response = _ours(fault)
        if isinstance(response, Response):
            answer.set_result(response)
        else:
            answer.when_cancelled = response.cancel
            response.add_done_callback(settle)

    running.add_done_callback(on_result)
    return answer


def _ours(error: BaseException) -> Response:
    """A failure of the emulator's or the machine's, in plain words, so that nobody takes it for an answer of AWS."""
    if not isinstance(error, EmulatorError):
        _log.error("a request to a function URL failed", exc_info=error)
    status = 501 if isinstance(error, NotYetError) else 500
    return Response(status, {"Content-Type": JSON_TYPE}, msgspec.json.encode({"message": str(error)}))


class _Names(NamedTuple):
    """What one request is known by. `trace` is the X-Amzn-Trace-Id that the event has, `told` the runtime's."""

    request_id: str
    trace: str
    told: str

    @property
    def trace_header(self) -> str:
        """What a caller must say for the runtime to be told `told`: the Lineage is counted up on the way."""
        lineage = self.trace.partition("Lineage=")[2].partition(";")[0]
        return self.told.partition(";Lineage=")[0] + (f";Lineage={lineage}" if lineage else "")


def _in_lower_case(told: str) -> str:
    """As the responses of URLs have it: `root=…;parent=…;sampled=0;lineage=…` [log, 2024]."""
    return ";".join(
        name.lower() + equals + value for name, equals, value in (p.partition("=") for p in told.split(";"))
    )


def _new_trace() -> str:
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
