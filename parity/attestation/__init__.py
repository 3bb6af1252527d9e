"""`parity attest`: which steps agree with recordings of AWS that others published, and may therefore say so.

A scenario's step links to a recording (`evidence: published`). Where every member that the recording holds agrees with
the step's snapshot, the snapshot's evidence becomes `published` and cites the recording; where one does not, it must
not, and a claim that is there is taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from parity import snapshot as snapshots
from parity.alignment import way_of
from parity.attestation.agreement import ABSENT, Agreement, Mismatch
from parity.attestation.foreign_tokens import Terms
from parity.attestation.publication import NoRecording, Publication, Recorded, open_publication
from parity.attestation.recorded_forms import agree, not_compared
from parity.errors import ParityError
from parity.evidence import (
    AwsEvidence,
    DocumentedEvidence,
    PublishedEvidence,
    RegressionEvidence,
    StepEvidence,
)
from parity.scenario import ExpandedStep, Published, Scenario
from parity.snapshot import Snapshot, StepSnapshot

__all__ = ["ABSENT", "Agreement", "Attestation", "AttestedStep", "Mismatch", "Outcome", "attest"]

Outcome = Literal["attested", "confirmed", "unclaimed", "stronger", "mismatch", "refused", "unlinked"]
"""attested: now `published` · confirmed: was and is · unclaimed: agrees, but `--check` writes nothing · stronger:
agrees, and AWS itself answered · mismatch · refused: nothing to compare with · unlinked: claims, but has no link."""

_WRONG = frozenset({"mismatch", "refused", "unlinked"})


@dataclass(frozen=True, slots=True)
class AttestedStep:
    """What came of one step. `agreement` is None where nothing was compared, and `reason` says why."""

    step: str  # full id
    outcome: Outcome
    link: Published | None = None
    recorded: Recorded | None = None
    agreement: Agreement | None = None
    reason: str | None = None


@dataclass(slots=True)
class Attestation:
    """What came of all steps that link to a recording or claim one. `written` are the snapshots that have changed."""

    publication: Publication
    steps: list[AttestedStep] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)

    @property
    def wrong(self) -> list[AttestedStep]:
        """The steps that must not claim to be published."""
        return [step for step in self.steps if step.outcome in _WRONG]

    @property
    def exit_code(self) -> int:
        """0 where every link is good, 1 where one is not."""
        return 1 if self.wrong else 0


def attest(
    scenarios: Iterable[Scenario], snapshots_folder: Path, recordings: Path, *, check: bool = False
) -> Attestation:
    """Compares every linked step with its recording and writes what the snapshots may claim; `check` writes nothing.

    Raises ParityError where the recordings cannot be used, or a snapshot is missing or not that of its scenario.
    """
    publication = open_publication(recordings)
    if publication.commit is None and not check:
        raise ParityError(f"{recordings}: git does not know its commit, which a claim has to cite; use --check")
    attestation = Attestation(publication)
    for scenario in scenarios:
        path = snapshots.path_of(scenario.id, snapshots_folder)
        snapshot = snapshots.read(path)
        if snapshot is None:
            if any(_link(step) for step in scenario.steps):
                raise ParityError(f"{scenario.id}: has no snapshot; record it first")
            continue
        snapshots.check_current(snapshot, scenario)
        one = _ScenarioAttestation(scenario, snapshot, publication, check)
        attestation.steps += one.steps()
        if not check and snapshots.write(one.snapshot_with_claims(), path):
            attestation.written.append(path)
    return attestation


def _link(step: ExpandedStep) -> Published | None:
    return step.evidence.published if step.evidence else None


@dataclass(slots=True)
class _ScenarioAttestation:
    """The attestation of one scenario. Placeholders of one recording mean the same in all of its steps."""

    scenario: Scenario
    snapshot: Snapshot
    publication: Publication
    check: bool
    _terms: dict[tuple[str, str], Terms] = field(default_factory=dict)
    _claims: dict[str, StepEvidence] = field(default_factory=dict)

    def steps(self) -> list[AttestedStep]:
        """What came of each step that has a link or claims to be published."""
        found = []
        for step in self.scenario.steps:
            attested = self._step(step)
            if attested is not None:
                self._claims[step.id] = self._claim(step, attested)
                found.append(attested)
        return found

    def snapshot_with_claims(self) -> Snapshot:
        """The snapshot with the evidence that its steps may claim now."""
        return snapshots.with_evidence(self.snapshot, self._claims)

    def _step(self, step: ExpandedStep) -> AttestedStep | None:
        full_id, link, ours = f"{self.scenario.id}#{step.id}", _link(step), self.snapshot.steps[step.id]
        if link is None:
            if not isinstance(ours.evidence, PublishedEvidence):
                return None
            reason = "its snapshot claims a published recording, but its scenario links to none"
            return AttestedStep(full_id, "unlinked", reason=reason)
        try:
            recorded = self.publication.find(link)
        except NoRecording as error:
            return AttestedStep(full_id, "refused", link, reason=str(error))
        unordered = frozenset(way_of(path) for path in step.unordered)
        agreement = agree(recorded.value, ours, self._terms_of(link), link.reading, unordered)
        if agreement.refused:
            return AttestedStep(full_id, "refused", link, recorded, agreement, agreement.refused)
        return AttestedStep(full_id, self._outcome(agreement, ours), link, recorded, agreement)

    def _terms_of(self, link: Published) -> Terms:
        answers = self.snapshot.steps.items()
        bodies = {name: ours.response.get("body") for name, ours in answers if isinstance(ours.response, dict)}
        return self._terms.setdefault((link.file, link.test), Terms(bodies))

    def _outcome(self, agreement: Agreement, ours: StepSnapshot) -> Outcome:
        if not agreement.agrees:
            return "mismatch"
        if isinstance(ours.evidence, AwsEvidence):
            return "stronger"
        if isinstance(ours.evidence, PublishedEvidence):
            return "confirmed"
        return "unclaimed" if self.check else "attested"

    def _claim(self, step: ExpandedStep, attested: AttestedStep) -> StepEvidence:
        """What the step may claim now."""
        recorded, link = attested.recorded, attested.link
        if attested.outcome in ("attested", "confirmed") and recorded and link and attested.agreement:
            return PublishedEvidence(
                repository=self.publication.repository,
                commit=self.publication.commit or "",
                path=recorded.path,
                test=recorded.test,
                key=link.key,
                date=recorded.date,
                licence=self.publication.licence,
                not_compared=not_compared(attested.agreement, self.snapshot.steps[step.id]),
            )
        evidence = self.snapshot.steps[step.id].evidence
        if not isinstance(evidence, PublishedEvidence):
            return evidence
        documented = step.evidence.documented if step.evidence else None
        return DocumentedEvidence(documented) if documented else RegressionEvidence()
