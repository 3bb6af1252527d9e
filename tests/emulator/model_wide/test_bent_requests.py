"""Every operation, with a valid request of which something was bent: whatever it is, it is an answer of AWS's kind, and
never a failure of ours. What is refused has changed nothing."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol.model import load_model
from emulator.wire.messages import Request
from tests.emulator.model_wide.api import Api
from tests.emulator.model_wide.depth import as_deep_as_asked
from tests.emulator.model_wide.observation import observe
from tests.emulator.model_wide.populated import populate
from tests.emulator.model_wide.valid_inputs import Known, inputs

READING = re.compile(r"Get|List|Invoke")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2**31, 2**63, 10**30, 0.5, -0.0, 1e308, "", "\x00", "é", "\u2028", "$LATEST", "a" * 300]),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
TEXT = st.sampled_from(["", "%00", "%", "%zz", "%ff", "+", "a%2Fb", "é", "..", "a" * 300, "%24LATEST", "-1", "1e9"])


@pytest.mark.parametrize("operation", sorted(load_model().operations))
def test_a_bent_request_is_answered(api: Api, operation: str):
    @as_deep_as_asked(examples=2)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        api.begin_anew()
        known = populate(api)
        request = api.request(operation, **data.draw(inputs(operation, known)))
        data.draw(st.sampled_from([_bend_body, _bend_body, _bend_body, _cut_body, _bend_query]))(request, data)
        before = None if READING.match(operation) else observe(api)
        answer = api.ask(operation, request)
        if before is not None and not answer.is_success:
            assert observe(api) == before

    check()


@pytest.mark.parametrize("operation", sorted(load_model().operations))
def test_a_bent_path_is_answered(api: Api, operation: str):
    """By whichever operation it leads to, or by none."""

    @as_deep_as_asked(examples=4)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        request = api.request(operation, **data.draw(inputs(operation, Known())))
        parts = request.path.split("/")
        parts[data.draw(st.integers(2, len(parts) - 1))] = data.draw(TEXT)
        request.path = "/".join(parts)
        response = api.answer(operation, request)
        assert response.status < 500 or response.status == 501
        assert response.status < 300 or response.headers["x-amzn-ErrorType"]

    check()


def _bend_body(request: Request, data: st.DataObject) -> None:
    """Another JSON value somewhere in the body, or in place of it."""
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        return
    places = [place for place in _places(value) if place]
    if not places:
        request.body = json.dumps(data.draw(JSON)).encode()
        return
    *way, last = data.draw(st.sampled_from(places))
    holder = value
    for step in way:
        holder = holder[step]
    holder[last] = data.draw(JSON)
    request.body = json.dumps(value).encode()


def _places(value: Any) -> list[tuple[Any, ...]]:
    """The way to everything in a JSON value."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [(), *((key, *way) for key, item in inside for way in _places(item))]


def _cut_body(request: Request, data: st.DataObject) -> None:
    """What a broken client sends."""
    request.body = data.draw(
        st.sampled_from([request.body[:-1], b"", b"null", b"[]", b'"', b"\xff\xfe", b"{" * 2000, request.body * 2])
    )


def _bend_query(request: Request, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["Qualifier", "Marker", "MaxItems", "RevisionId", "tagKeys", "FunctionVersion"]))
    request.query = f"{name}={data.draw(TEXT)}&{request.query}"
