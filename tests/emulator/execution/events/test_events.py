"""From acceptance to delivery: who gets what of an event at its end."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from emulator.clock import Clock
from emulator.errors import EmulatorError
from emulator.execution.events import Events
from emulator.execution.events.delivery import OutletAwayError
from emulator.execution.events.event import QueuedEvent
from emulator.execution.events.journal import EventJournal, NoJournal
from emulator.execution.invocation import Invocation, Outcome
from emulator.resources.event_invoke_config import EventInvokeConfig
from emulator.resources.function import Function

ERROR = b'{"errorMessage":"intentional failure","errorType":"Exception"}'
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:records"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:dead"


_sleep = asyncio.sleep


class Mailbox:
    """Stands for the other services: keeps what it is given; `away` is how often it does not answer before it does."""

    def __init__(self, away: int = 0, refusal: str | None = None) -> None:
        self.records: list[tuple[str, dict, str]] = []
        self.dead: list[tuple[str, str, dict]] = []
        self.away = away
        self.refusal = refusal

    async def deliver_record(self, destination, record, event, trace_header):
        self._answer()
        self.records.append((destination, json.loads(record), trace_header))

    async def deliver_dead_letter(self, target, body, attributes, event):
        self._answer()
        self.dead.append((target, body, attributes))

    def _answer(self):
        if self.away:
            self.away -= 1
            raise OutletAwayError("Nobody is there.")
        if self.refusal:
            raise EmulatorError(self.refusal)


class World:
    """Functions `good` and `bad`, whose invocations are over at once, and the events of both."""

    def __init__(self, make_version, outlet=None, journal=None, time_scale=0.0001) -> None:
        self.functions = {name: Function(make_version(name=name)) for name in ("good", "bad")}
        self.ran: list[tuple[str, dict, str | None]] = []
        self.events = Events(
            self.invoke,
            lambda event: (self.functions[event.function_name], self.functions[event.function_name].latest),
            Clock(time_scale),
            at_once=10,
            outlet=outlet,
            journal=journal or NoJournal(),
        )

    def invoke(self, version, invocation, function):
        self.ran.append((function.name, json.loads(invocation.payload), invocation.trace_header))
        running = asyncio.get_running_loop().create_future()
        running.set_result(Outcome(ERROR, "Unhandled") if function.name == "bad" else Outcome(b'"done"'))
        return running

    def configure(self, name: str, **settings) -> None:
        config = EventInvokeConfig("arn", datetime.now(UTC), **settings)
        self.functions[name].event_invoke_configs["$LATEST"] = config

    def send(self, name: str, payload: bytes = b'{"n":1}', qualifier: str | None = None) -> None:
        function = self.functions[name]
        invocation = Invocation("the-id", payload, function.arn())
        self.events.accept(QueuedEvent(function.account_id, function.region, name, qualifier, invocation))

    async def until(self, condition) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)


async def test_on_success_and_on_failure_are_two_places(make_version):
    mailbox = Mailbox()
    world = World(make_version, mailbox)
    for name in ("good", "bad"):
        world.configure(name, on_success=QUEUE, on_failure=TOPIC, maximum_retry_attempts=0)
        world.send(name)
    await world.until(lambda: len(mailbox.records) == 2)
    told = {destination: record["requestContext"] for destination, record, _ in mailbox.records}
    assert told[QUEUE]["condition"] == "Success"
    assert told[TOPIC]["condition"] == "RetriesExhausted"
    assert told[TOPIC]["functionArn"] == world.functions["bad"].arn() + ":$LATEST"
    assert told[TOPIC]["requestId"] == "the-id"
    assert mailbox.records[0][2].startswith("Root=")
    assert mailbox.dead == []


async def test_a_dead_letter_queue_gets_the_event_as_it_was_sent_beside_the_destination(make_version):
    mailbox = Mailbox()
    world = World(make_version, mailbox)
    world.functions["bad"].latest.dead_letter_arn = TOPIC
    world.configure("bad", on_failure=QUEUE, maximum_retry_attempts=0)
    world.send("bad", b'{ "n" : 1 }')
    await world.until(lambda: mailbox.dead)
    assert [destination for destination, _, _ in mailbox.records] == [QUEUE]
    target, body, attributes = mailbox.dead[0]
    assert (target, body) == (TOPIC, '{ "n" : 1 }')
    assert attributes["ErrorMessage"] == ("String", "intentional failure")


async def test_events_of_a_version_go_to_the_dead_letter_queue_of_latest(make_version):
    """Its settings for events it has not: those are of what was invoked."""
    mailbox = Mailbox()
    world = World(make_version, mailbox)
    world.functions["bad"].latest.dead_letter_arn = TOPIC
    world.configure("bad", on_failure=QUEUE, maximum_retry_attempts=0)
    world.send("bad", qualifier="1")
    await world.until(lambda: mailbox.dead)
    assert (mailbox.dead[0][0], mailbox.records) == (TOPIC, [])
    assert len(world.ran) == 3


async def test_a_record_for_a_function_is_an_event_of_that_function(make_version):
    world = World(make_version)
    world.configure("bad", on_failure=world.functions["good"].arn(), maximum_retry_attempts=0)
    world.send("bad")
    await world.until(lambda: len(world.ran) == 2)
    name, record, trace_header = world.ran[1]
    assert name == "good"
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["responsePayload"] == json.loads(ERROR)
    assert trace_header is not None
    assert "Lineage=1:" in trace_header  # so that a loop of destinations is noticed


async def test_a_record_that_is_too_large_for_an_event_is_told_to_the_operator(make_version, caplog):
    """Records have the limits of what they are sent to [docs: invocation-async-retain-records]."""
    world = World(make_version)
    world.configure("bad", on_failure=world.functions["good"].arn(), maximum_retry_attempts=0)
    world.send("bad", b'"%s"' % (b"x" * (1024 * 1024 - 100)))
    await world.until(lambda: "too much for an event" in caplog.text)
    assert [name for name, _, _ in world.ran] == ["bad"]


async def test_a_loop_of_destinations_comes_to_an_end(make_version):
    """[docs: invocation-recursion] about 16 invocations of one function in a chain, and no more."""
    world = World(make_version)
    world.configure("good", on_success=world.functions["good"].arn())
    world.send("good")
    await world.until(lambda: len(world.ran) >= 16)
    await asyncio.sleep(0.05)
    assert len(world.ran) == 16


async def test_an_outlet_that_is_about_to_start_is_waited_for(make_version):
    mailbox = Mailbox(away=1)
    world = World(make_version, mailbox)
    world.configure("good", on_success=QUEUE)
    world.send("good")
    await world.until(lambda: mailbox.records)


async def test_an_outlet_that_is_away_for_long_is_told_of_once_and_gets_its_record(make_version, caplog, monkeypatch):
    monkeypatch.setattr("emulator.execution.events.delivery.asyncio.sleep", lambda seconds: _sleep(0))
    mailbox = Mailbox(away=12)  # some minutes
    world = World(make_version, mailbox)
    world.configure("good", on_success=QUEUE)
    world.send("good")
    await world.until(lambda: mailbox.records)
    assert caplog.text.count(f"Something waits to be delivered to {QUEUE}: Nobody is there.") == 1


async def test_what_is_refused_is_told_to_the_operator(make_version, caplog):
    world = World(make_version, Mailbox(refusal="The queue does not exist."))
    world.configure("good", on_success=QUEUE)
    world.send("good")
    await world.until(lambda: caplog.records)
    assert f"Nothing was delivered to {QUEUE}: The queue does not exist." in caplog.text


async def test_without_other_services_it_is_said_so(make_version, caplog):
    world = World(make_version)
    world.configure("good", on_success=QUEUE)
    world.send("good")
    await world.until(lambda: caplog.records)
    assert "--services" in caplog.text


async def test_an_event_is_in_the_journal_until_it_is_delivered(make_version, tmp_path):
    journal = EventJournal(tmp_path / "events")
    mailbox = Mailbox(away=100)
    world = World(make_version, mailbox, journal)
    world.configure("good", on_success=QUEUE)
    world.send("good")
    await world.until(lambda: mailbox.away < 100)
    await world.events.close()
    assert [event.invocation.request_id for event in EventJournal(tmp_path / "events").events()] == ["the-id"]

    again = EventJournal(tmp_path / "events")
    mailbox.away = 0
    world = World(make_version, mailbox, again)
    world.configure("good", on_success=QUEUE)
    world.events.resume(again.events())
    await world.until(lambda: mailbox.records and not again.events())


async def test_a_stopping_emulator_takes_no_event(make_version):
    world = World(make_version)
    await world.events.close()
    with pytest.raises(EmulatorError):
        world.send("good")


async def test_what_is_lost_without_a_journal_is_told_to_the_operator(make_version, caplog):
    world = World(make_version, time_scale=1.0)
    world.send("bad")
    world.send("good")
    await world.until(lambda: len(world.ran) == 2)
    await world.events.close()
    assert "lost without --state: 1." in caplog.text  # its retry was to come
