"""How AWS words what validation has to say: `printed_forms.toml`, read."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("printed_forms.toml")


class Frame(msgspec.Struct, frozen=True):
    """What stands around the constraints: the whole message, and one violation in it."""

    one: str
    several: str
    between: str
    value: str
    null: str
    secret: str
    evidence: str


class Sentence(msgspec.Struct, frozen=True, rename={"claim": "class"}):
    """What AWS says of one kind of constraint; `claim` is the class of evidence for these words."""

    text: str
    evidence: str
    claim: str


class Refusal(msgspec.Struct, frozen=True, rename={"claim": "class"}):
    """One kind of refusal. `key` is how the message's member is spelled, `text` what it says, as far as is known."""

    type: str
    status: int
    evidence: str
    claim: str
    key: str | None = None
    text: str | None = None


class PrintedEnum(msgspec.Struct, frozen=True):
    """The values of an enumeration in AWS's order, separated by white space."""

    values: str
    evidence: str


class PrintedPattern(msgspec.Struct, frozen=True):
    """A pattern as AWS prints it."""

    printed: str
    evidence: str


class Limit(msgspec.Struct, frozen=True):
    """The greatest number that every account takes, or the greatest body of a request, in bytes."""

    most: int
    evidence: str


class PrintedForms(msgspec.Struct, frozen=True):
    """The whole file; the comments in it say what each table is about."""

    frame: Frame
    sentences: dict[str, Sentence]
    refusals: dict[str, Refusal]
    enums: dict[str, PrintedEnum]
    patterns: dict[str, PrintedPattern]
    recorded_elements: dict[str, str]
    nullable_elements: dict[str, str]
    plain_elements: dict[str, str]
    lowered: dict[str, Limit]
    request_sizes: dict[str, Limit]
    by_service: dict[str, str]


@cache
def printed_forms() -> PrintedForms:
    """The file that stands beside this module."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), PrintedForms)
