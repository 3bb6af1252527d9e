"""Unpacks deployment packages: once for each content, however many environments and versions run it."""

import asyncio
import hashlib
import io
import itertools
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from emulator.resources.code import CodePackage

_AT_ONCE = 512 * 1024  # bytes of a zip that is unpacked without leaving the event loop


class CodeFolders:
    """Folders with unpacked code, below `folder`. `remove` deletes one that nobody uses any more."""

    def __init__(self, folder: Path, remove: Callable[[str], None]) -> None:
        self._folder = folder
        self._remove = remove
        self._users: dict[str, int] = {}
        self._unpacking: dict[str, asyncio.Task[None]] = {}
        self._graves = itertools.count()

    async def acquire(self, package: CodePackage) -> str:
        """The folder that holds the package's content. Every `acquire` needs a `release` of what it returned."""
        path = self._folder / hashlib.sha256(package.sha256.encode()).hexdigest()[:32]
        key = str(path)
        self._users[key] = self._users.get(key, 0) + 1
        if key not in self._unpacking:
            self._unpacking[key] = asyncio.create_task(self._unpack(package.zip_bytes, path))
        try:
            await asyncio.shield(self._unpacking[key])
        except BaseException:
            self.release(key)
            raise
        return key

    def release(self, path: str) -> None:
        """Says that one user less needs a folder."""
        self._users[path] -= 1
        if self._users[path] == 0:
            del self._users[path], self._unpacking[path]
            # Out of the way at once, so that the same content can be unpacked again while this is being deleted.
            doomed = Path(path)
            if doomed.exists():
                grave = doomed.with_name(f"{doomed.name}.{next(self._graves)}")
                doomed.rename(grave)
                self._remove(str(grave))

    @staticmethod
    async def _unpack(zip_bytes: bytes, path: Path) -> None:
        if len(zip_bytes) <= _AT_ONCE:
            unpack(zip_bytes, path)
        else:
            await asyncio.to_thread(unpack, zip_bytes, path)


def unpack(zip_bytes: bytes, folder: Path) -> None:
    """Unpacks a zip into a new folder, keeping what it says of permissions.

    Code that only its owner may read cannot be read by the function either, as on AWS [docs:
    troubleshooting-deployment]. Names never lead out of the folder, and nothing is written through a link: links are
    made when all else is there.
    """
    folder.mkdir(mode=0o755, parents=True)
    links: list[tuple[Path, str]] = []
    folders: list[tuple[Path, int]] = []
    with zipfile.ZipFile(io.BytesIO(zip_bytes)) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            if stat.S_ISLNK(mode):
                target = folder / _safe_name(entry.filename)
                links.append((target, archive.read(entry).decode()))
                continue
            path = Path(archive.extract(entry, folder))
            permissions = mode & 0o777
            if entry.is_dir():
                folders.append((path, permissions or 0o755))
            else:
                path.chmod(permissions or 0o644)  # a zip made on Windows says nothing of permissions
    for path, destination in links:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(destination)
    for path, permissions in reversed(folders):  # last, because a folder may forbid writing into itself
        path.chmod(permissions)


def _safe_name(name: str) -> str:
    return "/".join(part for part in name.split("/") if part not in {"", ".", ".."})
