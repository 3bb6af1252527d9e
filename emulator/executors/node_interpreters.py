"""Finds the Node.js that a runtime names, and prepares the /var/runtime that goes with it.

As with Python (interpreters.py), a function that names `nodejs20.x` runs on Node.js 20, or on another version only
where the setting `allow_runtime_substitution` says so. An executable called `node` does not tell which version it is,
so those on PATH are asked; version managers have it in the names of their folders.
"""

import asyncio
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emulator.errors import EmulatorError
from emulator.executors.executor import Places
from emulator.executors.interpreters import Interpreter, Interpreters
from emulator.executors.nodejs_bundle import bundle

_OLDEST, _NEWEST = 16, 30  # major versions
_OLDEST_STAND_IN = 18  # what is older cannot do what functions for newer ones rely on
_ASK_SECONDS = 10.0
_OWN_FILES = Path(__file__).parent / "nodejs_runtime"

# Where tools put Node.js, below the home folder or the folder that their variable names.
_TOOL_FOLDERS = (
    ("NVM_DIR", ".nvm", "versions/node/v{version}/bin"),
    ("FNM_DIR", ".local/share/fnm", "node-versions/v{version}/installation/bin"),
    ("FNM_DIR", ".fnm", "node-versions/v{version}/installation/bin"),
    ("VOLTA_HOME", ".volta", "tools/image/node/{version}/bin"),
    ("ASDF_DATA_DIR", ".asdf", "installs/nodejs/{version}/bin"),
    ("MISE_DATA_DIR", ".local/share/mise", "installs/node/{version}/bin"),
    ("NODENV_ROOT", ".nodenv", "versions/{version}/bin"),
    ("N_PREFIX", "/usr/local", "n/versions/node/{version}/bin"),
)
_SYSTEM_FOLDERS = (
    "/usr/local/bin", "/usr/bin", "/opt/node/bin", "/opt/nodejs/bin",
    "/home/linuxbrew/.linuxbrew/opt/node@{major}/bin", "/home/linuxbrew/.linuxbrew/bin",
)  # fmt: skip
_NAMES = ("node", "nodejs", "node{major}", "node-{major}")

# AWS's runtimes bring the AWS SDK along [docs: lambda-nodejs, runtime-included SDK versions]. What `npm install -g` put
# on this machine stands in for it; nothing else that is installed here is shown.
_SDK_PACKAGES = ("@aws-sdk", "@smithy", "aws-sdk")
_GLOBAL_PACKAGES = ("/usr/local/lib/node_modules", "/usr/lib/node_modules")


@dataclass(slots=True, frozen=True)
class NodeInterpreter(Interpreter):
    """A Node.js that can run functions.

    `libraries` are those that it needs and that a sandbox would not see otherwise; `sdk` are folders of packages of the
    AWS SDK.
    """

    libraries: tuple[str, ...] = ()
    sdk: tuple[str, ...] = ()

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


class NodeInterpreters(Interpreters):
    """The Node.js versions of this machine. `folder` is where their runtime folders are prepared."""

    async def can_run(self, runtimes: Iterable[str]) -> list[str]:
        """Those of the runtimes for which there is an interpreter."""
        found = [await self._prepare(path) for path in _all_candidates()]
        majors = {interpreter.major for interpreter in found if isinstance(interpreter, NodeInterpreter)}
        wanted = {name: runtime_major(name) for name in runtimes if name.startswith("nodejs")}
        stand_in = self._substitute and any(major >= _OLDEST_STAND_IN for major in majors)
        return [name for name, major in wanted.items() if major in majors or stand_in]

    async def _find(self, runtime: str) -> Interpreter:
        wanted = runtime_major(runtime)
        for major in _nearest_first(wanted) if self._substitute else [wanted]:
            for path in _candidates(major):
                found = await self._prepare(path)
                if isinstance(found, NodeInterpreter) and found.major == major:
                    return replace(found, substituted=major != wanted)
        raise EmulatorError(_advice_for(runtime, wanted, substitute=self._substitute))

    async def _prepare_anew(self, path: str) -> Interpreter | None:
        """Makes the runtime folder of an interpreter, after having asked it which version it is."""
        said = await _output_of(path, "--version")
        version = said.strip().removeprefix("v")
        if not re.fullmatch(r"\d+\.\d+\.\d+.*", version):
            return None
        prefix = _prefix_of(Path(path))
        libraries = _foreign_libraries(await _output_of("ldd", path), prefix) if prefix else ()
        sdk = _sdk_folders(prefix)
        folder = self._folder / re.sub(r"\W+", "-", path.strip("/"))
        await asyncio.to_thread(fill_runtime_folder, folder, sdk)
        return NodeInterpreter(path, version, prefix, (), str(folder), libraries=libraries, sdk=sdk)


def runtime_major(runtime: str) -> int:
    """The Node.js that a runtime names: 20 for `nodejs20.x`."""
    return int(runtime.removeprefix("nodejs").partition(".")[0])


def _nearest_first(wanted: int) -> list[int]:
    """The versions that may serve, by their distance from the wanted one, the newer of two equally near ones first."""
    return sorted({wanted, *range(_OLDEST_STAND_IN, _NEWEST + 1)}, key=lambda major: (abs(major - wanted), -major))


def _advice_for(runtime: str, major: int, *, substitute: bool) -> str:
    if substitute:
        return f"No Node.js is found on this machine that could run a function of runtime {runtime}; install one."
    return (
        f"The runtime {runtime} needs Node.js {major}, which is not found on this machine. Install it (for example "
        f"`nvm install {major}` or `fnm install {major}`), or allow another version to stand in with "
        "--allow-runtime-substitution (PARITY_ALLOW_RUNTIME_SUBSTITUTION=1)."
    )


def _all_candidates() -> list[str]:
    paths = [path for major in range(_OLDEST, _NEWEST + 1) for path in _candidates(major)]
    return list(dict.fromkeys(str(Path(path).resolve()) for path in paths))


def _candidates(major: int) -> list[str]:
    """Paths that may be Node.js of that version, the surest first; each is a program and no script."""
    names = [name.format(major=major) for name in _NAMES]
    on_path = [
        Path(folder, name) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder for name in names
    ]
    by_tools = sorted((folder / "node" for folder in _tool_folders(major)), key=_version_in, reverse=True)
    system = [Path(folder.format(major=major), name) for folder in _SYSTEM_FOLDERS for name in names]
    paths = dict.fromkeys([*on_path, *by_tools, *system])
    return [str(path) for path in paths if _is_node(path)]


def _tool_folders(major: int) -> Iterator[Path]:
    for variable, default, pattern in _TOOL_FOLDERS:
        base = Path(os.environ.get(variable) or Path.home() / default)
        yield from base.glob(pattern.format(version=f"{major}.*"))


def _version_in(path: Path) -> tuple[int, ...]:
    found = re.search(r"/v?(\d+)\.(\d+)\.(\d+)/", str(path))
    return tuple(map(int, found.groups())) if found else ()


def _is_node(path: Path) -> bool:
    """Whether it is the program itself. A shim of a version manager is a script, or has another name in truth."""
    if not os.access(path, os.X_OK) or not path.resolve().name.startswith("node"):
        return False
    try:
        with path.open("rb") as file:
            return file.read(2) != b"#!"
    except OSError:
        return False


def _prefix_of(path: Path) -> str:
    """The folder it was installed to; empty if that is the system's, of which a sandbox sees enough anyway."""
    in_system = path.is_relative_to("/usr") or path.is_relative_to("/bin")
    return "" if in_system or path.parent.name != "bin" else str(path.parent.parent)


def _foreign_libraries(ldd: str, prefix: str) -> tuple[str, ...]:
    seen = ("/usr/", "/lib", "/nix/store/", f"{prefix}/")
    found = re.findall(r"=> (/\S+)", ldd)
    return tuple(path for path in found if not path.startswith(seen))


def _sdk_folders(prefix: str) -> tuple[str, ...]:
    for folder in (*([f"{prefix}/lib/node_modules"] if prefix else []), *_GLOBAL_PACKAGES):
        found = [path for name in _SDK_PACKAGES if (path := Path(folder, name)).is_dir()]
        if found:
            return tuple(map(str, found))
    return ()


async def _output_of(*command: str) -> str:
    """What a program prints; nothing if it does not run."""
    nothing = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=nothing, stdout=asyncio.subprocess.PIPE, stderr=nothing
        )
    except OSError:
        return ""
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _ASK_SECONDS)
    except TimeoutError:
        process.kill()
        return ""
    return output.decode("utf-8", "replace")


def fill_runtime_folder(folder: Path, sdk: tuple[str, ...] = ()) -> None:
    """Our client in a new folder, and places at which the packages of the AWS SDK are shown."""
    folder.mkdir(mode=0o755, parents=True)
    files = {"index.mjs": bundle(_OWN_FILES / "index.mjs"), "node_path.mjs": (_OWN_FILES / "node_path.mjs").read_text()}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o644)
    for package in sdk:
        (folder / "node_modules" / Path(package).name).mkdir(parents=True)


def link_sdk(interpreter: NodeInterpreter) -> None:
    """Puts links where a sandbox would show the AWS SDK; for functions that run without one. Twice does no harm."""
    for package in interpreter.sdk:
        place = Path(interpreter.runtime_folder, "node_modules", Path(package).name)
        if not place.is_symlink():
            place.rmdir()
            place.symlink_to(package)


def node_view(places: Places, interpreter: NodeInterpreter) -> list[list[Any]]:
    """What a sandbox shows for a Node.js function, as steps (spawner/file_tree.py)."""
    language = ["show", places.language_root, interpreter.prefix]
    if not interpreter.prefix:
        language = ["show", f"{places.language_root}/bin/node", interpreter.path]
    modules = f"{places.runtime_folder}/node_modules"
    return [
        language,
        *(["show", library, library] for library in interpreter.libraries),
        ["show", places.runtime_folder, interpreter.runtime_folder],
        *(["show", f"{modules}/{Path(package).name}", package] for package in interpreter.sdk),
    ]
