"""Groups, streams, and how much they keep."""

import re

from emulator.execution import platform_log
from emulator.execution.log_frames import Record
from emulator.execution.logs import LogStore


def test_a_stream_is_named_after_day_version_and_environment(make_version):
    stream = LogStore().open(make_version(version="7"))
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[7\][0-9a-f]{32}", stream.name)
    assert stream.group == "/aws/lambda/f"


def test_events_are_read_in_order_as_the_log_shows_them(make_version):
    store = LogStore()
    version = make_version()
    stream = store.open(version)
    stream.write(platform_log.Start("id", "$LATEST", "arn"))
    stream.write(Record(b"hello\n"))
    assert stream.lines() == ["START RequestId: id Version: $LATEST\n", "hello\n"]
    assert store.streams(version.account_id, version.region, "/aws/lambda/f") == [stream]


def test_accounts_and_regions_are_kept_apart(make_version):
    store = LogStore()
    store.open(make_version())
    assert store.streams("999999999999", "eu-central-1", "/aws/lambda/f") == []
    assert store.streams("123456789012", "us-east-1", "/aws/lambda/f") == []


def test_a_record_keeps_the_time_it_bears(make_version):
    stream = LogStore().open(make_version())
    assert stream.write(Record(b"x", time_ms=1_700_000_000_000)).time_ms == 1_700_000_000_000
    assert stream.write(Record(b"x")).time_ms > 1_700_000_000_000


def test_a_stream_keeps_its_newest_events(make_version):
    stream = LogStore().open(make_version())
    for number in range(12_000):
        stream.write(Record(b"%d\n" % number))
    assert len(stream.events) == 10_000
    assert stream.lines()[-1] == "11999\n"


def test_all_logs_together_keep_no_more_than_some_megabytes_and_lose_the_oldest_first(make_version):
    store = LogStore()
    first, second = store.open(make_version(name="a")), store.open(make_version(name="b"))
    first.write(platform_log.Start("id", "$LATEST", "arn"))
    for stream in (first, second):
        for _ in range(150):
            stream.write(Record(b"x" * 200_000))
    kept = [sum(event.size for event in stream.events) for stream in (first, second)]
    assert sum(kept) <= 32 * 1024 * 1024
    assert kept[1] == 150 * 200_000
    assert 0 < kept[0] < kept[1]


def test_a_stream_that_was_dropped_takes_nothing_more(make_version):
    store = LogStore()
    version = make_version()
    dropped = store.open(version)
    for _ in range(200):
        store.open(version)
    dropped.write(Record(b"x\n"))
    assert list(dropped.events) == []


def test_a_group_keeps_its_newest_streams(make_version):
    store = LogStore()
    version = make_version()
    opened = [store.open(version) for _ in range(210)]
    assert store.streams(version.account_id, version.region, "/aws/lambda/f") == opened[-200:]


def test_listeners_hear_every_event(make_version):
    store = LogStore()
    heard = []
    store.listeners.append(lambda stream, event: heard.append(stream.text(event)))
    store.open(make_version()).write(Record(b"x\n"))
    assert heard == [b"x\n"]


def test_json_format_leaves_out_what_the_level_hides(make_version):
    stream = LogStore().open(make_version(log_format="JSON"))
    stream.write(platform_log.End("id", 1.0))
    stream.write(Record(b"{}\n"))
    assert stream.lines() == ["{}\n"]
