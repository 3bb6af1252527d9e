"""Who may call a URL [docs: urls-auth]."""

import pytest

from emulator.function_urls.access import is_allowed
from emulator.resources.policy import Policy, statement

OWNER, OTHER = "111111111111", "222222222222"
ARN = f"arn:aws:lambda:us-east-1:{OWNER}:function:f"
URL_ACTION, FUNCTION_ACTION = "lambda:InvokeFunctionUrl", "lambda:InvokeFunction"
PUBLIC = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
VIA_URL = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def policy(*statements, effect="Allow") -> Policy:
    made = [
        {**statement(str(number), principal, action, ARN, condition), "Effect": effect}
        for number, (principal, action, condition) in enumerate(statements)
    ]
    return Policy({"Version": "2012-10-17", "Id": "default", "Statement": made})


TWO = (("*", URL_ACTION, PUBLIC), ("*", FUNCTION_ACTION, VIA_URL))


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        (TWO, True),
        ((("*", "lambda:*", {}),), True),
        ((({"AWS": "*"}, URL_ACTION, PUBLIC), ("*", FUNCTION_ACTION, {})), True),
        (TWO[:1], False),  # since October 2025 both are needed
        (TWO[1:], False),
        ((("*", URL_ACTION, {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}), TWO[1]), False),
        ((TWO[0], ("*", FUNCTION_ACTION, {"Bool": {"lambda:InvokedViaFunctionUrl": "false"}})), False),
        (((OTHER, URL_ACTION, {}), TWO[1]), False),
        (((*TWO[0][:2], {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), TWO[1]), False),  # is not understood
        (((*TWO[0][:2], {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), TWO[1]), False),
    ],
)
def test_a_public_url_needs_both_permissions_for_everybody(statements, allowed):
    assert is_allowed(policy(*statements), "NONE", OWNER, None) is allowed


def test_a_url_without_a_policy_is_not_public():
    assert not is_allowed(None, "NONE", OWNER, None)


def test_with_iam_a_request_must_be_signed():
    assert not is_allowed(policy(*TWO), "AWS_IAM", OWNER, None)


def test_with_iam_the_owners_own_may_unless_they_are_denied():
    assert is_allowed(None, "AWS_IAM", OWNER, OWNER)
    assert not is_allowed(policy(("*", URL_ACTION, {}), effect="Deny"), "AWS_IAM", OWNER, OWNER)


def test_with_iam_others_need_both_permissions():
    both = [(f"arn:aws:iam::{OTHER}:root", action, {}) for action in (URL_ACTION, FUNCTION_ACTION)]
    assert is_allowed(policy(*both), "AWS_IAM", OWNER, OTHER)
    assert not is_allowed(policy(*both[:1]), "AWS_IAM", OWNER, OTHER)
    assert not is_allowed(policy(*both), "AWS_IAM", OWNER, "333333333333")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringLike": {"aws:PrincipalAccount": "2222*"}}, True),
        ({"StringEqualsIgnoreCase": {"LAMBDA:FunctionUrlAuthType": "aws_iam"}}, True),
        ({"StringNotEquals": {"aws:PrincipalAccount": OTHER}}, False),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": [OWNER, OTHER]}}, True),
    ],
)
def test_conditions(condition, holds):
    statements = [(OTHER, action, condition) for action in (URL_ACTION, FUNCTION_ACTION)]
    assert is_allowed(policy(*statements), "AWS_IAM", OWNER, OTHER) is holds
