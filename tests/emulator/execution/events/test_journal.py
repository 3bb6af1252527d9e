"""Events outlive the process that accepted them: what a journal holds after any end of that process."""

import os
from pathlib import Path

import pytest

from emulator.errors import EmulatorError
from emulator.execution.events.event import QueuedEvent
from emulator.execution.events.journal import EventJournal
from emulator.execution.invocation import Invocation


def event(request_id: str, payload: bytes = b'{"a": "\xc3\xa9"}') -> QueuedEvent:
    invocation = Invocation(request_id, payload, f"arn:{request_id}", trace_header="Root=1")
    return QueuedEvent("111111111111", "eu-central-1", "fn", "live", invocation, 1_700_000_000.25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.journal"


def test_what_was_not_ended_is_there_again_as_it_was(path):
    journal = EventJournal(path)
    first, second, third = event("1"), event("2"), event("3")
    for one in (first, second, third):
        journal.accepted(one)
    second.attempts, second.due_at, second.skipped = 2, second.accepted_at + 120.0, 118.8
    journal.failed(second)
    journal.ended(first)
    # no close(): the process was killed

    again = EventJournal(path).events()
    assert [one.invocation.request_id for one in again] == ["2", "3"]
    assert [one.attempts for one in again] == [2, 0]
    assert (again[0].due_at, again[0].skipped) == (second.due_at, 118.8)
    assert again[1].invocation == third.invocation
    assert (again[1].accepted_at, again[1].qualifier) == (third.accepted_at, "live")


def test_a_line_that_was_cut_off_is_as_if_it_had_not_begun(path):
    journal = EventJournal(path)
    journal.accepted(event("1"))
    journal.accepted(event("2"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert [one.invocation.request_id for one in EventJournal(path).events()] == ["1"]


def test_a_file_of_something_else_is_refused_and_kept(path):
    path.write_bytes(b"notes to myself\nsecond line\n")
    with pytest.raises(OSError, match=r"events\.journal:1 is not a line of this journal"):
        EventJournal(path)
    assert path.read_bytes().startswith(b"notes to myself")


def test_a_start_leaves_nothing_in_the_file_but_what_is_open(path):
    journal = EventJournal(path)
    for number in range(50):
        journal.accepted(event(str(number)))
        journal.ended(event(str(number)))
    journal.accepted(event("open"))
    journal.close()
    EventJournal(path)
    assert path.read_bytes().count(b"\n") == 1


def test_a_long_file_is_begun_anew_once_nothing_is_open(path, monkeypatch):
    monkeypatch.setattr("emulator.execution.events.journal._REWRITE_BYTES", 1000)
    journal = EventJournal(path)
    for number in range(50):
        journal.accepted(event(str(number)))
        journal.ended(event(str(number)))
        assert path.stat().st_size < 1000 + 400
    journal.accepted(event("next"))
    assert [one.invocation.request_id for one in EventJournal(path).events()] == ["next"]


def test_a_long_file_is_begun_anew_though_some_are_always_open(path, monkeypatch):
    monkeypatch.setattr("emulator.execution.events.journal._REWRITE_BYTES", 1000)
    journal = EventJournal(path)
    journal.accepted(event("waits"))
    for number in range(50):
        journal.accepted(event(str(number)))
        journal.ended(event(str(number)))
        assert path.stat().st_size < 2000
    assert [one.invocation.request_id for one in EventJournal(path).events()] == ["waits"]


def test_what_a_full_disk_does_not_take_is_refused_and_leaves_no_trace(path, monkeypatch, caplog):
    journal = EventJournal(path)
    journal.accepted(event("1"))
    write = os.write
    monkeypatch.setattr("os.write", lambda file, text: write(file, text[:10]))
    with pytest.raises(EmulatorError, match="No space left on device"):
        journal.accepted(event("2"))
    journal.ended(event("1"))
    assert "is not up to date" in caplog.text
    monkeypatch.undo()
    journal.accepted(event("3"))
    assert [one.invocation.request_id for one in EventJournal(path).events()] == ["1", "3"]
