"""Which published recordings of AWS the corpus uses, and why it does not use the others.

`scenarios/unused_recordings.toml` holds the reasons, by test id and key; no recorded content:

    [[unused]]
    file = "test_lambda"
    test = "TestLambdaURL::test_lambda_url_invocation[*"    # `*` stands for any text
    keys = ["lambda_url_invocation"]                        # without it: all keys of the test
    reason = "what a function URL answers; URLs are not served yet"

It is strict both ways: a recording that is neither used nor listed fails, and so does an entry about one that is used
or that does not exist.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from parity.attestation.publication import Publication, RecordedKey
from parity.reasoned_list import fits, load_list
from parity.scenario import Scenario

NAME = "unused_recordings.toml"
COVERED_FILES = ("test_lambda_api", "test_lambda_common", "test_lambda")
"""The files whose every recording has to be used or listed; the others need services beyond Lambda's neighbours."""


class Unused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry: recordings of one file that no step uses, and why. Without `keys` it is about all keys of the test."""

    file: str
    test: str
    reason: str
    keys: tuple[str, ...] = ("*",)

    def is_about(self, recording: RecordedKey) -> bool:
        """Whether the entry names the recording."""
        return (
            recording.file == self.file
            and fits(self.test, recording.test)
            and any(fits(key, recording.key) for key in self.keys)
        )

    def __str__(self) -> str:
        return f"{self.file} {self.test} {' '.join(self.keys)}"


@dataclass(frozen=True, slots=True)
class Use:
    """What became of the recordings: `used` by at least one step, `listed` with a reason, and what is `wrong`."""

    used: tuple[RecordedKey, ...]
    listed: Mapping[RecordedKey, str]
    unlisted: tuple[RecordedKey, ...]
    problems: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 where every recording is used or listed, and nothing is listed that is not so."""
        return 1 if self.unlisted or self.problems else 0


def load(folder: Path) -> tuple[Unused, ...]:
    """The entries of the list in a folder of scenarios. Raises ParityError for a file that cannot be used."""
    return load_list(folder / NAME, "unused", Unused)


def use(publication: Publication, scenarios: Iterable[Scenario], entries: Iterable[Unused]) -> Use:
    """Holds the recordings of `COVERED_FILES` against the links of all steps and the entries of the list."""
    links = set(_links(scenarios))
    recordings = [one for file in COVERED_FILES for one in publication.keys(file)]
    used = tuple(one for one in recordings if one in links)
    listed: dict[RecordedKey, str] = {}
    problems = []
    for entry in entries:
        about = [one for one in recordings if entry.is_about(one)]
        if not about:
            problems.append(f"{entry} is listed as unused, and there is no such recording")
        problems += [
            f"{entry} is listed as unused, and a step uses {one.test} {one.key}" for one in about if one in links
        ]
        problems += [f"{entry} is listed twice: {one.test} {one.key}" for one in about if one in listed]
        listed |= {one: entry.reason for one in about if one not in links}
    unlisted = tuple(one for one in recordings if one not in links and one not in listed)
    return Use(used, listed, unlisted, tuple(problems))


def _links(scenarios: Iterable[Scenario]) -> Iterator[RecordedKey]:
    for scenario in scenarios:
        for step in scenario.steps:
            if step.evidence and step.evidence.published:
                link = step.evidence.published
                yield RecordedKey(link.file, link.test, link.key)
