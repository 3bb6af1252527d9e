r"""Java's patterns in Python: what `matches()` would say."""

import re
import sys
import unicodedata
import warnings

import pytest

from emulator.protocol.java_pattern import compile_java


def test_every_pattern_of_the_model_compiles_without_a_warning(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for shape in model.shapes.values():
            if shape.pattern is not None:
                compile_java.__wrapped__(shape.pattern)


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        # the whole value has to match, also where the pattern has anchors or alternatives
        ("([a-zA-Z0-9-_]+)", "example.com", False),
        ("a|b", "ab", False),
        ("$|kafka://.*", "", True),
        ("$|kafka://.*", "kafka://x", True),
        ("$|kafka://.*", "other", False),
        ("abc$|^def", "abc", True),
        ("abc$|^def", "def", True),
        ("abc", "abc\n", False),
        ("abc$", "abc\n", False),
        ("((?!^\\d+$)^[0-9a-zA-Z-_]+$)", "12", False),
        ("((?!^\\d+$)^[0-9a-zA-Z-_]+$)", "12a", True),
        ("(arn:.*)|()", "", True),
        # classes: a dash after a range and a dollar are themselves
        ("[a-z-_]+", "a-_", True),
        ("[a-zA-Z0-9-_$]+", "$LATEST", True),
        ("[^$]*", "a$b", False),
        ("[$]LATEST", "$LATEST", True),
        ("\\$(LATEST(\\.PUBLISHED)?)", "$LATEST.PUBLISHED", True),
        ("\\x2e[\\x21-\\x7E]+", ".~!", True),
        # predefined classes are ASCII
        ("\\d+", "12", True),
        ("\\d+", "١٢", False),
        ("\\w+", "é", False),
        ("\\D", "١", True),
        ("[^\\s]+", "a\u00a0b", True),
        ("[^\\s]+", "a b", False),
        ("[\\s\\S]*", "a\n🍋\u2028", True),
        ("[\\W]", "é", True),
        ("[\\D]", "5", False),
        # `.` stops at every kind of line end
        (".*", "a\u2028b", False),
        (".*", "a\rb", False),
        (".*", "a\u0085b", False),
        (".*", "a🍋b", True),
        # Unicode categories
        ("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "Zoë 東京 ½ ٣\u2003_.:/=+-@", True),
        ("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "a,b", False),
        ("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "a\u0301", False),
        ("\\p{Lu}+", "ÀB", True),
        ("\\p{Lu}+", "Àb", False),
        ("\\P{Lu}+", "àb", True),
        # possessive quantifiers, atomic groups, look-around
        ("a*+a", "aaa", False),
        ("(?>a+)b", "aab", True),
        ("[0-9A-Za-z\\.\\-_]*(?<!\\.)", "bucket.", False),
        ("[0-9A-Za-z\\.\\-_]*(?<!\\.)", "my.bucket", True),
    ],
)
def test_matches(pattern, value, matches):
    assert (compile_java(pattern).fullmatch(value) is not None) is matches


@pytest.mark.parametrize("pattern", ["[a-z&&[^b]]", "[a[b]]", "\\p{Nonsense}", "[\\P{Lu}]", "(", "\\h"])
def test_what_python_cannot_say_is_an_error(pattern):
    with pytest.raises(ValueError, match=r".+"):
        compile_java(pattern)


@pytest.mark.slow
def test_the_class_of_tags_is_exact_for_every_character_of_unicode():
    accepts = compile_java("[\\p{L}\\p{Z}\\p{N}_]").fullmatch
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        assert (accepts(char) is not None) == (unicodedata.category(char)[0] in "LZN" or char == "_"), hex(code)


@pytest.mark.parametrize(("shorthand", "java"), [("d", "[0-9]"), ("w", "[a-zA-Z_0-9]"), ("s", "[ \t\n\x0b\f\r]")])
def test_predefined_classes_and_their_opposites_are_exact(shorthand, java):
    inside, outside = compile_java(f"[\\{shorthand}]"), compile_java(f"[\\{shorthand.upper()}]")
    for code in (*range(0x3000), 0x1F34B, sys.maxunicode):
        char = chr(code)
        expected = re.fullmatch(java, char) is not None
        assert (inside.fullmatch(char) is not None) == expected
        assert (outside.fullmatch(char) is not None) == (not expected)
