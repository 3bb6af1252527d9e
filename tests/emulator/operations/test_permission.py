"""Function policies, statement by statement, beyond what recordings show."""

import json

import pytest


@pytest.fixture(autouse=True)
def function(world):
    world.create(Publish=True)


def given(**members):
    permission = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    return {"FunctionName": "fn"} | permission | members


def add(world, **members):
    return world.do("AddPermission", **given(**members))["Statement"]


def refusal(world, **members):
    refused = world.refusal("AddPermission", **given(**members))
    return refused.code, refused.message


def revision(world, **members):
    return world.do("GetPolicy", FunctionName="fn", **members)["RevisionId"]


def test_a_statement_is_printed_as_in_awss_example(world):
    source = {"SourceAccount": "123456789012", "SourceArn": "arn:aws:s3:::my-bucket-1xpuxmplzrlbh"}
    expected = (
        '{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",'
        f'"Resource":"{world.arn()}","Condition":{{"StringEquals":{{"AWS:SourceAccount":"123456789012"}},'
        '"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::my-bucket-1xpuxmplzrlbh"}}}'
    )
    assert add(world, StatementId="s3", **source) == expected
    assert world.do("GetPolicy", FunctionName="fn")["Policy"] == (
        f'{{"Version":"2012-10-17","Id":"default","Statement":[{expected}]}}'
    )


def test_invocation_through_a_url_is_a_condition(world):
    statement = json.loads(add(world, Principal="*", InvokedViaFunctionUrl=True))
    assert statement["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


@pytest.mark.parametrize("action", ["lambda:InvokeFunction", "lambda:*", "*"])
def test_the_auth_type_belongs_to_one_action(world, action):
    assert refusal(world, Action=action, FunctionUrlAuthType="NONE") == (
        "InvalidParameterValueException",
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
    )


@pytest.mark.parametrize(
    ("principal", "printed"),
    [
        ("*", "*"),
        ("222222222222", {"AWS": "arn:aws:iam::222222222222:root"}),
        ("arn:aws:iam::222222222222:role/path/name", {"AWS": "arn:aws:iam::222222222222:role/path/name"}),
        ("arn:aws:sts::222222222222:assumed-role/r/s", {"AWS": "arn:aws:sts::222222222222:assumed-role/r/s"}),
        ("logs.eu-west-1.amazonaws.com", {"Service": "logs.eu-west-1.amazonaws.com"}),
        ("alexa-appkit.amazon.com", {"Service": "alexa-appkit.amazon.com"}),
    ],
)
def test_principals(world, principal, printed):
    assert json.loads(add(world, Principal=principal))["Principal"] == printed


@pytest.mark.parametrize("principal", ["", "12345", "someone", "arn:aws:s3:::bucket", "s3.amazonaws.example", "a*"])
def test_what_is_no_principal(world, principal):
    assert refusal(world, Principal=principal) == (
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    )


def test_a_version_and_its_alias_do_not_share_a_policy(world):
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    assert json.loads(add(world, FunctionName="fn:1"))["Resource"] == world.arn(qualifier="1")
    assert json.loads(add(world, Qualifier="live"))["Resource"] == world.arn(qualifier="live")
    assert len({revision(world, Qualifier="1"), revision(world, Qualifier="live")}) == 2
    assert world.refusal("GetPolicy", FunctionName="fn")


def test_the_revision_is_the_policys_or_else_of_what_it_is_about(world):
    mine = world.do("GetFunctionConfiguration", FunctionName="fn", Qualifier="1")["RevisionId"]
    latest = world.do("GetFunctionConfiguration", FunctionName="fn")["RevisionId"]
    add(world, Qualifier="1", RevisionId=mine)
    assert refusal(world, StatementId="t", Qualifier="1", RevisionId=mine)[0] == "PreconditionFailedException"
    add(world, RevisionId=latest)
    first = revision(world)
    add(world, StatementId="t", RevisionId=first)
    removal = {"FunctionName": "fn", "StatementId": "t"}
    assert world.refusal("RemovePermission", **removal, RevisionId=first).message == (
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetPolicy API to retrieve the latest Revision Id"
    )
    world.do("RemovePermission", **removal, RevisionId=revision(world))


def test_a_policy_ends_with_what_it_is_about(world):
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    add(world, Qualifier="live")
    add(world, Qualifier="1")
    world.do("DeleteAlias", FunctionName="fn", Name="live")
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    assert world.refusal("GetPolicy", FunctionName="fn", Qualifier="live")
    world.do("DeleteFunction", FunctionName="fn")
    world.create(Publish=True)
    assert world.refusal("GetPolicy", FunctionName="fn", Qualifier="1")


def test_a_policy_has_twenty_kilobytes(world):
    long = {"SourceArn": "arn:aws:s3:::" + "b" * 9900}
    add(world, StatementId="a", **long)
    add(world, StatementId="b", **long)
    before = world.do("GetPolicy", FunctionName="fn")
    world.create("xy")
    size = len(before["Policy"] + "," + add(world, FunctionName="xy", StatementId="c", **long))
    assert refusal(world, StatementId="c", **long) == (
        "PolicyLengthExceededException",
        f"The final policy size ({size}) is bigger than the limit (20480).",
    )
    assert world.do("GetPolicy", FunctionName="fn") == before


def test_removal_wants_the_version_too(world):
    assert world.refusal("RemovePermission", FunctionName="fn", Qualifier="9", StatementId="s").message == (
        f"Function not found: {world.arn(qualifier='9')}"
    )
