"""Every alteration of an answer is one difference at its exact path, and what is merely volatile is none."""

import base64
import copy
import json
import struct
import zlib
from typing import ClassVar

import pytest

from parity.comparison import MISSING, Difference, MemberName, compare, path_text
from parity.evidence import DocumentedEvidence
from parity.observation import Answer
from parity.scenario import Evidence
from parity.snapshot import with_evidence
from tests.parity.seen_answers import (
    ACCOUNT,
    FUNCTION_ARN,
    KNOWN,
    PREFIX,
    REGION,
    REQUEST_ID,
    answer,
    recorded,
    run,
    scenario,
    seen,
    step,
    uuid,
)

FUNCTION = {
    "FunctionName": f"{PREFIX}-one",
    "FunctionArn": FUNCTION_ARN,
    "RevisionId": uuid(1),
    "LastModified": "2026-11-23T10:00:00.000+0000",
    "MemorySize": 128,
    "Timeout": 3,
    "Description": "",
    "Tags": {"a.b": "1"},
    "Layers": [{"Arn": "a", "CodeSize": 1}, {"Arn": "b", "CodeSize": 2}, {"Arn": "c", "CodeSize": 3}],
    "Architectures": ["x86_64", "arm64"],
}
THREE = scenario(step("create"), step("get"), step("get-again"))


def differences(altered, original=FUNCTION, where="get", of=THREE, **options):
    """What is found where one of three equal answers is altered: by a function, or to another answer."""
    if callable(altered):
        body = copy.deepcopy(original)
        given_back = altered(body)
        altered = given_back if isinstance(given_back, Answer) else answer(body)
    snapshot = recorded(of, [seen(one.id, answer(original), **options) for one in of.steps])
    answers = {one.id: answer(original) for one in of.steps} | {where: altered}
    return compare(snapshot, run(*(seen(name, one, **options) for name, one in answers.items())), of)


def only(found: list[Difference]) -> tuple:
    assert len(found) == 1, found
    return found[0].path, found[0].expected, found[0].actual


def setting(**members):
    return lambda body: body.update(members)


class TestOneAlterationIsOneDifference:
    def test_of_the_status(self):
        assert only(differences(answer(FUNCTION, 201))) == ("status", 200, 201)

    def test_of_a_header(self):
        assert only(differences(answer(FUNCTION, content_type="text/html"))) == (
            "headers.content-type",
            "application/json",
            "text/html",
        )

    def test_of_a_header_that_is_gone(self):
        bare = Answer(200, {"content-type": "application/json"}, json.dumps(FUNCTION).encode())
        assert only(differences(bare)) == ("headers.x-amzn-requestid", "<request-id:1>", MISSING)

    def test_of_a_text(self):
        assert only(differences(setting(Description="x"))) == ("body.Description", "", "x")

    @pytest.mark.parametrize("value", ["128", 128.0, True, None, [128], {"x": 128}])
    def test_of_a_type(self, value):
        path, expected, actual = only(differences(setting(MemorySize=value)))
        assert (path, expected) == ("body.MemorySize", 128)
        assert (type(actual), actual) == (type(value), value)

    def test_of_a_member_that_is_missing(self):
        assert only(differences(lambda body: body.pop("Tags"))) == ("body.Tags", {"a.b": "1"}, MISSING)

    def test_of_a_member_that_is_extra(self):
        assert only(differences(setting(Extra=[1]))) == ("body.Extra", MISSING, [1])

    def test_of_the_case_of_a_member(self):
        found = differences(lambda body: body.update(timeout=body.pop("Timeout")))
        assert only(found) == ("body.Timeout", MemberName("Timeout"), MemberName("timeout"))

    def test_of_the_case_of_a_member_and_its_value_makes_two(self):
        found = differences(lambda body: body.update(timeout=body.pop("Timeout") + 1))
        assert [(one.path, one.expected, one.actual) for one in found] == [
            ("body.Timeout", MemberName("Timeout"), MemberName("timeout")),
            ("body.Timeout", 3, 4),
        ]

    def test_of_the_order_of_a_list(self):
        found = differences(lambda body: body["Layers"].reverse())
        assert only(found) == ("body.Layers", FUNCTION["Layers"], FUNCTION["Layers"][::-1])

    @pytest.mark.parametrize("index", [0, 1, 2])
    def test_of_an_item_that_is_missing(self, index):
        found = differences(lambda body: body["Layers"].pop(index))
        assert only(found) == (f"body.Layers[{index}]", FUNCTION["Layers"][index], MISSING)

    @pytest.mark.parametrize("index", [0, 1, 2, 3])
    def test_of_an_item_that_is_extra(self, index):
        found = differences(lambda body: body["Layers"].insert(index, {"Arn": "new", "CodeSize": 9}))
        assert only(found) == (f"body.Layers[{index}]", MISSING, {"Arn": "new", "CodeSize": 9})

    def test_of_a_member_of_an_item(self):
        found = differences(lambda body: body["Layers"][1].update(Arn="x"))
        assert only(found) == ("body.Layers[1].Arn", "b", "x")

    def test_of_a_member_whose_name_is_no_word(self):
        assert only(differences(lambda body: body["Tags"].update({"a.b": "2"}))) == ('body.Tags["a.b"]', "1", "2")

    @pytest.mark.parametrize(
        ("content", "actual"),
        [
            (b'{"FunctionName": "par', {"text": '{"FunctionName": "par'}),
            (b"", MISSING),
            (b"null", None),
            (b'""', ""),
            (b"\xff\x00", {"base64": "/wA="}),
        ],
    )
    def test_of_the_whole_body(self, content, actual):
        path, _, found = only(differences(answer(content)))
        assert (path, found) == ("body", actual)

    def test_of_many_members_at_once_each_at_its_own_path(self):
        found = differences(
            answer({**dict.fromkeys("abcdef", 1), "MemorySize": 128}), original={"MemorySize": 128, "x": [1]}
        )
        assert [one.path for one in found] == [*(f"body.{name}" for name in "abcdef"), "body.x"]
        assert [one.path for one in differences(answer({"x": [1, 2, 3]}), original={"x": []})] == [
            "body.x[0]",
            "body.x[1]",
            "body.x[2]",
        ]

    def test_of_an_absent_body(self):
        assert only(differences(answer({}), original=b"")) == ("body", MISSING, {})


class TestIdentity:
    @pytest.mark.parametrize("where", ["get", "get-again"])
    def test_an_id_that_should_repeat_but_differs_is_one_difference(self, where):
        assert only(differences(setting(RevisionId=uuid(2)), where=where)) == ("body.RevisionId", "<uuid:1>", uuid(2))

    def test_even_if_it_is_the_first_of_several(self):
        found = differences(setting(RevisionId=uuid(2)), where="create")
        assert found[0].step == "alias/create-alias#create"
        assert only(found) == ("body.RevisionId", "<uuid:1>", uuid(2))

    def test_an_id_that_should_differ_but_repeats_is_a_difference(self):
        of = scenario(step("create"), step("update"))
        first, second = (
            seen("create", answer({"RevisionId": uuid(1)})),
            seen("update", answer({"RevisionId": uuid(2)})),
        )
        same = seen("update", answer({"RevisionId": uuid(1)}))
        found = compare(recorded(of, [first, second]), run(first, same), of)
        assert only(found) == ("body.RevisionId", "<uuid:2>", "<uuid:1>")

    def test_times_have_none(self):
        assert differences(setting(LastModified="2027-01-01T00:00:00.123+0000")) == []

    def test_but_they_have_a_form(self):
        found = differences(setting(LastModified="2026-11-23T10:00:00.000Z"))
        assert only(found) == ("body.LastModified", "<timestamp>", "2026-11-23T10:00:00.000Z")

    def test_a_number_that_is_a_token_is_still_a_number(self):
        of = scenario(step("get"))
        snapshot = recorded(of, [seen("get", answer({"LastModified": 1569284520.333}))])
        assert compare(snapshot, run(seen("get", answer({"LastModified": 1700000000}))), of) == []
        found = compare(snapshot, run(seen("get", answer({"LastModified": "1569284520.333"}))), of)
        assert only(found) == ("body.LastModified", "<epoch-seconds>", "1569284520.333")

    def test_the_text_of_a_token_is_no_value_of_its_kind(self):
        assert only(differences(setting(RevisionId="<uuid:1>"))) == ("body.RevisionId", "<uuid:1>", "\\<uuid:1>")

    def test_another_run_has_other_values(self):
        snapshot = recorded(THREE, [seen(one.id, answer(FUNCTION), path=f"/f/{PREFIX}-one") for one in THREE.steps])
        other = "parity-77777777-abcdef"
        content = json.dumps(FUNCTION).replace(PREFIX, other).replace(ACCOUNT, "0" * 12).replace(REGION, "us-east-2")
        content = content.replace(uuid(1), uuid(8)).replace("2026-11-23", "2027-01-01")
        known = {other: "prefix", "0" * 12: "account-id", "us-east-2": "region", "aws": "partition"}
        observations = [seen(one.id, answer(content.encode()), path=f"/f/{other}-one") for one in THREE.steps]
        assert compare(snapshot, run(*observations, known=known), THREE) == []

    def test_a_name_of_another_run_is_a_difference(self):
        found = differences(setting(FunctionName="parity-77777777-abcdef-one"))
        assert only(found) == ("body.FunctionName", "<prefix:1>-one", "parity-77777777-abcdef-one")

    def test_a_difference_is_worded_in_the_terms_of_the_snapshot(self):
        found = differences(setting(FunctionArn=f"{FUNCTION_ARN}:$LATEST"))
        template = "arn:<partition:1>:lambda:<region:1>:<account-id:1>:function:<prefix:1>-one"
        assert only(found) == ("body.FunctionArn", template, f"{template}:$LATEST")

    def test_what_was_sent_tells_which_name_is_which(self):
        of = scenario(step("list"), step("get"))
        names = {f"{PREFIX}-a": "function-name", f"{PREFIX}-b": "function-name"}

        def observations(one, other):
            listed = answer({"Functions": [f"{PREFIX}-{one}", f"{PREFIX}-{other}"]})
            return [seen("list", listed), seen("get", answer(f"{PREFIX}-a"), path=f"/functions/{PREFIX}-a")]

        known = {**KNOWN, **names}
        snapshot = recorded(of, observations("a", "b"), known)
        assert compare(snapshot, run(*observations("a", "b"), known=known), of) == []
        found = compare(snapshot, run(*observations("b", "a"), known=known), of)
        assert [one.path for one in found] == ["body.Functions"]


class TestUnordered:
    OF = scenario(step("list", unordered=["Functions"]))
    ITEMS = ({"Name": "a", "Id": uuid(1)}, {"Name": "b", "Id": uuid(2)}, {"Name": "c", "Id": uuid(3)})

    def compare(self, items):
        snapshot = recorded(self.OF, [seen("list", answer({"Functions": list(self.ITEMS)}))])
        return compare(snapshot, run(seen("list", answer({"Functions": items}))), self.OF)

    def test_order_means_nothing(self):
        assert self.compare(self.ITEMS[::-1]) == []

    def test_a_missing_item_is_one_difference(self):
        path, expected, actual = only(self.compare([self.ITEMS[2], self.ITEMS[0]]))
        assert (path, expected["Name"], actual) == ("body.Functions[1]", "b", MISSING)

    def test_an_extra_item_is_one_difference(self):
        path, expected, actual = only(self.compare([{"Name": "z", "Id": uuid(9)}, *self.ITEMS[::-1]]))
        assert (path, expected, actual["Name"]) == ("body.Functions[0]", MISSING, "z")

    def test_an_altered_item_is_one_difference(self):
        altered = [self.ITEMS[2], {**self.ITEMS[1], "Name": "x"}, self.ITEMS[0]]
        assert only(self.compare(altered)) == ("body.Functions[1].Name", "b", "x")

    @pytest.mark.parametrize("path", ["Functions", "body.Functions", "Functions[0]"])
    def test_paths_are_written_as_everywhere(self, path):
        of = scenario(step("list", unordered=[path]))
        snapshot = recorded(of, [seen("list", answer({"Functions": [1, 2]}))])
        assert compare(snapshot, run(seen("list", answer({"Functions": [2, 1]}))), of) == []


class TestOwnEntries:
    OF = scenario(step("list", own=["Functions"]))
    OURS: ClassVar = {"FunctionArn": f"arn:aws:lambda:eu-west-1:1:function:{PREFIX}-one"}

    def snapshot(self, *items):
        return recorded(self.OF, [seen("list", answer({"Functions": list(items), "NextMarker": "m"}))])

    def compare(self, *items):
        return compare(
            self.snapshot(self.OURS), run(seen("list", answer({"Functions": list(items), "NextMarker": "m"}))), self.OF
        )

    def test_a_snapshot_holds_no_one_elses(self):
        body = self.snapshot({"FunctionArn": "arn:of-someone-else"}, self.OURS).steps["list"].response["body"]
        assert [entry["FunctionArn"][-14:] for entry in body["Functions"]] == ["<prefix:1>-one"]

    def test_what_others_have_there_is_no_difference(self):
        assert self.compare({"FunctionArn": "arn:of-someone-else"}, self.OURS, {"FunctionArn": "another"}) == []

    def test_what_the_run_made_must_be_there(self):
        path, expected, actual = only(self.compare({"FunctionArn": "arn:of-someone-else"}))
        assert (path, "one" in expected["FunctionArn"], actual) == ("body.Functions[0]", True, MISSING)

    def test_what_the_run_made_counts_wherever_it_bears_the_prefix(self):
        path, _, actual = only(self.compare(self.OURS, {"Description": f"of {PREFIX}"}))
        assert (path, actual) == ("body.Functions[1]", {"Description": "of <prefix:1>"})


class TestParallel:
    OF = scenario(step("many", parallel=3))

    def test_answers_may_come_in_any_order(self):
        answers = [answer(1), answer({"Reason": "x"}, 429), answer(1)]
        snapshot = recorded(self.OF, [seen("many", *answers)])
        assert compare(snapshot, run(seen("many", *answers[::-1])), self.OF) == []

    def test_a_difference_names_the_answer(self):
        answers = [answer({"n": 1}), answer({"n": 2}), answer({"n": 3})]
        snapshot = recorded(self.OF, [seen("many", *answers)])
        found = compare(snapshot, run(seen("many", answers[2], answers[0], answer({"n": 9}))), self.OF)
        assert only(found) == ("[1].body.n", 2, 9)


class TestBodiesThatAreNotJson:
    def test_text(self):
        assert only(differences(answer(b"hullo"), original=b"hello")) == ("body", "hello", "hullo")

    def test_a_log(self):
        of = scenario(step("invoke"))

        def invoked(*lines):
            log = base64.b64encode("\n".join(lines).encode()).decode()
            return seen("invoke", answer({}, x_amz_log_result=log), path="/2015-03-31/functions/x/invocations")

        start = f"START RequestId: {REQUEST_ID} Version: $LATEST"
        snapshot = recorded(of, [invoked(start, "one", "two", "")])
        assert compare(snapshot, run(invoked(start, "one", "two", "")), of) == []
        found = compare(snapshot, run(invoked(start, "two", "")), of)
        assert only(found) == ("headers.x-amz-log-result[1]", "one", MISSING)

    def test_an_event_stream(self):
        of = scenario(step("stream"))

        def streamed(*chunks, code=None):
            events = [("PayloadChunk", chunk) for chunk in chunks]
            complete = json.dumps({"ErrorCode": code} if code else {}).encode()
            return seen(
                "stream", answer(b"".join(message(*event) for event in [*events, ("InvokeComplete", complete)]))
            )

        snapshot = recorded(of, [streamed(b"hel", b"lo")])
        assert snapshot.steps["stream"].response["events"] == [
            {"event": "PayloadChunk", "text": "hello"},
            {"event": "InvokeComplete", "body": {}},
        ]
        assert compare(snapshot, run(streamed(b"h", b"ello")), of) == []
        found = compare(snapshot, run(streamed(b"hello", code="Function.Unhandled")), of)
        assert only(found) == ("body[1].body.ErrorCode", MISSING, "Function.Unhandled")

    def test_a_long_text(self):
        long = {"Payload": "x" * 10_000}
        assert differences(answer(long), original=long) == []
        path, expected, actual = only(differences(answer({"Payload": "y" * 10_000}), original=long))
        assert path == "body.Payload"
        assert expected != actual
        assert expected.startswith("<digest:10000:")
        assert actual.startswith("<digest:10000:")


def message(event, payload):
    """One message of an event stream."""
    headers = b"".join(
        bytes([len(name)]) + name + b"\x07" + struct.pack(">H", len(value)) + value
        for name, value in ((b":event-type", event.encode()), (b":message-type", b"event"))
    )
    prelude = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    content = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return content + struct.pack(">I", zlib.crc32(content))


class TestWhatIsCompared:
    def test_a_step_that_was_not_asked_is_not(self):
        snapshot = recorded(THREE, [seen(one.id, answer(FUNCTION)) for one in THREE.steps])
        assert compare(snapshot, run(seen("create", answer(FUNCTION)), not_asked={"get": "no Version"}), THREE) == []

    def test_a_difference_says_what_its_step_rests_on(self):
        of = scenario(step("get", evidence=Evidence(documented="API_GetFunction")))
        snapshot = recorded(of, [seen("get", answer(1))])
        found = compare(snapshot, run(seen("get", answer(2))), of)
        assert found[0].evidence == "documented"
        weaker = with_evidence(snapshot, {"get": DocumentedEvidence("x")})
        assert compare(weaker, run(seen("get", answer(2))), of)[0].step == "alias/create-alias#get"

    def test_paths_are_written_to_be_copied(self):
        from parity.alignment import At

        assert path_text(("body", "Functions", At(2), "Version")) == "body.Functions[2].Version"
        assert path_text((At(1), "headers", "x-amzn-errortype")) == "[1].headers.x-amzn-errortype"
        assert path_text(("body", "a b", 'q"[')) == r'body["a b"]["q\"["]'
