"""Snapshots of scenarios for syrupy: the very files of `parity record` and `parity verify`, one entry for each step.

Syrupy asks an extension to serialise, to find, to compare and to write; each is handed to the module that does it for
the command line. So a step matches where `parity verify` finds no difference, and `--snapshot-update` writes what
`parity record` would write, with the same refusals. Files are never discovered and so never deleted here: only a full
recording knows which ones have become useless.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from syrupy.data import Snapshot as Entry
from syrupy.data import SnapshotCollection, SnapshotCollections
from syrupy.extensions.base import AbstractSyrupyExtension
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from parity import snapshot as snapshots
from parity.errors import ParityError
from parity.known_differences import KnownDifferences
from parity.observation import ScenarioRun
from parity.recording import keep
from parity.report import StepResult, judge
from parity.scenario import Scenario
from parity.snapshot import StaleSnapshot, StepSnapshot
from parity.targets import Target
from parity.tokens import tokenise


@dataclass
class ScenarioAnswers:
    """What a scenario was answered in one run, and what that comes to when it is held against its snapshot."""

    scenario: Scenario
    run: ScenarioRun
    target: Target
    known: KnownDifferences
    folder: Path  # of the snapshots

    @property
    def path(self) -> Path:
        """The snapshot file."""
        return snapshots.path_of(self.scenario.id, self.folder)

    @cached_property
    def tokenised(self) -> Mapping[str, StepSnapshot]:
        """The answers as a snapshot would hold them, by step."""
        return tokenise(self.run, self.scenario)

    @cached_property
    def results(self) -> Mapping[str, StepResult]:
        """What came of each step. Raises ParityError where the snapshot is missing, stale or broken."""
        recorded = snapshots.read(self.path)
        if recorded is None:
            raise ParityError("the scenario has no snapshot; record it, or run with --snapshot-update")
        snapshots.check_current(recorded, self.scenario)
        judged = judge(self.scenario, recorded, self.run, self.known)
        return {result.step.rpartition("#")[2]: result for result in judged.steps}


@dataclass(frozen=True, slots=True)
class Answered:
    """What one step was answered: the value that is asserted to be its snapshot."""

    step: str
    within: ScenarioAnswers


class ScenarioSnapshotExtension(AbstractSyrupyExtension):
    """Reads and writes `snapshots/<scenario>.json`."""

    file_extension = "json"
    _answers: ClassVar[dict[str, ScenarioAnswers]] = {}  # by file: what is to be written is a run, and syrupy has texts

    def serialize(self, data: Answered, **_: Any) -> str:
        """The step's tokenised answer, as JSON."""
        self._data = data
        self._answers[str(data.within.path)] = data.within
        return _text(data.within.tokenised.get(data.step))

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
        """Whether `parity verify` would find no difference that is not a known one."""
        del serialized_data, snapshot_data  # single answers; identities hold across the whole scenario
        try:
            return self._data.within.results[self._data.step].status in ("same", "excused")
        except StaleSnapshot:
            return False

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        """The snapshot file of the item's scenario."""
        del index
        item: Any = test_location.item
        return str(snapshots.path_of(item.scenario.id, item.snapshots))

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        """The id of the step."""
        del index
        return str(test_location.item.name)

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        """Whether the file is that of the item's scenario."""
        return cls.get_location(test_location=test_location, index=0) == snapshot_location

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        """All steps in a file."""
        collection = SnapshotCollection(location=snapshot_location)
        for name, step in _steps(snapshot_location).items():
            collection.add(Entry(name=name, data=_text(step)))
        return collection

    def read_snapshot_data_from_location(
        self, *, snapshot_location: str, snapshot_name: str, session_id: str
    ) -> str | None:
        """One step in a file, or None where it is not there."""
        del session_id
        step = _steps(snapshot_location).get(snapshot_name)
        return _text(step) if step else None

    @classmethod
    def write_snapshot_collection(
        cls, *, snapshot_collection: SnapshotCollection, name_order: dict[str, int] | None = None
    ) -> None:
        """Writes the scenario's whole snapshot, of which the steps in the collection have changed."""
        del name_order
        answers = cls._answers[snapshot_collection.location]
        keep(answers.run, answers.scenario, answers.target, answers.folder)

    def discover_snapshots(self, **_: Any) -> SnapshotCollections:
        """None: see the top of this module."""
        return SnapshotCollections()

    def delete_snapshots(self, *, snapshot_location: str, snapshot_names: set[str]) -> None:
        """Never called, since nothing is discovered."""
        raise NotImplementedError(f"{snapshot_location}: {', '.join(sorted(snapshot_names))}")


def _steps(file: str) -> Mapping[str, StepSnapshot]:
    recorded = snapshots.read(Path(file))
    return recorded.steps if recorded else {}


def _text(step: StepSnapshot | None) -> str:
    return msgspec.json.format(msgspec.json.encode(step, order="deterministic"), indent=1).decode()
