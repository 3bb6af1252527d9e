"""The command itself, in its shortest form, and what it says where it cannot go on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)


def test_help_teaches():
    text = benchmarks("--help").stdout
    for taught in ("floor", "--only warm,throughput", "--endpoint-url", "--svg"):
        assert taught in text


def test_a_group_that_is_not_there():
    answer = benchmarks("--only", "warmth")
    assert answer.returncode == 2
    assert "choose from burst, cold," in answer.stderr


@pytest.mark.slow
def test_the_quick_form(tmp_path):
    files = tmp_path / "results.json", tmp_path / "results.svg"
    answer = benchmarks(
        *("--quick", "--without-rie", "--only", "warm,throughput,cold,control-plane"),
        *("--rounds", "1", "--seconds", "0.1", "--json", str(files[0]), "--svg", str(files[1])),
    )
    assert answer.returncode in {0, 1}, answer.stderr  # 1: not quick enough beside the other tests
    record = json.loads(files[0].read_text())
    assert record["failures"] == {}
    assert {"ours", "floor", "client"} <= record["values"]["warm_p50"].keys()
    assert {"ours", "floor"} <= record["values"]["throughput_32"].keys()
    assert record["values"]["get_function_16"]["ours"] > 0
    assert record["values"]["first_next"]["bare runtime"] > 0
    assert files[1].read_text().startswith("<svg")
    assert "targets" in answer.stdout
