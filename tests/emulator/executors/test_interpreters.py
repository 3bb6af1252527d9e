"""Finding the Python that a runtime names, and never another one in silence."""

import sys
from pathlib import Path

import pytest

from emulator.errors import EmulatorError
from emulator.executors import interpreters
from emulator.executors.interpreters import SHOWN, Interpreters, link_shown_packages

OWN = f"python{sys.version_info.major}.{sys.version_info.minor}"
OWN_VERSION = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def nothing_else(monkeypatch, tmp_path):
    """A machine that has no Python but ours; returns a folder that is on its PATH."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable, _, _ in interpreters._TOOL_FOLDERS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(interpreters, "_SYSTEM_FOLDERS", ())
    return path


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


async def test_our_own_python_is_found_without_being_asked(nothing_else, tmp_path):
    found = await Interpreters(tmp_path / "runtimes", substitute=False).find(OWN)
    assert (found.version, found.substituted) == (OWN_VERSION, False)
    assert found.prefix == sys.base_prefix


async def test_the_runtime_folder_holds_aws_s_client_and_places_for_the_sdk(nothing_else, tmp_path):
    found = await Interpreters(tmp_path / "runtimes", substitute=False).find(OWN)
    folder = Path(found.runtime_folder)
    assert (folder / "awslambdaric/bootstrap.py").is_file()
    assert (folder / "runtime_client.py").is_file()
    assert (folder / "bootstrap.py").is_file()
    assert {path.name for path in folder.iterdir() if path.is_dir() and not list(path.iterdir())} == set(SHOWN)


async def test_without_a_sandbox_the_sdk_is_linked(nothing_else, tmp_path):
    found = await Interpreters(tmp_path / "runtimes", substitute=False).find(OWN)
    for _ in range(2):
        link_shown_packages(found.runtime_folder)
    assert (Path(found.runtime_folder) / "boto3/__init__.py").is_file()


async def test_a_missing_python_is_an_error_that_says_what_to_do(nothing_else, tmp_path):
    with pytest.raises(EmulatorError) as missing:
        await Interpreters(tmp_path / "runtimes", substitute=False).find("python3.20")
    text = str(missing.value)
    assert text.startswith("The runtime python3.20 needs Python 3.20, which is not found on this machine.")
    assert "uv python install 3.20" in text
    assert "--allow-runtime-substitution" in text
    assert "\n" not in text


async def test_another_python_stands_in_if_that_is_allowed(nothing_else, tmp_path):
    finder = Interpreters(tmp_path / "runtimes", substitute=True)
    found = await finder.find("python3.20")
    assert (found.version, found.substituted) == (OWN_VERSION, True)
    assert finder.used() == {"python3.20": found}


async def test_what_only_bears_the_name_is_not_taken(nothing_else, tmp_path):
    script(nothing_else / "python3.19", "echo pyenv: python3.19: command not found >&2; exit 127")
    script(nothing_else / "python3.20", f'exec {sys.executable} "$@"')  # says that it is another version
    for runtime in ("python3.19", "python3.20"):
        with pytest.raises(EmulatorError, match="not found on this machine"):
            await Interpreters(tmp_path / runtime, substitute=False).find(runtime)


async def test_a_python_that_is_installed_later_is_found_then(nothing_else, tmp_path, monkeypatch):
    finder = Interpreters(tmp_path / "runtimes", substitute=False)
    monkeypatch.setattr(sys, "version_info", (3, 9, 0, "final", 0))  # pretend that ours is another one
    with pytest.raises(EmulatorError):
        await finder.find(OWN)
    script(nothing_else / OWN, f'exec {sys.executable} "$@"')
    assert (await finder.find(OWN)).version == OWN_VERSION


def test_the_nearest_version_stands_in():
    assert interpreters._nearest_first(12)[:5] == [12, 13, 11, 14, 10]


@pytest.mark.parametrize(
    "folder", [".pyenv/versions/3.20.1/bin", ".local/share/uv/python/cpython-3.20.1-linux-x86_64-gnu/bin"]
)
def test_version_managers_are_searched(nothing_else, tmp_path, folder):
    (tmp_path / folder).mkdir(parents=True)
    script(tmp_path / folder / "python3.20", "")
    assert interpreters._candidates(20) == [str(tmp_path / folder / "python3.20")]


def test_shims_come_last(nothing_else, tmp_path, monkeypatch):
    for folder in ("shims", "real"):
        (tmp_path / folder).mkdir()
        script(tmp_path / folder / "python3.20", "")
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'real'}")
    assert interpreters._candidates(20) == [
        str(tmp_path / "real/python3.20"),
        str(tmp_path / "shims/python3.20"),
    ]
