"""`$LATEST.PUBLISHED`: where functions on managed instances are published without a number.

[docs: lambda-managed-instances-version-publishing]; no recording shows it.
"""

import pytest

from emulator.errors import NotYetError

PUBLISHED = "$LATEST.PUBLISHED"
CUSTOM = {"RuntimeArn": "arn:aws:lambda:us-east-1:111111111111:runtime/php8", "RuntimeAlias": "prod"}


@pytest.fixture
def managed(world):
    """The configuration of a function on a capacity provider, `fn`."""
    world.do(
        "CreateCapacityProvider",
        CapacityProviderName="cp",
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        PermissionsConfig={"CapacityProviderOperatorRoleArn": world.role},
    )
    world.settle()
    provider = "arn:aws:lambda:us-east-1:111111111111:capacity-provider:cp"
    config = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": provider}}
    world.create(CapacityProviderConfig=config)
    return config


def publish(world, **members):
    return world.do("PublishVersion", FunctionName="fn", PublishTo="LATEST_PUBLISHED", **members)


def get(world, qualifier=PUBLISHED):
    return world.do("GetFunctionConfiguration", FunctionName="fn", Qualifier=qualifier)


def test_it_is_a_version_with_a_name_of_its_own(world, managed):
    answer = publish(world, Description="first")
    assert answer["FunctionArn"] == world.arn("fn", PUBLISHED)
    assert (answer["Version"], answer["State"], answer["Description"]) == (PUBLISHED, "Pending", "first")
    world.settle()
    assert get(world)["State"] == "Active"


def test_publishing_there_again_replaces_it(world, managed):
    first = publish(world)
    world.settle()
    world.do("UpdateFunctionConfiguration", FunctionName="fn", Timeout=7)
    world.settle()
    assert get(world)["Timeout"] == 3
    second = publish(world)
    assert (second["Timeout"], second["Version"]) == (7, PUBLISHED)
    assert second["RevisionId"] != first["RevisionId"]
    listed = world.do("ListVersionsByFunction", FunctionName="fn")["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", PUBLISHED]
    assert world.dispatcher.retired, "what was published before no longer runs"


def test_without_a_change_the_version_there_is_the_answer(world, managed):
    publish(world)
    world.settle()
    assert publish(world) == get(world)


def test_numbers_are_counted_as_if_it_were_not_there(world, managed):
    publish(world)
    assert world.do("PublishVersion", FunctionName="fn")["Version"] == "1"
    listed = world.do("ListVersionsByFunction", FunctionName="fn", MaxItems=2)
    rest = world.do("ListVersionsByFunction", FunctionName="fn", MaxItems=2, Marker=listed["NextMarker"])
    assert [version["Version"] for version in listed["Versions"] + rest["Versions"]] == ["$LATEST", PUBLISHED, "1"]


def test_creation_and_new_code_can_publish_there(world, managed):
    created = world.create("other", settled=False, CapacityProviderConfig=managed, Publish=True,
                           PublishTo="LATEST_PUBLISHED")  # fmt: skip
    assert created["Version"] == PUBLISHED
    updated = world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True,
                       PublishTo="LATEST_PUBLISHED")  # fmt: skip
    assert (updated["Version"], updated["FunctionArn"]) == (PUBLISHED, world.arn("fn", PUBLISHED))


def test_what_versions_have_it_has_too(world, managed):
    publish(world)
    world.settle()
    of = {"FunctionName": "fn", "Qualifier": PUBLISHED}
    assert world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion=PUBLISHED)["Name"] == "live"
    world.do("PutFunctionEventInvokeConfig", **of, MaximumRetryAttempts=0)
    world.do("AddPermission", **of, StatementId="a", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
    assert world.arn("fn", PUBLISHED) in world.do("GetPolicy", **of)["Policy"]
    assert world.do("PutFunctionScalingConfig", **of, FunctionScalingConfig={"MinExecutionEnvironments": 1}) == {
        "FunctionState": "Active"
    }
    on = world.do("ListFunctionVersionsByCapacityProvider", CapacityProviderName="cp")["FunctionVersions"]
    assert [version["FunctionArn"].rpartition(":")[2] for version in on] == ["$LATEST", PUBLISHED]
    refused = world.refusal("DeleteFunction", **of)
    assert refused.code == "ResourceConflictException"
    world.do("DeleteAlias", FunctionName="fn", Name="live")
    world.do("DeleteFunction", **of)
    assert world.refusal("GetFunction", **of).message == f"Function not found: {world.arn('fn', PUBLISHED)}"


def test_who_names_no_version_means_it(world, managed):
    assert world.refusal("Invoke", FunctionName="fn").code == "NoPublishedVersionException"
    publish(world)
    world.settle()
    with pytest.raises(NotYetError):  # it is found; running it is another matter
        world.do("Invoke", FunctionName="fn")
    assert world.refusal("Invoke", FunctionName="fn", Qualifier="$LATEST").code == "NoPublishedVersionException"


@pytest.mark.parametrize(
    ("operation", "members"),
    [("PublishVersion", {}), ("UpdateFunctionCode", {"ZipFile": b"", "Publish": True})],
)
def test_ordinary_functions_cannot_be_published_there(world, operation, members):
    world.create()
    refused = world.refusal(operation, FunctionName="fn", PublishTo="LATEST_PUBLISHED", **members)
    assert refused.code == "InvalidParameterValueException"


def test_a_creation_that_has_no_room_to_publish_leaves_nothing(world, managed, monkeypatch):
    monkeypatch.setattr("emulator.quotas.CAPACITY_PROVIDER_VERSIONS", 0)
    given = {"Role": world.role, "Runtime": "python3.13", "Handler": "h.h", "Code": {"ZipFile": world.code}}
    refused = world.refusal("CreateFunction", FunctionName="new", **given, CapacityProviderConfig=managed, Publish=True)
    assert refused.code == "FunctionVersionsPerCapacityProviderLimitExceededException"
    assert world.refusal("GetFunction", FunctionName="new").code == "ResourceNotFoundException"


def test_new_code_that_has_no_room_to_be_published_changes_nothing(world, monkeypatch):
    world.create()
    before = world.do("GetFunction", FunctionName="fn")["Configuration"]
    larger = world.zip_of(index_py="#" * 100)
    monkeypatch.setattr("emulator.quotas.TOTAL_CODE_SIZE", before["CodeSize"] + len(larger))  # for `$LATEST` alone
    refused = world.refusal("UpdateFunctionCode", FunctionName="fn", ZipFile=larger, Publish=True)
    assert refused.code == "CodeStorageExceededException"
    assert world.do("GetFunction", FunctionName="fn")["Configuration"] == before


def test_a_version_needs_room_too(world, monkeypatch):
    world.create()
    monkeypatch.setattr("emulator.quotas.TOTAL_CODE_SIZE", len(world.code) * 3 // 2)
    assert world.refusal("PublishVersion", FunctionName="fn").code == "CodeStorageExceededException"
    assert len(world.do("ListVersionsByFunction", FunctionName="fn")["Versions"]) == 1


class TestCustomRuntimes:
    """Runtimes of customers are another API's; a function may name one [docs: cmr-using]."""

    def test_are_named_by_runtime_config(self, world):
        created = world.create(Runtime="custom", RuntimeConfig=CUSTOM)
        assert (created["Runtime"], created["RuntimeConfig"]) == ("custom", CUSTOM)
        assert "RuntimeVersionConfig" not in created

    def test_go_with_the_runtime_custom_alone(self, world):
        world.create()
        for members in ({"Runtime": "custom"}, {"RuntimeConfig": CUSTOM}):
            refused = world.refusal("UpdateFunctionConfiguration", FunctionName="fn", **members)
            assert refused.code == "InvalidParameterValueException"
            assert "RuntimeConfig" in refused.message

    def test_are_left_with_their_config(self, world):
        world.create(Runtime="custom", RuntimeConfig=CUSTOM)
        changed = world.do("UpdateFunctionConfiguration", FunctionName="fn", Runtime="python3.13")
        assert "RuntimeConfig" not in changed


def test_accelerators_are_for_managed_instances(world, managed):
    accelerator = {"AcceleratorMemorySize": 24}
    changed = world.do("UpdateFunctionConfiguration", FunctionName="fn", AcceleratorConfig=accelerator)
    assert changed["AcceleratorConfig"] == accelerator
    world.create("ordinary")
    refused = world.refusal("UpdateFunctionConfiguration", FunctionName="ordinary", AcceleratorConfig=accelerator)
    assert refused.code == "InvalidParameterValueException"


def test_an_ordinary_function_does_not_move_to_managed_instances(world, managed):
    world.create("ordinary")
    refused = world.refusal("UpdateFunctionConfiguration", FunctionName="ordinary", CapacityProviderConfig=managed)
    assert refused.code == "InvalidParameterValueException"
