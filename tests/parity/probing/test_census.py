"""What there is, what has changed, and how to remove what a probe has made."""

import json

import pytest

from parity.lambda_model import operation_names
from parity.observation import Answer
from parity.probing.census import CREATING, census, changes, removal_of
from parity.probing.request import Request

ANSWERS = {
    "/2015-03-31/functions": {"Functions": [{"FunctionArn": "arn:f"}], "NextMarker": "more"},
    "/2015-03-31/functions?Marker=more": {"Functions": [{"FunctionArn": "arn:e"}]},
    "/2015-03-31/event-source-mappings": {"EventSourceMappings": [{"UUID": "1"}]},
}


def answer(request: Request) -> Answer:
    return Answer(200, {}, json.dumps(ANSWERS.get(request.path, {})).encode())


def test_all_pages_are_counted():
    found = census(answer)
    assert found["Functions"] == ("arn:e", "arn:f")
    assert found["EventSourceMappings"] == ("1",)
    assert found["Layers"] == ()


def test_a_target_without_such_things_has_none():
    assert set(census(lambda _: Answer(404, {}, b"<html>")).values()) == {()}


def test_what_has_come_and_what_has_gone():
    before, after = {"Functions": ("a", "b"), "Layers": ("l",)}, {"Functions": ("b", "c"), "Layers": ("l",)}
    assert changes(before, after) == {"Functions": ("new: c", "gone: a")}
    assert changes(before, before) == {}


@pytest.mark.parametrize(
    ("operation", "body", "wanted"),
    [
        ("CreateFunction", {"FunctionArn": "arn:f"}, ("DELETE", "/2015-03-31/functions/arn%3Af")),
        ("CreateEventSourceMapping", {"UUID": "1"}, ("DELETE", "/2015-03-31/event-source-mappings/1")),
        (
            "CreateCapacityProvider",
            {"CapacityProvider": {"CapacityProviderArn": "c"}},
            ("DELETE", "/2025-11-30/capacity-providers/c"),
        ),
        ("PublishLayerVersion", {"LayerArn": "l", "Version": 7}, ("DELETE", "/2018-10-31/layers/l/versions/7")),
    ],
)
def test_removals(operation: str, body: dict[str, object], wanted: tuple[str, str]):
    removal = removal_of(operation, Answer(201, {}, json.dumps(body).encode()))
    assert removal is not None
    assert (removal.method, removal.path) == wanted
    assert removal_of(operation, Answer(400, {}, json.dumps(body).encode())) is None
    assert removal_of(operation, Answer(201, {}, b"{}")) is None
    assert removal_of("GetFunction", Answer(200, {}, json.dumps(body).encode())) is None


def test_every_operation_that_creates_where_nothing_was_has_its_removal():
    creating = {name for name in operation_names() if name.startswith("Create")}
    of_a_function = {"CreateAlias", "CreateFunctionUrlConfig"}  # which nobody has
    assert creating - of_a_function == CREATING.keys() - {"PublishLayerVersion"}
