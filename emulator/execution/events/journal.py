"""Which events were accepted and have not come to their end, in a file: so that none is lost with the process.

The file is a log: one line of JSON for each event that is accepted, that failed once more, and that ended. A line is
handed to the operating system before the call is answered, so the death of this process loses nothing; that of the
whole machine may lose the last moments, for nothing here waits for the disk.

An event that was running, or whose record was on its way, when the process died is attempted once more: at least once
is what AWS promises too (async.md §1).
"""

import os
from pathlib import Path
from typing import Any, Protocol

import msgspec

from emulator.execution.events.event import QueuedEvent
from emulator.execution.invocation import Invocation

_REWRITE_BYTES = 8 * 1024 * 1024  # with nothing open, a file of this size is begun anew


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


class _Failed(msgspec.Struct, tag="failed"):
    request_id: str
    attempts: int


class _Ended(msgspec.Struct, tag="ended"):
    request_id: str


_decode = msgspec.json.Decoder(_Accepted | _Failed | _Ended).decode


class Journal(Protocol):
    """Who is told what becomes of events."""

    def accepted(self, event: QueuedEvent) -> None:
        """It is in the queue."""

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
        self._size = 0
        self._rewrite()

    def events(self) -> list[QueuedEvent]:
        """Those that had not come to their end when the file was read, the oldest first."""
        return [_event(line) for line in self._open.values()]

    def accepted(self, event: QueuedEvent) -> None:
        """See Journal."""
        line = _line(event)
        self._open[line.request_id] = line
        self._append(line)

    def failed(self, event: QueuedEvent) -> None:
        """See Journal."""
        request_id = event.invocation.request_id
        if request_id in self._open:
            self._open[request_id].attempts = event.attempts
            self._append(_Failed(request_id, event.attempts))

    def ended(self, event: QueuedEvent) -> None:
        """See Journal."""
        if self._open.pop(event.invocation.request_id, None) is not None:
            self._append(_Ended(event.invocation.request_id))
            if not self._open and self._size > _REWRITE_BYTES:
                self._rewrite()

    def close(self) -> None:
        """Closes the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, line: msgspec.Struct) -> None:
        if self._file >= 0:
            self._size += os.write(self._file, msgspec.json.encode(line) + b"\n")

    def _rewrite(self) -> None:
        """Begins a file that holds nothing but what is open."""
        self.close()
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in self._open.values()))
        fresh.replace(self._path)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._size = os.fstat(self._file).st_size


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
            found[line.request_id].attempts = line.attempts
    return found


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
    )
