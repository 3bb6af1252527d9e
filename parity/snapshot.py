"""A snapshot: what a scenario's steps were answered, with tokens in place of what is different each time.

One file for each scenario, at the scenario's own path: `snapshots/alias/create-alias.json`. It is canonical JSON:
UTF-8, one space of indentation, keys sorted, steps in the order in which they are asked. `parity record` alone
writes it (and `parity attest` its evidence), and an unchanged answer leaves it untouched, byte for byte.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from parity.errors import ParityError
from parity.evidence import (
    AwsEvidence,
    AwsWitness,
    DocumentedEvidence,
    EndpointEvidence,
    PublishedEvidence,
    RegressionEvidence,
    StepEvidence,
    questions,
    witnessed,
)
from parity.scenario import ExpandedStep, Scenario

Status = Literal["created", "changed", "unchanged"]


class StepSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step: the request line (percent-decoded, to be read), and the answer in the form of `decoding.decode`.

    `response` is a list of answers, in a canonical order, where the step sends several at once (`parallel`).
    """

    request: dict[str, str]
    response: Any
    evidence: StepEvidence = RegressionEvidence()


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All steps of one scenario, in order. `hash` is the scenario's when it was recorded."""

    scenario: str
    hash: str
    steps: dict[str, StepSnapshot]

    def encode(self) -> bytes:
        """The canonical bytes of the file."""
        members = _sorted(msgspec.to_builtins(self))
        members["steps"] = {step: members["steps"][step] for step in self.steps}
        return (json.dumps(members, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


class StaleSnapshot(ParityError):
    """The scenario is no longer the one that was recorded."""


def path_of(scenario_id: str, folder: Path) -> Path:
    """Where the snapshot of a scenario lies: "alias/create-alias" → FOLDER/alias/create-alias.json."""
    return folder / f"{scenario_id}.json"


def read(path: Path) -> Snapshot | None:
    """The snapshot in a file, or None where there is no file. Raises ParityError for a file that is no snapshot."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ParityError(f"{path}: this is no snapshot: {error}") from None
    except OSError as error:
        raise ParityError(f"{path}: cannot be read: {error.strerror}") from None


def write(snapshot: Snapshot, path: Path) -> bool:
    """Write the file whole or not at all. Returns whether it was written: the same bytes are left alone.

    Raises ParityError where the place cannot be written to.
    """
    content = snapshot.encode()
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise ParityError(f"{path}: cannot be written: {error.strerror}") from None
    return True


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def check_current(snapshot: Snapshot, scenario: Scenario) -> None:
    """Raises StaleSnapshot where the scenario asks other things than it did when it was recorded."""
    if snapshot.scenario != scenario.id:
        raise StaleSnapshot(f"{scenario.id}: its snapshot is that of {snapshot.scenario}")
    if snapshot.hash != scenario.hash:
        raise StaleSnapshot(f"{scenario.id}: the scenario has changed since its snapshot was recorded; record it again")
    missing = [step.id for step in scenario.steps if step.id not in snapshot.steps]
    if missing:
        raise StaleSnapshot(f"{scenario.id}: its snapshot has no step {missing[0]}; record it again")


@dataclass(frozen=True, slots=True)
class FromEmulator:
    """The answers came from our own emulator."""


@dataclass(frozen=True, slots=True)
class FromEndpoint:
    """The answers came from some other endpoint."""


@dataclass(frozen=True, slots=True)
class FromAws:
    """The answers came from AWS: `witnesses` has one for every step."""

    witnesses: Mapping[str, AwsWitness]


Source = FromEmulator | FromEndpoint | FromAws


class EvidenceWouldBeLost(ParityError):
    """The recording would replace answers that AWS itself gave."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A snapshot to write, and how it differs from the one that is there. `weakened` steps claim less than they did."""

    snapshot: Snapshot
    status: Status
    weakened: tuple[str, ...] = ()


def merge(
    old: Snapshot | None,
    steps: Mapping[str, StepSnapshot],
    scenario: Scenario,
    source: Source,
    *,
    forced: bool = False,
) -> Merged:
    """The snapshot that holds the new answers, each with the evidence that its source and its past allow.

    Evidence is kept only where the tokenised answer is unchanged; nothing but AWS's own answer makes evidence of AWS.
    Raises EvidenceWouldBeLost where another source answers differently than AWS did, unless `forced`.
    """
    asked = questions(scenario)
    before = old.steps if old is not None else {}
    merged = {
        step.id: _with_evidence(steps[step.id], before.get(step.id), step, source, asked[step.id])
        for step in scenario.steps
        if step.id in steps
    }
    lost = [name for name, step in merged.items() if name in before and _loses_aws(before[name], step)]
    if lost and not forced:
        raise EvidenceWouldBeLost(
            f"{scenario.id}: AWS answered {', '.join(lost)} and this recording would replace it; "
            "record with --aws, or delete the snapshot if that is meant"
        )
    snapshot = Snapshot(scenario=scenario.id, hash=scenario.hash, steps=merged)
    weakened = [name for name, step in merged.items() if name in before and _is_published_no_more(before[name], step)]
    return Merged(snapshot, _status(old, snapshot), (*lost, *weakened))


def _status(old: Snapshot | None, new: Snapshot) -> Status:
    if old is None:
        return "created"
    return "unchanged" if old.encode() == new.encode() else "changed"


def _loses_aws(old: StepSnapshot, new: StepSnapshot) -> bool:
    return isinstance(old.evidence, AwsEvidence) and not isinstance(new.evidence, AwsEvidence)


def _is_published_no_more(old: StepSnapshot, new: StepSnapshot) -> bool:
    kept = isinstance(new.evidence, AwsEvidence | PublishedEvidence)
    return isinstance(old.evidence, PublishedEvidence) and not kept


def _with_evidence(
    new: StepSnapshot, old: StepSnapshot | None, step: ExpandedStep, source: Source, question: str
) -> StepSnapshot:
    kept = old.evidence if old is not None and _same_answer(old, new) and _still_holds(old, step, question) else None
    if isinstance(source, FromAws) and not isinstance(kept, AwsEvidence):
        kept = witnessed(source.witnesses[step.id], question)
    return msgspec.structs.replace(new, evidence=kept or _of_source(source, step))


def _same_answer(old: StepSnapshot, new: StepSnapshot) -> bool:
    """Typed equality: in Python 1 equals 1.0 and True, on the wire it does not."""
    return _encoded(old) == _encoded(new)


def _encoded(step: StepSnapshot) -> bytes:
    return msgspec.json.encode((step.request, step.response), order="deterministic")


def _still_holds(old: StepSnapshot, step: ExpandedStep, question: str) -> bool:
    """Whether evidence of AWS still is about what the step asks now."""
    if isinstance(old.evidence, AwsEvidence):
        return old.evidence.question == question
    if isinstance(old.evidence, PublishedEvidence):
        link = step.evidence.published if step.evidence else None
        return link is not None and old.evidence.test.endswith(link.test) and old.evidence.key == link.key
    return False


def _of_source(source: Source, step: ExpandedStep) -> StepEvidence:
    if isinstance(source, FromEndpoint):
        return EndpointEvidence()
    if step.evidence is not None and step.evidence.documented is not None:
        return DocumentedEvidence(step.evidence.documented)
    return RegressionEvidence()


def with_evidence(snapshot: Snapshot, evidence: Mapping[str, StepEvidence]) -> Snapshot:
    """The snapshot with the evidence of those steps replaced."""
    steps = {
        name: msgspec.structs.replace(step, evidence=evidence[name]) if name in evidence else step
        for name, step in snapshot.steps.items()
    }
    return msgspec.structs.replace(snapshot, steps=steps)
