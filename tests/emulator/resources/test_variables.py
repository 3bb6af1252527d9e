"""Environment variables: 4 KB of compact JSON, and no names of Lambda's own."""

import json

import pytest

from emulator.errors import InvalidParameterValueException
from emulator.resources.variables import RESERVED, check_variables


@pytest.mark.parametrize("letter", ["x", "ü", '"'])
def test_four_kilobytes_of_compact_json(letter):
    width = len(json.dumps(letter, ensure_ascii=False).encode()) - 2
    rest = 4096 - len('{"A":""}')
    value = letter * (rest // width) + "x" * (rest % width)
    check_variables({"A": value})
    with pytest.raises(InvalidParameterValueException) as refused:
        check_variables({"A": value + "x"})
    assert refused.value.message.endswith(
        "String measured: " + json.dumps({"A": value + "x"}, ensure_ascii=False, separators=(",", ":"))
    )


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_names(name):
    with pytest.raises(InvalidParameterValueException, match=f"Reserved keys used in this request: {name}$"):
        check_variables({"FINE": "1", name: "2"})


def test_names_that_look_reserved_and_are_not():
    check_variables(dict.fromkeys(["TZ", "PATH", "LANG", "PYTHONPATH", "AWS_XRAY_CONTEXT_MISSING"], "x"))
