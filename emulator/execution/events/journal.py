"""Which events were accepted and have not come to their end, in a file: so that none is lost with the process.

The file is a log: one line of JSON for each event that is accepted, that failed once more, and that ended. A line is
handed to the operating system before the call is answered, so the death of this process loses nothing; that of the
whole machine may lose the last moments, for nothing here waits for the disk. What the disk does not take leaves no half
line behind: an event is then not accepted, and one that ended may be attempted once more after a restart.

An event that was running, or whose record was on its way, when the process died is attempted once more: at least once
is what AWS promises too (async.md §1).
"""

import errno
import logging
import os
from pathlib import Path
from typing import Any, Protocol

import msgspec

from emulator.errors import EmulatorError
from emulator.execution.events.event import QueuedEvent
from emulator.execution.invocation import Invocation

_log = logging.getLogger(__name__)

_REWRITE_BYTES = 8 * 1024 * 1024  # a file of this size is begun anew, unless much of it is still open
_REWRITE_RATIO = 4  # of the file to what was open when it was begun


class _Accepted(msgspec.Struct, tag="accepted", omit_defaults=True):
    account_id: str
    region: str
    function_name: str
    qualifier: str | None
    request_id: str
    payload: bytes
    function_arn: str
    accepted_at: float
    trace_header: str | None = None
    attempts: int = 0
    tenant_id: str | None = None
    due_at: float = 0.0
    skipped: float = 0.0


class _Failed(msgspec.Struct, tag="failed"):
    request_id: str
    attempts: int
    due_at: float = 0.0
    skipped: float = 0.0


class _Ended(msgspec.Struct, tag="ended"):
    request_id: str


_decode = msgspec.json.Decoder(_Accepted | _Failed | _Ended).decode


class Journal(Protocol):
    """Who is told what becomes of events."""

    def accepted(self, event: QueuedEvent) -> None:
        """It is in the queue. Raises EmulatorError if that cannot be noted."""

    def failed(self, event: QueuedEvent) -> None:
        """It will be attempted again."""

    def ended(self, event: QueuedEvent) -> None:
        """Nothing more will happen to it."""


class NoJournal:
    """Forgets."""

    def accepted(self, event: QueuedEvent) -> None:
        """See Journal."""

    def failed(self, event: QueuedEvent) -> None:
        """See Journal."""

    def ended(self, event: QueuedEvent) -> None:
        """See Journal."""


class EventJournal:
    """The file `path`, which is made if it is not there. Raises OSError where that cannot be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: dict[str, _Accepted] = _read(path)
        self._file = -1
        self._size = self._began_with = 0
        self._rewrite()

    def events(self) -> list[QueuedEvent]:
        """Those that had not come to their end when the file was read, the oldest first."""
        return [_event(line) for line in self._open.values()]

    def accepted(self, event: QueuedEvent) -> None:
        """See Journal."""
        line = _line(event)
        trouble = self._append(line)
        if trouble is not None:
            raise EmulatorError(f"No event is accepted, for it could not be written to {self._path}: {trouble}")
        self._open[line.request_id] = line

    def failed(self, event: QueuedEvent) -> None:
        """See Journal."""
        accepted = self._open.get(event.invocation.request_id)
        if accepted is not None:
            line = _Failed(event.invocation.request_id, event.attempts, event.due_at, event.skipped)
            _note_failure(accepted, line)
            self._append_or_tell(line)

    def ended(self, event: QueuedEvent) -> None:
        """See Journal."""
        if self._open.pop(event.invocation.request_id, None) is not None:
            self._append_or_tell(_Ended(event.invocation.request_id))
            if self._size > max(_REWRITE_BYTES, _REWRITE_RATIO * self._began_with):
                self._rewrite_or_tell()

    def close(self) -> None:
        """Closes the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append_or_tell(self, line: msgspec.Struct) -> None:
        trouble = self._append(line)
        if trouble is not None:
            _log.error("%s is not up to date: %s", self._path, trouble)

    def _append(self, line: msgspec.Struct) -> OSError | None:
        """Writes a line; returns what went wrong, and then there is nothing of it in the file."""
        if self._file < 0:
            return None
        text = msgspec.json.encode(line) + b"\n"
        try:
            written = os.write(self._file, text)
            if written == len(text):
                self._size += written
                return None
            trouble = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # a full disk takes what still fits
        except OSError as error:
            trouble = error
        os.ftruncate(self._file, self._size)
        return trouble

    def _rewrite_or_tell(self) -> None:
        try:
            self._rewrite()
        except OSError as error:  # the long file is as good
            _log.error("%s stays as long as it is: %s", self._path, error)
            self._began_with = self._size

    def _rewrite(self) -> None:
        """Begins a file that holds nothing but what is open."""
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in self._open.values()))
        fresh.replace(self._path)
        self.close()
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._size = self._began_with = os.fstat(self._file).st_size


def _read(path: Path) -> dict[str, _Accepted]:
    found: dict[str, _Accepted] = {}
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return found
    for number, text in enumerate(lines, 1):
        if not text:
            continue
        try:
            line: Any = _decode(text)
        except msgspec.DecodeError as error:
            if number == len(lines):  # the process died while it was written, so nobody was told that it is accepted
                continue
            raise OSError(f"{path}:{number} is not a line of this journal: {error}") from error
        if isinstance(line, _Accepted):
            found[line.request_id] = line
        elif isinstance(line, _Ended):
            found.pop(line.request_id, None)
        elif line.request_id in found:
            _note_failure(found[line.request_id], line)
    return found


def _note_failure(accepted: _Accepted, failed: _Failed) -> None:
    accepted.attempts, accepted.due_at, accepted.skipped = failed.attempts, failed.due_at, failed.skipped


def _line(event: QueuedEvent) -> _Accepted:
    invocation = event.invocation
    return _Accepted(
        event.account_id,
        event.region,
        event.function_name,
        event.qualifier,
        invocation.request_id,
        invocation.payload,
        invocation.function_arn,
        event.accepted_at,
        invocation.trace_header,
        event.attempts,
        invocation.tenant_id,
        event.due_at,
        event.skipped,
    )


def _event(line: _Accepted) -> QueuedEvent:
    invocation = Invocation(
        line.request_id,
        line.payload,
        line.function_arn,
        trace_header=line.trace_header,
        tenant_id=line.tenant_id,
    )
    return QueuedEvent(
        line.account_id,
        line.region,
        line.function_name,
        line.qualifier,
        invocation,
        line.accepted_at,
        line.attempts,
        line.due_at,
        line.skipped,
    )
