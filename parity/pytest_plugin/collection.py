"""Scenarios as pytest items: one item for each step, one run of the scenario for all of its items."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.location import PyTestLocation

from parity.errors import BrokenScenarios, ParityError
from parity.loading import load_scenarios
from parity.pytest_plugin.runs import Runs
from parity.pytest_plugin.snapshot_extension import Answered, ScenarioAnswers, ScenarioSnapshotExtension
from parity.recording import draft_of
from parity.report import StepResult
from parity.report.wording import CANDIDATE, value_text, who_said
from parity.scenario import TAGS, ExpandedStep, Scenario

_RUNS = pytest.StashKey[Runs]()
_ANSWERS = pytest.StashKey[dict[str, ScenarioAnswers]]()
_LOADED = pytest.StashKey[dict[Path, dict[Path, Scenario]]]()


class ScenarioFile(pytest.File):
    """A scenario file; collects an item for each of its steps."""

    def __init__(self, *, root: Path, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.root = root

    def collect(self) -> Iterator["StepItem"]:
        scenario = _loaded(self.config, self.root, self.path)
        for step in scenario.steps:
            yield StepItem.from_parent(self, name=step.id, scenario=scenario, step=step)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *arguments: Any) -> Any:
        if isinstance(excinfo.value, ParityError):
            return excinfo.value.message
        return super().repr_failure(excinfo, *arguments)


class StepFailed(Exception):
    """The step is not as its snapshot says; the message says how."""


class StepItem(pytest.Item):
    """One step of a scenario. The scenario is run when the first of its items is, and torn down at once."""

    def __init__(self, *, scenario: Scenario, step: ExpandedStep, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.scenario = scenario
        self.step = step
        self.obj = self.runtest  # syrupy names a test by its object
        for tag in scenario.tags:
            self.add_marker(tag)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.step.line - 1, f"{self.scenario.id}#{self.step.id}"

    def runtest(self) -> None:
        answers = self._answers()
        if answers.run.skipped:
            pytest.skip(answers.run.skipped)
        assertion = self._snapshot()
        if assertion.update_snapshots:
            draft = draft_of(answers.run, self.scenario, answers.target, self.snapshots)
            if draft.snapshot is None:
                raise StepFailed("\n".join(draft.kept.reasons))
        holds = assertion == Answered(self.step.id, answers)
        if assertion.executions[0].exception:
            raise assertion.executions[0].exception
        if not holds:
            raise StepFailed(_told(answers.results[self.step.id], answers.run.failure))
        if not assertion.executions[0].created and not assertion.executions[0].updated:
            _expect_known(answers.results[self.step.id])

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *arguments: Any) -> Any:
        if isinstance(excinfo.value, StepFailed | ParityError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *arguments)

    @property
    def snapshots(self) -> Path:
        """The folder of snapshots that the step is held against."""
        chosen: Path | None = self.config.getoption("--parity-snapshots")
        return chosen.absolute() if chosen else self.scenario.root.parent / "snapshots"

    def _answers(self) -> ScenarioAnswers:
        """What the scenario was answered; the same for all of its items."""
        known = self.config.stash.setdefault(_ANSWERS, {})
        if self.scenario.id not in known:
            runs = _runs(self.config, self.session)
            run = runs.of(self.scenario)
            known[self.scenario.id] = ScenarioAnswers(self.scenario, run, runs.target, runs.known, self.snapshots)
        return known[self.scenario.id]

    def _snapshot(self) -> SnapshotAssertion:
        return SnapshotAssertion(
            session=self.config._syrupy,  # type: ignore[attr-defined]
            extension_class=ScenarioSnapshotExtension,
            test_location=PyTestLocation(self),
            update_snapshots=self.config.option.update_snapshots,
            update_new_snapshots_only=self.config.option.update_new_snapshots_only,
        )


def _expect_known(result: StepResult) -> None:
    """A step that differs as it is known to do is an expected failure."""
    if result.status == "excused":
        pytest.xfail("; ".join(excused.entry.reason for excused in result.excused))


def _told(result: StepResult, failure: str | None) -> str:
    """Why a step is not as it should be, for people."""
    lines = [result.says] if result.says else []
    if result.status == "not asked":
        lines.append(f"not asked: {result.reason or failure}")
    for difference in result.differences:
        lines += [
            difference.path,
            f"  {who_said(difference.evidence)}: {value_text(difference.expected)}",
            f"  {CANDIDATE}: {value_text(difference.actual)}",
        ]
    return "\n".join(lines)


def _loaded(config: pytest.Config, root: Path, path: Path) -> Scenario:
    """The scenario in a file. All files of a folder are read at once, but a broken one breaks no other."""
    folders = config.stash.setdefault(_LOADED, {})
    if root not in folders:
        for tag, meaning in TAGS.items():
            config.addinivalue_line("markers", f"{tag}: {meaning}")
        try:
            folders[root] = {scenario.path: scenario for scenario in load_scenarios(root)}
        except BrokenScenarios:
            folders[root] = {}
    if path not in folders[root]:
        [scenario] = load_scenarios(root, [path.relative_to(root).with_suffix("").as_posix()])
        folders[root][path] = scenario
    return folders[root][path]


def _runs(config: pytest.Config, session: pytest.Session) -> Runs:
    """The runs of this session; started when the first item runs, ended with the session."""
    if _RUNS not in config.stash:
        chosen = {item.scenario.id: item.scenario for item in session.items if isinstance(item, StepItem)}
        options = (config.getoption("--parity-endpoint-url"), config.getoption("--parity-known-differences"))
        try:
            runs = Runs(*options, chosen.values())
        except ParityError as error:
            pytest.exit(error.message, returncode=error.exit_code)
        config.stash[_RUNS] = runs
        config.add_cleanup(runs.close)
        if not hasattr(config, "workerinput"):  # a worker of pytest-xdist does not know which items will be its own
            runs.start(chosen.values())
    return config.stash[_RUNS]
