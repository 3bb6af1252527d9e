"""Invoke, InvokeWithResponseStream, InvokeAsync."""

import base64
import binascii
import json

from emulator import arn, quotas
from emulator.errors import (
    InvalidParameterValueException,
    InvalidRequestContentException,
    NoPublishedVersionException,
    NotYetError,
    RecursiveInvocationException,
    RequestEntityTooLargeException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from emulator.execution.events.event import QueuedEvent
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.recursion import is_loop
from emulator.operations.call import Call, Members
from emulator.operations.payload import read_payload
from emulator.operations.stream_events import StreamEvents
from emulator.operations.target import Target, read_target, resources_of
from emulator.pending import Pending
from emulator.resources.condition import Condition
from emulator.resources.function import Function, FunctionVersion


def invoke(call: Call, members: Members) -> Members | Pending[Members]:
    """Run a function: synchronously, by an event, or (DryRun) not at all.

    A synchronous call answers when the function has: status 200, whatever became of it. Members of the answer:
    `StatusCode` (200, 202, 204), `Payload` (bytes); synchronous calls have `ExecutedVersion` too, and where they apply
    `FunctionError` and `LogResult` (base64). A caller who goes away gives up on the answer, but not on a function that
    has begun; that one runs on to its end [docs: configuration-response-streaming]. An invocation that still waits for
    an environment is given up.
    """
    kind = members.get("InvocationType", "RequestResponse")
    asynchronous = kind == "Event"
    target, function, version, invocation = _read(call, members, asynchronous=asynchronous)
    if kind == "DryRun":
        return {"StatusCode": 204, "Payload": b""}
    if asynchronous:
        _accept(call, target, invocation)
        return {"StatusCode": 202, "Payload": b""}
    _refuse_loop(invocation, function)
    executed = version.version
    running = call.dispatcher.invoke(version, invocation, function)
    return running.then(lambda outcome: _describe(executed, outcome))


def invoke_with_response_stream(call: Call, members: Members) -> Members | Pending[Members]:
    """Run a function, and answer with a stream of events: chunks of what it returned, and one that says how it ended.

    The answer begins when the function begins to write, and goes on as it writes. Where it returns everything at once,
    there is one chunk [docs: configuration-response-streaming]. Members of the answer: `StatusCode` (200, 204),
    `ExecutedVersion`, `EventStream` (an async iterator of events as the model has them).
    """
    _, function, version, invocation = _read(call, members, asynchronous=False, streamed=True)
    if members.get("InvocationType") == "DryRun":
        return {"StatusCode": 204}
    _refuse_loop(invocation, function)
    executed = version.version
    running = call.dispatcher.invoke(version, invocation, function)
    return running.then(lambda outcome: _describe_stream(executed, outcome))


def invoke_async(call: Call, members: Members) -> Members:
    """The old way to invoke by an event: always `$LATEST`, always 202."""
    body = members.get("InvokeArgs") or b""
    _refuse_oversized(body, quotas.INVOKE_ASYNC_PAYLOAD, "InvokeAsync")
    target = read_target(call, members["FunctionName"])
    _, version = _find(call, target)
    payload = read_payload(body)
    _check_invocable(version, members)
    invocation = Invocation(
        request_id=call.request_id,
        payload=payload,
        function_arn=target.arn(target.qualifier),
        trace_header=call.request.headers.get("x-amzn-trace-id"),
    )
    _accept(call, target, invocation)
    return {"Status": 202}


def _read(
    call: Call, members: Members, *, asynchronous: bool, streamed: bool = False
) -> tuple[Target, Function, FunctionVersion, Invocation]:
    """What is to be run, and with what. Refusals in AWS's order: size, existence, payload, state."""
    body = members.get("Payload") or b""
    _refuse_oversized(body, quotas.SYNCHRONOUS_PAYLOAD)
    if asynchronous and len(body) > quotas.ASYNCHRONOUS_PAYLOAD:
        raise RequestEntityTooLargeException.event(len(body), quotas.ASYNCHRONOUS_PAYLOAD)
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function, version = _find(call, target)
    payload = read_payload(body)
    header = members.get("ClientContext")
    client_context = _read_client_context(header) if header else None
    _check_invocable(version, members)
    invocation = Invocation(
        request_id=call.request_id,
        payload=payload,
        function_arn=target.arn(target.qualifier),  # as the caller named it [rec: test_invocation_with_qualifier]
        client_context=None if asynchronous else client_context,
        trace_header=call.request.headers.get("x-amzn-trace-id"),
        tail=not asynchronous and members.get("LogType") == "Tail",
        tenant_id=members.get("TenantId"),
        streamed=streamed,
    )
    return target, function, version, invocation


def _refuse_oversized(body: bytes, limit: int, operation: str = "InvokeFunction") -> None:
    if len(body) > limit:
        raise RequestEntityTooLargeException.request(limit, operation)


def _find(call: Call, target: Target) -> tuple[Function, FunctionVersion]:
    function = resources_of(call, target).functions.get(target.name)
    version = None if function is None else function.choose(target.qualifier)
    if function is None or version is None:
        # Unlike GetFunction, with `$LATEST` where nothing was asked for [rec: test_invoke_exceptions, 2025-11-24].
        raise ResourceNotFoundException.function(target.arn(target.qualifier or "$LATEST"))
    return function, version


def _accept(call: Call, target: Target, invocation: Invocation) -> None:
    """Takes an event. Which version serves it is found when its turn has come: by then there may be another, or none.

    [rec: test_async_invoke_queue_upon_function_update, 2025-11-24]
    """
    call.events.accept(QueuedEvent(target.account_id, target.region, target.name, target.qualifier, invocation))


def _refuse_loop(invocation: Invocation, function: Function) -> None:
    """Raises RecursiveInvocationException for one call too many in a chain. An event is accepted, and ends later."""
    if invocation.trace_header is not None and is_loop(invocation.trace_header, function):
        raise RecursiveInvocationException.stopped()


def _check_invocable(version: FunctionVersion, members: Members) -> None:
    if version.condition is Condition.CREATING:
        raise ResourceConflictException.function_state(version.state)
    isolated = version.tenancy_config is not None
    if isolated != ("TenantId" in members):
        raise InvalidParameterValueException.tenant_id(required=isolated)
    if version.durable_config is not None or "DurableExecutionName" in members:
        raise NotYetError("Durable executions come with a later issue.")
    if version.capacity_provider_config is not None:
        if version.version == arn.LATEST:
            raise NoPublishedVersionException.latest()
        raise NotYetError("Running functions on managed instances comes with a later issue.")


def _read_client_context(header: str) -> str:
    """The JSON text in X-Amz-Client-Context. Raises InvalidRequestContentException if it holds no JSON object."""
    if len(header) > quotas.CLIENT_CONTEXT:
        raise InvalidRequestContentException.client_context_size(len(header), quotas.CLIENT_CONTEXT)
    try:
        text = base64.b64decode(header, validate=True).decode()
        if isinstance(json.loads(text), dict):
            return text
    except (binascii.Error, ValueError):
        pass
    raise InvalidRequestContentException.client_context()


def _describe(executed_version: str, outcome: Outcome) -> Members:
    members: Members = {"StatusCode": 200, "ExecutedVersion": executed_version, "Payload": outcome.payload}
    if outcome.function_error is not None:
        members["FunctionError"] = outcome.function_error
    if outcome.log_tail is not None:
        members["LogResult"] = base64.b64encode(outcome.log_tail).decode()
    return members


def _describe_stream(executed_version: str, outcome: Outcome) -> Members:
    return {"StatusCode": 200, "ExecutedVersion": executed_version, "EventStream": StreamEvents(outcome)}
