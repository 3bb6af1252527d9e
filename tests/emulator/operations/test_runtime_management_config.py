"""The runtime management operations."""

import pytest

RUNTIME_VERSION = "arn:aws:lambda:us-east-1::runtime:" + "0" * 64
MANUAL = {"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": RUNTIME_VERSION}


def get(world, **members):
    answer = world.do("GetRuntimeManagementConfig", **({"FunctionName": "fn"} | members))
    return {name: value for name, value in answer.items() if value is not None}


def put(world, **members):
    answer = world.do("PutRuntimeManagementConfig", **({"FunctionName": "fn"} | members))
    return {name: value for name, value in answer.items() if value is not None}


def refusal(world, operation="PutRuntimeManagementConfig", **members):
    refused = world.refusal(operation, **({"FunctionName": "fn"} | members))
    return refused.code, refused.message


def test_runtimes_are_updated_by_themselves_unless_told_otherwise(world):
    world.create(Publish=True)
    assert get(world) == {"UpdateRuntimeOn": "Auto", "FunctionArn": world.arn()}
    assert get(world, Qualifier="1") == {"UpdateRuntimeOn": "Auto", "FunctionArn": world.arn(qualifier="1")}


def test_each_version_has_its_mode_and_a_new_one_that_of_latest(world):
    world.create(Publish=True)
    put(world, UpdateRuntimeOn="FunctionUpdate")
    assert get(world, Qualifier="1")["UpdateRuntimeOn"] == "Auto"
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True)
    world.settle()
    assert get(world, Qualifier="2")["UpdateRuntimeOn"] == "FunctionUpdate"
    put(world, Qualifier="1", **MANUAL)
    assert get(world, Qualifier="$LATEST") == {
        "UpdateRuntimeOn": "FunctionUpdate",
        "FunctionArn": world.arn(qualifier="$LATEST"),
    }


def test_a_pinned_runtime_version_shows_and_stays(world):
    world.create()
    before = world.do("GetFunctionConfiguration", FunctionName="fn")
    assert put(world, **MANUAL) == {**MANUAL, "FunctionArn": world.arn()} == get(world)
    pinned = world.do("GetFunctionConfiguration", FunctionName="fn")
    assert pinned["RuntimeVersionConfig"] == {"RuntimeVersionArn": RUNTIME_VERSION}
    for operation, members in (
        ("UpdateFunctionConfiguration", {"Runtime": "python3.13"}),
        ("UpdateFunctionCode", {"ZipFile": world.code, "Architectures": ["arm64"]}),
    ):
        code, message = refusal(world, operation, **members)
        assert (code, message[:7]) == ("InvalidParameterValueException", "Runtime")
    world.do("UpdateFunctionConfiguration", FunctionName="fn", Runtime="python3.12", Description="the same runtime")
    world.settle()
    put(world, UpdateRuntimeOn="Auto")
    after = world.do("GetFunctionConfiguration", FunctionName="fn")
    assert after["RuntimeVersionConfig"] == before["RuntimeVersionConfig"]


@pytest.mark.parametrize(
    "members",
    [
        {"UpdateRuntimeOn": "Manual"},
        {"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": RUNTIME_VERSION},
        {"UpdateRuntimeOn": "FunctionUpdate", "RuntimeVersionArn": RUNTIME_VERSION},
    ],
)
def test_a_runtime_version_goes_with_manual_alone(world, members):
    world.create()
    assert refusal(world, **members)[0] == "InvalidParameterValueException"


@pytest.mark.parametrize("operation", ["GetRuntimeManagementConfig", "PutRuntimeManagementConfig"])
def test_it_takes_a_version_of_a_zip_function(world, operation):
    members = {"UpdateRuntimeOn": "Auto"} if operation.startswith("Put") else {}
    missing = ("ResourceNotFoundException", f"Function not found: {world.arn()}")
    assert refusal(world, operation, **members) == missing
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    world.create("image", PackageType="Image", Code={"ImageUri": "one:latest"})
    assert refusal(world, operation, Qualifier="9", **members)[1] == f"Function not found: {world.arn(qualifier='9')}"
    assert refusal(world, operation, Qualifier="live", **members)[0] == "InvalidParameterValueException"
    assert refusal(world, operation, FunctionName="image", **members)[0] == "InvalidParameterValueException"
