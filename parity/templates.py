"""Templates: texts in which tokens stand for values that are others each time.

A token is written `<kind:n>`, and the number is its identity: wherever `<uuid:1>` stands in the snapshot of a scenario,
the same value stood, and where `<uuid:2>` stands, another one. Kinds whose values mean nothing by being equal (two
durations, two times of the clock) are written without a number: `<timestamp>`. The kinds are in `token_kinds`.

A text that merely looks like a token is kept apart from one by a backslash: the text `<uuid:1>` is written
`\\<uuid:1>`, and backslashes in front of what looks like a token are doubled.

A text longer than `LONG` characters is written as `<digest:LENGTH:SHA256>`: length in characters and SHA-256 (hex, of
the UTF-8 bytes) of the text as a snapshot would write it, its tokens numbered from 1 within that text alone.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from parity.token_kinds import KINDS, compiled, kind_named

LONG = 4096

_NUMBERED = r"<[a-z][a-z0-9-]*:\d+>"
_UNNUMBERED = "|".join(f"<{kind.name}>" for kind in KINDS.values() if not kind.identity)
_DIGEST = r"<digest:\d+:[0-9a-f]{64}>"
_TOKEN_LIKE = re.compile(rf"(\\*)({_NUMBERED}|{_UNNUMBERED}|{_DIGEST})")


@dataclass(frozen=True, slots=True)
class Token:
    """One token in a template. `n` is None for kinds without identity; `text` is how it is written."""

    kind: str
    n: int | None = None

    @property
    def text(self) -> str:
        return f"<{self.kind}>" if self.n is None else f"<{self.kind}:{self.n}>"


def escape(text: str) -> str:
    """The text as a snapshot writes it, so that nothing in it is taken for a token."""
    return _TOKEN_LIKE.sub(r"\1\1\\\2", text) if "<" in text else text


def unparse(parts: Iterable[str | Token]) -> str:
    """The template that is made of literal texts (unescaped) and tokens."""
    template = ""
    for part in parts:
        if isinstance(part, Token):
            trailing = len(template) - len(template.rstrip("\\"))
            template += "\\" * trailing + part.text
        else:
            template += escape(part)
    return template


@lru_cache(maxsize=65_536)
def parse(template: str) -> tuple[str | Token, ...]:
    """The literal texts (unescaped) and the tokens that a template is made of. A digest is one literal text."""
    if "<" not in template:
        return (template,)
    parts: list[str | Token] = []
    literal, end = "", 0
    for match in _TOKEN_LIKE.finditer(template):
        backslashes, token = match[1], match[2]
        literal += template[end : match.start()] + backslashes[: len(backslashes) // 2]
        end = match.end()
        if len(backslashes) % 2 or token.startswith("<digest:"):
            literal += token
            continue
        if literal:
            parts.append(literal)
            literal = ""
        kind, _, n = token[1:-1].partition(":")
        parts.append(Token(kind, int(n) if n else None))
    literal += template[end:]
    return (*parts, literal) if literal or not parts else tuple(parts)


def is_digest(template: str) -> bool:
    """Whether the template stands for a text that is too long to be written out."""
    return template.startswith("<digest:") and compiled(_DIGEST).fullmatch(template) is not None


class Vocabulary:
    """What is known before an answer is read: the values that the run knows, and what the scenario itself says.

    `known` maps values to their kinds. An ARN among them stands for the name in it, so that ARNs stay readable in a
    snapshot. `literals` is all that the scenario asks, as one text: a value that stands there is no volatile one.
    """

    def __init__(self, known: Mapping[str, str], literals: str = "") -> None:
        named = {value: kind for value, kind in known.items() if value and not kind.endswith("-arn")}
        for value, kind in known.items():
            if kind.endswith("-arn"):
                named.setdefault(_name_in_arn(value), kind.removesuffix("-arn") + "-name")
        self.known: Mapping[str, str] = dict(sorted(named.items(), key=lambda item: (-len(item[0]), item[0])))
        self._literals = literals

    def spans(self, text: str, bound: Iterable[str] = ()) -> list[tuple[int, int, str]]:
        """Where values stand in the text: (start, end, kind), in order and without overlaps.

        Secrets come first; then known values, the longest before the others; then `bound` values (kind ""), then
        whatever else `KINDS` finds.
        """
        taken: list[tuple[int, int, str]] = []
        for start, end, kind in self._candidates(text, bound):
            if all(end <= other_start or other_end <= start for other_start, other_end, _ in taken):
                taken.append((start, end, kind))
        return sorted(taken)

    def _candidates(self, text: str, bound: Iterable[str]) -> Iterator[tuple[int, int, str]]:
        may_hold_more = _MAY_HOLD_VALUES.search(text) is not None
        if may_hold_more:
            yield from self._found(text, _SECRET_FINDERS)
        for value, kind in self.known.items():
            if value in text:
                yield from ((*match.span(), kind) for match in _whole(value, kind).finditer(text))
        for value in bound:
            if value in text:
                yield from ((*match.span(), "") for match in re.finditer(re.escape(value), text))
        if may_hold_more:
            yield from self._found(text, _FINDERS)

    def _found(self, text: str, finders: Iterable[tuple[str, re.Pattern[str]]]) -> Iterator[tuple[int, int, str]]:
        for kind, finder in finders:
            for match in finder.finditer(text):
                value = match["value"]
                if value not in self.known and (len(value) < _SHORT or value not in self._literals):
                    yield (*match.span("value"), kind)


_SHORT = 7  # characters; what is shorter stands in any text by chance
_MAY_HOLD_VALUES = re.compile(r"[\d@=]|A[A-Z]{3}|IQoJ|FwoG|FQoG|AQoD")  # or no finder can find anything
_SECRET_FINDERS, _FINDERS = (
    tuple(
        (kind.name, re.compile(pattern)) for kind in KINDS.values() if kind.secret is secret for pattern in kind.found
    )
    for secret in (True, False)
)


def _name_in_arn(arn: str) -> str:
    """`role/path/name`, `function:name:1`, `queue` and `table/name/stream/…` at the end of an ARN: the name."""
    kind, *rest = re.split("[:/]", arn.split(":", 5)[-1])
    if not rest:
        return kind
    return rest[-1] if kind == "role" else rest[0]


@lru_cache(maxsize=4096)
def _whole(value: str, kind: str) -> re.Pattern[str]:
    """The value where it is not a part of a longer word. A partition is a word that only ARNs are sure to mean."""
    if kind == "partition":
        return re.compile(rf"(?<=arn:){re.escape(value)}(?=:)")
    if kind == "account-id":  # it stands in names of all kinds, but an account of zeros in UUIDs and shards by chance
        return re.compile(rf"(?<![0-9a-f])(?<!-[0-9a-f]{{4}}-)(?<!shardId-){re.escape(value)}(?![0-9a-f])")
    if kind == "prefix":  # what scenarios name after it may go on with any separator
        return re.compile(rf"(?<![A-Za-z0-9_]){re.escape(value)}(?![A-Za-z0-9])")
    return re.compile(rf"(?<![A-Za-z0-9_]){re.escape(value)}(?![A-Za-z0-9_])")


class Numbering:
    """Gives tokens to values, in the order in which they are met: a value that comes again gets the token it has."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._tokens: dict[str, Token] = {}
        self._count: dict[str, int] = {}
        self._sought: list[str] = []  # values that nothing but memory finds in a text

    def token(self, value: str, kind_name: str) -> Token:
        """The token of a value."""
        kind = kind_named(kind_name)
        if not kind.identity:
            return Token(kind.name)
        if value not in self._tokens:
            self._count[kind.name] = n = self._count.get(kind.name, 0) + 1
            self._tokens[value] = Token(kind.name, n)
            if not (kind.found or kind.given) and len(value) >= _SHORT:
                self._sought.append(value)
        return self._tokens[value]

    def text(self, text: str) -> str:
        """The template of a text: tokens for the values in it, a digest where it is too long."""
        return digest(text, self.vocabulary) if len(text) > LONG else self.template(text)

    def template(self, text: str) -> str:
        """The template of a text of any length, written out."""
        parts: list[str | Token] = []
        end = 0
        for start, stop, kind in self.vocabulary.spans(text, self._sought):
            value = text[start:stop]
            parts += [text[end:start], self._tokens[value] if kind == "" else self.token(value, kind)]
            end = stop
        return unparse([*parts, text[end:]])


def digest(text: str, vocabulary: Vocabulary) -> str:
    """The digest token of a long text; the top of this module says what exactly is digested."""
    return plain_digest(Numbering(vocabulary).template(text))


def plain_digest(template: str) -> str:
    """The digest token of a text that is already as a snapshot would write it."""
    return f"<digest:{len(template)}:{hashlib.sha256(template.encode()).hexdigest()}>"
