"""`${…}` in scenarios: what a value refers to, and the value that takes its place.

A reference is a root and a way into it: `${publish.Version}`, `${list.Functions[0].FunctionName}`,
`${create.headers.x-amzn-requestid}`. A string that is exactly one reference becomes the value itself, whatever its
type; in longer strings the value is inserted as text. `$${` stands for a literal `${`.

Two passes use the same grammar. `bind` runs when a scenario is loaded and puts the variables of `each` in their places;
`resolve` runs before each step is sent, when the needs exist and the earlier steps have been answered.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from parity.errors import ParityError
from parity.scenario import ExpandedStep
from parity.value_forms import form_of

Scope = Mapping[str, Any]
"""The roots and their values: mappings by member, lists (or mappings by number) by index."""

_TOKEN = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_REFERENCE = re.compile(r"([A-Za-z0-9_-]+)((?:\.[A-Za-z0-9_:/-]+|\[\d+\])*)")
_NOTHING: Mapping[str | int, Any] = {}
_STEP_IN = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


class UnresolvedReference(ParityError):
    """A reference that is written wrong or meets nothing; the message names it and what was there instead."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`${root.member[0]}` as `root` and `way` ("member", 0)."""

    text: str  # as written, with ${ and }
    root: str
    way: tuple[str | int, ...]


Part = str | Reference


@lru_cache(maxsize=16_384)
def parse(text: str) -> tuple[Part, ...]:
    """The literal texts and references that a string is made of. Raises UnresolvedReference where one is malformed."""
    parts: list[Part] = []
    literal, end = "", 0
    for token in _TOKEN.finditer(text):
        literal += text[end : token.start()]
        end = token.end()
        if token[1] is None:
            literal += "${"
            continue
        if literal:
            parts.append(literal)
        parts.append(_reference(token[0]))
        literal = ""
    literal += text[end:]
    return (*parts, literal) if literal else tuple(parts)


def references_in(value: Any) -> Iterator[Reference]:
    """Every reference in a value, also in the keys of mappings. Raises UnresolvedReference where one is malformed."""
    if isinstance(value, str):
        yield from (part for part in parse(value) if isinstance(part, Reference))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from references_in(key)
            yield from references_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from references_in(item)


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every reference and value form in it replaced by what it stands for; `value` is not changed.

    Raises UnresolvedReference where a reference meets nothing in the scope, a form is malformed or bytes would have to
    be inserted in a text.
    """
    if isinstance(value, str):
        return _resolve_text(value, scope)
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    if not isinstance(value, dict):
        return value
    resolved = {_resolve_key(key, scope): resolve(item, scope) for key, item in value.items()}
    form = form_of(value)
    if form is None:
        return resolved
    if wrong := form.misfit(resolved):
        raise UnresolvedReference(wrong)
    return form.make(resolved)


def bind(value: Any, variables: Scope) -> Any:
    """The value with the references to `variables` replaced and everything else left as it is written.

    A variable's own value may hold references and forms; they are kept for `resolve`. Raises UnresolvedReference.
    """
    if isinstance(value, str):
        return _bind_text(value, variables)
    if isinstance(value, list):
        return [bind(item, variables) for item in value]
    if isinstance(value, dict):
        return {_bound_key(key, variables): bind(item, variables) for key, item in value.items()}
    return value


def remember(scope: dict[str, Any], step: ExpandedStep, answers: list[Any]) -> None:
    """Put the answers of a step in the scope, where later steps find them.

    `answers` holds one mapping for each request that was sent: the members of the decoded body, and `headers`.
    `${create.X}` is the answer of a plain step, `${bad[3].X}` that of one value of `each`, `${many[3].X}` one of
    `parallel`, `${many[2][3].X}` one of `each` with `parallel`.
    """
    answer = answers[0] if step.parallel == 1 else answers
    if step.index is None:
        scope[step.source.id] = answer
    else:
        scope.setdefault(step.source.id, {})[step.index] = answer


def _reference(text: str) -> Reference:
    if not text.endswith("}"):
        raise UnresolvedReference(f"`{text}` is not closed; expected `}}` (write `$${{` for a literal `${{`)")
    match = _REFERENCE.fullmatch(text[2:-1])
    if match is None:
        raise UnresolvedReference(f"`{text}` is not a reference; expected the form `${{root.Member[0].Member}}`")
    way = tuple(int(index) if index else member for member, index in _STEP_IN.findall(match[2]))
    return Reference(text, match[1], way)


def _look_up(reference: Reference, scope: Scope) -> Any:
    found: Any = scope
    seen = ""
    for key in (reference.root, *reference.way):
        try:
            container: Any = found if isinstance(found, Mapping | list) else _NOTHING
            found = container[key]
        except (KeyError, IndexError, TypeError):
            raise UnresolvedReference(_nothing_there(reference, key, seen, found)) from None
        seen += f"[{key}]" if isinstance(key, int) else f".{key}" if seen else key
    return found


def _nothing_there(reference: Reference, key: str | int, seen: str, found: Any) -> str:
    if not seen:
        return f"`{reference.text}` refers to nothing; there is no `{key}`"
    has = (
        f"it has {', '.join(map(str, found)) or 'no members'}"
        if isinstance(found, Mapping)
        else f"it is {_short(found)}"
    )
    return f"`{reference.text}`: `{seen}` has no `{key}`; {has}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _resolve_text(text: str, scope: Scope) -> Any:
    if "${" not in text:
        return text
    parts = parse(text)
    if len(parts) == 1 and isinstance(parts[0], Reference):
        return _look_up(parts[0], scope)
    return "".join(part if isinstance(part, str) else as_text(_look_up(part, scope), part) for part in parts)


def _resolve_key(key: str, scope: Scope) -> str:
    if "${" not in key:
        return key
    return "".join(part if isinstance(part, str) else as_text(_look_up(part, scope), part) for part in parse(key))


def as_text(value: Any, reference: Reference) -> str:
    """What a value looks like inside a longer text: text as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        raise UnresolvedReference(f"`{reference.text}` is bytes, which cannot be inserted in a text")
    return msgspec.json.encode(value).decode()


def _bind_text(text: str, variables: Scope) -> Any:
    if "${" not in text:
        return text
    parts = parse(text)
    if len(parts) == 1 and isinstance(parts[0], Reference) and parts[0].root in variables:
        return _look_up(parts[0], variables)
    return _bound_key(text, variables)


def _bound_key(text: str, variables: Scope) -> str:
    if "${" not in text:
        return text
    pieces = [_bound_part(part, variables) for part in parse(text)]
    if any(piece.endswith("$") for piece in pieces[:-1]):  # with what follows, it would be read as another text
        raise UnresolvedReference(f"`{text}`: a value that ends with $ cannot be inserted before another value")
    return "".join(pieces)


def _bound_part(part: Part, variables: Scope) -> str:
    if isinstance(part, str):
        return escape(part)
    if part.root not in variables:
        return part.text
    value = _look_up(part, variables)
    if isinstance(value, str):
        return value  # as written: the references in it are resolved with those around it
    if any(references_in(value)):
        raise UnresolvedReference(f"`{part.text}` holds references and more than text; it cannot be inserted in a text")
    return escape(as_text(resolve(value, {}), part))


def escape(text: str) -> str:
    """The text written so that nothing in it is taken for a reference."""
    return text.replace("${", "$${")
