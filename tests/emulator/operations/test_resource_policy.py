"""Function policies as whole documents."""

import json

import pytest

STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "lambda:*", "Resource": "*"}


@pytest.fixture(autouse=True)
def function(world):
    world.create(Publish=True)


def put(world, *statements, **members):
    document = {"Version": "2012-10-17", "Statement": list(statements or [STATEMENT])}
    return world.do("PutResourcePolicy", **({"ResourceArn": world.arn(), "Policy": json.dumps(document)} | members))


def refusal(world, policy, **members):
    refused = world.refusal("PutResourcePolicy", ResourceArn=world.arn(), Policy=policy, **members)
    return refused.code, refused.message


def test_a_document_is_kept_and_printed_compactly(world):
    answer = put(world)
    assert answer["Policy"] == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},'
        '"Action":"lambda:*","Resource":"*"}]}'
    )
    assert world.do("GetResourcePolicy", ResourceArn=world.arn()) == answer
    assert world.do("GetPolicy", FunctionName="fn") == answer


def test_it_replaces_what_was_added_and_can_be_added_to(world):
    permission = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    world.do("AddPermission", FunctionName="fn", StatementId="old", **permission)
    put(world, STATEMENT | {"Sid": "new"})
    world.do("AddPermission", FunctionName="fn", StatementId="newer", **permission)
    document = json.loads(world.do("GetResourcePolicy", ResourceArn=world.arn())["Policy"])
    assert [statement["Sid"] for statement in document["Statement"]] == ["new", "newer"]
    world.do("RemovePermission", FunctionName="fn", StatementId="new")
    world.do("RemovePermission", FunctionName="fn", StatementId="newer")
    assert world.refusal("GetResourcePolicy", ResourceArn=world.arn())


def test_the_revision_guards_every_change(world):
    revision = put(world)["RevisionId"]
    assert put(world, RevisionId=revision)["RevisionId"] != revision
    stale = refusal(world, json.dumps({"Statement": STATEMENT}), RevisionId=revision)
    assert stale == (
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetResourcePolicy API to retrieve the latest Revision Id",
    )
    assert world.refusal("DeleteResourcePolicy", ResourceArn=world.arn(), RevisionId=revision)
    assert world.do("DeleteResourcePolicy", ResourceArn=world.arn()) == {}
    assert world.refusal("DeleteResourcePolicy", ResourceArn=world.arn()).code == "ResourceNotFoundException"


def test_versions_and_aliases_have_their_own(world):
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    for qualifier in ("1", "live"):
        put(world, ResourceArn=world.arn(qualifier=qualifier))
        assert world.do("GetPolicy", FunctionName="fn", Qualifier=qualifier)
    assert world.refusal("GetPolicy", FunctionName="fn")


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("function:no", "ResourceNotFoundException"),
        ("function:fn:9", "ResourceNotFoundException"),
        ("function:fn:no", "ResourceNotFoundException"),
        ("function:fn:$LATEST", "InvalidParameterValueException"),
        ("runtime/mine", "ResourceNotFoundException"),
    ],
)
@pytest.mark.parametrize("operation", ["PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy"])
def test_what_has_no_policy(world, resource, code, operation):
    members = {"Policy": json.dumps({"Statement": STATEMENT})} if operation == "PutResourcePolicy" else {}
    arn = f"arn:aws:lambda:us-east-1:111111111111:{resource}"
    assert world.refusal(operation, ResourceArn=arn, **members).code == code


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        '"\\ud800"',
        "[" * 20_000,
        "[]",
        "{}",
        '{"Statement":[]}',
        '{"Statement":[1]}',
        json.dumps({"Version": "2026-11-23", "Statement": STATEMENT}),
        *(json.dumps({"Statement": {k: v for k, v in STATEMENT.items() if k != element}}) for element in STATEMENT),
        json.dumps({"Statement": STATEMENT | {"NotAction": "*"}}),
        json.dumps({"Statement": STATEMENT | {"Action": [1]}}),
        json.dumps({"Statement": STATEMENT | {"Principal": "someone"}}),
        json.dumps({"Statement": STATEMENT | {"Condition": "never"}}),
        json.dumps({"Statement": STATEMENT | {"Sid": 1}}),
        json.dumps({"Statement": [STATEMENT | {"Sid": "a"}] * 2}),
    ],
)
def test_what_is_no_policy(world, policy):
    code, message = refusal(world, policy)
    assert code == "InvalidParameterValueException"
    assert message.startswith("The policy document is not valid: ")
    assert world.refusal("GetPolicy", FunctionName="fn")
