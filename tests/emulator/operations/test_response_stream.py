"""InvokeWithResponseStream, for functions that return everything at once."""

import asyncio
import base64

from emulator.execution.invocation import Outcome
from emulator.operations import OPERATIONS


def invoke(world, outcome=None, **members):
    """Invoke `fn`, let it end with `outcome`; return the answer and the events of its stream."""

    async def run():
        handler = OPERATIONS["InvokeWithResponseStream"]
        answer = handler(world.call("InvokeWithResponseStream"), {"FunctionName": "fn"} | members)
        if isinstance(answer, dict):
            return answer, []
        world.dispatcher.running.set_result(outcome)
        answer = await answer
        return answer, [event async for event in answer.pop("EventStream")]

    return asyncio.run(run())


def test_one_chunk_and_the_end(world):
    world.create()
    answer, events = invoke(world, Outcome(b'{"b": 2}'), Payload=b'{"a": 1}')
    assert answer == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert events == [{"PayloadChunk": {"Payload": b'{"b": 2}'}}, {"InvokeComplete": {}}]
    assert world.dispatcher.invoked[0][1].payload == b'{"a": 1}'


def test_a_function_error_comes_with_the_end(world):
    world.create()
    error = b'{"errorMessage": "no"}'
    _, events = invoke(world, Outcome(error, function_error="Unhandled", log_tail=b"END"), LogType="Tail")
    assert events == [
        {
            "InvokeComplete": {
                "ErrorCode": "Unhandled",
                "ErrorDetails": error.decode(),
                "LogResult": base64.b64encode(b"END").decode(),
            }
        }
    ]
    assert world.dispatcher.invoked[0][1].tail


def test_a_dry_run(world):
    world.create()
    assert invoke(world, InvocationType="DryRun") == ({"StatusCode": 204}, [])
    assert world.dispatcher.invoked == []


def test_refusals_are_those_of_an_invocation(world):
    assert world.refusal("InvokeWithResponseStream", FunctionName="no").message == (
        f"Function not found: {world.arn('no', '$LATEST')}"
    )
    world.create()
    refused = world.refusal("InvokeWithResponseStream", FunctionName="fn", Payload=b"{")
    assert refused.code == "InvalidRequestContentException"
