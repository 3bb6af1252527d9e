"""`parity record`: runs scenarios on a target and keeps what it answered, or says why it may not.

Each scenario is written the moment its run is complete, whole or not at all, so an interrupted recording can simply be
started again. A run that did not go as its scenario says leaves the old snapshot as it is.
"""

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from parity import snapshot as snapshots
from parity.deployment.leftovers import find_leftovers
from parity.errors import ParityError
from parity.evidence import class_of
from parity.observation import ScenarioRun
from parity.outcome import lost_credentials, misfits
from parity.runner import run_scenarios
from parity.scenario import Scenario
from parity.scrubbing import refuse_secrets
from parity.snapshot import EvidenceWouldBeLost, FromAws, FromEmulator, FromEndpoint, Snapshot, Source, merge
from parity.sweeping import remove_all
from parity.targets.target import Target
from parity.tokens import tokenise

_USUAL = ("created", "changed", "unchanged", "removed")
_ROOM = 65_536  # bytes: more than most snapshots take


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one scenario: `status` is created, changed, unchanged, removed, kept, skipped or refused."""

    scenario: str
    status: str
    reasons: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """For people: a line, and one more for each reason."""
        return "\n".join((f"{self.status:<9} {self.scenario}", *(f"{'':<9} {reason}" for reason in self.reasons)))


@dataclass(slots=True)
class Recording:
    """All that a recording came to. `left_behind` names what could not be removed from the target."""

    kept: list[Kept] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    unreachable: str | None = None

    def count(self, status: str) -> int:
        """How many scenarios ended with that status."""
        return sum(kept.status == status for kept in self.kept)

    @property
    def summary(self) -> str:
        """How many scenarios ended how, for people."""
        counts = {status: self.count(status) for status in (*_USUAL, "kept", "refused", "skipped")}
        return ", ".join(f"{count} {status}" for status, count in counts.items() if count or status in _USUAL)

    @property
    def is_complete(self) -> bool:
        """Whether every scenario could be recorded."""
        return not (self.unreachable or self.count("refused"))


def record(
    scenarios: Sequence[Scenario],
    target: Target,
    folder: Path,
    *,
    jobs: int | None = None,
    forced: bool = False,
    on_kept: Callable[[Kept], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Recording:
    """Records the scenarios on the (entered) target into the folder of snapshots.

    `forced` lets other answers replace those that AWS gave. Raises ParityError where nothing can be written or the
    credentials are no longer good; what was written until then stays, and everything on the target is removed.
    """
    check_writable(folder)
    by_id = {scenario.id: scenario for scenario in scenarios}
    recording = Recording()
    try:
        with closing(run_scenarios(scenarios, target, jobs=jobs, stop=stop)) as runs:
            for run in runs:
                recording.left_behind += run.extra.get("left_behind", [])
                if run.extra.get("unreachable"):
                    recording.unreachable = run.failure
                kept = keep(run, by_id[run.scenario], target, folder, forced=forced)
                kept = replace(kept, reasons=tuple(map(target.scrubbed, kept.reasons)))
                recording.kept.append(kept)
                on_kept(kept)
    finally:
        left = _without_traces(scenarios, target, recording.left_behind)
        recording.left_behind = list(map(target.scrubbed, left))
    return recording


@dataclass(frozen=True, slots=True)
class Draft:
    """A snapshot that may be written, and what will have become of its scenario then; or why there is none to write."""

    kept: Kept
    snapshot: Snapshot | None = None


def keep(run: ScenarioRun, scenario: Scenario, target: Target, folder: Path, *, forced: bool = False) -> Kept:
    """Writes the snapshot of one run, if the run may be recorded. Raises ParityError as `record` does."""
    draft = draft_of(run, scenario, target, folder, forced=forced)
    if draft.snapshot is not None:
        snapshots.write(draft.snapshot, snapshots.path_of(scenario.id, folder))
    return draft.kept


def draft_of(run: ScenarioRun, scenario: Scenario, target: Target, folder: Path, *, forced: bool = False) -> Draft:
    """What would be written for one run. Raises ParityError for lost credentials, and for secrets in the snapshot."""
    if run.skipped:
        return Draft(Kept(scenario.id, "skipped", (run.skipped,)))
    lost = lost_credentials(scenario, run)
    if lost:
        raise ParityError(f"the credentials are no longer accepted ({lost}); log in again and rerun")
    wrong = misfits(scenario, run)
    if wrong:
        return Draft(Kept(scenario.id, "refused", tuple(wrong)))
    old = snapshots.read(snapshots.path_of(scenario.id, folder))
    try:
        merged = merge(old, tokenise(run, scenario), scenario, _source(run, target), forced=forced)
    except EvidenceWouldBeLost as error:
        return Draft(Kept(scenario.id, "refused", (error.message,)))
    public = scenario.path.read_text(encoding="utf-8")
    refuse_secrets(merged.snapshot.encode(), secrets=target.secrets, literals=public)
    weaker = tuple(f"{scenario.id}#{step} no longer agrees with its evidence" for step in merged.weakened)
    return Draft(Kept(scenario.id, merged.status, weaker), merged.snapshot)


def remove_orphans(scenarios: Iterable[Scenario], folder: Path) -> list[Kept]:
    """Removes the snapshots that belong to none of these scenarios, except those that hold answers of AWS.

    To be called with all scenarios there are, or it removes what is still needed.
    """
    known = {snapshots.path_of(scenario.id, folder) for scenario in scenarios}
    orphans = [path for path in sorted(folder.rglob("*.json")) if path not in known]
    return [_without_scenario(path, path.relative_to(folder).with_suffix("").as_posix()) for path in orphans]


def plan(scenarios: Iterable[Scenario]) -> str:
    """What the needs of the scenarios amount to, in words: "3 roles, 4 functions, 1 queue"."""
    kinds: Counter[str] = Counter()
    for scenario in scenarios:
        kinds["role"] += scenario.needs.role
        kinds.update(resource.kind for resource in scenario.needs.resources)
        kinds["function"] += len(scenario.needs.functions)
    counted = [f"{number} {kind}{'s' if number != 1 else ''}" for kind, number in kinds.items() if number]
    return ", ".join(counted) or "nothing beforehand"


def check_writable(folder: Path) -> None:
    """Raises ParityError where snapshots could not be written to the folder, before anything is made on the target."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * _ROOM)
    except OSError as error:
        raise ParityError(f"{folder}: snapshots cannot be written here: {error.strerror}") from None


def _source(run: ScenarioRun, target: Target) -> Source:
    match target.evidence:
        case "aws":
            return FromAws({seen.step: seen.witness for seen in run.observations if seen.witness is not None})
        case "regression":
            return FromEmulator()
        case _:
            return FromEndpoint()


def _without_scenario(path: Path, scenario: str) -> Kept:
    snapshot = snapshots.read(path)
    if snapshot is not None and any(class_of(step.evidence) == "aws" for step in snapshot.steps.values()):
        return Kept(scenario, "kept", ("no scenario asks this any more, but AWS answered it",))
    try:
        path.unlink()
    except OSError as error:
        raise ParityError(f"{path}: cannot be removed: {error.strerror}") from None
    return Kept(scenario, "removed")


def _without_traces(scenarios: Iterable[Scenario], target: Target, left_behind: list[str]) -> list[str]:
    """What is still on the target after a second attempt. On AWS also what nobody noted: a lost answer, a late log."""
    if target.settles_at_once:
        return left_behind
    needed = {resource.kind for scenario in scenarios for resource in scenario.needs.resources}
    leftovers, _ = find_leftovers(target, target.prefixes, needed)
    return remove_all(leftovers)
