"""In which order a subscriber hears of what happens in an environment (telemetry-logs-api.md §4).

Scripted processes over real sockets; the subscriber is the extension's own server.
"""

import asyncio
from typing import Any

from emulator import quotas
from tests.emulator.execution.conftest import ScriptedExtension
from tests.emulator.execution.test_extensions import echo, idle
from tests.emulator.execution.test_telemetry_delivery import Subscriber


def subscribing(subscriber: Subscriber, *types: str, subscribed: asyncio.Event | None = None):
    """An extension that has telemetry sent to `subscriber`, and sets `subscribed` then."""

    async def run(extension: ScriptedExtension) -> None:
        await extension.register("INVOKE", "SHUTDOWN")
        await extension.subscribe(subscriber.port, *(types or ("platform",)))
        if subscribed is not None:
            subscribed.set()
        while (await extension.next())["eventType"] != "SHUTDOWN":
            pass

    return run


def has(subscriber: Subscriber, kind: str, count: int = 1):
    return lambda: [event["type"] for event in subscriber.events].count(f"platform.{kind}") >= count


def brief(events: list[Any]) -> list[tuple[str, ...]]:
    """Kind, and where they have one: phase, status, error type."""
    found = []
    for event in events:
        record = event["record"]
        more = (record.get(name) for name in ("phase", "status", "errorType")) if isinstance(record, dict) else ()
        found.append((event["type"].removeprefix("platform."), *(value for value in more if value)))
    return found


async def test_cold_success(execution):
    async with Subscriber() as subscriber:
        scripts = {"x": subscribing(subscriber, "platform", "function")}

        async def talkative(runtime):
            async def handle(event: bytes) -> bytes:
                runtime.print("a line\n")
                return event

            await runtime.serve(handle)

        async with execution({"f": talkative}, scripts) as machine:
            await machine.call("f")
            await subscriber.until(has(subscriber, "report"))
        assert brief(subscriber.events) == [
            ("initStart", "init"),
            ("telemetrySubscription",),
            ("extension",),
            ("initRuntimeDone", "init", "success"),
            ("initReport", "init", "success"),
            ("start",),
            ("function",),
            ("runtimeDone", "success"),
            ("report", "success"),
        ]


async def test_init_failed_then_invoked(execution):
    """`start` comes after the repeated Init, also when that one fails again."""

    subscribed = asyncio.Event()

    async def failing(runtime):
        await subscribed.wait()
        subscribed.clear()
        await runtime.init_error(b"{}", "Runtime.ImportModuleError")
        return 1

    async with Subscriber() as subscriber:
        async with execution({"f": failing}, {"x": subscribing(subscriber, subscribed=subscribed)}) as machine:
            await machine.call("f")
            await subscriber.until(has(subscriber, "report"))
        error = "Runtime.ImportModuleError"
        assert brief(subscriber.events) == [
            ("initStart", "init"),
            ("telemetrySubscription",),
            ("extension",),
            ("initRuntimeDone", "init", "error", error),
            ("initReport", "init", "error", error),
            ("initStart", "invoke"),
            ("telemetrySubscription",),
            ("extension",),
            ("initRuntimeDone", "invoke", "error", error),
            ("initReport", "invoke", "error", error),
            ("start",),
            ("runtimeDone", "error", error),
            ("report", "error", error),
        ]
        states = [
            one["record"]["state"] for one in subscriber.events if one["type"] == "platform.telemetrySubscription"
        ]
        assert states == ["Subscribed", "Already subscribed"]


async def test_init_timeout(execution, monkeypatch):
    """The runtime's part is an error without a name."""
    monkeypatch.setattr(quotas, "INIT_SECONDS", 0.3)
    slow = [True]

    async def runtime(runtime):
        if slow:
            slow.clear()
            await asyncio.sleep(60)
        await echo(runtime)

    async with Subscriber() as subscriber:
        async with execution({"f": runtime}, {"x": subscribing(subscriber)}) as machine:
            await machine.call("f")
            await subscriber.until(has(subscriber, "report"))
        assert brief(subscriber.events)[3:5] == [
            ("initRuntimeDone", "init", "error", "Runtime.Unknown"),
            ("initReport", "init", "timeout"),
        ]


async def test_handler_error(execution):
    """The runtime came back, so it is a success of the platform's."""

    async def raising(runtime):
        while True:
            request_id, _ = await runtime.next()
            await runtime.error(request_id, b"{}")

    async with Subscriber() as subscriber:
        async with execution({"f": raising}, {"x": subscribing(subscriber)}) as machine:
            await machine.call("f")
            await subscriber.until(has(subscriber, "report"))
        assert brief(subscriber.events)[-3:] == [("start",), ("runtimeDone", "success"), ("report", "success")]


async def test_process_crash_and_timeout(execution):
    async def crashing(runtime):
        await runtime.next()
        return 1 << 8

    async def sleeping(runtime):
        await runtime.next()
        await asyncio.sleep(60)

    for script, ends in ((crashing, ("error", "Runtime.ExitError")), (sleeping, ("timeout",))):
        async with Subscriber() as subscriber:
            async with execution({"f": script}, {"x": subscribing(subscriber)}) as machine:
                await machine.call("f", timeout=1)
                await subscriber.until(has(subscriber, "report"))
            assert brief(subscriber.events)[-2:] == [("runtimeDone", *ends), ("report", *ends)]


async def test_the_report_comes_after_all_extensions_are_done(execution):
    """And says how long that took, as a span."""
    may_go_on = asyncio.Event()

    async def dawdling(extension):
        await extension.register("INVOKE")
        while True:
            await extension.next()
            await may_go_on.wait()

    async with Subscriber() as subscriber:
        async with execution({"f": echo}, {"x": subscribing(subscriber), "y": dawdling}) as machine:
            await machine.call("f")
            await subscriber.until(has(subscriber, "runtimeDone"))
            assert not has(subscriber, "report")()
            may_go_on.set()
            await idle(machine)
            await subscriber.until(has(subscriber, "report"))
        [report] = [event["record"] for event in subscriber.events if event["type"] == "platform.report"]
        [span] = report["spans"]
        assert span["name"] == "extensionOverhead"
        assert 0 < span["durationMs"] <= report["metrics"]["durationMs"]
