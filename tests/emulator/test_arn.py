"""Every way in which a function can be named is read, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.arn import (
    FunctionReference,
    NamedLayer,
    account_root_arn,
    code_signing_config_arn,
    function_arn,
    layer_arn,
    parse_function,
    parse_layer,
    partition_of,
    runtime_version_arn,
)

# The service model's own pattern (NamespacedFunctionName); what it lets through must be readable.
MODEL = re.compile(
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
    re.ASCII,
)

names = st.from_regex(r"\A[a-zA-Z0-9-_]{1,64}\Z", fullmatch=True).filter(lambda name: name != "function")
regions = st.sampled_from(
    ["us-east-1", "eu-central-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "cn-north-1", "ap-southeast-5"]
)
accounts = st.from_regex(r"\A[0-9]{12}\Z", fullmatch=True)
qualifiers = st.sampled_from(["$LATEST", "$LATEST.PUBLISHED", "1", "42", "live", "a_b-c"])


@given(names, regions, accounts, st.none() | qualifiers)
def test_a_whole_arn(name, region, account, qualifier):
    text = function_arn(region, account, name, qualifier)
    assert parse_function(text) == FunctionReference(name, region, account, qualifier)


@given(names, st.none() | regions, st.none() | accounts, st.booleans(), st.none() | qualifiers)
def test_any_part_before_the_name_may_be_missing(name, region, account, kind, qualifier):
    parts = [region, account, "function" if kind else None]
    text = ":".join([part for part in parts if part is not None] + [name])
    if qualifier is not None:
        text += f":{qualifier}"
    found = parse_function(text)
    if kind or account or region or not re.fullmatch(r"\d{12}", name):
        assert found == FunctionReference(name, region, account, qualifier)


@given(st.from_regex(MODEL, fullmatch=True))
def test_what_the_model_lets_through_can_be_read(text):
    assert parse_function(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "my-function!",
        "*",
        "invalid:function:name",
        "arn:aws:ec2:us-east-1:123456789012:instance:i-0",
        "arn:aws:lambda:us-east-1:123456789012:function:fn:1:2",
        "arn:aws:lambda::123456789012:function:fn",
        "arn:aws:lambda:us-east-1::function:fn",
        "invalid-account:function:fn",
        "function:fn:$LATEST:extra",
        "fn:$LATES",
        "fn:$latest",
        "fn\n",
    ],
)
def test_what_is_no_function(text):
    assert parse_function(text) is None


def test_an_arn_that_ends_early_names_a_function_called_function():
    assert parse_function("arn:aws:lambda:us-east-1:123456789012:function") == FunctionReference(
        "function", "us-east-1", "123456789012"
    )


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-west-3", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
        ("somewhere", "aws"),
    ],
)
def test_partitions(region, partition):
    assert partition_of(region) == partition


def test_a_runtime_version_belongs_to_no_account():
    assert runtime_version_arn("cn-north-1", "ab") == "arn:aws-cn:lambda:cn-north-1::runtime:ab"


def test_layers_are_named_by_name_or_arn():
    assert parse_layer("a-layer_1") == NamedLayer("a-layer_1")
    arn = layer_arn("eu-west-1", "1" * 12, "a")
    assert parse_layer(arn) == NamedLayer("a", "eu-west-1", "1" * 12)
    assert parse_layer(layer_arn("eu-west-1", "1" * 12, "a", 3)) == NamedLayer("a", "eu-west-1", "1" * 12, 3)
    assert parse_layer("arn:aws:lambda:::awslayer:AmazonLinux1803") is None
    assert parse_layer("layer:a") is None


def test_other_arns_follow_their_partition():
    assert layer_arn("cn-north-1", "1" * 12, "a", 2) == "arn:aws-cn:lambda:cn-north-1:111111111111:layer:a:2"
    assert code_signing_config_arn("us-east-1", "1" * 12, "csc-0") == (
        "arn:aws:lambda:us-east-1:111111111111:code-signing-config:csc-0"
    )
    assert account_root_arn("aws-cn", "1" * 12) == "arn:aws-cn:iam::111111111111:root"
