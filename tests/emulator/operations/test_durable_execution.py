"""Durable executions: nothing starts one yet, so here they are put into the store as their runner will."""

from datetime import timedelta
from functools import partial

import pytest

from emulator.resources.durable_execution import DurableExecution, Event

MISSING = "arn:aws:lambda:us-east-1:111111111111:function:fn:1/durable-execution/no/such"


def add(world, name="order-1", version="1"):
    """An execution of `fn` that has begun now."""
    resources = world.store.region("111111111111", "us-east-1")
    execution = DurableExecution(
        arn=f"{world.arn('fn', version)}/durable-execution/{name}/0d0f",
        name=name,
        function_arn=world.arn("fn", version),
        version=version,
        input_payload='{"order":1}',
        started=world.clock.now(),
        config={"ExecutionTimeout": 60},
        checkpoint_token="dG9rZW4=",
    )
    started = {"Input": {"Payload": execution.input_payload}, "ExecutionTimeout": 60}
    execution.note("ExecutionStarted", world.clock.now(), started)
    resources.durable_executions[execution.arn] = execution
    return execution


@pytest.fixture
def execution(world):
    world.create(Publish=True)
    return add(world)


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("GetDurableExecution", {}),
        ("GetDurableExecutionHistory", {}),
        ("StopDurableExecution", {}),
        ("PauseDurableExecution", {}),
        ("ResumeDurableExecution", {}),
        ("DeleteDurableExecution", {}),
    ],
)
def test_one_that_is_not_there(world, operation, members):
    refused = world.refusal(operation, DurableExecutionArn=MISSING, **members)
    assert (refused.code, refused.message) == (
        "ResourceNotFoundException",
        f"Durable execution not found: {MISSING}",
    )


@pytest.mark.parametrize("operation", ["GetDurableExecutionState", "CheckpointDurableExecution"])
def test_a_token_of_none(world, execution, operation):
    for arn, token in ((MISSING, "dG9rZW4="), (execution.arn, "b3RoZXI=")):
        refused = world.refusal(operation, DurableExecutionArn=arn, CheckpointToken=token)
        assert (refused.code, refused.message) == ("InvalidParameterValueException", "Invalid checkpoint token")


@pytest.mark.parametrize("what", ["Success", "Failure", "Heartbeat"])
def test_a_callback_that_nobody_waits_for(world, what):
    refused = world.refusal(f"SendDurableExecutionCallback{what}", CallbackId="Y2FsbGJhY2s=")
    assert refused.code == "ResourceNotFoundException"


def test_what_is_known_of_one(world, execution):
    brief = {
        "DurableExecutionArn": execution.arn,
        "DurableExecutionName": "order-1",
        "FunctionArn": world.arn("fn", "1"),
        "Status": "RUNNING",
        "StartTimestamp": world.clock.now(),
    }
    without_data = {
        **brief,
        "Version": "1",
        "ExecutionDataIncluded": False,
        "DurableConfig": {"ExecutionTimeout": 60},
    }
    get = partial(world.do, "GetDurableExecution", DurableExecutionArn=execution.arn)
    assert get(IncludeExecutionData=False) == without_data
    assert get() == without_data | {"ExecutionDataIncluded": True, "InputPayload": '{"order":1}'}
    listed = world.do("ListDurableExecutionsByFunction", FunctionName="fn")
    assert listed == {"DurableExecutions": [brief]}


def test_stopping(world, execution):
    stopped = world.do("StopDurableExecution", DurableExecutionArn=execution.arn, Error={"ErrorType": "Enough"})
    got = world.do("GetDurableExecution", DurableExecutionArn=execution.arn)
    assert (got["Status"], got["EndTimestamp"]) == ("STOPPED", stopped["StopTimestamp"])
    assert got["Error"] == {"ErrorType": "Enough"}
    again = world.refusal("StopDurableExecution", DurableExecutionArn=execution.arn)
    assert again.code == "InvalidParameterValueException"


def test_pausing_and_resuming(world, execution):
    pause, resume, get = (
        partial(world.do, f"{verb}DurableExecution", DurableExecutionArn=execution.arn)
        for verb in ("Pause", "Resume", "Get")
    )
    asked = world.clock.now()
    assert pause(Reason="lunch", ClientToken="once") == {}
    assert get()["Status"] == "RUNNING"
    world.settle()
    assert get()["Status"] == "PAUSED"
    assert get()["PauseDetails"] == {
        "PauseRequestTimestamp": asked,
        "Reason": "lunch",
        "ExecutionTimeoutPaused": True,
    }
    assert pause(Reason="lunch", ClientToken="once") == {}  # repeated, so it does not matter
    refused = world.refusal("PauseDurableExecution", DurableExecutionArn=execution.arn)
    assert refused.code == "ResourceConflictException"
    resume()
    world.settle()
    assert get()["Status"] == "RUNNING"
    assert "PauseDetails" not in get()
    assert (
        world.refusal("ResumeDurableExecution", DurableExecutionArn=execution.arn).code == "ResourceConflictException"
    )


def test_a_pause_waits_for_the_next_checkpoint(world, execution):
    execution.invoking = True
    world.do("PauseDurableExecution", DurableExecutionArn=execution.arn)
    world.settle()
    assert world.do("GetDurableExecution", DurableExecutionArn=execution.arn)["Status"] == "PAUSING"
    execution.meet(Event.CHECKPOINT)
    assert world.do("GetDurableExecution", DurableExecutionArn=execution.arn)["Status"] == "PAUSED"


def test_only_an_end_can_be_deleted(world, execution):
    delete = {"DurableExecutionArn": execution.arn}
    assert world.refusal("DeleteDurableExecution", **delete).code == "ResourceConflictException"
    world.do("StopDurableExecution", **delete)
    assert world.do("DeleteDurableExecution", **delete) == {"DeletionRequestTimestamp": world.clock.now()}
    assert world.do("GetDurableExecution", **delete)["Status"] == "DELETING"
    world.settle()
    assert world.refusal("GetDurableExecution", **delete).code == "ResourceNotFoundException"


def test_the_history(world, execution):
    world.do("StopDurableExecution", DurableExecutionArn=execution.arn)
    history = partial(world.do, "GetDurableExecutionHistory", DurableExecutionArn=execution.arn)
    started, stopped = history()["Events"]
    assert (started["EventId"], started["EventType"]) == (1, "ExecutionStarted")
    assert started["ExecutionStartedDetails"]["Input"] == {"Payload": '{"order":1}'}
    assert (stopped["EventId"], stopped["EventType"]) == (2, "ExecutionStopped")
    assert history(ReverseOrder=True)["Events"] == [stopped, started]
    assert history(IncludeExecutionData=False)["Events"][0]["ExecutionStartedDetails"]["Input"] == {}
    first = history(MaxItems=1)
    assert first["Events"] == [started]
    assert history(MaxItems=1, Marker=first["NextMarker"]) == {"Events": [stopped]}


def test_the_state(world, execution):
    execution.operations += [{"Id": str(number)} for number in range(3)]
    state = partial(world.do, "GetDurableExecutionState", DurableExecutionArn=execution.arn, CheckpointToken="dG9rZW4=")
    assert state(MaxItems=0) == {"Operations": execution.operations}
    first = state(MaxItems=2)
    assert [operation["Id"] for operation in first["Operations"]] == ["0", "1"]
    assert state(Marker=first["NextMarker"]) == {"Operations": [{"Id": "2"}]}


def test_listing(world, execution):
    world.clock.move(10)
    add(world, "order-2", "$LATEST")
    world.clock.move(10)
    add(world, "order-3", "$LATEST")

    def listed(**members):
        answer = world.do("ListDurableExecutionsByFunction", **({"FunctionName": "fn"} | members))
        return [entry["DurableExecutionName"] for entry in answer["DurableExecutions"]]

    now = world.clock.now()
    assert listed() == ["order-3", "order-2", "order-1"]
    assert listed(ReverseOrder=True) == ["order-1", "order-2", "order-3"]
    assert listed(Qualifier="1") == listed(FunctionName="fn:1") == ["order-1"]
    assert listed(Qualifier="$LATEST") == ["order-3", "order-2"]
    assert listed(DurableExecutionName="order-2") == ["order-2"]
    assert listed(Statuses=["SUCCEEDED", "FAILED"]) == []
    assert listed(StartedAfter=now - timedelta(seconds=15), StartedBefore=now) == ["order-2"]
    first = world.do("ListDurableExecutionsByFunction", FunctionName="fn", MaxItems=2)
    assert len(first["DurableExecutions"]) == 2
    assert listed(MaxItems=2, Marker=first["NextMarker"]) == ["order-1"]


def test_listing_needs_a_function(world):
    refused = world.refusal("ListDurableExecutionsByFunction", FunctionName="no")
    assert refused.message == f"Function not found: {world.arn('no')}"
