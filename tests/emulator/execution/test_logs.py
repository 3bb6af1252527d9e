"""Groups, streams, and how much they keep."""

import re

import pytest

from emulator.execution import platform_log
from emulator.execution.log_frames import Record
from emulator.execution.logs import LogStore
from emulator.execution.platform_log import End, Report, Start
from emulator.operations.function_log import in_order

START, END, REPORT = Start("id", "$LATEST", "arn"), End("id", 1.0), Report("id", 1.0, 128, 40)


def call(stream, time_ms=1, written=()):
    """What a stream hears of one call."""
    stream.start(START, time_ms)
    for line in written:
        stream.write(Record(line, time_ms=time_ms))
    stream.end(END, REPORT, time_ms + 2)


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
    kept = [[event.size for event in stream.events] for stream in (first, second)]
    assert sum(map(sum, kept)) <= 32 * 1024 * 1024
    assert len(kept[1]) == 150
    assert 0 < len(kept[0]) < 150


def test_what_lambda_itself_reports_counts_too(make_version):
    store = LogStore()
    streams = [store.open(make_version(name=f"f{number}")) for number in range(20)]
    for _ in range(10_000):
        for stream in streams:
            stream.write(platform_log.Start("id", "$LATEST", "arn"))
    assert sum(len(stream.events) for stream in streams) < 120_000
    assert len(streams[-1].events) == 10_000


def test_all_groups_together_keep_the_newest_streams(make_version):
    store = LogStore()
    opened = [store.open(make_version(name=f"f{number}", log_group="")) for number in range(5_100)]
    opened[0].write(Record(b"nobody reads this\n"))
    assert len(store.functions()) == 5_000
    assert store.streams_of(opened[0].account_id, opened[0].region, "f0") == []
    assert store.streams_of(opened[0].account_id, opened[0].region, "f5099") == [opened[5_099]]


def test_in_a_group_that_was_chosen_the_name_of_a_stream_bears_the_function(make_version):
    store = LogStore()
    stream = store.open(make_version(log_group="shared"))
    other = store.open(make_version(name="g", log_group="shared"))
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/f\[\$LATEST\][0-9a-f]{32}", stream.name)
    assert store.streams(stream.account_id, stream.region, "shared") == [stream, other]
    assert store.streams_of(stream.account_id, stream.region, "g") == [other]


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


STAMPED = b'{"level": "%s", "timestamp": "2024-11-02T16:51:31.587199Z"}\n'


@pytest.mark.parametrize(
    ("level", "line", "shown"),
    [
        ("INFO", b"plain text\n", True),
        ("FATAL", b"plain text\n", True),  # it has no level
        ("FATAL", b"{not json\n", True),
        ("INFO", STAMPED % b"debug", False),
        ("DEBUG", STAMPED % b"debug", True),
        ("WARN", STAMPED % b"Warning", True),
        ("ERROR", STAMPED % b"WARN", False),
        ("WARN", b'{"a": 1}\n', False),  # no level is INFO
        ("INFO", b'{"a": 1}\n', True),
        ("WARN", STAMPED % b"loud", False),  # an unknown one too
        ("WARN", b'{"level": "error"}\n', False),  # and one without a time
        ("WARN", b'{"level": "error", "timestamp": "yesterday"}\n', False),
        ("WARN", b'{"level": 50, "time": "2024-11-02T16:51:31Z"}\n', False),
    ],
)
def test_lines_of_json_are_filtered_by_the_level_they_bear(make_version, level, line, shown):
    stream = LogStore().open(make_version(log_format="JSON", application_log_level=level))
    stream.write(Record(line))
    assert stream.lines() == ([line.decode()] if shown else [])
    as_text = LogStore().open(make_version())
    as_text.write(Record(line))
    assert as_text.lines() == [line.decode()]


def test_what_lambda_reports_late_stands_behind_what_the_function_wrote_before_it(make_version):
    stream = LogStore().open(make_version())
    written = stream.write(Record(b"written\n"))
    assert stream.start(START, written.time_ms - 50).time_ms == written.time_ms
    ended, reported = stream.end(END, REPORT, written.time_ms + 50)
    assert ended.time_ms == reported.time_ms == written.time_ms + 50


def test_events_of_several_streams_by_time_and_of_one_as_they_were_written(make_version):
    store = LogStore()
    one, two = store.open(make_version()), store.open(make_version())
    one.write(Record(b"read late", time_ms=1_000_005))
    one.write(Record(b"made before that", time_ms=1_000_002))
    two.write(Record(b"in between", time_ms=1_000_003))
    assert [event.content.message for _, event in in_order([one, two])] == [
        b"in between",
        b"read late",
        b"made before that",
    ]


class TestTheLinesOfACall:
    def kept(self, stream):
        return [(event.time_ms, event.content) for event in stream.events]

    def test_of_one_that_wrote_nothing(self, make_version):
        stream = LogStore().open(make_version())
        call(stream, 5)
        call(stream, 9)
        assert self.kept(stream) == [(5, START), (7, END), (7, REPORT), (9, START), (11, END), (11, REPORT)]

    def test_stand_around_what_the_function_wrote(self, make_version):
        stream = LogStore().open(make_version())
        call(stream, 5, [b"one\n", b"two\n"])
        call(stream, 9)
        assert [line.split(" ")[0] for line in stream.lines()] == [
            *("START", "one\n", "two\n", "END", "REPORT"),
            *("START", "END", "REPORT"),
        ]

    def test_are_read_while_it_runs(self, make_version):
        stream = LogStore().open(make_version())
        stream.start(START, 5)
        assert self.kept(stream) == [(5, START)]
        stream.end(END, REPORT, 7)
        assert self.kept(stream) == [(5, START), (7, END), (7, REPORT)]

    def test_end_with_a_failure_at_two_times(self, make_version):
        stream = LogStore().open(make_version())
        stream.start(START, 5)
        stream.write(END)
        stream.write(REPORT)
        assert [event.content for event in stream.events] == [START, END, REPORT]

    def test_of_one_that_never_ended_stay(self, make_version):
        stream = LogStore().open(make_version())
        stream.start(START, 5)
        call(stream, 9)
        assert [event.content for event in stream.events] == [START, START, END, REPORT]

    def test_are_heard_as_they_come(self, make_version):
        store, heard = LogStore(), []
        store.listeners.append(lambda _, event: heard.append((event.time_ms, event.content)))
        stream = store.open(make_version())
        stream.start(START, 5)
        assert heard == [(5, START)]
        stream.end(END, REPORT, 7)
        assert heard == self.kept(stream) == [(5, START), (7, END), (7, REPORT)]

    def test_are_heard_once_by_who_begins_to_listen_while_it_runs(self, make_version):
        store, heard = LogStore(), []
        stream = store.open(make_version())
        stream.start(START, 5)
        read = [event.content for event in stream.events]
        store.listeners.append(lambda _, event: heard.append(event.content))
        stream.end(END, REPORT, 7)
        assert read + heard == [START, END, REPORT]

    def test_count_as_three_events(self, make_version):
        stream = LogStore().open(make_version())
        stream.write(Record(b"the first\n"))
        for number in range(4_000):
            stream.start(Start(str(number), "$LATEST", "arn"), 1)
            stream.end(END, REPORT, 1)
        assert 9_997 < len(stream.events) <= 10_000
        assert [event.content.request_id for event in stream.events[::3]] == [str(n) for n in range(667, 4_000)]

    def test_make_room_for_what_is_written_later(self, make_version):
        stream = LogStore().open(make_version())
        for _ in range(3_333):
            call(stream)
        for _ in range(9_000):
            stream.write(Record(b"x"))
        assert 9_997 < len(stream.events) <= 10_000
        assert [event.content for event in stream.events[-9_001:-8_998]] == [REPORT, Record(b"x"), Record(b"x")]

    def test_are_as_many_bytes_as_three_events(self, make_version):
        store = LogStore()
        streams = [store.open(make_version(name=f"f{number}")) for number in range(15)]
        for _ in range(3_333):
            for stream in streams:
                call(stream)
        kept = [event.size for stream in streams for event in stream.events]
        assert 31 * 1024 * 1024 < sum(kept) <= 32 * 1024 * 1024
