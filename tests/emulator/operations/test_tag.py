"""Tags beyond what recordings show."""

import pytest


def test_fifty_tags_in_all(world):
    world.create(Tags={str(number): "" for number in range(49)})
    world.do("TagResource", Resource=world.arn(), Tags={"0": "again", "49": ""})
    refused = world.refusal("TagResource", Resource=world.arn(), Tags={"50": ""})
    assert refused.code == "InvalidParameterValueException"
    assert len(world.do("ListTags", Resource=world.arn())["Tags"]) == 50


def test_keys_of_aws_are_its_own(world):
    world.create()
    assert world.refusal("TagResource", Resource=world.arn(), Tags={"aws:x": ""})
    assert world.refusal("CreateFunction", FunctionName="b", Role="r", Runtime="python3.12", Handler="h",
                         Code={"ZipFile": b""}, Tags={"AWS:x": ""})  # fmt: skip


@pytest.mark.parametrize("kind", ["code-signing-config:csc-0123456789abcdefg", "network-connector:x"])
def test_other_resources_are_not_there(world, kind):
    resource = f"arn:aws:lambda:us-east-1:111111111111:{kind}"
    refused = world.refusal("ListTags", Resource=resource)
    assert refused.code == "ResourceNotFoundException"
    assert refused.message.endswith(f"not found: {resource}")
