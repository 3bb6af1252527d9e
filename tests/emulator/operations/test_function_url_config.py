"""Function URL configs beyond what recordings show."""

import re


def create(world, **members):
    return world.do("CreateFunctionUrlConfig", FunctionName="fn", **({"AuthType": "NONE"} | members))


def test_the_address_and_the_dates(world):
    world.create()
    created = create(world)
    assert re.fullmatch(r"https://[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws/", created["FunctionUrl"])
    assert created["CreationTime"] == "2026-11-23T12:00:01.000000Z"
    world.clock.move(60)
    world.do("UpdateFunctionUrlConfig", FunctionName="fn", AuthType="AWS_IAM")
    got = world.do("GetFunctionUrlConfig", FunctionName="fn")
    assert (got["CreationTime"], got["LastModifiedTime"]) == (
        "2026-11-23T12:00:01.000000Z",
        "2026-11-23T12:01:01.000000Z",
    )


def test_a_url_never_comes_back(world):
    world.create()
    first = create(world)["FunctionUrl"]
    world.do("DeleteFunctionUrlConfig", FunctionName="fn")
    assert create(world)["FunctionUrl"] != first


def test_cors_is_replaced_as_a_whole(world):
    world.create()
    assert create(world, Cors={"AllowOrigins": ["*"], "MaxAge": 5})["Cors"] == {"AllowOrigins": ["*"], "MaxAge": 5}
    updated = world.do("UpdateFunctionUrlConfig", FunctionName="fn", Cors={"AllowMethods": ["GET"]})
    assert updated["Cors"] == {"AllowMethods": ["GET"]}
    assert "Cors" not in world.do("UpdateFunctionUrlConfig", FunctionName="fn", Cors={})


def test_the_urls_of_a_function_page_by_page(world):
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    plain, aliased = create(world), create(world, Qualifier="live")
    assert plain["FunctionUrl"] != aliased["FunctionUrl"]
    first = world.do("ListFunctionUrlConfigs", FunctionName="fn", MaxItems=1)
    assert first["FunctionUrlConfigs"] == [world.do("GetFunctionUrlConfig", FunctionName="fn")]
    second = world.do("ListFunctionUrlConfigs", FunctionName="fn", MaxItems=1, Marker=first["NextMarker"])
    assert second == {"FunctionUrlConfigs": [world.do("GetFunctionUrlConfig", FunctionName="fn", Qualifier="live")]}
    assert world.refusal("ListFunctionUrlConfigs", FunctionName="no").code == "ResourceNotFoundException"


def test_it_goes_with_its_alias(world):
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    create(world, Qualifier="live")
    world.do("DeleteAlias", FunctionName="fn", Name="live")
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    refused = world.refusal("GetFunctionUrlConfig", FunctionName="fn", Qualifier="live")
    assert refused.message == "The resource you requested does not exist."


def test_none_for_isolated_tenants(world):
    world.create(TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
    refused = world.refusal("CreateFunctionUrlConfig", FunctionName="fn", AuthType="NONE")
    assert refused.code == "InvalidParameterValueException"
