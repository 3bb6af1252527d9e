"""What a user installs: the metadata agrees with itself, and the wheel holds everything that `parity verify` needs."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


def _files(folder: str) -> set[str]:
    """What git would track below a folder: all but what Python leaves behind."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_both_packages_and_the_whole_corpus(wheel: zipfile.ZipFile):
    corpus = {f"parity/corpus/{name}" for name in _files("scenarios") | _files("snapshots")}
    expected = _files("parity") | _files("emulator") | corpus
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected


def test_the_corpus_is_there(wheel: zipfile.ZipFile):
    names = wheel.namelist()
    assert "parity/corpus/scenarios/alias/create-alias.yaml" in names
    assert "parity/corpus/snapshots/alias/create-alias.json" in names


def test_executable_function_code_stays_executable(wheel: zipfile.ZipFile):
    executable = {name for name in _files("scenarios/_functions") if (ROOT / name).stat().st_mode & 0o111}
    modes = {name: wheel.getinfo(f"parity/corpus/{name}").external_attr >> 16 for name in executable}
    assert executable
    assert not [name for name, mode in modes.items() if not mode & 0o111]


def test_the_wheel_tells_its_licence_and_that_it_is_typed(wheel: zipfile.ZipFile):
    names = wheel.namelist()
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
    assert {"parity/py.typed", "emulator/py.typed"} <= set(names)


def test_what_is_installed_is_what_pyproject_says():
    assert importlib.metadata.version("lambda-parity") == PROJECT["version"]
    scripts = importlib.metadata.entry_points(group="console_scripts", name="parity")
    assert all(callable(script.load()) for script in scripts)


def test_the_changelog_knows_the_version():
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert PROJECT["version"] in versions or versions[0] == "Unreleased"


def test_the_supported_pythons_are_the_tested_ones():
    declared = {line.rsplit(" ", 1)[1] for line in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", line)}
    check = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8"))
    assert declared == set(check["jobs"]["test"]["strategy"]["matrix"]["python"])
    assert PROJECT["requires-python"] == ">=" + min(declared, key=lambda version: int(version.split(".")[1]))


def test_no_file_holds_a_path_of_a_machine_or_a_registry():
    """A checkout works anywhere; where packages come from is each machine's own setting."""
    machine = re.compile(
        r"(?<![\w.$}])/(root/|work/(main|shared)\b|tmp/lp/)|registry\.npmjs|files\.pythonhosted|pypi\.org"
    )
    allowed = {"tests/test_packaging.py"}
    folders = ("parity", "emulator", "scenarios", "snapshots", "tests", ".ci", ".github", "benchmarks")
    names = set().union(*map(_files, folders)) | {path.name for path in ROOT.iterdir() if path.is_file()}
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in sorted(names - allowed)
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if machine.search(line)
    ]
    assert found == []
