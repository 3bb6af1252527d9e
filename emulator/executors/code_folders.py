"""Where code lies: packages and layers unpacked, once for each content, however many environments and versions run it.

A package that is a folder of the host is not unpacked but shown as it stands, as code or as the only layer. Among
several layers it is merged like the others, as it is at that moment.
"""

import asyncio
import hashlib
import io
import itertools
import stat
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from emulator.resources.code import CodePackage
from emulator.resources.code_folder import refuse_unusable
from emulator.resources.function import FunctionVersion

_AT_ONCE = 512 * 1024  # bytes of a zip that is unpacked without leaving the event loop


class CodeFolders:
    """Folders with unpacked code, below `folder`. `remove` deletes one that nobody uses any more."""

    def __init__(self, folder: Path, remove: Callable[[str], None]) -> None:
        self._folder = folder
        self._remove = remove
        self._users: dict[str, int] = {}
        self._unpacking: dict[str, asyncio.Task[None]] = {}
        self._graves = itertools.count()

    async def acquire(self, *packages: CodePackage) -> str:
        """The folder that holds the content of a package, or of several (layers), merged in their order.

        Every `acquire` needs a `release` of what it returned. Raises CodeFolderError for a folder that is not there.
        """
        if len(packages) == 1 and (folder := packages[0].folder) is not None:
            refuse_unusable(folder)
            return folder
        if any(package.folder is not None for package in packages):
            packages = tuple(await asyncio.to_thread(lambda: [package.pinned() for package in packages]))
        names = " ".join(package.sha256 for package in packages)
        path = self._folder / hashlib.sha256(names.encode()).hexdigest()[:32]
        key = str(path)
        self._users[key] = self._users.get(key, 0) + 1
        if key not in self._unpacking:
            self._unpacking[key] = asyncio.create_task(self._unpack([package.zip_bytes for package in packages], path))
        try:
            await asyncio.shield(self._unpacking[key])
        except BaseException:
            self.release(key)
            raise
        return key

    async def acquire_all(self, version: FunctionVersion) -> list[str]:
        """The folders with the function's code and, if it has any, its layers. Each needs a `release`."""
        unpacked = [await self.acquire(version.code)]
        if version.layers:
            try:
                unpacked.append(await self.acquire(*(layer.code for layer in version.layers)))
            except BaseException:
                self.release(*unpacked)
                raise
        return unpacked

    def release(self, *paths: str) -> None:
        """Says that one user less needs each of these folders. One of the host is nobody's to delete."""
        for path in paths:
            self._release(path)

    def _release(self, path: str) -> None:
        if path not in self._users:
            return
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
    async def _unpack(zips: Sequence[bytes], path: Path) -> None:
        if sum(map(len, zips)) <= _AT_ONCE:
            unpack(zips, path)
        else:
            await asyncio.to_thread(unpack, zips, path)


def unpack(zips: Sequence[bytes], folder: Path) -> None:
    """Unpacks zips into one new folder, keeping what they say of permissions.

    Of files with the same name the last one counts, which is how layers are merged [docs: invocation-layers]. Code that
    only its owner may read cannot be read by the function either, as on AWS [docs: troubleshooting-deployment]. Names
    never lead out of the folder, and nothing is written through a link: links are made when all else is there.
    """
    folder.mkdir(mode=0o755, parents=True)
    links: dict[Path, str] = {}
    modes: dict[Path, int] = {}
    for zip_bytes in zips:
        with zipfile.ZipFile(io.BytesIO(zip_bytes)) as archive:
            for entry in archive.infolist():
                mode = entry.external_attr >> 16
                if stat.S_ISLNK(mode):
                    links[folder / _safe_name(entry.filename)] = archive.read(entry).decode()
                    continue
                path = Path(archive.extract(entry, folder))
                links.pop(path, None)
                # A zip made on Windows says nothing of permissions.
                modes[path] = mode & 0o777 or (0o755 if entry.is_dir() else 0o644)
    for path, destination in links.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        modes.pop(path, None)
        path.symlink_to(destination)
    for path in sorted(modes, reverse=True):  # last and from within, because a folder may forbid writing into itself
        path.chmod(modes[path])


def _safe_name(name: str) -> str:
    return "/".join(part for part in name.split("/") if part not in {"", ".", ".."})
