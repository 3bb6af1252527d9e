"""Who may call a URL [docs: urls-auth]."""

import pytest

from emulator.function_urls.access import decide, values_of
from emulator.resources.policy import Policy, statement
from emulator.wire.messages import Request

OWNER, OTHER = "111111111111", "222222222222"
ARN = f"arn:aws:lambda:us-east-1:{OWNER}:function:f"
URL_ACTION, FUNCTION_ACTION = "lambda:InvokeFunctionUrl", "lambda:InvokeFunction"
PUBLIC = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
VIA_URL = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


REQUEST = Request("GET", "/", "", {"user-agent": "agent"}, b"", "10.0.0.7")


def is_allowed(policy: Policy | None, auth_type: str, caller: str | None) -> bool:
    return decide(policy, ARN, caller, values_of(REQUEST, auth_type, "eu-west-1", caller, 0.0)).allowed


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
        (((*TWO[0][:2], {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), TWO[1]), True),
        (((*TWO[0][:2], {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}), TWO[1]), False),
        (((*TWO[0][:2], {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), TWO[1]), False),
        (((*TWO[0][:2], {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), TWO[1]), False),
    ],
)
def test_a_public_url_needs_both_permissions_for_everybody(statements, allowed):
    assert is_allowed(policy(*statements), "NONE", None) is allowed


def test_a_url_without_a_policy_is_not_public():
    assert not is_allowed(None, "NONE", None)


def test_with_iam_a_request_must_be_signed():
    assert not is_allowed(policy(*TWO), "AWS_IAM", None)


def test_with_iam_the_owners_own_may_unless_they_are_denied():
    assert is_allowed(None, "AWS_IAM", OWNER)
    assert not is_allowed(policy(("*", URL_ACTION, {}), effect="Deny"), "AWS_IAM", OWNER)


def test_with_iam_others_need_both_permissions():
    both = [(f"arn:aws:iam::{OTHER}:root", action, {}) for action in (URL_ACTION, FUNCTION_ACTION)]
    assert is_allowed(policy(*both), "AWS_IAM", OTHER)
    assert not is_allowed(policy(*both[:1]), "AWS_IAM", OTHER)
    assert not is_allowed(policy(*both), "AWS_IAM", "333333333333")


@pytest.mark.parametrize(
    "condition",
    [
        {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-1/*"}},  # sets
        {"StringSounds": {"aws:SourceIp": "ten"}},  # no operator of IAM's
        {"StringNotEquals": {"aws:SourceVpcArn": "x"}},  # a key that is not known here
        {"StringEquals": {"aws:PrincipalAccount": "${aws:username}"}},
        {"IpAddress": {"aws:SourceIp": "everywhere"}},
    ],
)
@pytest.mark.parametrize("auth_type", ["NONE", "AWS_IAM"])
def test_what_is_not_understood_grants_nothing(condition, auth_type):
    caller = OTHER if auth_type == "AWS_IAM" else None
    statements = [("*", action, condition) for action in (URL_ACTION, FUNCTION_ACTION)]
    assert not is_allowed(policy(*statements), auth_type, caller)
    allowed = policy(("*", "lambda:*", {})).add({**statement("no", "*", "lambda:*", ARN, condition), "Effect": "Deny"})
    assert not is_allowed(allowed, auth_type, caller)


def test_a_refusal_has_a_reason_for_the_log():
    values = values_of(REQUEST, "NONE", "eu-west-1", None, 0.0)
    assert (
        decide(policy(*TWO[:1]), ARN, None, values).reason == "no statement allows lambda:InvokeFunction to everybody"
    )
    denied = policy(("*", "lambda:*", {}), effect="Deny")
    assert decide(denied, ARN, None, values).reason == "the statement 0 denies lambda:InvokeFunctionUrl"


def test_all_but_some_actions():
    denied = {"Sid": "no", "Effect": "Deny", "Principal": "*", "NotAction": "lambda:Get*", "Resource": ARN}
    assert not is_allowed(policy(("*", "lambda:*", {})).add(denied), "NONE", None)
    denied["NotAction"] = "lambda:Invoke*"
    assert is_allowed(policy(("*", "lambda:*", {})).add(denied), "NONE", None)


@pytest.mark.parametrize(
    ("members", "allowed"),
    [
        ({"Resource": "*"}, True),
        ({"Resource": ["arn:aws:lambda:*:*:function:other", "arn:aws:lambda:*:*:function:?"]}, True),
        ({"Resource": f"{ARN}:live"}, False),
        ({"NotResource": f"{ARN}:live"}, True),
        ({"NotResource": "arn:aws:lambda:*"}, False),
    ],
)
def test_a_statement_is_about_some_resources(members, allowed):
    statement = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "lambda:*", **members}
    assert is_allowed(Policy().add(statement), "NONE", None) is allowed


def test_all_but_some_principals_are_never_let_in():
    # NotPrincipal names users and roles, which nobody has here.
    excepted = {"Sid": "s", "Effect": "Allow", "NotPrincipal": {"AWS": OWNER}, "Action": "lambda:*", "Resource": ARN}
    assert not is_allowed(Policy().add(excepted), "NONE", None)
    assert not is_allowed(policy(("*", "lambda:*", {})).add({**excepted, "Effect": "Deny"}), "NONE", None)


def test_a_service_is_nobody_who_can_call_here():
    cloudfront = [({"Service": "cloudfront.amazonaws.com"}, action, {}) for action in (URL_ACTION, FUNCTION_ACTION)]
    assert not is_allowed(policy(*cloudfront), "AWS_IAM", OTHER)
