"""Tokens stand for values that are others each time, keep their identity, and never swallow what is not volatile."""

import base64
import json
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity.observation import Answer
from parity.templates import Numbering, Token, Vocabulary, digest, escape, is_digest, parse, unparse
from parity.token_kinds import KINDS, compiled
from parity.tokens import tokenise
from tests.parity.seen_answers import (
    ACCOUNT,
    FUNCTION_ARN,
    KNOWN,
    PREFIX,
    REGION,
    REQUEST_ID,
    answer,
    run,
    scenario,
    seen,
    step,
    uuid,
)


def body_of(body, path="/2015-03-31/functions/x", **members):
    """What a snapshot holds of one body."""
    return response_of(answer(body), path, **members)["body"]


def response_of(one: Answer, path="/2015-03-31/functions/x", known=KNOWN, **members):
    of = scenario(step("one", **members))
    return tokenise(run(seen("one", one, path=path), known=known), of)["one"].response


class TestTemplates:
    @pytest.mark.parametrize(
        "text", ["<uuid:1>", r"\<uuid:1>", r"\\<uuid:1>", "<timestamp>", "a <b:2> c", "<digest:1:" + "0" * 64 + ">"]
    )
    def test_a_text_that_looks_like_a_token_is_kept_apart_from_one(self, text):
        assert escape(text) != text
        assert parse(escape(text)) == (text,)

    @pytest.mark.parametrize(
        "text", ["<module>", "a < b > c", "<uuid>", "<frozen importlib._bootstrap>", "\\", "", "\\<"]
    )
    def test_other_angle_brackets_and_backslashes_are_just_text(self, text):
        assert escape(text) == text
        assert parse(text) == (text,)

    @settings(deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.text(alphabet="\\<uid:1>ax"),
                st.builds(Token, st.just("uuid"), st.integers(1, 3)),
                st.just(Token("timestamp")),
            )
        )
    )
    def test_writing_and_reading_a_template_are_inverse(self, parts):
        merged = []
        for part in parts:
            if isinstance(part, str) and merged and isinstance(merged[-1], str):
                merged[-1] += part
            elif part != "":
                merged.append(part)
        assert parse(unparse(merged)) == (tuple(merged) or ("",))


class TestTheTable:
    def test_every_pattern_compiles_and_names_its_value(self):
        for kind in KINDS.values():
            compiled(kind.pattern)
            for found in kind.found:
                assert "value" in compiled(found).groupindex, kind.name

    def test_members_are_members_of_the_service_model(self):
        from botocore.session import Session

        model = Session().get_service_model("lambda")
        known = {
            member
            for name in model.shape_names
            if model.shape_for(name).type_name == "structure"
            for member in model.shape_for(name).members
        }
        placed = {name for kind in KINDS.values() for member in kind.members for name in member.split(".")}
        assert placed - known <= {"AccountUsage", "RequestId"}

    def test_kinds_without_identity_have_no_number(self):
        numbering = Numbering(Vocabulary({}))
        assert numbering.token("2026-11-23T10:00:00.000+0000", "timestamp") == Token("timestamp")
        assert numbering.token(uuid(1), "uuid") == Token("uuid", 1)


class TestKnownValues:
    def test_they_are_replaced_wherever_they_stand(self):
        assert body_of({"FunctionArn": FUNCTION_ARN, "Note": f"in {REGION}, of {ACCOUNT}"}) == {
            "FunctionArn": "arn:<partition:1>:lambda:<region:1>:<account-id:1>:function:<prefix:1>-one",
            "Note": "in <region:1>, of <account-id:1>",
        }

    def test_the_longest_comes_first(self):
        known = {**KNOWN, f"{PREFIX}-fn": "function-name"}
        assert response_of(answer({"a": f"{PREFIX}-fn", "b": PREFIX}), known=known)["body"] == {
            "a": "<function-name:1>",
            "b": "<prefix:1>",
        }

    def test_a_part_of_a_longer_word_is_none(self):
        known = {**KNOWN, "000000000000": "account-id"}
        text = f"{PREFIX}2 shardId-000000000000 1000000000000 00000000-0000-0000-0000-000000000000 aws arn:awsome:"
        held = response_of(answer({"a": text}), known=known)["body"]["a"]
        assert held == text.replace("00000000-0000-0000-0000-000000000000", "<uuid:1>")

    def test_an_account_is_found_in_names_too(self):
        assert body_of({"a": f"assets-{ACCOUNT}-x"}) == {"a": "assets-<account-id:1>-x"}

    def test_an_arn_stands_for_the_name_in_it(self):
        arn = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-role"
        assert response_of(answer({"Role": arn}), known={**KNOWN, arn: "role-arn"})["body"] == {
            "Role": "arn:<partition:1>:iam::<account-id:1>:role/<role-name:1>"
        }

    def test_a_kind_that_the_table_does_not_hold_is_a_name(self):
        assert response_of(answer({"a": "x-4711-y"}), known={"4711": "ticket"})["body"] == {"a": "x-<ticket:1>-y"}


class TestIdentity:
    def test_a_value_that_comes_again_bears_the_same_token_in_all_steps(self):
        of = scenario(step("create"), step("get"))
        steps = tokenise(
            run(
                seen("create", answer({"RevisionId": uuid(1)})),
                seen("get", answer({"RevisionId": uuid(1), "Next": uuid(2), "Text": f"was {uuid(1)}"})),
            ),
            of,
        )
        assert steps["create"].response["body"] == {"RevisionId": "<uuid:1>"}
        assert steps["get"].response["body"] == {"Next": "<uuid:2>", "RevisionId": "<uuid:1>", "Text": "was <uuid:1>"}

    def test_the_request_id_of_the_header_is_that_of_the_log_and_of_the_payload(self):
        log = base64.b64encode(f"START RequestId: {REQUEST_ID} Version: $LATEST\nhello\n".encode()).decode()
        response = response_of(answer(REQUEST_ID, x_amz_log_result=log), "/2015-03-31/functions/x/invocations")
        assert response["headers"]["x-amzn-requestid"] == "<request-id:1>"
        assert response["headers"]["x-amz-log-result"] == [
            "START RequestId: <request-id:1> Version: $LATEST",
            "hello",
            "",
        ]
        assert response["body"] == "<request-id:1>"

    def test_a_value_that_no_pattern_finds_is_found_again_in_the_next_request(self):
        of = scenario(step("first"), step("second"))
        steps = tokenise(
            run(
                seen("first", answer({"NextMarker": "bWFya2Vy=="})),
                seen("second", answer({}), path="/2015-03-31/functions/?Marker=bWFya2Vy%3D%3D"),
            ),
            of,
        )
        assert steps["first"].response["body"] == {"NextMarker": "<marker:1>"}
        assert steps["second"].request["path"] == "/2015-03-31/functions/?Marker=<marker:1>"


class TestMembersOfTheModel:
    def test_they_are_placed_by_name_where_the_value_looks_right(self):
        assert body_of({"Location": "https://awslambda.s3.amazonaws.com/x?a=b", "LastModified": 1569284520.333}) == {
            "LastModified": "<epoch-seconds>",
            "Location": "<presigned-url>",
        }

    def test_a_number_as_a_string_is_none(self):
        assert body_of({"LastModified": "1569284520.333"}) == {"LastModified": "1569284520.333"}

    def test_a_member_can_depend_on_the_one_around_it(self):
        body = {"AccountUsage": {"FunctionCount": 7}, "AccountLimit": {"TotalCodeSize": 7}, "FunctionCount": 7}
        assert body_of(body) == {
            "AccountLimit": {"TotalCodeSize": 7},
            "AccountUsage": {"FunctionCount": "<count>"},
            "FunctionCount": 7,
        }

    @pytest.mark.parametrize("members", ["Variables", "Tags"])
    def test_the_users_own_members_are_not_placed(self, members):
        body = {members: {"NextMarker": "literal"}}
        assert body_of(body) == body

    def test_what_a_function_returns_is_not_placed(self):
        assert body_of(
            {"NextMarker": "x", "LastModified": 1569284520}, "/2015-03-31/functions/f/invocations?Qualifier=1"
        ) == {
            "LastModified": 1569284520,
            "NextMarker": "x",
        }


class TestFreeText:
    @pytest.mark.parametrize(
        ("text", "template"),
        [
            (
                "REPORT RequestId: 11111111-2222-3333-4444-555555555555\tDuration: 1.55 ms\tBilled Duration: 2 ms\t"
                "Memory Size: 128 MB\tMax Memory Used: 35 MB\tInit Duration: 120.01 ms\t",
                "REPORT RequestId: <request-id:2>\tDuration: <duration-ms> ms\tBilled Duration: <billed-ms> ms\t"
                "Memory Size: 128 MB\tMax Memory Used: <memory-mb> MB\tInit Duration: <duration-ms> ms\t",
            ),
            (
                "2026-11-23T10:00:00.123Z 11111111-2222-3333-4444-555555555555 Task timed out after 1.00 seconds",
                "<timestamp-z> <uuid:1> Task timed out after 1.00 seconds",
            ),
            ("2026/11/23/[$LATEST]" + "0f" * 16, "<log-date>/[$LATEST]<environment-id:1>"),
            ("python:3.12.v38", "python:3.12.v38"),
            (
                "INIT_START Runtime Version: python:3.12.v38\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:"
                + "ab" * 32,
                "INIT_START Runtime Version: python:3.12.v<runtime-release>\t"
                "Runtime Version ARN: arn:<partition:1>:lambda:<region:1>::runtime:<runtime-version:1>",
            ),
            (
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
                "Root=<trace-id:1>;Parent=<span-id:1>;Sampled=0",
            ),
            ('File "/var/task/index.py", line 12, in handler', 'File "/var/task/index.py", line 12, in handler'),
        ],
    )
    def test_it_is_searched_for_what_differs_each_time(self, text, template):
        assert body_of({"a": text}) == {"a": template}

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            ("2020-04-10T19:06:32.563+0000", "timestamp"),
            ("2019-12-31T20:28:49+0000", "timestamp-seconds"),
            ("2020-04-10T19:06:32.563Z", "timestamp-z"),
            ("2020-04-10T19:06:32Z", "timestamp-seconds-z"),
            ("2020-04-10T19:06:32.563412+00:00", "timestamp-other"),
            ("2020-04-10T19:06:32.563", "timestamp-other"),
            ("2020-04-10 19:06:32", "timestamp-other"),
        ],
    )
    def test_each_form_of_a_time_is_a_kind_of_its_own(self, value, kind):
        assert body_of({"LastModified": value}) == {"LastModified": f"<{kind}>"}
        others = [name for name in KINDS if name.startswith("timestamp") and name != kind]
        assert not any(compiled(KINDS[name].pattern).fullmatch(value) for name in others)

    def test_what_the_scenario_itself_says_is_not_volatile(self):
        said = uuid(7)
        assert body_of({"Message": f"no {said}"}, with_={"UUID": said}) == {"Message": f"no {said}"}


class TestLongTexts:
    def test_they_are_digested_with_their_tokens(self):
        one, other = (
            response_of(answer({"a": f"{prefix} " + "x" * 5000}), known={prefix: "prefix"})["body"]["a"]
            for prefix in ("parity-00000001-aaaaaa", "parity-00000002-bbbbbb")
        )
        assert is_digest(one)
        assert one == other == digest("parity-1 " + "x" * 5000, Vocabulary({"parity-1": "prefix"}))
        assert one.startswith("<digest:5011:")

    def test_one_of_4096_characters_is_written_out(self):
        assert body_of({"a": "x" * 4096}) == {"a": "x" * 4096}


class TestAnswers:
    @pytest.mark.parametrize(
        ("content", "held"),
        [
            (b"", {}),
            (b"null", {"body": None}),
            (b'""', {"body": ""}),
            (b"1", {"body": 1}),
            (b"1.0", {"body": 1.0}),
            (b"hello", {"text": "hello"}),
            (b'{"cut', {"text": '{"cut'}),
            (b"\xff\xfe\x00", {"base64": "//4A"}),
            (b'{"Policy":"{\\"a\\":1}"}', {"body": {"Policy": '{"a":1}'}}),
        ],
    )
    def test_nothing_null_and_the_empty_text_are_three_things(self, content, held):
        response = response_of(answer(content))
        assert {key: value for key, value in response.items() if key not in ("status", "headers")} == held
        assert json.dumps(response.get("body")) == json.dumps(held.get("body"))

    def test_json_that_is_nested_too_deep_is_text(self):
        deep = "[" * 500 + "]" * 500
        assert response_of(answer(deep.encode()))["text"] == deep
        assert "body" in response_of(answer(b"[" * 99 + b"]" * 99))

    @pytest.mark.parametrize("cut", [1, 20])
    def test_an_event_stream_that_is_not_intact_is_just_bytes(self, cut):
        headers = b"\x0b:event-type\x07\x00\x0cPayloadChunk"
        prelude = struct.pack(">II", len(headers) + 16 + 3, len(headers))
        content = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + b"abc"
        stream = content + struct.pack(">I", zlib.crc32(content))
        assert response_of(answer(stream))["events"] == [{"event": "PayloadChunk", "text": "abc"}]
        assert "base64" in response_of(answer(stream[:-cut]))
        assert "base64" in response_of(answer(stream[:-8] + b"x" + stream[-7:]))

    def test_only_headers_that_carry_meaning_are_kept(self):
        response = response_of(
            answer({}, date="today", x_amz_executed_version="1", x_amzn_remapped_date="x", server="y")
        )
        assert response["headers"] == {
            "content-type": "application/json",
            "x-amz-executed-version": "1",
            "x-amzn-remapped-date": "x",
            "x-amzn-requestid": "<request-id:1>",
        }

    def test_answers_that_came_at_once_stand_in_one_order_whatever_their_values(self):
        of = scenario(step("many", parallel=3))

        def recorded_as(*order):
            bodies = {"a": {"Id": uuid(9), "n": 2}, "b": {"Id": uuid(1), "n": 1}, "c": {"Id": uuid(5), "n": 1}}
            answers = [answer(bodies[name]) for name in order]
            return tokenise(run(seen("many", *answers)), of)["many"].response

        assert recorded_as("a", "b", "c") == recorded_as("c", "b", "a")
        assert [one["body"]["n"] for one in recorded_as("a", "b", "c")] == [1, 1, 2]
