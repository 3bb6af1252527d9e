"""Lines and framed records, out of one stream of bytes that arrives in any pieces."""

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.execution.log_frames import Record, Splitter

NOW = time.time_ns() // 1000  # microseconds
TEXT, TEXT_INFO, JSON_ERROR = 0xA55A0003, 0xA55A000F, 0xA55A0016


def frame(message: bytes, kind: int = TEXT, at: int = NOW) -> bytes:
    return struct.pack(">IIQ", kind, len(message), at) + message


def split(*pieces: bytes) -> list[bytes]:
    splitter = Splitter()
    records = [record for piece in pieces for record in splitter.feed(piece)]
    return [record.message for record in records + splitter.flush()]


def test_each_line_is_an_event_and_keeps_its_end():  # [rec: test_multi_line_prints, 2025-11-25]
    assert split(b"multi\nline\nstring\n") == [b"multi\n", b"line\n", b"string\n"]


def test_a_carriage_return_ends_nothing():  # [rec: test_multi_line_prints, 2025-11-25]
    assert split(b"another\rline\n") == [b"another\rline\n"]


def test_a_line_may_come_in_pieces():
    assert split(b"hel", b"lo\nwor", b"ld\n") == [b"hello\n", b"world\n"]


def test_a_line_without_an_end_comes_out_at_the_end_of_the_runtime():
    assert split(b"no end") == [b"no end"]


def test_a_frame_is_one_event_with_its_line_breaks():
    assert split(frame(b"a\nb\n")) == [b"a\nb\n"]


def test_the_order_of_lines_and_frames_is_kept():
    assert split(b"first\n" + frame(b"second") + b"third\n") == [b"first\n", b"second", b"third\n"]


def test_a_frame_ends_a_line_that_was_not_ended():
    assert split(b"no end" + frame(b"framed") + b"more\n") == [b"no end", b"framed", b"more\n"]


def test_a_frame_says_its_level_its_format_and_its_time():
    (record,) = Splitter().feed(frame(b'{"a":1}', JSON_ERROR))
    assert record == Record(b'{"a":1}', "ERROR", True, NOW // 1000)
    (record,) = Splitter().feed(frame(b"x", TEXT_INFO))
    assert (record.level, record.json) == ("INFO", False)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"\xa5\x5a\x00 is no frame\n", id="the first bytes alone"),
        pytest.param(frame(b"x", kind=0xA55A0099) + b"\n", id="an unknown type"),
        pytest.param(frame(b"x", at=12345) + b"\n", id="a time long ago"),
        pytest.param("price: 5 ¥Z\n".encode(), id="a yen sign"),
    ],
)
def test_what_only_looks_like_a_frame_is_text(text):
    assert b"".join(split(text)) == text


def test_a_very_long_line_is_cut():
    events = split(b"x" * 600_000 + b"\n")
    assert [len(event) for event in events] == [262_144, 262_144, 75_713]


def test_a_large_frame_in_many_pieces_is_quick():
    data = frame(b"x" * 4_000_000)
    started = time.perf_counter()
    assert split(*(data[i : i + 4096] for i in range(0, len(data), 4096))) == [b"x" * 4_000_000]
    assert time.perf_counter() - started < 1


LINES = st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"").replace(b"\xa5", b"") + b"\n")
FRAMES = st.binary(max_size=60).map(lambda message: (message, frame(message)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(LINES.map(lambda line: (line, line)), FRAMES), max_size=12), st.integers(1, 50))
def test_pieces_of_any_size_give_the_same_events(events, size):
    data = b"".join(written for _, written in events)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert split(*pieces) == [message for message, _ in events]


def test_a_line_that_was_not_ended_belongs_to_its_invocation():
    splitter = Splitter()
    assert splitter.feed(b"no end") == []
    assert [record.message for record in splitter.flush_line()] == [b"no end"]
    assert splitter.flush_line() == []


def test_a_frame_that_is_still_coming_is_not_cut_at_the_end_of_an_invocation():
    splitter = Splitter()
    whole = frame(b"message")
    assert splitter.feed(whole[:20]) == []
    assert splitter.flush_line() == []
    assert [record.message for record in splitter.feed(whole[20:])] == [b"message"]
