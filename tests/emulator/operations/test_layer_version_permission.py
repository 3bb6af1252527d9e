"""Layer policies beyond what recordings show."""

import json

import pytest

VERSION = {"LayerName": "layer", "VersionNumber": 1}


@pytest.fixture(autouse=True)
def layer(world):
    world.publish_layer()


def given(**members):
    return {**VERSION, "StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": "*"} | members


def add(world, **members):
    return world.do("AddLayerVersionPermission", **given(**members))


@pytest.mark.parametrize("principal", ["222222222222", "arn:aws:iam::222222222222:root"])
def test_a_statement_is_printed_compactly_and_in_order(world, principal):
    assert add(world, Principal=principal)["Statement"] == (
        '{"Sid":"s","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},'
        f'"Action":"lambda:GetLayerVersion","Resource":"{world.layer_arn(version=1)}"}}'
    )


def test_an_organisation_is_a_condition(world):
    statement = json.loads(add(world, OrganizationId="o-0123456789")["Statement"])
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-0123456789"}}
    refused = world.refusal(
        "AddLayerVersionPermission",
        **given(StatementId="t", Principal="222222222222", OrganizationId="o-0123456789"),
    )
    assert refused.code == "InvalidParameterValueException"


def test_the_revision_guards_every_change(world):
    assert world.refusal("AddLayerVersionPermission", **given(RevisionId="any")).code == "PreconditionFailedException"
    revision = add(world)["RevisionId"]
    second = add(world, StatementId="t", RevisionId=revision)["RevisionId"]
    assert second != revision
    stale = world.refusal("RemoveLayerVersionPermission", **VERSION, StatementId="s", RevisionId=revision)
    assert stale.code == "PreconditionFailedException"
    world.do("RemoveLayerVersionPermission", **VERSION, StatementId="s", RevisionId=second)


def test_without_statements_there_is_no_policy(world):
    add(world)
    world.do("RemoveLayerVersionPermission", **VERSION, StatementId="s")
    assert world.refusal("GetLayerVersionPolicy", **VERSION).message == (
        "No policy is associated with the given resource."
    )
    assert world.refusal("RemoveLayerVersionPermission", **VERSION, StatementId="s").message == (
        "No policy is associated with the given resource."
    )


def test_each_version_has_its_own_policy(world):
    add(world)
    world.publish_layer()
    assert world.refusal("GetLayerVersionPolicy", LayerName="layer", VersionNumber=2)
    world.do("DeleteLayerVersion", **VERSION)
    assert world.refusal("GetLayerVersionPolicy", **VERSION).message == (
        f"Layer version {world.layer_arn(version=1)} does not exist."
    )
