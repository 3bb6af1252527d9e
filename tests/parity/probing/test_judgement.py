"""What an answer has to be, as a table: which one thing is different, at which path, and with which evidence."""

import json
from dataclasses import replace

import pytest

from parity.observation import Answer
from parity.probing.judgement import differences, unordered
from parity.probing.probe import Refused
from tests.parity.probing.every_probe import PROBES

RANGE = PROBES["PutFunctionEventInvokeConfig/MaximumRetryAttempts/range/above"]
AUTH_TYPE = PROBES["CreateFunctionUrlConfig/AuthType/enum/unknown"]
INVOKE_MODE = PROBES["CreateFunctionUrlConfig/InvokeMode/enum/unknown"]
SEVERAL = PROBES["CreateAlias/several/all/members"]
LEAST = PROBES["CreateAlias/valid/members/required-only"]
TEXT = PROBES["CreateFunction/Timeout/type/string-for-integer"]
OBJECT = PROBES["CreateFunction/Timeout/type/object-for-integer"]
DUPLICATE = PROBES["CreateFunction/protocol/member/twice"]
NO_PATH = PROBES["Protocol/protocol/path/GET /2015-03-31/nothing"]


def refusal(probe, **changes):
    """The answer that the probe wants, with members of its body changed; None takes one away."""
    expected = probe.expected
    assert isinstance(expected, Refused)
    body = {expected.refusal.key or "Message": expected.text} | changes
    kept = {name: value for name, value in body.items() if value is not None}
    return Answer(expected.refusal.status, {"x-amzn-errortype": expected.refusal.type}, json.dumps(kept).encode())


def found(probe, answer):
    return [(one.path, one.evidence) for one in differences(probe, answer)]


@pytest.mark.parametrize("probe", [RANGE, AUTH_TYPE, INVOKE_MODE, SEVERAL, TEXT, OBJECT, NO_PATH], ids=lambda p: p.id)
def test_the_wanted_refusal_is_no_difference(probe):
    assert found(probe, refusal(probe)) == []


NOT_FOUND = Answer(404, {"x-amzn-errortype": "ResourceNotFoundException"}, b'{"Message": "Function not found: x"}')
IN_THE_BODY = replace(refusal(RANGE, __type="ValidationException"), headers={})  # SDKs find the type there too
CREATED = Answer(201, {}, b"{}")
FAILED = Answer(500, {"x-amzn-errortype": "ServiceException"}, b"{}")


@pytest.mark.parametrize(
    ("probe", "answer", "wanted"),
    [
        (RANGE, CREATED, [("refusal", "documented")]),
        (RANGE, NOT_FOUND, [("refusal", "documented")]),
        (RANGE, replace(refusal(RANGE), status=422), [("status", "documented")]),
        (RANGE, replace(refusal(RANGE), headers={}), [("refusal", "documented")]),
        (RANGE, IN_THE_BODY, [("headers.x-amzn-errortype", "documented"), ("body.__type", "regression")]),
        (RANGE, refusal(RANGE, message="nonsense"), [("body.message", "documented")]),
        (RANGE, refusal(RANGE, message=None), [("body.message", "documented")]),
        (RANGE, replace(refusal(RANGE), body=b""), [("body", "documented")]),
        (RANGE, replace(refusal(RANGE), body=b"<html>"), [("body", "documented")]),
        (RANGE, refusal(RANGE, Type="User"), [("body.Type", "regression")]),
        (RANGE, replace(refusal(RANGE), headers={"x-amzn-errortype": "ValidationException:http://x/"}), []),
        (LEAST, NOT_FOUND, []),
        (LEAST, CREATED, []),
        (LEAST, Answer(404, {}, b"<html>"), [("refusal", "documented")]),
        (LEAST, FAILED, [("status", "documented")]),
        (LEAST, refusal(RANGE), [("refusal", "documented")]),
        (LEAST, refusal(OBJECT), [("refusal", "documented")]),
        (LEAST, refusal(NO_PATH), [("refusal", "documented")]),
        (TEXT, refusal(OBJECT, Message="other words"), [("body.Message", "regression")]),
        (OBJECT, refusal(OBJECT, Message="any words"), []),
        (OBJECT, NOT_FOUND, [("refusal", "regression")]),
        (DUPLICATE, NOT_FOUND, []),
        (DUPLICATE, refusal(RANGE), []),
        (DUPLICATE, FAILED, [("status", "regression")]),
    ],
)
def test_each_way_to_be_wrong_has_its_path_and_its_evidence(probe, answer, wanted):
    assert found(probe, answer) == wanted


def test_the_spelling_of_the_message_is_a_difference_of_its_own():
    text = RANGE.expected.text
    assert found(RANGE, refusal(RANGE, message=None, Message=text)) == [("body.message", "regression")]


def test_an_order_that_no_recording_shows_is_no_claim_about_aws():
    def turned(text):
        return text.replace("[NONE, AWS_IAM]", "[AWS_IAM, NONE]").replace("[RESPONSE_STREAM, BUFFERED]", "[B, A]")

    assert found(AUTH_TYPE, refusal(AUTH_TYPE, message=turned(AUTH_TYPE.expected.text))) == [
        ("body.message", "regression")
    ]
    other = INVOKE_MODE.expected.text.replace("[RESPONSE_STREAM, BUFFERED]", "[BUFFERED, RESPONSE_STREAM]")
    assert found(INVOKE_MODE, refusal(INVOKE_MODE, message=other)) == [("body.message", "published")]


def test_violations_in_another_order_and_violations_that_are_missing():
    head, _, tail = SEVERAL.expected.text.partition("detected: ")
    sentences = tail.split("; Value ")
    turned = f"{head}detected: {sentences[1].removeprefix('Value ')}"
    reordered = "; ".join(["Value " + sentences[1], sentences[0], *("Value " + one for one in sentences[2:])])
    assert found(SEVERAL, refusal(SEVERAL, message=f"{head}detected: {reordered}")) == [("body.message", "regression")]
    assert found(SEVERAL, refusal(SEVERAL, message=turned)) == [("body.message", SEVERAL.expected.claim)]


def test_what_an_order_may_change():
    head = "2 validation errors detected: "
    one = f"{head}Value 'a' at 'x' …: Member must satisfy enum value set: [A, B]; Value null at 'y'"
    other = f"{head}Value null at 'y'; Value 'a' at 'x' …: Member must satisfy enum value set: [B, A]"
    assert unordered(one) == unordered(other)
    assert unordered(one) != unordered(one.replace("[A, B]", "[A]"))
    assert unordered(one) != unordered(one.replace("2 validation", "3 validation"))
