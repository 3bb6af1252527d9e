r"""Java's regular expressions, as the service model writes them, compiled to Python's.

AWS checks a member with `Matcher.matches()`, so the whole value has to match, whatever anchors the pattern has. The
two dialects agree on nearly all that the model uses; this module rewrites the rest: `\d \w \s` and their opposites
mean ASCII in Java, `.` stops at five kinds of line end, and `\p{…}` are Unicode's categories. Possessive
quantifiers, atomic groups and look-around are the same in both since Python 3.11.
"""

import re
import sys
import unicodedata
from functools import cache

_CLASSES = {  # what stands in a class; its opposite, for `[^\s]` and the like
    "d": ("0-9", r"\x00-/:-\U0010ffff"),
    "w": ("a-zA-Z0-9_", r"\x00-/:-@\[-\^`{-\U0010ffff"),
    "s": (r" \t\n\x0b\f\r", r"\x00-\x08\x0e-\x1f!-\U0010ffff"),
}
_NOT_A_LINE_END = r"[^\n\r\u0085\u2028\u2029]"

# Looking up every character of Unicode takes half a second. The one class that the model needs (of tags) holds letters,
# numbers and `_`, which is exactly Python's `\w`, so that sum has a name of its own here.
_WORD = "{word}"
_WORD_CLASS = re.compile(r"\[(?=[^\]]*\\p{L})(?=[^\]]*\\p{N})(?=[^\]]*_)[^\]]*\]")
_SEPARATORS = r"\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@cache
def compile_java(pattern: str) -> re.Pattern[str]:
    """A pattern whose `fullmatch` says what Java's `matches()` would say.

    Raises ValueError for what Python cannot express: better no start than a constraint that means something else.
    """
    try:
        return re.compile(_translate(_WORD_CLASS.sub(_with_word, pattern)))
    except re.error as error:
        raise ValueError(f"cannot compile {pattern!r}: {error}") from error


def _with_word(found: re.Match[str]) -> str:
    return found[0].replace(r"\p{L}", "").replace(r"\p{N}", r"\p" + _WORD)


def _translate(pattern: str) -> str:
    translated: list[str] = []
    at, in_class = 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            text, at = _escape(pattern, at, in_class)
            translated.append(text)
            continue
        if in_class and (char == "[" or pattern.startswith("&&", at)):
            raise ValueError(f"union or intersection of classes in {pattern!r}")
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif char == "." and not in_class:
            char = _NOT_A_LINE_END
        translated.append(char)
        at += 1
    return "".join(translated)


def _escape(pattern: str, at: int, in_class: bool) -> tuple[str, int]:
    """The translation of the escape at `at`, and where the pattern goes on."""
    name = pattern[at + 1]
    if name in "pP":
        end = pattern.index("}", at) + 1
        members, opposite = _category(pattern[at + 2 : end]), None
    elif name.lower() in _CLASSES:
        end = at + 2
        members, opposite = _CLASSES[name.lower()]
    else:
        return pattern[at : at + 2], at + 2
    if not in_class:
        return f"[{'^' if name.isupper() else ''}{members}]", end
    if name.islower():
        return members, end
    if opposite is None:
        raise ValueError(f"negated category within a class in {pattern!r}")
    return opposite, end


def _category(braced: str) -> str:
    """The members of `\\p{…}` as they stand in a class."""
    if braced == _WORD:
        return r"\w"
    if braced == "{Z}":
        return _SEPARATORS
    return _ranges_of(braced[1:-1].removeprefix("Is"))


def _ranges_of(category: str) -> str:
    ranges: list[str] = []
    start = previous = -2
    for code in (*_codes_of(category), sys.maxunicode + 2):
        if code != previous + 1:
            if start >= 0:
                ranges.append(f"\\U{start:08x}-\\U{previous:08x}")
            start = code
        previous = code
    if not ranges:
        raise ValueError(f"unknown Unicode category {category!r}")
    return "".join(ranges)


def _codes_of(category: str) -> list[int]:
    category_of = unicodedata.category
    return [code for code in range(sys.maxunicode + 1) if category_of(chr(code)).startswith(category)]
