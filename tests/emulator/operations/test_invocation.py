"""Invoke and InvokeAsync: what reaches the dispatcher, and what reaches the caller."""

import asyncio
import base64
import json

import pytest

from emulator.errors import NotYetError, ServiceError
from emulator.execution.events.event import finding
from emulator.execution.invocation import Outcome
from emulator.execution.recursion import LONGEST_CHAIN, lineage_for
from emulator.operations import OPERATIONS


def invoke(world, headers=None, outcome=None, **members):
    """Invoke `fn`, let it end with `outcome`, and return the answer, now or later."""

    async def run():
        call = world.call("Invoke", **(headers or {}))
        answer = OPERATIONS["Invoke"](call, {"FunctionName": "fn"} | members)
        if isinstance(answer, dict):
            return answer
        world.dispatcher.running.set_result(outcome or Outcome(b"null"))
        return await answer

    return asyncio.run(run())


@pytest.fixture
def sent(world):
    """The last invocation that the dispatcher was given."""
    return lambda: world.dispatcher.invoked[-1][1] if world.dispatcher.invoked else world.events.accepted[-1].invocation


def test_a_synchronous_call(world, sent):
    world.create()
    answer = invoke(world, Payload=b'{"a": 1}', outcome=Outcome(b'{"b": 2}'))
    assert answer == {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": b'{"b": 2}'}
    version, invocation, function = world.dispatcher.invoked[0]
    assert (version, function) == (world.function().running, world.function())
    assert (invocation.payload, invocation.function_arn) == (b'{"a": 1}', world.arn())
    assert invocation.request_id == "request-2"  # that of the call itself
    assert not invocation.tail


def test_a_function_error_is_an_answer(world):
    world.create()
    answer = invoke(world, outcome=Outcome(b'{"errorMessage": "no"}', function_error="Unhandled"))
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")


def test_the_tail_of_the_log(world, sent):
    world.create()
    answer = invoke(world, LogType="Tail", outcome=Outcome(b"1", log_tail=b"START \xff"))
    assert base64.b64decode(answer["LogResult"]) == b"START \xff"
    assert sent().tail


def test_no_body_is_an_empty_object(world, sent):
    world.create()
    invoke(world)
    assert sent().payload == b"{}"


@pytest.mark.parametrize(
    ("members", "arn", "executed"),
    [
        ({"Qualifier": "1"}, "1", "1"),
        ({"FunctionName": "fn:1"}, "1", "1"),
        ({"FunctionName": "function:fn:live", "Qualifier": "live"}, "live", "1"),
        ({"Qualifier": "$LATEST"}, "$LATEST", "$LATEST"),
    ],
)
def test_the_function_is_told_how_it_was_named(world, sent, members, arn, executed):
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    answer = invoke(world, **members)
    assert answer["ExecutedVersion"] == executed
    assert sent().function_arn == world.arn(qualifier=arn)


def test_headers_reach_the_function(world, sent):
    world.create()
    context = base64.b64encode(json.dumps({"custom": {"a": "ü"}}).encode()).decode()
    invoke(world, headers={"x-amzn-trace-id": "Root=1-2-3"}, ClientContext=context)
    assert (sent().trace_header, sent().client_context) == ("Root=1-2-3", '{"custom": {"a": "\\u00fc"}}')


def test_a_call_too_many_in_a_chain_is_refused(world):
    """async.md §4, for a caller who waits; an event is accepted, and its function is not run."""
    world.create()
    lineage = None
    for _ in range(LONGEST_CHAIN):
        lineage = lineage_for(world.arn(), lineage)
    chain = {"x-amzn-trace-id": f"Root=1-2-3;Lineage={lineage}"}
    with pytest.raises(ServiceError) as refused:
        invoke(world, headers=chain)
    assert refused.value.code == "RecursiveInvocationException"
    assert invoke(world, headers=chain, InvocationType="Event")["StatusCode"] == 202
    world.do("PutFunctionRecursionConfig", FunctionName="fn", RecursiveLoop="Allow")
    assert invoke(world, headers=chain)["StatusCode"] == 200


@pytest.mark.parametrize("context", ["%%%", "e30", "WzFd"])
def test_a_bad_client_context(world, context):
    world.create()
    with pytest.raises(ServiceError) as refused:
        invoke(world, ClientContext=context)
    assert (refused.value.code, refused.value.message) == (
        "InvalidRequestContentException",
        "Client context must be a valid Base64-encoded JSON object.",
    )


def test_a_client_context_that_is_too_long_is_told_so(world):
    world.create()
    context = base64.b64encode(b'{"a":"' + b"x" * 3000 + b'"}').decode()
    with pytest.raises(ServiceError, match=f"at most 3583 bytes of Base64, not {len(context)}"):
        invoke(world, ClientContext=context)


def test_an_event_is_queued_for_whatever_version_there_is_then(world):
    world.create()
    answer = invoke(world, InvocationType="Event", Payload=b"1", LogType="Tail", ClientContext="e30=")
    assert answer == {"StatusCode": 202, "Payload": b""}
    event = world.events.accepted[0]
    invocation, find = event.invocation, finding(world.store)
    assert (invocation.payload, invocation.client_context, invocation.tail) == (b"1", None, False)
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code)
    assert find(event) == (world.function(), world.function().running)
    assert find(event)[1].code.zip_bytes == world.code
    world.settle()
    assert find(event)[1].code.zip_bytes == world.other_code
    world.do("DeleteFunction", FunctionName="fn")
    with pytest.raises(ServiceError):
        find(event)


def test_a_dry_run_runs_nothing(world):
    world.create()
    assert invoke(world, InvocationType="DryRun") == {"StatusCode": 204, "Payload": b""}
    assert not world.dispatcher.invoked
    assert not world.events.accepted


@pytest.mark.parametrize(
    ("kind", "limit", "message"),
    [
        # [log, several of 2021 to 2026]
        ("RequestResponse", 6_291_456, "Request must be smaller than 6291456 bytes for the InvokeFunction operation"),
        # [issues: ASFHyP3/hyp3#2241, 2024, when the limit was 262144]
        ("Event", 1_048_576, "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"),
    ],
)
def test_the_size_of_an_event(world, kind, limit, message):
    world.create()
    body = b'"' + b"x" * (limit - 2) + b'"'
    invoke(world, InvocationType=kind, Payload=body)
    with pytest.raises(ServiceError) as refused:
        invoke(world, InvocationType=kind, Payload=body + b" ")
    assert (refused.value.code, refused.value.message) == ("RequestEntityTooLargeException", message)


@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
def test_a_pending_function_cannot_be_invoked(world, kind):
    world.create(settled=False)
    with pytest.raises(ServiceError) as refused:
        invoke(world, InvocationType=kind)
    assert refused.value.code == "ResourceConflictException"
    assert refused.value.message.endswith("The function is currently in the following state: Pending")


def test_missing_functions_and_versions(world, recording):
    recorded = recording("TestLambdaFeatures::test_invoke_exceptions", "test_lambda")
    with pytest.raises(ServiceError) as refused:
        invoke(world, FunctionName="doesnotexist")
    assert refused.value.message == f"Function not found: {world.arn('doesnotexist', '$LATEST')}"
    assert refused.value.code == recorded.answer("invoke_function_doesnotexist.Error.Code")
    world.create()
    with pytest.raises(ServiceError) as refused:
        invoke(world, Qualifier="7")
    assert refused.value.message == f"Function not found: {world.arn(qualifier='7')}"


def test_a_bad_event_names_the_fault(world):
    world.create()
    with pytest.raises(ServiceError) as refused:
        invoke(world, Payload=b"value")
    assert refused.value.code == "InvalidRequestContentException"


def test_tenants_and_durable_executions(world):
    world.create()
    with pytest.raises(ServiceError):
        invoke(world, TenantId="blue")
    world.create("tenants", TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
    with pytest.raises(ServiceError):
        invoke(world, FunctionName="tenants")
    invoke(world, FunctionName="tenants", TenantId="blue")
    assert world.dispatcher.invoked[-1][1].tenant_id == "blue"
    invoke(world, FunctionName="tenants", TenantId="red", InvocationType="Event")
    assert world.events.accepted[-1].invocation.tenant_id == "red"
    world.create("durable", DurableConfig={"ExecutionTimeout": 60})
    with pytest.raises(NotYetError):
        invoke(world, FunctionName="durable")


def test_a_caller_who_goes_away_gives_up_on_the_outcome(world):
    """What that means for the function is the dispatcher's matter."""
    world.create()

    async def run():
        answer = OPERATIONS["Invoke"](world.call("Invoke"), {"FunctionName": "fn"})
        answer.cancel()
        await asyncio.sleep(0)
        assert world.dispatcher.running.cancelled()

    asyncio.run(run())


@pytest.mark.parametrize("failure", [RuntimeError("ours"), None])
def test_a_failure_of_ours_reaches_the_caller(world, failure):
    world.create()

    async def run():
        answer = OPERATIONS["Invoke"](world.call("Invoke"), {"FunctionName": "fn"})
        if failure is None:
            world.dispatcher.running.cancel()
        else:
            world.dispatcher.running.set_exception(failure)
        await answer

    with pytest.raises(RuntimeError if failure else asyncio.CancelledError):
        asyncio.run(run())


def test_a_deleted_function_still_answers(world):
    world.create()

    async def run():
        answer = OPERATIONS["Invoke"](world.call("Invoke"), {"FunctionName": "fn"})
        world.do("DeleteFunction", FunctionName="fn")
        world.dispatcher.running.set_result(Outcome(b"1"))
        return await answer

    assert asyncio.run(run())["StatusCode"] == 200


class TestInvokeAsync:
    def test_queues_an_event(self, world):
        world.create()
        assert world.do("InvokeAsync", FunctionName="fn", InvokeArgs=b'{"a":1}') == {"Status": 202}
        assert world.events.accepted[0].invocation.payload == b'{"a":1}'

    def test_refuses_as_invoke_does(self, world):
        world.create()
        assert world.refusal("InvokeAsync", FunctionName="no", InvokeArgs=b"1").code == "ResourceNotFoundException"
        assert world.refusal("InvokeAsync", FunctionName="fn", InvokeArgs=b"{").code == "InvalidRequestContentException"
        large = b'"' + b"x" * 262_144 + b'"'
        assert world.refusal("InvokeAsync", FunctionName="fn", InvokeArgs=large).message == (
            "Request must be smaller than 262144 bytes for the InvokeAsync operation"
        )
