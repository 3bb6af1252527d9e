"""Strings for patterns: they match, and they have the length that was asked for."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity.lambda_model import service_model
from parity.probing.patterns import matches, matching

PATTERNS = sorted({shape["pattern"] for shape in service_model()["shapes"].values() if "pattern" in shape})


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_of_the_model_has_strings(pattern: str):
    assert matching(pattern, Random(0)) is not None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATTERNS), st.integers(), st.none() | st.integers(0, 300))
def test_a_string_matches_and_is_as_long_as_asked(pattern: str, seed: int, length: int | None):
    text = matching(pattern, Random(seed), length)
    if text is not None:
        assert matches(pattern, text)
        assert length in (None, len(text))
        if r"\p" not in pattern:  # Python's own opinion, without our translation
            assert re.fullmatch(pattern, text, re.ASCII)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PATTERNS), st.integers(), st.integers(0, 200))
def test_the_same_seed_makes_the_same_string(pattern: str, seed: int, length: int):
    assert matching(pattern, Random(seed), length) == matching(pattern, Random(seed), length)


@pytest.mark.parametrize(
    ("pattern", "length", "there_is_one"),
    [
        (r"[a-z]{3}", 3, True),
        (r"[a-z]{3}", 4, False),
        (r"(ab)*", 6, True),
        (r"(ab)*", 5, False),
        (r"(a|bcd)+", 7, True),
        (r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)", 1, True),
        (r"[0-9A-Za-z\.\-_]*(?<!\.)", 63, True),
        (r"x(yy)?z", 3, False),
    ],
)
def test_a_length_that_no_string_has_is_none(pattern: str, length: int, there_is_one: bool):
    assert (matching(pattern, Random(1), length) is not None) == there_is_one


@pytest.mark.parametrize(
    ("pattern", "text", "does"),
    [
        (r"[^\s]+", "a\u00a0b", True),  # Java's \s is ASCII's
        (r"\d{12}", "٠١٢٣٤٥٦٧٨٩٠١", False),  # and so is its \d
        (r"[a-z]+", "abc\n", False),  # the whole value has to match, its last line end included
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "Größe 1/2", True),
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "a!", False),
        (r".*", "one\ntwo", False),
    ],
)
def test_patterns_mean_what_java_means(pattern: str, text: str, does: bool):
    assert matches(pattern, text) == does
