"""Conditions of policy statements [docs: IAM, condition operators]."""

import pytest

from emulator.function_urls.conditions import holds, matches

VALUES = {
    "aws:sourceip": "10.0.0.7",
    "aws:principalaccount": "222222222222",
    "aws:principalarn": "arn:aws:iam::222222222222:root",
    "aws:principalorgid": None,  # is known not to be there
    "aws:securetransport": "true",
    "aws:epochtime": "1584039838",
    "aws:currenttime": "2020-03-12T19:03:58+00:00",
    "lambda:functionurlauthtype": "AWS_IAM",
}


@pytest.mark.parametrize(
    ("operator", "key", "expected", "result"),
    [
        ("StringEquals", "aws:PrincipalAccount", "222222222222", True),
        ("StringEquals", "aws:PrincipalAccount", ["111111111111", "222222222222"], True),
        ("StringEquals", "aws:PrincipalAccount", "2*", False),
        ("StringNotEquals", "aws:PrincipalAccount", ["111111111111", "222222222222"], False),
        ("StringEqualsIgnoreCase", "LAMBDA:FunctionUrlAuthType", "aws_iam", True),
        ("StringNotEqualsIgnoreCase", "lambda:FunctionUrlAuthType", "aws_iam", False),
        ("StringLike", "aws:PrincipalAccount", "2222*", True),
        ("StringNotLike", "aws:PrincipalAccount", "2222*", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root", True),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::111111111111:*", False),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:root", False),
        ("Bool", "aws:SecureTransport", "true", True),
        ("Bool", "aws:SecureTransport", True, True),
        ("Bool", "aws:SecureTransport", "false", False),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", True),
        ("IpAddress", "aws:SourceIp", "10.0.0.7", True),
        ("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "2001:db8::/32"], False),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", False),
        ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24", True),
        ("NumericLessThan", "aws:EpochTime", "1584039839", True),
        ("NumericGreaterThanEquals", "aws:EpochTime", 1584039839, False),
        ("DateGreaterThan", "aws:CurrentTime", "2020-03-12T00:00:00Z", True),
        ("DateLessThan", "aws:CurrentTime", "1584039000", False),
        ("DateNotEquals", "aws:CurrentTime", "2020-03-12T19:03:58Z", False),
        # What the request does not have is not equal to anything.
        ("StringEquals", "aws:PrincipalOrgID", "o-1", False),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1", True),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1", True),
        ("StringEqualsIfExists", "aws:PrincipalAccount", "111111111111", False),
        ("Null", "aws:PrincipalOrgID", "true", True),
        ("Null", "aws:PrincipalAccount", "true", False),
        ("Null", "aws:PrincipalAccount", "false", True),
        # What is not understood is neither.
        ("StringEquals", "aws:PrincipalTag/team", "a", None),
        ("StringEqualsIfExists", "aws:PrincipalTag/team", "a", None),
        ("ForAllValues:StringEquals", "aws:PrincipalAccount", "222222222222", None),
        ("BinaryEquals", "aws:SourceIp", "QUJD", None),
        ("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}", None),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/99", None),
        ("NotIpAddress", "aws:SourceIp", "nowhere", None),
        ("NumericEquals", "aws:EpochTime", "now", None),
        ("DateLessThan", "aws:CurrentTime", "tomorrow", None),
    ],
)
def test_an_operator(operator, key, expected, result):
    assert holds({operator: {key: expected}}, VALUES) is result


def test_all_must_hold_and_one_that_fails_settles_it():
    known, unknown = {"aws:SecureTransport": "true"}, {"aws:SourceVpc": "vpc-1"}
    assert holds({}, VALUES) is True
    assert holds({"Bool": known, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, VALUES) is True
    assert holds({"Bool": known, "StringEquals": unknown}, VALUES) is None
    assert holds({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": unknown}, VALUES) is False


@pytest.mark.parametrize(
    ("pattern", "text", "result"),
    [("a*c", "abbc", True), ("a?c", "abc", True), ("a?c", "ac", False), ("[ab]", "a", False), ("a.c", "abc", False)],
)
def test_patterns_have_two_signs(pattern, text, result):
    assert matches(pattern, text) is result
