"""Resources that outlive the process: `--state DIR`.

Each resource is a file of its own, written whenever a call has changed it and before that call is answered; packages
are files named for their content. A file is written beside and renamed, so it is never half there. It is handed to the
operating system and not to the disk: the death of this process loses nothing, that of the machine may.

    DIR/lock                     held by the emulator that uses the folder
    DIR/code/<sha256>            packages
    DIR/resources/<account>/<region>/<kind>/<name>
    DIR/events                   the journal of events (execution/events/journal.py)

The files are MessagePack, decoded by the types of the resources: what an older emulator did not know yet has its
default.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import quote, unquote

import msgspec

from emulator.errors import EmulatorError
from emulator.resources.store import RegionResources, Store

_KINDS = (
    *("functions", "used_numbers", "layers", "code_signing_configs"),
    *("event_source_mappings", "capacity_providers", "durable_executions"),
)
_PACKAGE_MEMBER = "zip_bytes"
_KEPT_TYPES = (bytes, datetime)
_BESIDE = ".new"


class SavedState:
    """The folder `folder`, made if it is not there. Raises EmulatorError if it cannot be used."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._written: dict[Path, bytes] = {}  # digest of what each file holds
        self._used: set[str] = set()  # packages
        hints = get_type_hints(RegionResources)
        self._types = {kind: get_args(hints[kind])[1] for kind in _KINDS}
        try:
            (folder / "code").mkdir(parents=True, exist_ok=True)
            (folder / "resources").mkdir(exist_ok=True)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmulatorError(f"The state folder {folder} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise EmulatorError(f"The state folder {folder} is in use by another emulator.") from None

    def load(self) -> None:
        """Fills the store. Raises EmulatorError, naming the file, for one that is no resource."""
        for path in self._files():
            account_id, region, kind, name = path.relative_to(self._folder / "resources").parts
            try:
                data = path.read_bytes()
                tree = msgspec.msgpack.decode(data, strict=False)
                resource = msgspec.convert(self._with_packages(tree), self._types[kind], builtin_types=_KEPT_TYPES)
            except (OSError, msgspec.MsgspecError, KeyError) as error:
                raise EmulatorError(f"{path} cannot be read as one of {kind}: {error}.") from error
            getattr(self._store.region(account_id, region), kind)[unquote(name)] = resource
            self._written[path] = _digest(data)
        self._forget_unused_code()

    def save(self) -> None:
        """Writes what has changed since it was last written. Raises EmulatorError if that fails."""
        there = set()
        try:
            for resources in self._store.regions():
                for kind in _KINDS:
                    for name, resource in getattr(resources, kind).items():
                        path = self._path(resources, kind, name)
                        there.add(path)
                        self._write_resource(path, resource)
            for path in self._written.keys() - there:
                path.unlink(missing_ok=True)
                del self._written[path]
        except OSError as error:
            raise EmulatorError(f"The state folder {self._folder} could not be written: {error}.") from error

    def close(self) -> None:
        """Leaves the folder to others."""
        os.close(self._lock)

    def _path(self, resources: RegionResources, kind: str, name: str) -> Path:
        return self._folder.joinpath("resources", resources.account_id, resources.region, kind, quote(name, safe=""))

    def _files(self) -> Iterator[Path]:
        for path in sorted((self._folder / "resources").glob("*/*/*/*")):
            if path.suffix == _BESIDE:
                path.unlink()  # the process died while it wrote
            else:
                yield path

    def _write_resource(self, path: Path, resource: Any) -> None:
        tree = msgspec.to_builtins(resource, builtin_types=_KEPT_TYPES)
        data = msgspec.msgpack.encode(self._without_packages(tree))
        digest = _digest(data)
        if self._written.get(path) != digest:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
            self._written[path] = digest

    def _without_packages(self, value: Any) -> Any:
        """The tree with the name of a file in the place of each package."""
        if isinstance(value, dict):
            return {
                key: self._keep_package(inner) if key == _PACKAGE_MEMBER else self._without_packages(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._without_packages(inner) for inner in value]
        return value

    def _with_packages(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: self._package(inner) if key == _PACKAGE_MEMBER else self._with_packages(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self._with_packages(inner) for inner in value]
        return value

    def _package(self, name: str) -> bytes:
        self._used.add(name)
        return (self._folder / "code" / name).read_bytes()

    def _keep_package(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        path = self._folder / "code" / name
        if not path.exists():
            _write(path, content)
        return name

    def _forget_unused_code(self) -> None:
        for path in (self._folder / "code").iterdir():
            if path.name not in self._used:
                path.unlink()


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + _BESIDE)
    beside.write_bytes(data)
    beside.replace(path)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
