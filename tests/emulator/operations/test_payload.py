"""Events: any JSON is taken as it is, anything else is refused in the words of AWS's parser."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.errors import InvalidRequestContentException
from emulator.operations.payload import read_payload

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(max_examples=30, deadline=None)
@given(json_values, st.booleans())
def test_any_json_comes_through_unchanged(value, escaped):
    # Escaped, lone surrogates are JSON too.
    body = json.dumps(value, ensure_ascii=escaped).encode(errors="replace")
    assert read_payload(body) is body


@given(st.binary(max_size=40))
def test_anything_is_either_taken_or_refused(body):
    try:
        read_payload(body)
    except InvalidRequestContentException as refused:
        assert refused.message.startswith("Could not parse request body into json: Could not parse payload into json: ")


def test_nesting_has_an_end():
    body = b"[" * 500 + b"]" * 500
    assert read_payload(body) == body
    with pytest.raises(InvalidRequestContentException):
        read_payload(b"[" * 100_000 + b"]" * 100_000)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            b"value",
            "Unrecognized token 'value': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
            "or 'false')\n at [Source: (byte[])\"value\"; line: 1, column: 11]",
        ),
        (
            b"0D",
            "Unexpected character ('D' (code 68)): Expected space separating root-level values\n"
            ' at [Source: (byte[])"0D"; line: 1, column: 3]',
        ),
        (
            "\u0099\u0081".encode(),
            "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (JSON String, Number, Array, Object "
            "or token 'null', 'true' or 'false')\n at [Source: (byte[])\"\u0099\u0081\"; line: 1, column: 2]",
        ),
        (
            b"ab\x97",
            'Invalid UTF-8 start byte 0x97\n at [Source: (byte[])"ab\ufffd"; line: 1, column: 4]',
        ),
        (
            b'{\n"a" 1}',
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value\n"
            ' at [Source: (byte[])"{\n"a" 1}"; line: 2, column: 6]',
        ),
    ],
)
def test_the_words_of_the_parser(body, text):
    with pytest.raises(InvalidRequestContentException) as refused:
        read_payload(body)
    expected = f"Could not parse request body into json: Could not parse payload into json: {text}"
    assert refused.value.message == expected


@pytest.mark.parametrize(
    "body", [b"NaN", b"[Infinity]", b"{", b'"', b" ", b"[1,]", b"{'a':1}", b'"\\q"', b'"\n"', b"{}{}"]
)
def test_what_is_not_json(body):
    with pytest.raises(InvalidRequestContentException):
        read_payload(body)


def test_a_long_event_is_cut_in_the_message():
    with pytest.raises(InvalidRequestContentException) as refused:
        read_payload(b"[" + b"1," * 500 + b"x")
    assert '"[truncated 502 bytes]; line: 1' in refused.value.message
