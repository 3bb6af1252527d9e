"""How events become batches of PutLogEvents, and what becomes of them while nobody takes them."""

import asyncio
from typing import Any

from emulator.companions.client import Refusal
from emulator.companions.log_delivery import Line, LogDelivery, batches, lines
from emulator.errors import EmulatorError
from emulator.execution import platform_log
from emulator.execution.log_frames import Record
from emulator.execution.logs import LogStore
from emulator.resources.code import CodePackage
from emulator.resources.function import FunctionVersion

NOW = 1_800_000_000_000


def version(**fields: Any) -> FunctionVersion:
    settings = {"account_id": "123456789012", "region": "eu-west-1", "name": "f", "version": "$LATEST"}
    settings |= {"role": "r", "runtime": "python3.12", "handler": "h", "architectures": ["x86_64"]}
    return FunctionVersion(**settings | {"code": CodePackage(b"", "", 0)} | fields)


class Taking:
    """A companion that keeps the logs it is given, unless it is told to fail."""

    def __init__(self) -> None:
        self.failing: Exception | None = None
        self.taken: list[str] = []
        self.asked = asyncio.Event()

    async def ask(self, service: str, account_id: str, region: str, question: Any) -> None:
        assert (service, account_id, region) == ("logs", "123456789012", "eu-west-1")
        self.asked.set()
        if self.failing is not None:
            raise self.failing
        question(self)

    def create_log_stream(self, **_: Any) -> None:
        pass

    def put_log_events(self, logEvents: list[dict[str, Any]], **_: Any) -> None:
        self.taken += [event["message"] for event in logEvents]

    class exceptions:
        class ResourceNotFoundException(Exception):
            pass

        class ResourceAlreadyExistsException(Exception):
            pass


class TestBatches:
    def test_hold_ten_thousand_events_at_most(self):
        cut = list(batches([Line(NOW, "x", 27)] * 25_000))
        assert [len(batch) for batch in cut] == [10_000, 10_000, 5_000]

    def test_hold_a_megabyte_at_most_and_each_event_counts_26_bytes_more(self):
        stream = LogStore().open(version())
        large = "ü" * 100_000
        for _ in range(12):
            stream.write(Record(large.encode()))
        cut = list(batches(lines(stream, stream.events)))
        assert [len(batch) for batch in cut] == [5, 5, 2]
        assert all(sum(line.size for line in batch) <= 1_048_576 for batch in cut)
        assert cut[0][0].size == 200_026

    def test_span_a_day_at_most(self):
        day = 24 * 60 * 60 * 1000
        cut = list(batches([Line(NOW, "a", 27), Line(NOW + day, "b", 27), Line(NOW + day + 1, "c", 27)]))
        assert [[line.message for line in batch] for batch in cut] == [["a", "b"], ["c"]]

    def test_are_in_the_order_of_time_and_of_writing(self):
        stream = LogStore().open(version())
        for time_ms, message in ((NOW + 1, b"c"), (NOW, b"a"), (NOW, b"b")):
            stream.write(Record(message, time_ms=time_ms))
        assert [line.message for line in lines(stream, stream.events)] == ["a", "b", "c"]

    def test_leave_out_what_the_log_does_not_show(self):
        stream = LogStore().open(version(log_format="JSON"))
        stream.write(platform_log.End("id", 1.0))
        stream.write(Record(b"shown"))
        assert [line.message for line in lines(stream, stream.events)] == ["shown"]


class TestDelivery:
    async def test_what_is_left_goes_out_at_the_end(self):
        logs, companion = LogStore(), Taking()
        delivery = LogDelivery(companion, logs)
        stream = logs.open(version())
        for number in range(3):
            stream.write(Record(b"%d" % number))
        await delivery.close()
        assert companion.taken == ["0", "1", "2"]

    async def test_what_nobody_takes_waits_in_its_order_and_the_newest_are_kept(self, caplog):
        logs, companion = LogStore(), Taking()
        companion.failing = EmulatorError("away")
        delivery = LogDelivery(companion, logs)
        streams = [logs.open(version()), logs.open(version())]
        for number in range(21_000):
            streams[number % 2].write(Record(b"%05d" % number))
        await delivery._send()
        streams[0].write(Record(b"the last"))
        await delivery._send()
        assert [record.message for record in caplog.records] == ["logs are not delivered: away"]
        companion.failing = None
        await delivery._send()
        assert len(companion.taken) == 20_000
        assert "the last" in companion.taken
        assert "00999" not in companion.taken
        assert [said for said in companion.taken if said.isdigit() and int(said) % 2] == [
            f"{number:05d}" for number in range(1_001, 21_000, 2)
        ]
        await delivery.close()

    async def test_what_is_refused_is_lost_and_others_are_not(self, caplog):
        logs, companion = LogStore(), Taking()
        delivery = LogDelivery(companion, logs)
        companion.failing = Refusal("AccessDeniedException", "no", 400)
        logs.open(version()).write(Record(b"lost"))
        await delivery._send()
        assert "refused what f logged: AccessDeniedException: no" in caplog.text
        companion.failing = None
        logs.open(version()).write(Record(b"taken"))
        await delivery.close()
        assert companion.taken == ["taken"]

    async def test_it_begins_by_itself_a_moment_after_the_first_event(self):
        logs, companion = LogStore(), Taking()
        delivery = LogDelivery(companion, logs)
        logs.open(version()).write(Record(b"x"))
        await asyncio.wait_for(companion.asked.wait(), 10)
        await delivery.close()
        assert companion.taken == ["x"]
