"""Capacity providers, and functions that are configured to run on them. No recording shows them."""

from functools import partial

import pytest

from emulator.errors import NotYetError

NETWORK = {
    "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    "PermissionsConfig": {"CapacityProviderOperatorRoleArn": "arn:aws:iam::111111111111:role/operator"},
}
ARN = "arn:aws:lambda:us-east-1:111111111111:capacity-provider:{}"


def create(world, name="cp", **members):
    return world.do("CreateCapacityProvider", CapacityProviderName=name, **NETWORK, **members)["CapacityProvider"]


def get(world, name="cp"):
    return world.do("GetCapacityProvider", CapacityProviderName=name)["CapacityProvider"]


@pytest.fixture
def managed(world):
    """A function on a capacity provider, with a version."""
    create(world)
    world.settle()
    config = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": ARN.format("cp")}}
    world.create(CapacityProviderConfig=config, MemorySize=20_480)
    world.do("PublishVersion", FunctionName="fn")
    return config


@pytest.fixture
def settled(world, managed):
    world.settle()


def test_pending_then_active(world):
    assert create(world) == {
        "CapacityProviderArn": ARN.format("cp"),
        "State": "Pending",
        **NETWORK,
        "CapacityProviderScalingConfig": {"MaxVCpuCount": 400, "ScalingMode": "Auto"},
        "LastModified": "2026-11-23T12:00:00.000+0000",
    }
    assert world.refusal("DeleteCapacityProvider", CapacityProviderName="cp").code == "ResourceConflictException"
    assert world.refusal("UpdateCapacityProvider", CapacityProviderName="cp").code == "ResourceConflictException"
    world.settle()
    assert get(world)["State"] == "Active"


def test_by_name_or_by_arn(world):
    create(world, ARN.format("cp"))
    assert get(world, ARN.format("cp")) == get(world, "cp")
    for stranger in (ARN.format("cp").replace("us-east-1", "eu-west-1"), ARN.format("no")):
        refused = world.refusal("GetCapacityProvider", CapacityProviderName=stranger)
        assert (refused.code, refused.message) == (
            "ResourceNotFoundException",
            f"Capacity provider not found: {stranger}",
        )
    refused = world.refusal("GetCapacityProvider", CapacityProviderName="no")
    assert refused.message == f"Capacity provider not found: {ARN.format('no')}"


def test_names_are_unique_and_not_too_long(world):
    create(world)
    for name, code in (("cp", "ResourceConflictException"), ("a" * 65, "InvalidParameterValueException")):
        assert world.refusal("CreateCapacityProvider", CapacityProviderName=name, **NETWORK).code == code
    create(world, "a" * 64)


def test_allowed_or_excluded_instance_types(world):
    both = {"AllowedInstanceTypes": ["m7i.large"], "ExcludedInstanceTypes": ["m7i.*"]}
    refused = world.refusal("CreateCapacityProvider", CapacityProviderName="cp", **NETWORK, InstanceRequirements=both)
    assert refused.code == "InvalidParameterValueException"


def test_an_update_keeps_what_is_not_given(world):
    create(world, CapacityProviderScalingConfig={"MaxVCpuCount": 8}, KmsKeyArn="arn:aws:kms:::key")
    world.settle()
    updated = world.do(
        "UpdateCapacityProvider",
        CapacityProviderName="cp",
        CapacityProviderScalingConfig={"ScalingMode": "Manual"},
        PropagateTags={"Mode": "None"},
    )["CapacityProvider"]
    assert updated["CapacityProviderScalingConfig"] == {"MaxVCpuCount": 8, "ScalingMode": "Manual"}
    assert (updated["KmsKeyArn"], updated["PropagateTags"]) == ("arn:aws:kms:::key", {"Mode": "None"})
    assert updated == get(world)


def test_a_deletion_takes_its_time(world):
    create(world)
    world.settle()
    deleted = world.do("DeleteCapacityProvider", CapacityProviderName="cp")["CapacityProvider"]
    assert deleted["State"] == get(world)["State"] == "Deleting"
    world.settle()
    assert world.refusal("GetCapacityProvider", CapacityProviderName="cp").code == "ResourceNotFoundException"


def test_listing_by_state_page_by_page(world):
    create(world, "b")
    world.settle()
    create(world, "a")

    def listed(**members):
        answer = world.do("ListCapacityProviders", **members)
        names = [entry["CapacityProviderArn"].rpartition(":")[2] for entry in answer["CapacityProviders"]]
        return names, answer.get("NextMarker")

    assert (listed(), listed(State="Active"), listed(State="Failed")) == ((["a", "b"], None), (["b"], None), ([], None))
    first, marker = listed(MaxItems=1)
    assert (first, listed(MaxItems=1, Marker=marker)) == (["a"], (["b"], None))


def test_tags(world):
    create(world, Tags={"a": "1"})
    tag, untag = (partial(world.do, f"{verb}Resource", Resource=ARN.format("cp")) for verb in ("Tag", "Untag"))
    tag(Tags={"b": "2"})
    untag(TagKeys=["a"])
    assert world.do("ListTags", Resource=ARN.format("cp")) == {"Tags": {"b": "2"}}
    assert world.refusal("TagResource", Resource=ARN.format("cp"), Tags={"aws:x": ""})


def test_a_function_names_its_provider(world, managed):
    assert world.do("GetFunctionConfiguration", FunctionName="fn")["CapacityProviderConfig"] == managed
    # The model's limits are all that hold there.
    assert world.do("UpdateFunctionConfiguration", FunctionName="fn", MemorySize=32_768)["MemorySize"] == 32_768


def test_a_provider_must_be_there_for_a_function(world):
    create(world)  # Pending
    for name in ("cp", "no"):
        config = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": ARN.format(name)}}
        refused = world.refusal("CreateFunction", FunctionName="fn", Role="r", Runtime="python3.13", Handler="h.h",
                                Code={"ZipFile": world.code}, CapacityProviderConfig=config)  # fmt: skip
        assert refused.code == "InvalidParameterValueException"


def test_the_versions_on_a_provider_keep_it(world, settled):
    world.create("ordinary", Publish=True)
    listed = world.do("ListFunctionVersionsByCapacityProvider", CapacityProviderName="cp")
    assert listed == {
        "CapacityProviderArn": ARN.format("cp"),
        "FunctionVersions": [
            {"FunctionArn": world.arn("fn", "$LATEST"), "State": "Active"},
            {"FunctionArn": world.arn("fn", "1"), "State": "Active"},
        ],
    }
    refused = world.refusal("DeleteCapacityProvider", CapacityProviderName="cp")
    assert refused.code == "ResourceConflictException"
    world.do("DeleteFunction", FunctionName="fn")
    world.do("DeleteCapacityProvider", CapacityProviderName="cp")


def test_running_there_is_not_there_yet(world, settled):
    assert world.refusal("Invoke", FunctionName="fn").code == "NoPublishedVersionException"
    with pytest.raises(NotYetError):
        world.do("Invoke", FunctionName="fn", Qualifier="1")


class TestScaling:
    def test_is_in_effect_when_it_has_settled(self, world, settled):
        one = {"FunctionName": "fn", "Qualifier": "1"}
        bounds = {"MinExecutionEnvironments": 1, "MaxExecutionEnvironments": 2}
        put = world.do("PutFunctionScalingConfig", **one, FunctionScalingConfig=bounds)
        assert put == {"FunctionState": "Active"}
        got = world.do("GetFunctionScalingConfig", **one)
        assert got["RequestedFunctionScalingConfig"] == bounds
        assert got["AppliedFunctionScalingConfig"] is None
        world.settle()
        got = world.do("GetFunctionScalingConfig", **one)
        assert got["AppliedFunctionScalingConfig"] == bounds

    def test_is_for_managed_instances(self, world):
        world.create(Publish=True)
        for operation in ("PutFunctionScalingConfig", "GetFunctionScalingConfig"):
            refused = world.refusal(operation, FunctionName="fn", Qualifier="1")
            assert (refused.code, refused.message) == (
                "AccessDeniedException",
                "The function provided by the arn does not contain a capacity provider configuration",
            )

    def test_needs_a_version(self, world, managed):
        for qualifier in ("7", "$LATEST.PUBLISHED"):
            refused = world.refusal("GetFunctionScalingConfig", FunctionName="fn", Qualifier=qualifier)
            assert refused.message == f"Function not found: {world.arn('fn', qualifier)}"

    def test_least_and_most(self, world, managed):
        refused = world.refusal(
            "PutFunctionScalingConfig",
            FunctionName="fn",
            Qualifier="1",
            FunctionScalingConfig={"MinExecutionEnvironments": 3, "MaxExecutionEnvironments": 2},
        )
        assert refused.code == "InvalidParameterValueException"


def test_a_version_is_pending_until_its_environments_are_there(world, managed):
    assert world.do("GetFunctionConfiguration", FunctionName="fn", Qualifier="1")["State"] == "Pending"
    world.settle()
    assert world.do("GetFunctionConfiguration", FunctionName="fn", Qualifier="1")["State"] == "Active"


def test_a_hundred_versions_on_one_provider(world, managed):
    for _ in range(99):
        world.do("UpdateFunctionConfiguration", FunctionName="fn")
        world.settle()
        world.do("PublishVersion", FunctionName="fn")
    world.do("UpdateFunctionConfiguration", FunctionName="fn")
    world.settle()
    refused = world.refusal("PublishVersion", FunctionName="fn")
    assert refused.code == "FunctionVersionsPerCapacityProviderLimitExceededException"
