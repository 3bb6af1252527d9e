"""The alias operations."""

import pytest


@pytest.fixture(autouse=True)
def two_versions(world):
    world.create(Publish=True)
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True)
    world.settle()


def create(world, **members):
    return world.do("CreateAlias", **({"FunctionName": "fn", "Name": "live", "FunctionVersion": "1"} | members))


def refusal(world, operation="CreateAlias", **members):
    given = {"FunctionName": "fn", "Name": "live"}
    if operation == "CreateAlias":
        given["FunctionVersion"] = "1"
    refused = world.refusal(operation, **(given | members))
    return refused.code, refused.message


def weights(**shares):
    return {"RoutingConfig": {"AdditionalVersionWeights": {name.lstrip("v"): share for name, share in shares.items()}}}


def test_an_alias_is_answered_as_it_was_made(world):
    created = create(world, Description="the live one")
    assert created == {
        "AliasArn": world.arn(qualifier="live"),
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "the live one",
        "RevisionId": created["RevisionId"],
    }
    assert world.do("GetAlias", FunctionName=world.arn(), Name="live") == created


def test_a_name_can_be_taken_once(world):
    create(world)
    assert refusal(world) == ("ResourceConflictException", f"Alias already exists: {world.arn(qualifier='live')}")


def test_it_needs_a_function_and_a_version(world):
    assert refusal(world, FunctionName="no") == ("ResourceNotFoundException", f"Function not found: {world.arn('no')}")
    missing = ("ResourceNotFoundException", f"Function not found: {world.arn(qualifier='9')}")
    assert refusal(world, FunctionVersion="9") == missing
    assert refusal(world, **weights(v9=0.5)) == missing


def test_it_may_stand_for_latest_but_not_share_it(world):
    assert create(world, FunctionVersion="$LATEST")["FunctionVersion"] == "$LATEST"
    assert refusal(world, Name="other", FunctionVersion="$LATEST", **weights(v1=0.5))[0] == (
        "InvalidParameterValueException"
    )


def test_it_shares_between_two_different_versions_of_one_role(world):
    assert refusal(world, **weights(v1=0.5))[0] == "InvalidParameterValueException"
    assert refusal(world, **weights(v2=0.5, v3=0.5))[0] == "InvalidParameterValueException"
    world.do("UpdateFunctionConfiguration", FunctionName="fn", Role=world.role + "-2")
    world.settle()
    world.do("PublishVersion", FunctionName="fn")
    assert refusal(world, **weights(v3=0.5)) == (
        "InvalidParameterValueException",
        "Specified versions must be associated with the same execution role",
    )


def test_an_update_changes_what_it_names_and_the_revision(world):
    created = create(world, Description="kept", **weights(v2=0.25))
    moved = world.do("UpdateAlias", FunctionName="fn", Name="live", Description="new")
    assert moved == created | {"Description": "new", "RevisionId": moved["RevisionId"]}
    assert moved["RevisionId"] != created["RevisionId"]
    plain = world.do("UpdateAlias", FunctionName="fn", Name="live", FunctionVersion="2", **weights())
    assert plain["FunctionVersion"] == "2"
    assert "RoutingConfig" not in plain


def test_an_update_checks_the_revision(world):
    revision = create(world)["RevisionId"]
    assert refusal(world, "UpdateAlias", RevisionId="other")[0] == "PreconditionFailedException"
    world.do("UpdateAlias", FunctionName="fn", Name="live", RevisionId=revision)


def test_a_missing_alias(world):
    arn = world.arn(qualifier="live")
    assert refusal(world, "GetAlias") == ("ResourceNotFoundException", f"Cannot find alias arn: {arn}")
    assert refusal(world, "UpdateAlias") == ("ResourceNotFoundException", f"Alias not found: {arn}")
    assert world.do("DeleteAlias", FunctionName="fn", Name="live") == {}
    assert world.do("DeleteAlias", FunctionName="no", Name="live") == {}


def test_a_deleted_alias_is_gone(world):
    create(world)
    world.do("DeleteAlias", FunctionName="fn", Name="live")
    assert world.do("ListAliases", FunctionName="fn") == {"Aliases": []}
    assert world.refusal("GetFunction", FunctionName="fn:live").message == (
        f"Function not found: {world.arn(qualifier='live')}"
    )


def test_aliases_are_listed_by_name_and_by_version(world):
    create(world, Name="b")
    create(world, Name="a", FunctionVersion="2")
    create(world, Name="c", **weights(v2=0.5))
    names = lambda **members: [  # noqa: E731
        alias["Name"] for alias in world.do("ListAliases", FunctionName="fn", **members)["Aliases"]
    ]
    assert names() == ["a", "b", "c"]
    assert names(FunctionVersion="2") == ["a", "c"]
    page = world.do("ListAliases", FunctionName="fn", MaxItems=1)
    assert names(Marker=page["NextMarker"]) == ["b", "c"]
    assert world.refusal("ListAliases", FunctionName="no").code == "ResourceNotFoundException"


def test_weights_share_the_invocations(world):
    create(world, **weights(v2=0.25))
    function = world.function()
    chosen = [function.choose("live").version for _ in range(2000)]
    assert 350 < chosen.count("2") < 650
    assert set(chosen) == {"1", "2"}
