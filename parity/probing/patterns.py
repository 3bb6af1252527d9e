r"""The model's regular expressions: what matches them, and strings made to match.

They are Java's, and AWS asks for the whole value to match. With ASCII's meaning of `\d`, `\w` and `\s` Python's
expressions mean the same for all that the model uses, except for `\p{…}`, which is rewritten.

Strings are made by walking Python's own parse tree of the pattern, with a length in mind: a probe of a length has to
match its pattern, so that it breaks one constraint and not two. No library that makes strings from patterns
(Hypothesis, exrex, rstr) can be told the length, and all of them walk this same tree.
"""

import importlib
import re
import string
from functools import cache
from random import Random
from typing import Any

# Not public, but the same since Python 2; Hypothesis and its like rest on it too.
_parse = importlib.import_module("re._parser").parse
_UNLIMITED = 1 << 20
_ONE = ("in", "any", "not_literal")  # what stands for one character
_TRIES = 40  # look-around is not planned for, but tried until it holds
_SLACK = 10  # characters that a string without a given length may have beyond the least

_PLAIN = string.ascii_lowercase + string.digits
_PRINTABLE = _PLAIN + string.ascii_uppercase + string.punctuation + " "
_BEYOND = "\né"

_SEPARATORS = r"\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CATEGORIES = {r"\p{L}": r"\w", r"\p{N}": "", r"\p{Z}": _SEPARATORS}  # letters, numbers and `_` are `\w` together

_CLASSES = {
    "category_digit": string.digits,
    "category_space": " \t\n\r\f\v",
    "category_word": string.ascii_letters + string.digits + "_",
}


class _Unfit(Exception):
    """No string of that length there."""


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as Python's; `fullmatch` says what AWS would say."""
    for category, members in _CATEGORIES.items():
        pattern = pattern.replace(category, members)
    return re.compile(pattern, re.UNICODE if r"\w" in pattern else re.ASCII)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches."""
    return compiled(pattern).fullmatch(text) is not None


def matching(pattern: str, random: Random, length: int | None = None) -> str | None:
    """A string that matches, of exactly that length if one is given; None where none was found."""
    tree = _tree(pattern)
    least, most = tree.getwidth()
    for attempt in range(_TRIES):
        wanted = least + random.randint(0, min(most - least, _SLACK)) if length is None else length
        try:
            text = _sequence(list(tree), wanted, random, plain=attempt % 2 == 0)
        except _Unfit:
            continue
        if matches(pattern, text):
            return text
    return None


@cache
def _tree(pattern: str) -> Any:
    return _parse(compiled(pattern).pattern)


def _sequence(nodes: list[Any], length: int, random: Random, *, plain: bool) -> str:
    """Text for nodes in a row: each gets the least that it needs, and some take what is left of the length."""
    widths = [_width(node) for node in nodes]
    left = length - sum(least for least, _ in widths)
    if left < 0:
        raise _Unfit
    lengths = [least for least, _ in widths]
    order = list(range(len(nodes)))
    random.shuffle(order)
    order.sort(key=lambda index: widths[index][1] < left)  # one that can take it all comes first
    for index in order:
        taken = min(left, widths[index][1] - widths[index][0])
        lengths[index] += taken
        left -= taken
    if left:
        raise _Unfit
    return "".join(_text(node, wanted, random, plain=plain) for node, wanted in zip(nodes, lengths, strict=True))


def _width(node: Any) -> tuple[int, int]:
    match str(node[0]).lower(), node[1]:
        case "literal" | "not_literal" | "in" | "any", _:
            return 1, 1
        case "max_repeat" | "min_repeat" | "possessive_repeat", (fewest, most, body):
            least, longest = body.getwidth()
            return fewest * least, min(int(most) * longest, _UNLIMITED)
        case "subpattern", (*_, body):
            return _capped(body.getwidth())
        case "branch", (_, branches):
            widths = [branch.getwidth() for branch in branches]
            return _capped((min(least for least, _ in widths), max(most for _, most in widths)))
        case _:
            return 0, 0  # anchors and look-around


def _capped(width: tuple[int, int]) -> tuple[int, int]:
    return width[0], min(int(width[1]), _UNLIMITED)


def _text(node: Any, length: int, random: Random, *, plain: bool) -> str:
    match str(node[0]).lower(), node[1]:
        case "literal", code:
            return chr(code)
        case (("not_literal" | "in" | "any"), _):
            return _character(node, random, plain=plain)
        case "max_repeat" | "min_repeat" | "possessive_repeat", (fewest, most, body):
            return _repeated(body, length, (fewest, int(most)), random, plain=plain)
        case "subpattern", (*_, body):
            return _sequence(list(body), length, random, plain=plain)
        case "branch", (_, branches):
            fit = [branch for branch in branches if branch.getwidth()[0] <= length <= branch.getwidth()[1]]
            if not fit:
                raise _Unfit
            return _sequence(list(random.choice(fit)), length, random, plain=plain)
        case _:
            return ""


def _repeated(body: Any, length: int, times: tuple[int, int], random: Random, *, plain: bool) -> str:
    least, most = body.getwidth()
    needed = -(-length // most) if most else 0
    count = min(max(times[0], needed), times[1])
    if not count * least <= length <= count * most:
        raise _Unfit
    if len(body) == 1 and str(body[0][0]).lower() in _ONE:
        return "".join(random.choices(_members_of(body[0], plain=plain), k=count))
    parts, left = [], length
    for remaining in range(count - 1, -1, -1):
        wanted = max(least, left - remaining * most)
        parts.append(_sequence(list(body), wanted, random, plain=plain))
        left -= wanted
    return "".join(parts)


def _character(node: Any, random: Random, *, plain: bool) -> str:
    """A member of a class; a letter or digit where `plain` and possible."""
    return random.choice(_members_of(node, plain=plain))


def _members_of(node: Any, *, plain: bool) -> list[str]:
    kind, argument = node
    return _members(str(kind).lower(), tuple(argument) if isinstance(argument, list) else argument, plain=plain)


@cache
def _members(kind: str, argument: Any, *, plain: bool) -> list[str]:
    for alphabet in (_PLAIN, _PRINTABLE, _BEYOND) if plain else (_PRINTABLE, _BEYOND):
        if members := [char for char in alphabet if _is_member(kind, argument, char)]:
            return members
    raise _Unfit


def _is_member(kind: str, argument: Any, char: str) -> bool:
    match kind, argument:
        case "any", _:
            return char != "\n"
        case "not_literal", code:
            return ord(char) != int(code)
        case "in", items:
            negated = str(items[0][0]).lower() == "negate"
            return negated != any(_covers(item, char) for item in items)
    return False


def _covers(item: Any, char: str) -> bool:
    match str(item[0]).lower(), item[1]:
        case "literal", code:
            return ord(char) == int(code)
        case "range", (first, last):
            return bool(first <= ord(char) <= last)
        case "category", category:
            name = str(category).lower()
            return (char in _CLASSES[name.replace("_not_", "_")]) != ("_not_" in name)
    return False
