"""What a published recording of AWS holds is compared member by member, and what it does not hold is said."""

import base64
import json
from itertools import pairwise
from typing import ClassVar

import pytest

from parity import snapshot as snapshots
from parity.attestation import ABSENT, Mismatch
from parity.attestation.foreign_tokens import Terms
from parity.attestation.recorded_forms import agree, not_compared
from parity.comparison import compare
from parity.evidence import PublishedEvidence
from tests.parity import recorded_answers
from tests.parity.seen_answers import (
    ACCOUNT,
    FUNCTION_ARN,
    PREFIX,
    REGION,
    answer,
    recorded,
    run,
    scenario,
    seen,
    step,
    uuid,
)

OK = {"ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 200}}
THEIR_ARN = "arn:<partition>:lambda:<region>:111111111111:function:<function-name:1>"


def compared(theirs, ours, *, reading=(), path="/2015-03-31/functions/x", terms=None, unordered=()):
    """How a recorded answer agrees with one of ours."""
    of = scenario(step("one"))
    snapshot = recorded(of, [seen("one", ours, path=path)])
    ways = frozenset(("body", *way.split(".")) for way in unordered)
    return agree(theirs, snapshot.steps["one"], terms or Terms({}), dict(reading), ways)


def mismatches(*arguments, **options):
    return [(one.member, one.theirs, one.ours) for one in compared(*arguments, **options).mismatches]


def invoked(theirs, ours, **options):
    return compared(theirs, ours, path="/2015-03-31/functions/x/invocations", **options)


class TestAnswersThatAnSdkParsed:
    def test_say_which_members_were_compared_and_how(self):
        theirs = {
            **OK,
            "FunctionName": "<function-name:1>",
            "FunctionArn": THEIR_ARN,
            "RevisionId": "<uuid:1>",
            "LastModified": "date",
            "CodeSize": "<code-size>",
            "CodeSha256": "code-sha256",
            "Description": "<description>",
            "MemorySize": 128,
            "Layers": [],
        }
        ours = {
            "FunctionName": f"{PREFIX}-one",
            "FunctionArn": FUNCTION_ARN,
            "RevisionId": uuid(1),
            "LastModified": "2026-11-23T10:00:00.000+0000",
            "CodeSize": 262,
            "CodeSha256": "A" * 43 + "=",
            "Description": "mine",
            "MemorySize": 128,
            "Layers": [],
            "VpcConfig": None,
        }
        agreement = compared(theirs, answer(ours))
        assert agreement.agrees
        assert agreement.literal == ["status", "MemorySize", "Layers"]
        assert agreement.kinds == [
            "FunctionName",
            "FunctionArn",
            "RevisionId",
            "LastModified",
            "CodeSize",
            "CodeSha256",
        ]
        assert agreement.left_out == {
            "Description": "the publishers wrote <description> in its place",
            "VpcConfig": "null here, and SDKs drop nulls",
            "headers": "the publishers drop them",
        }

    @pytest.mark.parametrize(
        ("ours", "expected"),
        [
            ({"Name": "live"}, ("Version", "1", ABSENT)),
            ({"Name": "live", "Version": "2"}, ("Version", "1", "2")),
            ({"Name": "live", "Version": 1}, ("Version", "1", 1)),
            ({"Name": "live", "Version": "1", "Extra": 0}, ("Extra", ABSENT, 0)),
        ],
    )
    def test_every_member_has_to_agree(self, ours, expected):
        assert mismatches({**OK, "Name": "live", "Version": "1"}, answer(ours)) == [expected]

    def test_so_does_the_status(self):
        assert mismatches({**OK, "A": 1}, answer({"A": 1}, 201)) == [("status", 200, 201)]

    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            (1, 1.0),
            (1, True),
            (True, 1),
            (0.5, "0.5"),
            ("x", None),
            ([1, 2], [2, 1]),
            ([1], [1, 2]),
            ({"a": 1}, {"A": 1}),
        ],
    )
    def test_values_are_compared_with_their_types(self, theirs, ours):
        assert mismatches({**OK, "M": theirs}, answer({"M": ours}))

    def test_json_that_the_publishers_decoded_is_decoded_here_too(self):
        theirs = {**OK, "Policy": {"Statement": [{"Resource": THEIR_ARN}]}}
        assert compared(theirs, answer({"Policy": json.dumps({"Statement": [{"Resource": FUNCTION_ARN}]})})).agrees
        assert mismatches(theirs, answer({"Policy": json.dumps({"Statement": []})}))

    def test_an_answer_without_a_body_attests_its_status(self):
        agreement = compared({"ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 204}}, answer(b"", 204))
        assert agreement.agrees
        assert agreement.literal == ["status"]

    def test_lists_whose_order_means_nothing_are_matched(self):
        theirs = {**OK, "L": [{"Id": "<uuid:1>", "n": 1}, {"Id": "<uuid:2>", "n": 2}]}
        ours = answer({"L": [{"Id": uuid(2), "n": 2}, {"Id": uuid(1), "n": 1}]})
        assert not compared(theirs, ours).agrees
        assert compared(theirs, ours, unordered=["L"]).agrees


class TestErrors:
    MODELLED: ClassVar = {
        "Error": {"Code": "ResourceNotFoundException", "Message": "no"},
        "Message": "no",
        "Type": "User",
        "ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 404},
    }

    def ours(self, body, code="ResourceNotFoundException", status=404):
        return answer(body, status, x_amzn_errortype=f"{code}:http://internal.amazon.com/")

    def test_of_the_model_are_compared_whole(self):
        agreement = compared(self.MODELLED, self.ours({"Message": "no", "Type": "User"}))
        assert agreement.literal == ["status", "Error.Code", "Error.Message", "Message", "Type"]

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"message": "no", "Type": "User"}, [("Message", "no", ABSENT), ("message", ABSENT, "no")]),
            ({"Message": "no"}, [("Type", "User", ABSENT)]),
            ({"Message": "no!", "Type": "User"}, [("Error.Message", "no", "no!"), ("Message", "no", "no!")]),
        ],
    )
    def test_down_to_the_case_of_a_member(self, body, expected):
        assert mismatches(self.MODELLED, self.ours(body)) == expected

    def test_name_their_exception(self):
        found = mismatches(self.MODELLED, self.ours({"Message": "no", "Type": "User"}, code="Other"))
        assert found == [("Error.Code", "ResourceNotFoundException", "Other")]

    def test_outside_the_model_hold_code_and_message_alone(self):
        theirs = {key: value for key, value in self.MODELLED.items() if key not in ("Message", "Type")}
        agreement = compared(theirs, self.ours({"message": "no", "Extra": 1}))
        assert agreement.agrees
        assert agreement.left_out["the rest of the body"] == "SDKs drop it for exceptions outside the model"

    def test_may_have_a_null_message(self):
        theirs = {
            "Error": {"Code": "AccessDeniedException", "Message": None},
            "ResponseMetadata": {"HTTPStatusCode": 403},
        }
        assert compared(theirs, self.ours({"Message": None}, "AccessDeniedException", 403)).agrees
        assert not compared(theirs, self.ours({}, "AccessDeniedException", 403)).agrees

    def test_can_be_summarised(self):
        theirs = {"Code": "ResourceNotFoundException", "Message": "Function not found: " + THEIR_ARN + ":$LATEST"}
        agreement = compared(theirs, self.ours({"Message": f"Function not found: {FUNCTION_ARN}:$LATEST"}))
        assert agreement.agrees
        assert agreement.left_out["status"] == "the recording does not hold it"
        assert not compared(theirs, self.ours({"Message": f"Function not found: {FUNCTION_ARN}"})).agrees

    def test_of_validation_can_be_summarised_as_sorted_sentences(self):
        one = "Value 'a; b' at 'name' failed to satisfy constraint: x"
        other = "Value '<a:len(129)>' at 'qualifier' failed to satisfy constraint: y"
        theirs = {"Code": "ValidationException", "Count": 2, "Errors": [other, one]}
        said = f"2 validation errors detected: {one}; {other.replace('<a:len(129)>', 'a' * 129)}"
        assert compared(theirs, self.ours({"message": said}, "ValidationException", 400)).agrees
        fewer = f"1 validation error detected: {one}"
        assert [
            member for member, *_ in mismatches(theirs, self.ours({"message": fewer}, "ValidationException", 400))
        ] == [
            "Count",
            "Errors",
        ]


class TestInvocations:
    HEADERS: ClassVar = {"x_amz_executed_version": "$LATEST"}
    THEIRS: ClassVar = {**OK, "StatusCode": 200, "ExecutedVersion": "$LATEST"}

    @pytest.mark.parametrize(
        ("theirs", "ours", "agrees"),
        [
            ({"a": None, "b": [1]}, {"a": None, "b": [1]}, True),
            ({"b": [1]}, {"a": None, "b": [1]}, False),
            ("null", None, True),
            ("null", "null", False),
            ('"INTERFACE"', "INTERFACE", True),
            ('"<request-id>"', uuid(1), True),
            ("3", 3, True),
            ("3", "3", False),
            ("", b"", True),
            ("", None, False),
            ({}, b"", False),
        ],
    )
    def test_payloads_are_compared_decoded(self, theirs, ours, agrees):
        assert invoked({**self.THEIRS, "Payload": theirs}, answer(ours, **self.HEADERS)).agrees is agrees

    def test_headers_that_an_sdk_shows_as_members_are_compared(self):
        theirs = {**self.THEIRS, "FunctionError": "Unhandled", "LogResult": "<log-result:1>", "Payload": {}}
        log = {"x_amz_log_result": "U1RBUlQK"}
        assert invoked(theirs, answer({}, **self.HEADERS, **log, x_amz_function_error="Unhandled")).agrees
        found = invoked(theirs, answer({}, **self.HEADERS, **log)).mismatches
        assert found == [Mismatch("FunctionError", "Unhandled", ABSENT)]

    def test_logs_are_compared_line_by_line(self):
        lines = [f"START RequestId: {uuid(1)} Version: 1", "hello", f"[INFO]\t2026-11-23T10:00:00.123Z\t{uuid(1)}\tx"]
        log = "\n".join([*lines, f"REPORT RequestId: {uuid(1)}\tDuration: 1.00 ms\t", ""])
        ours = answer({}, x_amz_log_result=base64.b64encode(log.encode()).decode())
        theirs = ["START RequestId: <uuid:1> Version: 1", "hello", "[INFO]\tdate\t<uuid:1>\tx"]
        for form in ({"log_result": theirs}, {"logs": theirs}, theirs):
            agreement = invoked(form, ours)
            assert agreement.agrees
            assert agreement.left_out["the line REPORT"] == "the recording does not hold it"
        assert not invoked([*theirs[:1], "bye", theirs[2]], ours).agrees
        assert not invoked(["START RequestId: <uuid:1> Version: 1", "hello", "[INFO]\tdate\t<uuid:2>\tx"], ours).agrees


class TestOtherForms:
    def test_answers_that_no_sdk_parsed(self):
        theirs = {"content": {"hello": "world"}, "headers": {"Content-Type": "application/json"}, "statuscode": 200}
        assert compared(theirs, answer({"hello": "world"})).agrees
        assert not compared(theirs, answer({"hello": "world"}, content_type="text/plain")).agrees

    def test_a_text_is_what_a_function_returned_or_an_error_said(self):
        assert compared("hello", answer("hello")).agrees
        assert compared("no such thing", answer({"message": "no such thing"}, 400)).agrees
        assert not compared("no such thing", answer({"message": "gone"}, 400)).agrees

    @pytest.mark.parametrize("theirs", [True, 5, [{"a": 1}]])
    def test_what_is_no_answer_attests_nothing(self, theirs):
        assert compared(theirs, answer({"a": 1})).refused == "the recording has no form that an answer has"

    def test_several_answers_at_once_are_none(self):
        of = scenario(step("many", parallel=2))
        snapshot = recorded(of, [seen("many", answer(1), answer(1))])
        assert agree({**OK, "a": 1}, snapshot.steps["many"], Terms({}), {}, frozenset()).refused


class TestPlaceholders:
    def test_one_placeholder_stands_for_one_value_in_all_steps(self):
        of = scenario(step("create"), step("get"))
        snapshot = recorded(of, [seen("create", answer({"Id": uuid(1)})), seen("get", answer({"Id": uuid(2)}))])
        terms = Terms({})
        first = agree({**OK, "Id": "<uuid:1>"}, snapshot.steps["create"], terms, {}, frozenset())
        again = agree({**OK, "Id": "<uuid:1>"}, snapshot.steps["get"], terms, {}, frozenset())
        assert (first.agrees, again.agrees) == (True, False)

    def test_two_placeholders_stand_for_two_values(self):
        theirs = {**OK, "Id": "<uuid:1>", "Other": "<uuid:2>"}
        assert compared(theirs, answer({"Id": uuid(1), "Other": uuid(2)})).agrees
        assert not compared(theirs, answer({"Id": uuid(1), "Other": uuid(1)})).agrees

    @pytest.mark.parametrize(
        ("theirs", "ours", "agrees"),
        [
            ("<uuid:1>", "no uuid", False),
            ("date", "2026-11-23T10:00:00.000+0000", True),
            ("date", 1700000000.5, True),
            ("date", 17, False),
            ("date", "soon", False),
            ("<datetime>", 1700000000.5, True),
            ("<code-size>", "262", False),
            ("<region>", REGION, True),
            ("<region>", "mars-1", False),
            ("111111111111", ACCOUNT, True),
            ("111111111111", "999999999999", False),
            ("x <module> y", "x <module> y", True),
            ("x <module> y", "x nothing y", False),
            ("<unknown-word>", "anything", False),
            ("maximum-batching-window-in-seconds", "x", False),
        ],
    )
    def test_each_stands_for_its_kind_alone(self, theirs, ours, agrees):
        members = {"LastModified": ours} if "time" in str(theirs) else {"M": ours}
        assert compared({**OK, **dict.fromkeys(members, theirs)}, answer(members)).agrees is agrees

    def test_a_member_replaced_by_its_own_name_is_not_compared(self):
        theirs = {**OK, "A": 1, "MaximumBatchingWindowInSeconds": "maximum-batching-window-in-seconds"}
        agreement = compared(theirs, answer({"A": 1, "MaximumBatchingWindowInSeconds": 5}))
        assert agreement.agrees
        assert "MaximumBatchingWindowInSeconds" in agreement.left_out

    def test_a_recording_of_nothing_but_unsaid_values_attests_nothing(self):
        assert not compared({"Description": "<description>"}, answer({"Description": "x"})).agrees


class TestReadings:
    @pytest.mark.parametrize(
        ("reading", "theirs", "ours"),
        [
            ({"my-function": "${prefix}"}, "at 'my-function:1'", f"at '{PREFIX}:1'"),
            ({"my-function": "${prefix}-x"}, "my-function", f"{PREFIX}-x"),
            ({"my-function": "${function.name}"}, "my-function", f"{PREFIX}-one"),
            ({"<resource:1>": "${function.name}:alias1"}, "function:<resource:1>", f"function:{PREFIX}-one:alias1"),
            ({"<fn-name>": "aaa"}, "no <fn-name>", "no aaa"),
            (
                {"<repo_uri>": "${account}.dkr.ecr.${region}.amazonaws.com/x"},
                "<repo_uri>",
                f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/x",
            ),
            ({"7": "${publish.Version}"}, "version 7", "version 1"),
        ],
    )
    def test_say_what_the_scenario_has_in_place_of_a_literal(self, reading, theirs, ours):
        terms = Terms({"publish": {"Version": "1"}})
        assert compared({**OK, "M": theirs}, answer({"M": ours}), reading=reading, terms=terms).agrees
        assert not compared({**OK, "M": theirs}, answer({"M": ours + "?"}), reading=reading, terms=terms).agrees

    def test_a_literal_is_not_read_as_another_literal(self):
        agreement = compared({**OK, "M": 1, "N": "User"}, answer({"M": 1, "N": "Client"}), reading={"User": "Client"})
        assert agreement.refused == "the reading of `User` replaces one literal by another; expected a reference"


class TestWhatARecordingDoesNotHold:
    """The evidence says so, because about that AWS has said nothing."""

    def left_out(self, theirs, ours, path="/2015-03-31/functions/x"):
        snapshot = recorded(scenario(step("one")), [seen("one", ours, path=path)])
        held = snapshot.steps["one"]
        left_out = not_compared(agree(theirs, held, Terms({}), {}, frozenset()), held)
        return [part for part in left_out if part not in ("headers.content-type", "headers.x-amzn-requestid")]

    def test_of_an_answer(self):
        assert self.left_out({**OK, "A": 1}, answer({"A": 1, "B": None})) == ["body.B"]
        assert self.left_out({"A": 1, "Description": "<description>"}, answer({"A": 1, "Description": "x"})) == [
            "body.Description",
            "status",
        ]

    def test_of_errors(self):
        ours = answer({"Message": "no", "Type": "User"}, 404, x_amzn_errortype="ResourceNotFoundException")
        assert self.left_out(TestErrors.MODELLED, ours) == []
        summary = {"Code": "ResourceNotFoundException", "Message": "no"}
        assert self.left_out(summary, ours) == ["body", "status"]

    def test_of_invocations(self):
        theirs = {**OK, "ExecutedVersion": "1", "LogResult": "<log-result:1>", "Payload": {"a": 1}}
        ours = answer({"a": 1}, x_amz_executed_version="1", x_amz_log_result="U1RBUlQK")
        path = "/2015-03-31/functions/x/invocations"
        assert self.left_out({**theirs, "StatusCode": 200}, ours, path) == ["headers.x-amz-log-result"]

    def test_is_no_word_of_aws_in_a_report(self):
        of = scenario(step("one"))
        body = {"Message": "no", "Type": "User"}
        snapshot = recorded(of, [seen("one", answer(body, 404, x_amzn_errortype="E"))])

        def classes(altered, *parts):
            evidence = PublishedEvidence("r", "c", "p", "t", "k", "d", "l", parts)
            found = compare(snapshots.with_evidence(snapshot, {"one": evidence}), run(seen("one", altered)), of)
            return {(one.path, one.evidence) for one in found}

        other = answer({"Message": "yes", "type": "User"}, 400, x_amzn_errortype="F", content_type="x", allow="y")
        assert classes(other, "headers.content-type") == {
            ("status", "published"),
            ("headers.allow", "regression"),
            ("headers.content-type", "regression"),
            ("headers.x-amzn-errortype", "published"),
            ("body.Message", "published"),
            ("body.Type", "published"),
        }
        assert classes(other, "body", "status") == {
            ("status", "regression"),
            ("headers.allow", "regression"),
            ("headers.content-type", "published"),
            ("headers.x-amzn-errortype", "published"),
            ("body.Message", "published"),
            ("body.Type", "regression"),
        }
        assert classes(answer({**body, "New": None}, 404, x_amzn_errortype="E")) == {("body.New", "regression")}


@pytest.mark.skipif(not recorded_answers.FOLDER.is_dir(), reason="the published recordings are not there")
class TestThePublishedRecordings:
    @pytest.mark.parametrize(
        "file", sorted(recorded_answers.FOLDER.glob("*.snapshot.json")), ids=lambda path: path.name.partition(".")[0]
    )
    def test_attest_the_answers_that_they_are_recordings_of(self, file):
        for test, answers in recorded_answers.tests_of(file):
            of = scenario(*(step(one.step) for _, one in answers))
            snapshot = recorded(of, [one for _, one in answers])
            terms = Terms({})
            for theirs, one in answers:
                agreement = agree(theirs, snapshot.steps[one.step], terms, {}, frozenset())
                assert agreement.agrees, (test, agreement)

    def test_do_not_attest_one_another(self):
        """Of all answers of a file, hardly one agrees with the next one's recording: the comparison does bite."""
        pairs = [
            pair
            for _, answers in recorded_answers.tests_of(recorded_answers.FOLDER / "test_lambda_api.snapshot.json")
            for pair in answers
        ]
        agreeing = 0
        for (theirs, _), (_, one) in pairwise(pairs):
            of = scenario(step(one.step))
            snapshot = recorded(of, [one])
            agreeing += agree(theirs, snapshot.steps[one.step], Terms({}), {}, frozenset()).agrees
        assert agreeing < len(pairs) * 0.2
