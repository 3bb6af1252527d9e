"""Which patterns of an event source mapping are well-formed."""

import json

import pytest

from emulator.resources.filter_pattern import is_pattern


@pytest.mark.parametrize(
    "pattern",
    [
        {"body": ["a", 1, 1.5, True, None]},
        {"body": {"a": {"b": [{"exists": False}]}}},
        {"a": [{"prefix": "x"}, {"suffix": "y"}, {"equals-ignore-case": "z"}]},
        {"a": [{"numeric": [">", 0]}], "b": [{"numeric": [">=", 0, "<", 5.5]}]},
        {"a": [{"anything-but": ["x", 1]}], "b": [{"anything-but": "x"}], "c": [{"anything-but": {"prefix": "x"}}]},
        {"$or": [{"a": ["x"]}, {"b": [{"exists": True}]}]},
    ],
)
def test_patterns(pattern):
    assert is_pattern(json.dumps(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        "text",
        ["a"],
        {"a": "x"},
        {"a": 1},
        {"a": [["x"]]},
        {"a": [{"unknown": "x"}]},
        {"a": [{"prefix": 1}]},
        {"a": [{"exists": "yes"}]},
        {"a": [{"numeric": [">"]}]},
        {"a": [{"numeric": ["like", 1]}]},
        {"a": [{"numeric": [">", True]}]},
        {"a": [{"prefix": "x", "suffix": "y"}]},
        {"$or": ["x"]},
    ],
)
def test_no_patterns(pattern):
    assert not is_pattern(json.dumps(pattern))


@pytest.mark.parametrize("text", ["", "a word", '{"a": [', '[{"eventName": ["INSERT"=123}]', "[" * 100_000])
def test_no_json(text):
    assert not is_pattern(text)
