"""The measures of containers are taken, each of them, and hold what they promise."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.docker import Outcome, main
from tests.docker.images import PYTHON

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_all_is_measured_and_written_down(engine: Any, tmp_path: Path):
    runtime = "python{}.{}".format(*sys.version_info)
    options = ["--image-map", f"{runtime}={PYTHON}", "--rounds", "1", "--calls", "50", "--json", f"{tmp_path}/told"]
    said = CliRunner().invoke(main, options)
    assert said.exit_code in (0, 1), said.output  # one round on a busy machine says nothing of the ratio
    told = json.loads((tmp_path / "told").read_text())
    for what in ("warm", "cold", "cold: init", "after a crash", "after a timeout", "after standstill"):
        assert told["measured"][f"process {what}"]["p50_ms"] > 0
        assert told["measured"][f"docker {what}"]["p50_ms"] > 0
    for part in ("docker cold: create", "docker cold: start", "docker cold with a spare"):
        assert told["measured"][part]["n"] == 1


def test_a_slow_warm_call_is_a_fault():
    outcome = Outcome({"process warm": [1.0], "docker warm": [1.6]})
    assert outcome.faults == ["a warm call through Docker takes 1.60 times as long"]
    assert Outcome({"process warm": [1.0], "docker warm": [1.5]}).faults == []
