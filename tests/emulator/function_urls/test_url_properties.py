"""Whatever is sent and whatever a function returns: an event that is JSON, and a response that can be sent."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.function_urls.address import Address
from emulator.function_urls.event import build_event
from emulator.function_urls.result import NoResponseError, response_of
from emulator.function_urls.signature_v4 import refusal, signature_of
from emulator.wire.encoding import encode_head
from emulator.wire.messages import Request

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
described = st.fixed_dictionaries(
    {"statusCode": st.integers(-1, 1000) | st.sampled_from(["200", "1" * 5000, "²", ""]) | values},
    optional={
        "headers": st.dictionaries(st.text(max_size=8), values, max_size=3) | values,
        "cookies": st.lists(st.text(max_size=8), max_size=3) | values,
        "body": values,
        "isBase64Encoded": values,
    },
)
latin = st.text(st.characters(max_codepoint=255), max_size=12)
queries = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)


@settings(max_examples=200, deadline=None)
@given(described | values)
def test_what_a_function_returns_can_be_sent_or_is_no_response(result):
    try:
        response = response_of(msgspec.json.encode(result))
    except NoResponseError:
        return
    head = encode_head(response, keep_alive=True, http_1_0=False)
    assert 200 <= response.status <= 599
    names = {line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:-2]}
    assert all(names)
    assert b" " not in b"".join(names)
    assert head.lower().count(b"\r\ncontent-length:") + head.lower().count(b"\r\ntransfer-encoding:") <= 1


@settings(max_examples=100, deadline=None)
@given(queries, st.dictionaries(latin, latin, max_size=3), st.binary(max_size=20))
def test_what_is_sent_becomes_an_event(query, headers, body):
    request = Request("POST", "/%ff/x", query, headers, body, "::1")
    event = json.loads(build_event(request, Address("a", "h", "/%ff/x"), "id", trace="t", now=0.0, signer=None))
    assert (event["rawPath"], event["rawQueryString"]) == ("/%ff/x", query)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=30),
    st.sampled_from(["20260101T000000Z", "20260101T000000", "", "x"]) | latin,
    st.sampled_from(["1", "604800", "9" * 5000, "-1"]) | latin,
)
def test_any_signature_is_read_and_no_forged_one_taken(digest, moment, expires):
    scope = "AKID%2F20260101%2Fus-east-1%2Flambda%2Faws4_request"
    parts = f"X-Amz-Credential={scope}&X-Amz-Date={moment}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host"
    request = Request("GET", "/", f"{parts}&X-Amz-Signature={digest}", {"host": "h"})
    signature = signature_of(request)
    assert signature is None or refusal(signature, request, "us-east-1", {"AKID": "s"}.get, 1767225600.0) is not None
