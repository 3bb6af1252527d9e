"""Which value each token of a snapshot stands for in one run: the unification that lets a snapshot verify any target.

A token meets its first value and from then on only that one; two tokens of one kind never stand for the same value.
Where an answer cannot be unified, it is rewritten into the terms of the snapshot as far as possible, so that what is
left over is the difference and nothing else: `Function not found: …:<function-name:1>`, not the name in this very run.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from parity.templates import LONG, Token, Vocabulary, digest, is_digest, parse, plain_digest, unparse
from parity.token_kinds import compiled, kind_named, looks_like

_Parts = Sequence[str | Token]


class Bindings:
    """The values that tokens stand for. `elected` fixes tokens beforehand (see `election`)."""

    def __init__(self, vocabulary: Vocabulary, elected: Mapping[Token, str] | None = None) -> None:
        self.vocabulary = vocabulary
        self.votes: Counter[tuple[Token, str]] = Counter()
        self._value: dict[Token, str] = {}
        self._token: dict[tuple[str, str], Token] = {}  # by kind and value
        for token, value in (elected or {}).items():
            self._bind(token, value)

    def copy(self) -> Self:
        """An independent copy, to try something out."""
        other = type(self)(self.vocabulary)
        other.adopt(self)
        return other

    def adopt(self, other: Self) -> None:
        """Take over all that a copy has found out."""
        self.votes, self._value, self._token = other.votes.copy(), other._value.copy(), other._token.copy()

    def election(self) -> dict[Token, str]:
        """The value of each token that most of its places bear, so that one wrong value makes one difference."""
        chosen: dict[Token, str] = {}
        taken: set[tuple[str, str]] = set()
        for (token, value), _ in self.votes.most_common():  # of equal numbers, the value that was met first
            if token not in chosen and (token.kind, value) not in taken:
                chosen[token] = value
                taken.add((token.kind, value))
        return chosen

    def text(self, template: str, actual: str) -> str:
        """The actual text in the terms of the snapshot: `template` itself exactly where the two unify."""
        if is_digest(template) and len(actual) > LONG:
            # Most long texts are megabytes of filler without a value in them, and searching those takes its time.
            return template if plain_digest(actual) == template else digest(actual, self.vocabulary)
        parts = parse(template)
        if not any(isinstance(part, Token) for part in parts):
            return template if parts[0] == actual and not is_digest(template) else self.written(actual)
        if self._is_as_bound(parts, actual):
            return template
        strict = compiled(self._pattern(parts, bound=True)).fullmatch(actual)
        if strict and self._accepts(parts, strict):
            return template
        loose = compiled(self._pattern(parts, bound=False)).fullmatch(actual)
        return self._rewritten(parts, loose) if loose else self.written(actual)

    def is_number(self, template: str, actual: float) -> bool:
        """Whether the template is the token of a number, and the actual number may be one of its kind."""
        parts = parse(template)
        return len(parts) == 1 and isinstance(parts[0], Token) and looks_like(kind_named(parts[0].kind), actual)

    def written(self, actual: str) -> str:
        """A text that no template was found for, its known values as tokens."""
        if len(actual) > LONG:
            return digest(actual, self.vocabulary)
        by_value = self._only_ones() | {value: token for token, value in self._value.items()}
        parts: list[str | Token] = []
        end = 0
        for start, stop, _ in self.vocabulary.spans(actual, [value for value in by_value if len(value) >= _SHORT]):
            parts += [actual[end:start], by_value.get(actual[start:stop], actual[start:stop])]
            end = stop
        return unparse([*parts, actual[end:]])

    def _only_ones(self) -> dict[str, Token]:
        """The known values that are alone in their kind: there is no doubt which token they are, met or not."""
        kinds = Counter(self.vocabulary.known.values())
        return {value: Token(kind, 1) for value, kind in self.vocabulary.known.items() if kinds[kind] == 1}

    def _is_as_bound(self, parts: _Parts, actual: str) -> bool:
        """Whether all values are known already and the text is made of them, which needs no pattern to be found out."""
        values = [part if isinstance(part, str) else self._value.get(part) for part in parts]
        if None in values or "".join(map(str, values)) != actual:
            return False
        self.votes.update(
            (part, str(value)) for part, value in zip(parts, values, strict=True) if isinstance(part, Token)
        )
        return True

    def _pattern(self, parts: _Parts, *, bound: bool) -> str:
        groups: dict[Token, str] = {}
        pattern = ""
        for index, part in enumerate(parts):
            if isinstance(part, str):
                pattern += re.escape(part)
            elif bound and part in groups and part.n is not None:
                pattern += f"(?P<t{index}>(?P={groups[part]}))"
            else:
                pattern += f"(?P<t{index}>{self._values(part, bound=bound)})"
                groups[part] = f"t{index}"
        return pattern

    def _values(self, token: Token, *, bound: bool) -> str:
        if bound and token in self._value:
            return re.escape(self._value[token])
        kind = kind_named(token.kind)
        if kind.number:
            return r"(?!)"  # a number never stands in a text
        given = [value for value, name in self.vocabulary.known.items() if name == token.kind] if kind.given else []
        return "|".join(map(re.escape, given)) or kind.pattern

    def _accepts(self, parts: _Parts, match: re.Match[str]) -> bool:
        """Bind the tokens of a text to what they met, unless a value is another token's."""
        met = list(_met(parts, match))
        if any(self._token.get((token.kind, value), token) != token for token, value in met):
            return False
        for token, value in met:
            self.votes[token, value] += 1
            self._bind(token, value)
        return True

    def _rewritten(self, parts: _Parts, match: re.Match[str]) -> str:
        """The text with the right tokens where a value is not that of the template's token."""
        met = dict(enumerate(parts))
        for index, part in enumerate(parts):
            if not isinstance(part, Token) or part.n is None:
                continue
            value = match[f"t{index}"]
            self.votes[part, value] += 1
            owner = self._token.get((part.kind, value))
            if owner is None and part not in self._value:
                self._bind(part, value)
                owner = part
            met[index] = owner or value
        return unparse(met.values())

    def _bind(self, token: Token, value: str) -> None:
        self._value[token] = value
        self._token[token.kind, value] = token


_SHORT = 7  # characters; what is shorter stands in any text by chance


def _met(parts: _Parts, match: re.Match[str]) -> Iterator[tuple[Token, str]]:
    for index, part in enumerate(parts):
        if isinstance(part, Token) and part.n is not None:
            yield part, match[f"t{index}"]
