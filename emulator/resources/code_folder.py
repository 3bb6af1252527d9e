"""Folders of the host whose content is a function's code, or a layer, as it is at any moment (hot reload).

What a folder holds is told by `stat` alone, and a file is read again only if that has changed. So a look costs some
microseconds per file, and tells a file that was merely touched from one that was changed.

Left out is what is never code: `.git`, `__pycache__`, and the files that editors keep beside those they have open. A
link is told by where it leads; what lies there is told if it is in the folder too.
"""

import base64
import hashlib
import io
import os
import re
import stat
import threading
import time
import zipfile
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from emulator.errors import CodeFolderError

_NO_CODE = frozenset({".git", "__pycache__"})
_KEPT_BY_EDITORS = re.compile(r"\..*\.sw[a-px]|\.#.*|#.*#")  # vim's and emacs's; a backup (x.py~) is a file like others
_FOLDERS_KEPT = 256

_FEW = 500  # files and folders; a look at no more of them, two milliseconds or so, is always worth it
_SHARE = 10  # at more, one is made after ten times as long as it takes …
_DEAR = 0.1  # … and never where all would wait for so long, in seconds
# A file that is written twice within a tick of the kernel's clock may look the same both times.
_TICK_NS = 20_000_000

Signature = tuple[int, ...]
Identity = tuple[int, int]
"""Device and inode: another folder at the same path has another one."""


class _Entry(NamedTuple):
    """What `stat` says of a file: its mode, and all that changes whenever it is written. `link` is where one leads."""

    mode: int
    signature: Signature
    link: str | None = None


class FolderContent:
    """What one folder holds. `digest` is base64 of SHA-256 like AWS's CodeSha256, `size` in bytes. For any thread."""

    def __init__(self, folder: str) -> None:
        self.digest = ""
        self.size = 0
        self._folder = folder
        self._entries: dict[str, _Entry] = {}
        self._digests: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._walked_at = 0.0
        self._took = 0.0

    def look(self, changed: Collection[str] = ()) -> None:
        """Finds out what the folder holds now. `changed` are the paths of all changes since the last look, if known.

        Raises CodeFolderError if it is not there any more.
        """
        with self._lock:
            refuse_unusable(self._folder)
            if changed and self.digest and all(f"{path}/".startswith(f"{self._folder}/") for path in changed):
                entries = dict(self._entries)
                for path in changed:
                    self._amend(entries, path)
            else:
                began = time.thread_time()  # the time that others take from us is none of the folder's
                entries = dict(_walk(self._folder))
                self._took = time.thread_time() - began
                self._walked_at = time.monotonic()
            if entries != self._entries or not self.digest or len(self._digests) != len(entries):
                self._read(entries)

    def glance(self) -> None:
        """The same, unless that takes longer than a caller should wait: then others will have to tell of changes."""
        since = time.monotonic() - self._walked_at
        if len(self._entries) <= _FEW or (self._took <= _DEAR and since >= _SHARE * self._took):
            self.look()

    def _amend(self, entries: dict[str, _Entry], path: str) -> None:
        """Puts right what `entries` say of a path and of all that is below it."""
        name = path[len(self._folder) + 1 :]
        if any(_is_no_code(part) for part in name.split("/")):
            return
        try:
            entry = _entry(path, os.lstat(path)) if name else None
        except OSError:
            entry = None
        former = entries.pop(name, None)
        if entry is not None:
            entries[name] = entry
        if entry is None or former is None or stat.S_IFMT(entry.mode) != stat.S_IFMT(former.mode):
            for inner in [inner for inner in entries if inner.startswith(name + "/") or not name]:
                del entries[inner]
            if not name or (entry is not None and stat.S_ISDIR(entry.mode)):
                entries.update(_walk(self._folder, name and name + "/"))

    def _read(self, entries: dict[str, _Entry]) -> None:
        """Reads the files that are other ones than before. What was written just now is read again next time."""
        trusted = time.time_ns() - _TICK_NS
        digests, lasting = {}, {}
        for path, entry in entries.items():
            known = self._digests.get(path) if self._entries.get(path) == entry else None
            digests[path] = known or _digest(Path(self._folder, path), entry)
            if not entry.signature or entry.signature[-1] < trusted:
                lasting[path] = digests[path]
        self.digest = _tree_digest(entries, digests)
        self.size = sum(entry.signature[0] for entry in entries.values() if entry.signature)
        self._entries, self._digests = entries, lasting


@lru_cache(maxsize=_FOLDERS_KEPT)
def content_of(folder: str) -> FolderContent:
    """What is known of the content of a folder: the same to all who ask."""
    return FolderContent(folder)


def refuse_unusable(folder: str) -> Identity:
    """Raises CodeFolderError, with what is wrong, for what is no folder that code can be run from."""
    if not folder.startswith("/"):
        raise CodeFolderError.relative(folder)
    try:
        status = os.stat(folder)  # noqa: PTH116 (in each call)
        if not stat.S_ISDIR(status.st_mode):
            raise CodeFolderError.no_folder(folder)
        if not os.access(folder, os.R_OK | os.X_OK):
            raise CodeFolderError.unreadable(folder, "Permission denied")
    except FileNotFoundError:
        raise CodeFolderError.missing(folder) from None
    except (OSError, ValueError) as error:
        raise CodeFolderError.unreadable(folder, str(getattr(error, "strerror", None) or error)) from None
    return status.st_dev, status.st_ino


def zip_folder(folder: str) -> tuple[bytes, str, int]:
    """A zip of what a folder holds now, the digest of that content, and the bytes of its files.

    Raises CodeFolderError if it cannot be read.
    """
    refuse_unusable(folder)
    entries = dict(_walk(folder))
    digests = {}
    written = io.BytesIO()
    size = 0
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, entry in sorted(entries.items()):
            info = zipfile.ZipInfo(path + "/" if stat.S_ISDIR(entry.mode) else path)
            info.external_attr = entry.mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            if entry.link is not None:
                data = entry.link.encode()
            elif entry.signature:
                try:
                    data = Path(folder, path).read_bytes()
                except OSError as error:
                    raise CodeFolderError.unreadable(f"{folder}/{path}", str(error.strerror)) from None
            else:
                data = b""
            digests[path] = hashlib.sha256(data).digest()
            size += len(data) if entry.signature else 0
            archive.writestr(info, data)
    return written.getvalue(), _tree_digest(entries, digests), size


def _walk(folder: str, prefix: str = "") -> Iterator[tuple[str, _Entry]]:
    """Everything in a folder, or in the folder `prefix` in it. What vanishes meanwhile is left out."""
    try:
        with os.scandir(f"{folder}/{prefix}") as scanned:
            entries = list(scanned)
    except OSError:
        return
    for found in entries:
        if _is_no_code(found.name):
            continue
        name = prefix + found.name
        try:
            entry = _entry(found.path, found.stat(follow_symlinks=False))
        except OSError:
            continue
        if entry is not None:
            yield name, entry
            if stat.S_ISDIR(entry.mode):
                yield from _walk(folder, name + "/")


def _is_no_code(name: str) -> bool:
    return name in _NO_CODE or (name[:1] in {".", "#"} and _KEPT_BY_EDITORS.fullmatch(name) is not None)


def _entry(path: str, status: os.stat_result) -> _Entry | None:
    """None for what is neither file nor folder nor link."""
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return _Entry(mode, (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns))
    if stat.S_ISLNK(mode):
        return _Entry(mode, (), os.readlink(path))  # noqa: PTH115 (in each look)
    return _Entry(mode, ()) if stat.S_ISDIR(mode) else None


def _digest(path: Path, entry: _Entry) -> bytes:
    if entry.link is not None:
        return hashlib.sha256(entry.link.encode()).digest()
    if not entry.signature:
        return hashlib.sha256(b"").digest()
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:  # gone meanwhile, or not for us to read: what `stat` says must do
        return hashlib.sha256(repr(entry.signature).encode()).digest()


def _tree_digest(entries: Mapping[str, _Entry], digests: Mapping[str, bytes]) -> str:
    """Of names, permissions and contents."""
    whole = hashlib.sha256()
    for path, entry in sorted(entries.items()):
        whole.update(os.fsencode(path) + b"\0%o\0" % entry.mode + digests[path])
    return base64.b64encode(whole.digest()).decode()
