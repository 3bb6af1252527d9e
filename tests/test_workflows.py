"""The workflows and the reusable action: what actionlint does not see, and the shell inside them, really run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
ACTION = GITHUB / "actions" / "parity-gate" / "action.yml"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def _load(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document.setdefault("on", document.pop(True, None))  # YAML 1.1 reads the key `on` as a boolean
    return document


def _steps(path: Path) -> list[dict[str, Any]]:
    document = _load(path)
    if "runs" in document:
        return document["runs"]["steps"]
    return [step for job in document["jobs"].values() for step in job["steps"]]


def _script(path: Path, step: str) -> str:
    return next(found["run"] for found in _steps(path) if found.get("name") == step)


def _bash(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a step as GitHub does: `bash -e -o pipefail`, the files that it may write in `folder`."""
    runner = {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output")}
    runner |= {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_ACTIONS": "true"}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **runner, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_and_say_which_version_that_is(path: Path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if "uses:" in line and "uses: ./" not in line:
            assert re.search(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_no_script_is_put_together_from_expressions(path: Path):
    """An input that becomes text of a script can run as code; it goes through `env` instead."""
    assert not [step["run"] for step in _steps(path) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_every_script_is_bash(path: Path, tmp_path: Path):
    for step in _steps(path):
        if "run" in step:
            assert subprocess.run(["bash", "-n", "-c", step["run"]], check=False).returncode == 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_ask_for_little_and_end(path: Path):
    workflow = _load(path)
    assert set(workflow["permissions"].values() if workflow["permissions"] else ()) <= {"read"}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 120


def test_no_job_holds_both_the_aws_role_and_a_way_to_write_to_the_repository():
    for path in WORKFLOWS:
        for job in _load(path)["jobs"].values():
            granted = {scope for scope, access in job.get("permissions", {}).items() if access == "write"}
            assert granted in (set(), {"id-token"}, {"contents", "pull-requests"})


def test_local_actions_are_given_inputs_that_they_have():
    inputs = _load(ACTION)["inputs"]
    used = [step for path in WORKFLOWS for step in _steps(path) if step.get("uses") == "./.github/actions/parity-gate"]
    assert used, "the project's own gate runs through the action that others use"
    for step in used:
        assert set(step.get("with", {})) <= set(inputs)


def test_every_input_of_the_action_reaches_a_step():
    text = ACTION.read_text(encoding="utf-8")
    for name in _load(ACTION)["inputs"]:
        assert "${{ inputs." + name + " }}" in text


# --- the scripts, run ---


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's folder in which the action has installed lambda-parity: here, the one under test."""
    (tmp_path / "lambda-parity" / "bin").mkdir(parents=True)
    (tmp_path / "lambda-parity" / "bin" / "parity").symlink_to(Path(sys.executable).parent / "parity")
    return tmp_path


def test_the_gate_passes_and_leaves_its_reports(runner: Path):
    inputs = {"SCENARIOS": "alias/create-alias", "ENDPOINT_URL": "", "MIN_EVIDENCE": "", "KNOWN_DIFFERENCES": ""}
    done = _bash(_script(ACTION, "verify"), runner, **inputs)
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = dict(line.split("=", 1) for line in (runner / "output").read_text().splitlines())
    assert json.loads(Path(outputs["report-json"]).read_text())
    assert Path(outputs["report-junit"]).read_text().startswith("<?xml")
    assert "1 scenario, " in (runner / "summary").read_text()


def test_the_gate_fails_on_an_endpoint_that_is_not_there(runner: Path):
    inputs = {"SCENARIOS": "alias/create-alias", "ENDPOINT_URL": "http://127.0.0.1:9", "MIN_EVIDENCE": "published"}
    done = _bash(_script(ACTION, "verify"), runner, **inputs, KNOWN_DIFFERENCES="")
    assert done.returncode == 3, done.stdout + done.stderr


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_changed_snapshots_travel_from_the_recording_job_into_a_pull_request(tmp_path: Path):
    """Both jobs' scripts on real repositories. `gh` is the one stand-in: GitHub is not here."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    _git(tmp_path, "init", "-q", "--bare", "-b", "main", str(origin))
    _git(tmp_path, "clone", "-q", str(origin), str(clone))
    _git(clone, "switch", "-q", "--create", "main")
    for name, text in {"snapshots/alias/a.json": "1\n", "snapshots/alias/gone.json": "1\n", "README.md": "1\n"}.items():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text(text)
    _git(clone, "add", "--all")
    _git(clone, "commit", "-qm", "start")
    _git(clone, "push", "-q", "origin", "main")

    (clone / "snapshots/alias/a.json").write_text("2\n")
    (clone / "snapshots/alias/gone.json").unlink()
    (clone / "snapshots/alias/new.json").write_text("3\n")
    (clone / "README.md").write_text("not a snapshot\n")
    record = GITHUB / "workflows" / "record.yml"
    runner = tmp_path / "runner"
    runner.mkdir()
    done = _bash(f"cd {clone}\n" + _script(record, "collect the changed snapshots"), runner)
    assert done.returncode == 0, done.stderr
    assert (runner / "output").read_text() == "changed=true\n"

    other = tmp_path / "other"
    _git(tmp_path, "clone", "-q", str(origin), str(other))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/gh"\n')
    (tmp_path / "bin" / "gh").chmod(0o755)
    propose = _script(record, "open a pull request with the changed snapshots")
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = _bash(f"cd {other}\n" + propose, runner, PATH=path, BRANCH="record/1-1", RUN_URL="https://example.org/1")
    assert done.returncode == 0, done.stderr

    changed = _git(other, "diff", "--name-status", "main", "origin/record/1-1").split()
    assert changed == ["M", "snapshots/alias/a.json", "D", "snapshots/alias/gone.json", "A", "snapshots/alias/new.json"]
    assert "pr\ncreate\n--head\nrecord/1-1\n" in (runner / "gh").read_text()
