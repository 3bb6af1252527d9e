"""Debian packages with all that they depend on, downloaded and not installed."""

import functools
import hashlib
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

# What packages name for their installation alone; nothing is installed here, no script of a package is run.
_FOR_INSTALLATION = frozenset(
    {"dpkg", "debconf", "cdebconf", "debianutils", "install-info", "perl", "perl-base", "sgml-base"}
)
_LISTS = Path("/var/lib/apt/lists")
_ONLY = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]


def state_of_archive() -> str:
    """A digest of what apt knows: while it is the same, so are the packages."""
    releases = sorted(_LISTS.glob("*Release"))
    if not releases:
        raise RuntimeError("apt knows no packages: run `apt-get update`")
    return hashlib.sha256(b"".join(file.read_bytes() for file in releases)).hexdigest()


def with_dependencies(names: Iterable[str]) -> list[str]:
    """The packages, and those that they need to run."""
    graph = _dependencies(tuple(names))
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in _FOR_INSTALLATION:
            found.add(name)
            waiting += graph.get(name, [])
    return sorted(found)


def download(names: Iterable[str], folder: Path) -> list[Path]:
    """The files of packages, those of the same name that `folder` has already among them."""
    folder.mkdir(exist_ok=True)
    wanted = [name for name in names if not list(folder.glob(f"{name}_*.deb"))]
    if wanted:
        command = ["apt-get", "download", "--quiet=2", "-o", "APT::Sandbox::User=root", *wanted]
        output_of(command, folder)
    return [next(folder.glob(f"{name}_*.deb")) for name in names]


def content(package: Path) -> bytes:
    """The files of a package, as a tar."""
    return subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True).stdout


@functools.cache
def _dependencies(names: tuple[str, ...]) -> dict[str, list[str]]:
    """What each package depends on; of alternatives the first, and of packages that others provide none."""
    graph: dict[str, list[str]] = {}
    package, is_alternative = "", False
    for line in output_of(["apt-cache", "depends", "--recurse", *_ONLY, *names]).splitlines():
        if line[:1].isalnum():
            package, is_alternative = line, False
        elif match := re.match(r" (.)(?:Pre)?Depends: (\S+)", line):
            if not is_alternative and match[2][0] != "<":
                graph.setdefault(package, []).append(match[2])
            is_alternative = match[1] == "|"
    return graph


def output_of(command: list[str], folder: Path | None = None) -> str:
    """What a program prints. Raises RuntimeError with what it complains of."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:2])}: {done.stderr.strip()}")
    return done.stdout
