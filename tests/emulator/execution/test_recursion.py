"""Recursive loops (async.md §4): a chain is told by Lineage, which SDKs pass on."""

import re

import pytest

from emulator.execution.recursion import is_loop, lineage_for
from emulator.resources.function import Function
from emulator.runtime_api.event import trace_id

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:a"
OTHER = "arn:aws:lambda:eu-central-1:123456789012:function:b"


def chain(*arns: str) -> str:
    """The trace header after these invocations, each made by the one before."""
    header = None
    for arn in arns:
        header = trace_id(arn, header)
    assert header is not None
    return header


@pytest.fixture
def function(make_version) -> Function:
    return Function(make_version())


def test_a_chain_of_one_has_the_form_that_aws_was_seen_to_send():
    """[rec: test_xray_trace_propagation, 2025-11-24]"""
    assert re.fullmatch(r"1:[0-9a-f]{8}:0", lineage_for(ARN, None))


def test_all_qualifiers_of_a_function_are_the_function():
    assert lineage_for(ARN + ":live", None) == lineage_for(ARN, None)


def test_each_function_is_counted_for_itself():
    lineage = chain(ARN, OTHER, ARN).partition("Lineage=")[2]
    assert re.fullmatch(r"1:[0-9a-f]{8}:1\|[0-9a-f]{8}:0", lineage)


def test_the_seventeenth_is_one_too_many(function):
    assert not is_loop(None, function)
    assert not is_loop("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", function)
    assert not is_loop(chain(*[function.arn()] * 15), function)
    assert is_loop(chain(*[function.arn()] * 16), function)
    assert not is_loop(chain(*[OTHER] * 16), function)


def test_a_function_may_allow_it(function):
    function.recursive_loop = "Allow"
    assert not is_loop(chain(*[function.arn()] * 20), function)


def test_the_root_of_the_chain_is_kept():
    first = trace_id(ARN, None)
    assert trace_id(OTHER, first).split(";")[0] == first.split(";")[0]
