"""Event invoke configs beyond what recordings show."""

import pytest

QUEUE = "arn:aws:sqs:us-east-1:111111111111:records"


def put(world, **members):
    return world.do("PutFunctionEventInvokeConfig", FunctionName="fn", **members)


def refusal(world, **sides):
    refused = world.refusal("PutFunctionEventInvokeConfig", FunctionName="fn", DestinationConfig=sides)
    assert refused.code == "InvalidParameterValueException"
    return refused.message


@pytest.mark.parametrize(
    "destination",
    [
        QUEUE,
        "arn:aws:sns:us-east-1:111111111111:records",
        "arn:aws:events:us-east-1:111111111111:event-bus/default",
    ],
)
def test_services_that_take_records(world, destination):
    world.create()
    for side in ("OnSuccess", "OnFailure"):
        config = put(world, DestinationConfig={side: {"Destination": destination}})["DestinationConfig"]
        assert config[side] == {"Destination": destination}


def test_a_bucket_takes_failures_only(world):
    world.create()
    bucket = {"Destination": "arn:aws:s3:::records"}
    assert put(world, DestinationConfig={"OnFailure": bucket})["DestinationConfig"]["OnFailure"] == bucket
    assert refusal(world, OnSuccess=bucket) == (
        "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::records), "
        "onFailure=null) is invalid."
    )


def test_nothing_in_order_goes_there(world):
    world.create()
    assert "is invalid" in refusal(world, OnFailure={"Destination": f"{QUEUE}.fifo"})


def test_an_alias_of_itself_is_itself(world):
    world.create(Publish=True)
    itself = "You can't specify the function as a destination for itself."
    assert refusal(world, OnSuccess={"Destination": world.arn("fn", "1")}) == itself


def test_a_version_that_is_not_there_and_a_function_elsewhere(world):
    world.create()
    world.create("other")
    for destination in (world.arn("other", "1"), world.arn("other").replace("us-east-1", "eu-west-1")):
        assert (
            refusal(world, OnSuccess={"Destination": destination}) == f"The destination ARN {destination} is invalid."
        )


def test_an_empty_destination_takes_it_away(world):
    world.create()
    put(world, DestinationConfig={"OnSuccess": {"Destination": QUEUE}, "OnFailure": {"Destination": QUEUE}})
    updated = world.do(
        "UpdateFunctionEventInvokeConfig", FunctionName="fn", DestinationConfig={"OnSuccess": {"Destination": ""}}
    )
    assert updated["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {"Destination": QUEUE}}


def test_a_refused_update_changes_nothing(world):
    world.create()
    before = put(world, MaximumRetryAttempts=1)
    world.refusal(
        "UpdateFunctionEventInvokeConfig",
        FunctionName="fn",
        MaximumRetryAttempts=2,
        DestinationConfig={"OnSuccess": {"Destination": world.arn()}},
    )
    assert world.do("GetFunctionEventInvokeConfig", FunctionName="fn") == before


def test_they_go_with_what_they_are_for(world):
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    for qualifier in ("$LATEST", "1", "live"):
        put(world, Qualifier=qualifier, MaximumRetryAttempts=0)

    def listed():
        configs = world.do("ListFunctionEventInvokeConfigs", FunctionName="fn")["FunctionEventInvokeConfigs"]
        return [config["FunctionArn"].rpartition(":")[2] for config in configs]

    assert listed() == ["$LATEST", "1", "live"]
    world.do("DeleteAlias", FunctionName="fn", Name="live")
    assert listed() == ["$LATEST", "1"]
    world.do("DeleteFunction", FunctionName="fn", Qualifier="1")
    assert listed() == ["$LATEST"]
    world.do("DeleteFunction", FunctionName="fn")
    world.create()
    assert listed() == []
