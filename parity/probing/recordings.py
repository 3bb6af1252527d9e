"""Holds the rules to what AWS itself said: every message of its validation that others have recorded and published.

A message says which values were wrong. A request with these values, and right ones everywhere else, has to break
exactly what AWS complained of, in its words. Where it does not, the rules are wrong by definition.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from parity.attestation.publication import NoRecording, Publication, RecordedKey
from parity.lambda_model import input_shape, inside
from parity.probing.catalogue import least_request
from parity.probing.printed_forms import printed_forms
from parity.probing.recorded import recorded
from parity.probing.rules import Violation, message, violations
from parity.reasoned_list import fits
from parity.scenario import Published

_SUFFIX = ".snapshot.json"
_MARK = "failed to satisfy constraint: "
_VIOLATION = re.compile(rf"Value (?:'(?P<value>.*?)'|null) at '(?P<path>[\w.]+)' {_MARK}", re.DOTALL)
_NEXT = re.compile(r"; (?=Value )")
_REPEATED = re.compile(r"<(.):len\((\d+)\)>")


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """One recorded answer of validation. `sentences` are sorted where the recording does not keep their order."""

    where: RecordedKey
    code: str
    sentences: tuple[str, ...]
    is_sorted: bool


@dataclass(slots=True)
class Check:
    """What came of it. `contradictions` are sentences for people; `attested` as in `recorded.toml`."""

    reproduced: list[RecordedMessage] = field(default_factory=list)
    by_service: list[RecordedMessage] = field(default_factory=list)
    attested: set[str] = field(default_factory=set)
    contradictions: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0, or 1 where something contradicts the recordings."""
        return 1 if self.contradictions else 0

    @property
    def summary(self) -> str:
        """All of it in one line."""
        sentences = sum(len(message.sentences) for message in self.reproduced)
        return (
            f"{len(self.reproduced)} recorded messages of AWS's validation, {sentences} sentences, are reproduced to "
            f"the letter ({len(self.attested)} constraints); {len(self.by_service)} are the service's own; "
            f"{len(self.contradictions)} contradict the rules"
        )


def check(publication: Publication) -> Check:
    """Compares every message of validation in the recordings with what the rules say."""
    done = Check()
    for found in messages(publication):
        if found.code != printed_forms().refusals["validation"].type:
            done.by_service.append(found)
            continue
        operation = _operation(found.where)
        if operation is None:
            done.contradictions.append(f"{_told(found)}: recorded.toml does not say of which operation this is")
            continue
        said = _said_again(operation, found)
        if _matches(found, said):
            done.reproduced.append(found)
            done.attested.update(f"{operation}/{violation.path}/{violation.rule}" for violation in said)
        else:
            theirs = message([Violation("", "", sentence, "") for sentence in map(_filled, found.sentences)])
            done.contradictions.append(
                f"{_told(found)} ({operation})\n  AWS said:  {theirs}\n  we expect: {message(said)}"
            )
    for claim in recorded().attested:
        if claim not in done.attested:
            done.contradictions.append(f"recorded.toml claims {claim}, which no recording shows")
    return done


def messages(publication: Publication) -> Iterator[RecordedMessage]:
    """Every recorded error that speaks of a constraint."""
    for path in sorted(publication.root.rglob(f"*{_SUFFIX}")):
        file = path.relative_to(publication.root).as_posix().removesuffix(_SUFFIX)
        for where in publication.keys(file):
            try:
                value = publication.find(Published(file=file, test=where.test, key=where.key)).value
            except NoRecording:
                continue
            if found := _message(where, value):
                yield found


def _message(where: RecordedKey, value: Any) -> RecordedMessage | None:
    if not isinstance(value, dict):
        return None
    error = value.get("Error", value)
    code, text, listed = str(error.get("Code")), error.get("Message"), error.get("Errors")
    if isinstance(listed, list) and any(_MARK in str(sentence) for sentence in listed):
        return RecordedMessage(where, code, tuple(map(str, listed)), is_sorted=True)
    if isinstance(text, str) and _MARK in text:
        sentences = _NEXT.split(text.partition("detected: ")[2] or text)
        return RecordedMessage(where, code, tuple(sentences), is_sorted=False)
    return None


def _operation(where: RecordedKey) -> str | None:
    links = (link for link in recorded().links if fits(link.test, where.test) and fits(link.key, where.key))
    return next((link.operation for link in links), None)


def _matches(found: RecordedMessage, said: Sequence[Violation]) -> bool:
    theirs, ours = [_filled(sentence) for sentence in found.sentences], [violation.sentence for violation in said]
    return sorted(theirs) == sorted(ours) if found.is_sorted else theirs == ours


def _said_again(operation: str, found: RecordedMessage) -> list[Violation]:
    members = least_request(operation)
    for sentence in found.sentences:
        violation = _VIOLATION.match(_filled(sentence))
        if violation:
            _put(operation, members, violation["path"].split("."), violation["value"])
    return violations(operation, members)


def _put(operation: str, members: dict[str, Any], path: list[str], printed: str | None) -> None:
    """Sets the member at a path to what was printed as its value; takes it away where that was null."""
    shape, holder = input_shape(operation), members
    *way, last = [name[:1].upper() + name[1:] for name in path]
    for name in way:
        holder = holder.setdefault(name, {})
        shape = inside(shape, name) or {"type": "structure", "members": {}}
    if printed is None:
        holder.pop(last, None)
        return
    match (inside(shape, last) or {"type": "string"})["type"]:
        case "list":
            holder[last] = printed[1:-1].split(", ")
        case "integer" | "long":
            holder[last] = int(printed)
        case _:
            holder[last] = printed


def _filled(text: str) -> str:
    """The text with values in the places of placeholders."""
    text = reduce(lambda filled, item: filled.replace(*item), recorded().placeholders.items(), text)
    text = _REPEATED.sub(lambda found: found[1] * int(found[2]), text)
    return re.sub(r"<([\w-]+?)(?::\d+)?>", r"a-\1", text)


def _told(found: RecordedMessage) -> str:
    return f"{found.where.file}, {found.where.test}, {found.where.key}"
