"""Finds the Python that a runtime names, and prepares the /var/runtime that goes with it.

A function that names `python3.12` runs on Python 3.12 or not at all: another version would answer differently without
saying so. Only the setting `allow_runtime_substitution` lets the nearest one stand in, and the health page says it.
"""

import asyncio
import importlib.util
import json
import os
import re
import shutil
import site
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emulator.errors import EmulatorError

_OLDEST = 9  # the minor version that awslambdaric needs
_NEWEST = 20
_PROBE_SECONDS = 30.0
_OWN_FILES = Path(__file__).parent / "python_runtime"

# What AWS's Python runtimes bring along beside the client [docs: lambda-python]. `boto3` and what it needs are shown,
# not copied: they are large, and read by few functions.
_COPIED = ("awslambdaric", "simplejson", "snapshot_restore_py", "six")
SHOWN = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3")

# Where tools put interpreters, below the home folder or the folder that their variable names.
_TOOL_FOLDERS = (
    ("PYENV_ROOT", ".pyenv", "versions/{version}/bin"),
    ("UV_PYTHON_INSTALL_DIR", ".local/share/uv/python", "cpython-{version}/bin"),
    ("ASDF_DATA_DIR", ".asdf", "installs/python/{version}/bin"),
    ("MISE_DATA_DIR", ".local/share/mise", "installs/python/{version}/bin"),
)
_SYSTEM_FOLDERS = ("/usr/local/bin", "/usr/bin", "/opt/python/bin")


@dataclass(slots=True, frozen=True)
class Interpreter:
    """A Python that can run functions.

    `prefix` is the folder it was installed to, `packages` are the folders of packages installed for it,
    `runtime_folder` holds what functions see as /var/runtime. `substituted` says that it is not the version the
    runtime names.
    """

    path: str
    version: str
    prefix: str
    packages: tuple[str, ...]
    runtime_folder: str
    substituted: bool = False


class Interpreters:
    """The Pythons of this machine. `folder` is where their runtime folders are prepared."""

    def __init__(self, folder: Path, *, substitute: bool) -> None:
        self._folder = folder
        self._substitute = substitute
        self._found: dict[str, asyncio.Task[Interpreter]] = {}
        self._prepared: dict[str, asyncio.Task[Interpreter | None]] = {}

    def used(self) -> dict[str, Interpreter]:
        """The interpreters found so far, by runtime."""
        done = {name: task for name, task in self._found.items() if task.done() and not task.cancelled()}
        return {name: task.result() for name, task in done.items() if task.exception() is None}

    async def can_run(self, runtimes: Iterable[str]) -> list[str]:
        """Those of the runtimes for which there seems to be an interpreter; none is started to find out."""
        minors = {name: int(name.rpartition(".")[2]) for name in runtimes if name.startswith("python3.")}
        return [name for name, minor in minors.items() if self._substitute or _candidates(minor)]

    async def find(self, runtime: str) -> Interpreter:
        """The interpreter for `python3.N`. Raises EmulatorError that says what to install if there is none."""
        if runtime not in self._found:
            self._found[runtime] = asyncio.create_task(self._find(runtime))
        task = self._found[runtime]
        try:
            return await asyncio.shield(task)
        except EmulatorError:
            self._found.pop(runtime, None)  # it may be installed at any time
            raise

    async def _find(self, runtime: str) -> Interpreter:
        wanted = int(runtime.rpartition(".")[2])
        minors = _nearest_first(wanted) if self._substitute else [wanted]
        for minor in minors:
            for candidate in _candidates(minor):
                interpreter = await self._prepare(candidate)
                if interpreter is not None and interpreter.version.startswith(f"3.{minor}."):
                    return replace(interpreter, substituted=minor != wanted)
        raise EmulatorError(_advice(runtime, substitute=self._substitute))

    async def _prepare(self, path: str) -> Interpreter | None:
        real = str(Path(path).resolve())
        if real not in self._prepared:
            self._prepared[real] = asyncio.create_task(self._prepare_anew(real))
        return await asyncio.shield(self._prepared[real])

    async def _prepare_anew(self, path: str) -> Interpreter | None:
        """Makes the runtime folder of an interpreter, which is asked to compile it and to say what it is."""
        folder = self._folder / re.sub(r"\W+", "-", path.strip("/"))
        await asyncio.to_thread(_fill_runtime_folder, folder)
        described = _describe_own() if path == _own_path() else await _ask(path, folder)
        if described is None or described["implementation"] != "cpython":
            return None
        version = ".".join(map(str, described["version"]))
        packages = tuple(item for item in described["packages"] if Path(item).is_dir())
        return Interpreter(path, version, described["prefix"], packages, str(folder))


def _nearest_first(wanted: int) -> list[int]:
    """All versions by their distance from the wanted one, the newer of two equally near ones first."""
    return sorted(range(_OLDEST, _NEWEST + 1), key=lambda minor: (abs(minor - wanted), -minor))


def _advice(runtime: str, *, substitute: bool) -> str:
    if substitute:
        return f"No Python is found on this machine that could run a function of runtime {runtime}; install one."
    version = runtime.removeprefix("python")
    return (
        f"The runtime {runtime} needs Python {version}, which is not found on this machine. Install it (for example "
        f"`uv python install {version}` or `pyenv install {version}`), or allow another version to stand in with "
        "--allow-runtime-substitution (PARITY_ALLOW_RUNTIME_SUBSTITUTION=1)."
    )


def _candidates(minor: int) -> list[str]:
    """Paths that may be Python 3.minor, the surest first; each exists and is executable."""
    name = f"python3.{minor}"
    own = [Path(_own_path())] if sys.version_info[:2] == (3, minor) else []
    on_path = [Path(folder, name) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    # A shim starts a version manager that starts Python, or says that it will not: the last resort.
    shims = [path for path in on_path if "shims" in path.parts]
    direct = [path for path in on_path if path not in shims]
    by_tools = sorted((folder / name for folder in _tool_folders(minor)), reverse=True)
    system = [Path(folder, name) for folder in _SYSTEM_FOLDERS]
    paths = dict.fromkeys([*own, *direct, *by_tools, *system, *shims])
    return [str(path) for path in paths if os.access(path, os.X_OK)]


def _tool_folders(minor: int) -> Iterator[Path]:
    for variable, default, pattern in _TOOL_FOLDERS:
        base = Path(os.environ.get(variable) or Path.home() / default)
        for version in (f"3.{minor}", f"3.{minor}.*", f"3.{minor}-*"):
            yield from base.glob(pattern.format(version=version))


def _own_path() -> str:
    base = getattr(sys, "_base_executable", None) or sys.executable
    return str(Path(base).resolve())


def _describe_own() -> dict[str, Any]:
    """What prepare.py would say of the interpreter that runs us; asking it would take longer than a cold start."""
    return {
        "implementation": sys.implementation.name,
        "version": list(sys.version_info[:3]),
        "prefix": sys.base_prefix,
        "packages": site.getsitepackages([sys.base_prefix]),
    }


async def _ask(path: str, folder: Path) -> dict[str, Any] | None:
    """What an interpreter says of itself; None if it does not run."""
    nothing = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *(path, "-I", str(_OWN_FILES / "prepare.py"), str(folder)),
            stdin=nothing,
            stdout=asyncio.subprocess.PIPE,
            stderr=nothing,
        )
    except OSError:
        return None
    try:
        answer, _ = await asyncio.wait_for(process.communicate(), _PROBE_SECONDS)
        described: dict[str, Any] = json.loads(answer)
    except (TimeoutError, ValueError):
        if process.returncode is None:
            process.kill()
        return None
    return described


def _fill_runtime_folder(folder: Path) -> None:
    """awslambdaric and what it needs, with our client in place of its binary, and places for what is only shown.

    Compiled files are copied too: they are valid for the version that compiled them, and ignored by the others.
    """
    folder.mkdir(mode=0o755, parents=True)
    for name in _COPIED:
        source = package_folder(name)
        if source is None:
            continue
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("tests", "*.so"))
        else:
            shutil.copy2(source, folder)
    for name in ("bootstrap.py", "runtime_client.py"):
        shutil.copy2(_OWN_FILES / name, folder)
    for name in SHOWN:
        (folder / name).mkdir()  # a place to show it at


def link_shown_packages(runtime_folder: str) -> None:
    """Puts links where a sandbox would show packages; for functions that run without one. Twice does no harm."""
    for name in SHOWN:
        source, place = package_folder(name), Path(runtime_folder, name)
        if source is not None and not place.is_symlink():
            place.rmdir()
            place.symlink_to(source)


def package_folder(name: str) -> Path | None:
    """Where a package of ours is: its folder, or its file if it is a single module; None if it is not installed."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return None
    origin = Path(found.origin)
    return origin.parent if origin.name == "__init__.py" else origin
