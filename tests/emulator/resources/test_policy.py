"""Policies: what they allow, and that a refused change leaves them as they were."""

import pytest

from emulator.errors import PolicyLengthExceededException, ResourceConflictException, ResourceNotFoundException
from emulator.resources.policy import Policy, statement

ACCOUNT = "222222222222"


def policy(*statements):
    return Policy({"Version": "2012-10-17", "Statement": list(statements)})


def given(**elements):
    return {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "r"} | elements


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ACCOUNT}, True),
        ({"AWS": ["1" * 12, f"arn:aws:iam::{ACCOUNT}:root"]}, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}, True),
        ({"AWS": "1" * 12}, False),
        ({"Service": "s3.amazonaws.com"}, False),
    ],
)
def test_principals(principal, allowed):
    assert policy(given(Principal=principal)).allows(ACCOUNT, "lambda:InvokeFunction") is allowed


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("lambda:InvokeFunction", True),
        ("lambda:invokefunction", True),
        ("lambda:*", True),
        ("*", True),
        (["lambda:GetFunction", "lambda:Invoke*"], True),
        ("lambda:GetFunction", False),
    ],
)
def test_actions(action, allowed):
    assert policy(given(Action=action)).allows(ACCOUNT, "lambda:InvokeFunction") is allowed


def test_what_denies_wins_and_what_depends_on_more_says_nothing():
    deny = given(Effect="Deny")
    assert not policy(given(), deny).allows(ACCOUNT, "lambda:InvokeFunction")
    condition = {"Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}}
    assert not policy(given(**condition)).allows(ACCOUNT, "lambda:InvokeFunction")
    assert policy(given(), deny | condition).allows(ACCOUNT, "lambda:InvokeFunction")


def test_changes_make_new_policies():
    first = Policy().add(statement("a", "*", "lambda:GetFunction", "r", {}))
    second = first.add(statement("b", "*", "lambda:GetFunction", "r", {}))
    assert len({first.revision_id, second.revision_id}) == 2
    with pytest.raises(ResourceConflictException):
        second.add(statement("b", "*", "lambda:GetFunction", "r", {}))
    with pytest.raises(ResourceNotFoundException):
        second.remove("c")
    assert second.remove("b").document == first.document
    assert first.remove("a") is None


def test_the_size_is_counted_in_bytes():
    rest = len(policy(given(Sid="")).describe()["Policy"])
    assert policy(given(Sid="ä" * ((20_480 - rest) // 2)))
    with pytest.raises(PolicyLengthExceededException):
        policy(given(Sid="ä" * ((20_480 - rest) // 2 + 1)))
