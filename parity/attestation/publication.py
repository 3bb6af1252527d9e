"""Recordings of AWS that others published: where they lie, where they come from, and what one of their entries holds.

Two layouts are read: a folder with a MANIFEST.json that says where its files come from, and a checkout of the public
repository itself, of which git says so. In both, a file maps test ids to `recorded-date` and `recorded-content`.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from parity.errors import ParityError
from parity.scenario import Published

MANIFEST = "MANIFEST.json"
_SUFFIX = ".snapshot.json"
_MESSAGE = re.compile(r"(.+)\.Messages\[(\d+)\]\.Body")  # what a queue brought
_NOTHING: tuple[Any, ...] = (None, {}, [], "")  # what attests no answer
_IN_REPOSITORY = "tests/aws/services/lambda_"


class NoRecording(Exception):
    """The link of a step leads to nothing that could attest an answer; the message says why."""


class _Manifest(msgspec.Struct):
    source: str
    commit: str
    path: str
    licence: str


_RecordedTest = msgspec.defstruct(
    "_RecordedTest",
    [
        ("date", str, msgspec.field(name="recorded-date")),
        ("content", dict[str, Any], msgspec.field(name="recorded-content")),
    ],
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer, as published: `test` is the full test id, `date` in ISO form, `path` that of the file."""

    value: Any
    test: str
    date: str
    path: str


@dataclass(frozen=True, slots=True, order=True)
class RecordedKey:
    """Where one recorded answer stands, in the terms of a link: file, test id behind the first `::`, key."""

    file: str
    test: str
    key: str


@dataclass(slots=True)
class Publication:
    """A set of published recordings. `commit` is None where a checkout cannot tell it."""

    root: Path
    repository: str
    commit: str | None
    path: str  # of `root` in the repository
    licence: str
    _files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keys(self, file: str) -> list[RecordedKey]:
        """Every answer and every other value that a file of recordings holds. Raises ParityError for no such file."""
        try:
            tests = self._file(file)
        except NoRecording as error:
            raise ParityError(f"{self.root}: {error}") from None
        found = [
            RecordedKey(file, name.partition("::")[2], key)
            for name, recorded in tests.items()
            for key in _keys(recorded.content)
        ]
        return list(dict.fromkeys(found))

    def find(self, link: Published) -> Recorded:
        """The recorded answer that a link names. Raises NoRecording."""
        tests = self._file(link.file)
        same = [name for name in tests if name.partition("::")[2] == link.test]
        if not same:
            raise NoRecording(f"{link.file}{_SUFFIX} has no test {link.test}")
        # A file that was moved keeps what was recorded under its old name; the last recording is the one that counts.
        test = max(same, key=lambda name: _iso(tests[name].date))
        recorded = tests[test]
        value = _at(recorded.content, link.key)
        if value in _NOTHING:
            raise NoRecording(f"the recording of {link.test} holds nothing at {link.key}")
        return Recorded(value, test, _iso(recorded.date), f"{self.path}/{link.file}{_SUFFIX}")

    def _file(self, name: str) -> dict[str, Any]:
        if name not in self._files:
            path = self.root / f"{name}{_SUFFIX}"
            if not path.resolve().is_relative_to(self.root.resolve()) or not path.is_file():
                raise NoRecording(f"there is no file {name}{_SUFFIX} among the recordings")
            try:
                self._files[name] = msgspec.json.decode(path.read_bytes(), type=dict[str, _RecordedTest])  # type: ignore[valid-type]
            except msgspec.DecodeError as error:
                raise ParityError(f"{path}: these are no recordings: {error}") from None
        return self._files[name]


def open_publication(folder: Path) -> Publication:
    """The recordings in a folder. Raises ParityError where there are none, or where no commit holds them."""
    if not folder.is_dir():
        raise ParityError(f"{folder}: there is no such folder")
    if (folder / MANIFEST).is_file():
        return _from_manifest(folder)
    for root in (folder / _IN_REPOSITORY, folder):
        if root.is_dir() and next(root.glob(f"*{_SUFFIX}"), None):
            return _from_checkout(root)
    raise ParityError(f"{folder}: no recordings here; expected {MANIFEST} or a checkout with {_IN_REPOSITORY}")


def _from_manifest(folder: Path) -> Publication:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest)
    except msgspec.DecodeError as error:
        raise ParityError(f"{folder / MANIFEST}: {error}") from None
    return Publication(folder, manifest.source, manifest.commit, manifest.path, manifest.licence)


def _from_checkout(root: Path) -> Publication:
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None:
        return Publication(root, "unknown", None, _IN_REPOSITORY, "unknown")
    if _git(root, "status", "--porcelain", "--", "."):
        raise ParityError(f"{root}: has changes that no commit holds; restore it first")
    path = root.resolve().relative_to(Path(top).resolve()).as_posix()
    return Publication(root, _origin(root), _git(root, "rev-parse", "HEAD"), path, _licence(Path(top)))


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says, or None where it says nothing useful."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _origin(root: Path) -> str:
    """The public URL of the repository, without the credentials that a remote's URL may hold."""
    url = _git(root, "remote", "get-url", "origin") or "unknown"
    match = re.fullmatch(r"(?:https?://(?:[^@/]*@)?|(?:ssh://)?git@)([^/:]+)[/:](.+?)(?:\.git)?/?", url)
    return f"https://{match[1]}/{match[2]}" if match else "unknown"


def _licence(top: Path) -> str:
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md"):
        file = top / name
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            return "Apache-2.0" if re.search(r"Apache License\s+Version 2\.0", text) else f"see {name}"
    return "unknown"


def _keys(content: dict[str, Any]) -> Iterator[str]:
    """The paths of the answers in a recording, and of all else that stands beside them."""
    for name, value in content.items():
        if isinstance(value, dict) and "ResponseMetadata" not in value and _holds_answers(value):
            yield from (f"{name}.{inner}" for inner in _keys(value))
        elif value not in _NOTHING:
            yield name


def _holds_answers(value: dict[str, Any]) -> bool:
    inner = [one for one in value.values() if isinstance(one, dict)]
    return any("ResponseMetadata" in one or _holds_answers(one) for one in inner)


def _at(content: dict[str, Any], key: str) -> Any:
    """The value at a path. What lies inside an answer is no answer: an answer is linked whole or not at all.

    But what a message carries is something of its own, which the answer of the queue only brought.
    """
    if message := _MESSAGE.fullmatch(key):
        try:
            return _at(content, message[1])["Messages"][int(message[2])]["Body"]
        except (LookupError, TypeError):
            raise NoRecording(f"the recording has nothing at {key}") from None
    value: Any = content
    for name in key.split("."):
        if isinstance(value, dict) and "ResponseMetadata" in value:
            raise NoRecording(f"{key} lies inside an answer; link the whole answer")
        if not isinstance(value, dict) or name not in value:
            raise NoRecording(f"the recording has nothing at {key}")
        value = value[name]
    return value


def _iso(date: str) -> str:
    """ "25-11-2025, 02:46:42" → "2025-11-25T02:46:42"."""
    try:
        return datetime.strptime(date, "%d-%m-%Y, %H:%M:%S").isoformat()  # they do not say the zone
    except ValueError:
        return date
