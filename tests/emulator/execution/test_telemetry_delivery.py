"""Batches on their way to a subscriber: when they leave, what becomes of a subscriber that does not take them.

telemetry-logs-api.md §1, buffering, and §2. The subscribers are real servers on this machine.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from emulator.execution import telemetry_delivery
from emulator.execution.log_frames import Record
from emulator.execution.logs import LogEvent
from emulator.execution.telemetry import Telemetry
from emulator.execution.telemetry_delivery import Delivery
from emulator.runtime_api.subscription import LOGS, TELEMETRY, Subscription
from emulator.wire.messages import Request, Response
from emulator.wire.server import HttpServer


class Subscriber:
    """An HTTP server that keeps what it gets, and answers as `answer` says."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Any] = lambda _request: Response(200)
        self.came = asyncio.Event()
        self._server = HttpServer(self._handle)

    async def __aenter__(self) -> "Subscriber":
        self.port = await self._server.start("127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close(grace=0)

    def _handle(self, request: Request) -> Any:
        self.requests.append(request)
        self.came.set()
        return self.answer(request)

    @property
    def events(self) -> list[Any]:
        return [event for request in self.requests for event in json.loads(request.body)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.came.clear()
                await self.came.wait()


def subscription(port: int, **changes: Any) -> Subscription:
    plain = Subscription(TELEMETRY, "2022-12-13", ("platform", "function"), port, "/path", "POST", 1000, 262_144, 25)
    return plain._replace(**changes)


def event(number: int = 0, size: int = 0) -> dict[str, Any]:
    return {"time": "now", "type": "function", "record": f"{number} {'x' * size}"}


async def test_a_batch_leaves_when_its_first_event_is_old_enough():
    async with Subscriber() as subscriber:
        delivery = Delivery(subscription(subscriber.port))
        delivery.add(event(1))
        delivery.add(event(2))
        await subscriber.until(lambda: bool(subscriber.requests))
        delivery.close()
        [request] = subscriber.requests
        assert (request.method, request.path) == ("POST", "/path")
        assert request.headers["content-type"] == "application/json"
        assert subscriber.events == [event(1), event(2)]


async def test_a_batch_leaves_when_it_has_enough_events():
    async with Subscriber() as subscriber:
        delivery = Delivery(subscription(subscriber.port, timeout_ms=30_000))
        for number in range(1000):
            delivery.add(event(number))
        await subscriber.until(lambda: len(subscriber.requests) == 1)
        assert len(subscriber.events) == 1000
        delivery.close()


async def test_a_batch_leaves_when_it_is_large_enough():
    async with Subscriber() as subscriber:
        delivery = Delivery(subscription(subscriber.port, timeout_ms=30_000))
        for number in range(3):
            delivery.add(event(number, 100_000))
        await subscriber.until(lambda: len(subscriber.requests) == 1)
        assert len(subscriber.events) == 3
        delivery.close()


async def test_the_logs_api_may_put():
    async with Subscriber() as subscriber:
        delivery = Delivery(subscription(subscriber.port, api=LOGS, method="PUT"))
        delivery.add(event())
        await subscriber.until(lambda: bool(subscriber.requests))
        assert subscriber.requests[0].method == "PUT"
        delivery.close()


async def test_a_refused_batch_comes_again():
    """§2: failed deliveries are retried."""
    async with Subscriber() as subscriber:
        subscriber.answer = lambda _request: Response(503 if len(subscriber.requests) == 1 else 200)
        delivery = Delivery(subscription(subscriber.port))
        delivery.add(event(1))
        await subscriber.until(lambda: len(subscriber.requests) == 2)
        assert subscriber.requests[0].body == subscriber.requests[1].body
        delivery.close()


async def test_a_subscriber_is_told_what_it_did_not_get(monkeypatch):
    """§2: overflow produces platform.logsDropped."""
    monkeypatch.setattr(telemetry_delivery, "_BETWEEN_ATTEMPTS", 0.001)
    async with Subscriber() as subscriber:
        deaf = True
        subscriber.answer = lambda _request: Response(500 if deaf else 200)
        delivery = Delivery(subscription(subscriber.port))
        delivery.add(event(1))
        delivery.add(event(2))
        await subscriber.until(lambda: len(subscriber.requests) == 3)  # attempts
        await delivery.flush(5)
        deaf = False
        delivery.add(event(3))
        await subscriber.until(lambda: len(subscriber.requests) == 4)
        dropped, kept = json.loads(subscriber.requests[3].body)
        assert kept == event(3)
        assert dropped["type"] == "platform.logsDropped"
        assert dropped["record"]["droppedRecords"] == 2
        assert dropped["record"]["droppedBytes"] == len(subscriber.requests[0].body) - len("[,]")
        delivery.close()


async def test_what_is_held_for_a_slow_subscriber_has_a_limit():
    async with Subscriber() as subscriber:
        never: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        subscriber.answer = lambda _request: never
        delivery = Delivery(subscription(subscriber.port))
        for number in range(60):
            delivery.add(event(number, 50_000))
        assert delivery.held < 5 * 262_144
        delivery.close()


async def test_nobody_waits_for_a_port_where_nothing_listens():
    delivery = Delivery(subscription(9))
    delivery.add(event())
    async with asyncio.timeout(5):
        await delivery.flush(0.05)
    delivery.close()


async def test_tcp_has_one_event_per_line():
    lines: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            lines.put_nowait(line)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        delivery = Delivery(subscription(server.sockets[0].getsockname()[1], path=None))
        delivery.add(event(1))
        delivery.add(event(2))
        async with asyncio.timeout(10):
            assert json.loads(await lines.get()) == event(1)
            assert json.loads(await lines.get()) == event(2)
        delivery.close()


async def test_nothing_leaves_while_the_environment_is_frozen():
    """§2: telemetry of an invocation may arrive during a later one: processes are frozen in between."""
    async with Subscriber() as subscriber:
        delivery = Delivery(subscription(subscriber.port))
        delivery.freeze()
        delivery.add(event(1))
        await asyncio.sleep(0.1)
        assert subscriber.requests == []
        delivery.thaw()
        await subscriber.until(lambda: len(subscriber.requests) == 1)
        delivery.close()


# --- Who gets what ---


class Kept:
    """A delivery that keeps what it should deliver."""

    def __init__(self, _subscription: Subscription) -> None:
        self.entries: list[Any] = []
        self.closed = False

    def add(self, entry: Any) -> None:
        self.entries.append(entry["record"])

    def close(self) -> None:
        self.closed = True


class Hub:
    """Telemetry whose deliveries are kept."""

    def __init__(self) -> None:
        self.deliveries: list[Any] = []
        self.telemetry = Telemetry(logs_json=False, make_delivery=self._make)

    def _make(self, wanted: Subscription) -> Any:
        self.deliveries.append(Kept(wanted))
        return self.deliveries[-1]

    def write(self, line: str) -> None:
        self.telemetry.add(LogEvent(1, Record(line.encode())), "function")


def test_events_of_the_init_are_for_later_subscribers_too():
    """§2: events that happened before the subscription."""
    hub = Hub()
    hub.write("before")
    hub.telemetry.subscribe("a", subscription(1))
    hub.write("between")
    hub.telemetry.subscribe("b", subscription(2))
    hub.telemetry.close_subscriptions()
    hub.write("after")
    assert [delivery.entries for delivery in hub.deliveries] == [["before", "between", "after"]] * 2


def test_a_second_subscription_replaces_the_first():
    """§1."""
    hub = Hub()
    hub.write("before")
    hub.telemetry.subscribe("a", subscription(1))
    hub.telemetry.subscribe("a", subscription(2))
    hub.write("after")
    first, second = hub.deliveries
    assert first.closed
    assert (first.entries, second.entries) == (["before"], ["after"])


@pytest.mark.parametrize(("subscribed", "wanted"), [(True, True), (False, False)])
def test_after_init_nothing_is_kept_for_nobody(subscribed: bool, wanted: bool):
    hub = Hub()
    assert hub.telemetry.wanted
    if subscribed:
        hub.telemetry.subscribe("a", subscription(1))
    hub.telemetry.close_subscriptions()
    assert hub.telemetry.wanted is wanted
