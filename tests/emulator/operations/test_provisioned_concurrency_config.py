"""Provisioned concurrency beyond what recordings show."""

import pytest


def put(world, qualifier="1", number=1, name="fn"):
    return world.do(
        "PutProvisionedConcurrencyConfig",
        FunctionName=name,
        Qualifier=qualifier,
        ProvisionedConcurrentExecutions=number,
    )


def refusal(world, qualifier="1", number=1, name="fn"):
    return world.refusal(
        "PutProvisionedConcurrencyConfig",
        FunctionName=name,
        Qualifier=qualifier,
        ProvisionedConcurrentExecutions=number,
    )


def status(world, qualifier="1"):
    got = world.do("GetProvisionedConcurrencyConfig", FunctionName="fn", Qualifier=qualifier)
    return got["Status"], got["AllocatedProvisionedConcurrentExecutions"]


@pytest.fixture
def published(world):
    world.create(Publish=True)
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True)
    world.settle()
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")


def test_asking_for_more_keeps_what_is_there(world, published):
    put(world, number=2)
    world.settle_allocations()
    put(world, number=5)
    assert status(world) == ("IN_PROGRESS", 2)
    world.settle_allocations()
    assert status(world) == ("READY", 5)


def test_asking_twice_is_ready_when_the_second_is(world, published):
    put(world, number=2)
    world.clock.move(0.5)
    put(world, number=3)
    world.clock.move(0.6)
    assert status(world) == ("IN_PROGRESS", 0)
    world.settle_allocations()
    assert status(world) == ("READY", 3)


def test_an_alias_that_moves_takes_its_allocation_along(world, published):
    put(world, "live")
    world.settle_allocations()
    world.do("UpdateAlias", FunctionName="fn", Name="live", Description="the same version")
    assert status(world, "live") == ("READY", 1)
    world.do("UpdateAlias", FunctionName="fn", Name="live", FunctionVersion="2")
    assert status(world, "live") == ("IN_PROGRESS", 0)
    world.settle_allocations()
    assert status(world, "live") == ("READY", 1)


def test_a_version_has_one_at_most(world, published):
    world.do("CreateAlias", FunctionName="fn", Name="second", FunctionVersion="1")
    put(world, "live")
    assert refusal(world, "second").code == "ResourceConflictException"
    put(world, "2")
    world.do("CreateAlias", FunctionName="fn", Name="both", FunctionVersion="2",
             RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}})  # fmt: skip
    assert refusal(world, "both").code == "ResourceConflictException"


def test_the_date_has_whole_seconds(world, published):
    assert put(world)["LastModified"] == "2026-11-23T12:00:02+0000"


def test_the_newest_comes_first_page_by_page(world, published):
    put(world, "live")
    world.clock.move(1)
    put(world, "2")

    def listed(**members):
        answer = world.do("ListProvisionedConcurrencyConfigs", FunctionName="fn", **members)
        return [entry["FunctionArn"] for entry in answer["ProvisionedConcurrencyConfigs"]], answer.get("NextMarker")

    assert listed() == ([world.arn("fn", "2"), world.arn("fn", "live")], None)
    first, marker = listed(MaxItems=1)
    assert (first, listed(Marker=marker)) == ([world.arn("fn", "2")], ([world.arn("fn", "live")], None))


def test_it_goes_with_its_version(world, published):
    put(world, "2")
    world.do("DeleteFunction", FunctionName="fn", Qualifier="2")
    assert world.do("ListProvisionedConcurrencyConfigs", FunctionName="fn") == {"ProvisionedConcurrencyConfigs": []}
    world.settle_allocations()  # what was on its way does not come back


def test_it_comes_out_of_the_reservation(world, published):
    world.do("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=5)
    put(world, "1", 3)
    assert refusal(world, "2", 3).code == "InvalidParameterValueException"
    put(world, "1", 5)


def test_a_hundred_executions_stay_with_the_account(world, published):
    assert refusal(world, number=901).message == (
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        "below its minimum value of [100]."
    )
    put(world, number=900)
    put(world, number=900)
    world.create("other")
    refused = world.refusal("PutFunctionConcurrency", FunctionName="other", ReservedConcurrentExecutions=1)
    assert refused.code == "InvalidParameterValueException"
    world.do("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=900)  # the same executions


def test_features_that_exclude_it(world):
    world.create(SnapStart={"ApplyOn": "PublishedVersions"})
    world.do("PublishVersion", FunctionName="fn")
    assert refusal(world).code == "InvalidParameterValueException"
    world.create("isolated", TenancyConfig={"TenantIsolationMode": "PER_TENANT"}, Publish=True)
    assert refusal(world, name="isolated").code == "InvalidParameterValueException"
