"""One layer of an image: a tar that is the same, byte for byte, whenever it is made of the same content."""

import hashlib
import importlib.util
import io
import marshal
import sys
import tarfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import IO

from tests.docker.base_images import debian

# Where a system with one /usr has its programs and libraries. /bin/sh is bash, as in AWS's images.
LINKS = {
    "bin": "usr/bin",
    "sbin": "usr/sbin",
    "lib": "usr/lib",
    "lib64": "usr/lib64",
    "usr/bin/sh": "bash",
    "etc/localtime": "../usr/share/zoneinfo/UTC",
}
_FOLDERS = {"dev": 0o755, "proc": 0o755, "run": 0o755, "sys": 0o755, "tmp": 0o1777}
_NOT_TO_RUN = (
    "usr/share/doc/", "usr/share/gcc/", "usr/share/gdb/", "usr/share/info/", "usr/share/lintian/", "usr/share/locale/",
    "usr/share/man/", "usr/share/zoneinfo/posix/", "usr/share/zoneinfo/right/",
)  # fmt: skip


class Layer:
    """Writes a layer to a file. What is there already is not written again: the first one wins.

    `compiled` says that Python files are compiled too, for the version that runs this: their folders cannot be written
    to in a container, so each start would compile them.
    """

    def __init__(self, file: Path, *, compiled: bool = False) -> None:
        self.file = file
        self._compiled = compiled
        self._archive = tarfile.open(file, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._present = {"", *LINKS}  # packages have folders of the same names

    def add_system_folders(self) -> None:
        """The folders that every system has, and LINKS."""
        for name, mode in _FOLDERS.items():
            self.add_folder(name, mode)
        for name, target in LINKS.items():
            self.add_link(name, target)

    def add_package(self, package: Path, moved: Callable[[str], str] = str) -> None:
        """What a Debian package holds, but for what is for readers; each path as `moved` says."""
        with tarfile.open(fileobj=io.BytesIO(debian.content(package))) as files:
            for entry in files:
                entry.name = moved(_below_usr(entry.name))
                if entry.islnk():
                    entry.linkname = moved(_below_usr(entry.linkname))
                if not f"{entry.name}/".startswith(_NOT_TO_RUN):
                    self._add(entry, files.extractfile(entry) if entry.isreg() else None)

    def add_tree(self, path: str, folder: Path) -> None:
        """A folder of this machine."""
        self.add_folder(path)
        for item in sorted(folder.rglob("*")):
            name = f"{path}/{item.relative_to(folder)}"
            if item.is_dir() and item.name != "__pycache__":
                self.add_folder(name)
            elif item.is_file() and item.suffix != ".pyc":
                self.add_file(name, item.read_bytes(), 0o755 if item.stat().st_mode & 0o100 else 0o644)

    def add_folder(self, name: str, mode: int = 0o755) -> None:
        self._add(_entry(name, tarfile.DIRTYPE, mode))

    def add_link(self, name: str, target: str) -> None:
        entry = _entry(name, tarfile.SYMTYPE, 0o777)
        entry.linkname = target
        self._archive.addfile(entry)

    def add_file(self, name: str, data: bytes, mode: int = 0o755) -> None:
        entry = _entry(name, tarfile.REGTYPE, mode)
        entry.size = len(data)
        self._add(entry, io.BytesIO(data))

    def close(self) -> str:
        """The digest of the layer, which is whole now."""
        self._archive.close()
        with self.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _add(self, entry: tarfile.TarInfo, data: IO[bytes] | None = None) -> None:
        if entry.name in self._present:
            return
        self._present.add(entry.name)
        text = data.read() if data is not None else b""
        self._archive.addfile(entry, io.BytesIO(text) if entry.isreg() else None)
        folder, _, file = entry.name.rpartition("/")
        if self._compiled and file.endswith(".py"):
            name = f"{folder}/__pycache__/{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
            self.add_folder(f"{folder}/__pycache__")
            self.add_file(name, _compiled(entry.name, text), 0o644)


def _compiled(path: str, source: bytes) -> bytes:
    """A compiled file that is never held against its source (PEP 552); no time of its making is in it."""
    with warnings.catch_warnings(action="ignore"):
        code = compile(source, f"/{path}", "exec", dont_inherit=True, optimize=0)
    flags = (0b01).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source) + marshal.dumps(code)


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = kind, mode
    return entry


def _below_usr(name: str) -> str:
    """A path of a package, without what leads to it, and where the links of LINKS take it."""
    path = name.removeprefix("./").strip("/") if name != "." else ""
    first, slash, rest = path.partition("/")
    return f"{LINKS[first]}/{rest}" if slash and first in LINKS else path
