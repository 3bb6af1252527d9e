"""The scenarios that run code have the same answers in containers as the snapshots hold, which were recorded with
processes; `known_differences.toml` lists what differs, and why.

    python -m tests.docker.test_equality [SCENARIO]...      tells it as `parity verify` does
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from parity import known_differences, verification
from parity.corpus import snapshots_dir
from parity.loading import load_scenarios
from parity.report import Report, terminal
from parity.scenario import Scenario
from parity.targets import Emulator, can_serve
from tests.docker.images import OF_AWS, as_option, ensure_images, stand_in_images

pytestmark = [pytest.mark.docker, pytest.mark.slow]

KNOWN = Path(__file__).with_name("known_differences.toml")  # of the test images; AWS's own are to have none
JOBS = 4  # containers start with so much of the processor that more only make all of them late


class InContainers(Emulator):
    """The embedded emulator with its Docker executor, and the images of the tests."""

    def __init__(self, *, services: bool) -> None:
        options = ("--executor", "docker", "--pull", "missing" if OF_AWS else "never", *as_option(stand_in_images()))
        super().__init__(services=services, arguments=options)

    def unable(self, runtimes: Any) -> str | None:
        """A runtime needs an image; AWS has one for each."""
        if OF_AWS:
            return None
        missing = sorted(set(runtimes) - set(stand_in_images()))
        return f"there is no test image for {', '.join(missing)}" if missing else None


def scenarios_that_run_code(select: Sequence[str] = ()) -> list[Scenario]:
    return [one for one in load_scenarios(None, tuple(select)) if one.invoked_runtimes]


def run_in_containers(scenarios: Sequence[Scenario]) -> Report:
    expected = verification.load_snapshots(scenarios, snapshots_dir())
    with InContainers(services=can_serve(scenarios)) as target:
        known = known_differences.load(None if OF_AWS else KNOWN)
        return verification.verify(scenarios, expected, target, known=known, whole=False, jobs=JOBS)


def test_every_scenario_that_runs_code_has_the_same_answers_in_containers(engine: Any):
    scenarios = scenarios_that_run_code()
    report = run_in_containers(scenarios)
    different = {
        step.step: step.differences or step.reason
        for result in report.scenarios
        for step in result.steps
        if step.status in ("different", "not asked")
    }
    assert not different
    assert not {result.scenario: result.failure for result in report.scenarios if result.failure}
    assert not report.gone
    left_out = {result.scenario: result.skipped for result in report.scenarios if result.skipped}
    assert all("there is no test image" in reason for reason in left_out.values()), left_out
    assert len(report.scenarios) - len(left_out) > 100


if __name__ == "__main__":
    ensure_images()
    told = run_in_containers(scenarios_that_run_code(sys.argv[1:]))
    terminal.show(told)
    sys.exit(told.exit_code)
