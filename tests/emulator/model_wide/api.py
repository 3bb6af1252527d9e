"""The whole API in this process: what botocore sends goes through the gateway, and every answer is checked.

Real gateway, operations, store and settings; time moves when the test says so, and functions answer at once with the
event they were given, because no property of this folder is about running code.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.awsrequest
import botocore.serialize

from emulator import quotas
from emulator.execution.invocation import Invocation, Outcome
from emulator.gateway import Gateway
from emulator.operations import NOT_YET, OPERATIONS
from emulator.operations.call import Call
from emulator.pending import Eventual, Pending
from emulator.protocol.model import Operation, load_model
from emulator.protocol.signature import Caller
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.store import RegionResources
from emulator.wire.messages import Request, Response
from tests.emulator.model_wide.answer_check import misfits, service
from tests.emulator.moved_clock import MovedClock
from tests.emulator.operations.conftest import ACCOUNT, REGION, RecordingDispatcher, World

_RUNNING = {"Invoke", "InvokeAsync", "InvokeWithResponseStream"}  # these need an event loop; all others answer at once

_serializer = botocore.serialize.create_serializer("rest-json", include_validation=False)


@dataclass(frozen=True)
class Answer:
    """One answer. `members` is the decoded body, {} where there is none that is JSON; `code` an error's name."""

    status: int
    code: str | None
    members: dict[str, Any]

    @property
    def is_success(self) -> bool:
        return self.status < 300

    @property
    def message(self) -> str | None:
        return self.members.get("message", self.members.get("Message"))


class MisfitError(AssertionError):
    """An answer that the service model does not allow."""


class EchoDispatcher(RecordingDispatcher):
    """Runs every function at once: it returns the event."""

    def invoke(self, version: FunctionVersion, invocation: Invocation, function: Function) -> Pending[Outcome]:
        done: Pending[Outcome] = Pending()
        done.set_result(Outcome(invocation.payload or b"{}", log_tail=b"END" if invocation.tail else None))
        return done


class Api:
    """One emulator without sockets and processes. Close it when done."""

    def __init__(self) -> None:
        self._world = _world()
        self._gateway = Gateway(load_model(), OPERATIONS, NOT_YET, self._make_call, request_limits=quotas.REQUEST_SIZES)
        self._loop = asyncio.new_event_loop()

    def begin_anew(self) -> None:
        """Forget everything. Cheaper than another Api, whose gateway would have to compile its operations again."""
        self._world = _world()

    def close(self) -> None:
        self._loop.close()

    @property
    def clock(self) -> MovedClock:
        return self._world.clock

    def handle(self, request: Request) -> "Response | Eventual[Response]":
        """What the gateway makes of a request, for a server before it."""
        return self._gateway.handle(request)

    def resources(self) -> RegionResources:
        """What is stored, for resources that no operation makes yet."""
        return self._world.store.region(ACCOUNT, REGION)

    def call(
        self, operation: str, /, *, account_id: str = ACCOUNT, region: str = REGION, padding: int = 0, **members: Any
    ) -> Answer:
        """What the API answers to an SDK's request. Raises MisfitError for an answer that no model allows.

        A 501 of ours passes: it is no answer of AWS's, and says so. With `padding`, the JSON body has so many bytes.
        """
        request = self.request(operation, account_id=account_id, region=region, **members)
        if padding:
            request.body = b"%s%s}" % (request.body[:-1], b" " * (padding - len(request.body)))
        return self.ask(operation, request)

    def request(self, operation: str, /, *, account_id: str = ACCOUNT, region: str = REGION, **members: Any) -> Request:
        """What an SDK would send."""
        return _request(operation, members, account_id, region)

    def ask(self, operation: str, request: Request) -> Answer:
        """The answer to a request, which is one of `operation` or not far from it. Raises MisfitError like `call`."""
        response = self.answer(operation, request)
        body = bytes(response.body) if isinstance(response.body, bytes) else b""
        if response.status == 501:
            return Answer(501, None, json.loads(body))
        if wrong := misfits(operation, response.status, response.headers, body):
            raise MisfitError(f"{operation} ({request}): {'; '.join(wrong)}")
        is_of_the_function = operation in _RUNNING and response.status < 300
        decoded = json.loads(body) if body and not is_of_the_function else {}
        return Answer(response.status, response.headers.get("x-amzn-ErrorType"), decoded)

    def must(self, operation: str, /, **members: Any) -> dict[str, Any]:
        """The members of an answer that has to be a success."""
        answer = self.call(operation, **members)
        assert answer.is_success, f"{operation}({members}): {answer}"
        return answer.members

    def wait(self, seconds: float = 10.0) -> None:
        """Let time go by: what was settling has settled."""
        self.clock.move(seconds)

    def answer(self, operation: str, request: Request) -> Response:
        """The response as it is sent, unchecked."""
        if operation not in _RUNNING:
            answer = self._gateway.handle(request)
            assert isinstance(answer, Response)
            return answer
        return self._loop.run_until_complete(self._answer_later(request))

    async def _answer_later(self, request: Request) -> Response:
        answer = self._gateway.handle(request)
        response = answer if isinstance(answer, Response) else await answer
        if not isinstance(response.body, bytes):
            response.body = b"".join([part async for part in response.body])
        return response

    def _make_call(self, operation: Operation, caller: Caller, request_id: str, request: Request) -> Call:
        call = self._world.call(operation.name, str(caller.region), str(caller.account_id))
        call.request_id, call.request = request_id, request
        return call


def _world() -> World:
    world = World()
    world.dispatcher = EchoDispatcher(world.clock)
    return world


def _request(operation: str, members: Mapping[str, Any], account_id: str, region: str) -> Request:
    sent = _serializer.serialize_to_request(dict(members), service().operation_model(operation))
    prepared = botocore.awsrequest.AWSRequest(
        method=sent["method"],
        url="http://localhost:4566" + sent["url_path"],
        params=sent["query_string"],
        headers=sent["headers"],
        data=sent["body"],
    ).prepare()
    url = urlsplit(prepared.url)
    headers = {name.lower(): _text(value) for name, value in prepared.headers.items()}
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={account_id}/20261123/{region}/lambda/aws4_request, Signature=0"
    )
    body = prepared.body or b""
    return Request(prepared.method, url.path, url.query, headers, body.encode() if isinstance(body, str) else body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
