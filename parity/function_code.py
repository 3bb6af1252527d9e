"""Function code: the folders of `scenarios/_functions` and the zip archives that are deployed from them."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from parity.archive import zip_bytes

FOLDER = "_functions"
DEFAULTS = "function.yaml"  # how the code is deployed; not part of it

_NOT_CODE = {"__pycache__", ".DS_Store"}
_ANY_EXECUTE = 0o111


class FunctionCode(Mapping[str, bytes]):
    """The zip archive of each folder of `_functions`, by the folder's name; made when first asked for, then kept.

    Everything in a folder is in its archive, except `function.yaml` and what Python and macOS leave behind. Files that
    are executable stay so. The archive of the same files is the same on every machine.
    """

    def __init__(self, scenarios: Path) -> None:
        self.folder = scenarios / FOLDER
        self._names = sorted(path.name for path in self.folder.glob("*/"))
        self._archives: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._archives:
            self._archives[name] = _archive(self.folder / name)
        return self._archives[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def defaults_file(self, name: str) -> Path:
        """Where the folder's `function.yaml` is, whether or not there is one."""
        return self.folder / name / DEFAULTS

    def digest(self, name: str) -> str:
        """The SHA-256 of the archive, hex."""
        return hashlib.sha256(self[name]).hexdigest()


def _archive(folder: Path) -> bytes:
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if _is_code(path, folder)}
    executable = {name for name, path in files.items() if path.stat().st_mode & _ANY_EXECUTE}
    return zip_bytes({name: path.read_bytes() for name, path in files.items()}, executable)


def _is_code(path: Path, folder: Path) -> bool:
    inside = path.relative_to(folder)
    return path.is_file() and _NOT_CODE.isdisjoint(inside.parts) and path.suffix != ".pyc" and str(inside) != DEFAULTS
