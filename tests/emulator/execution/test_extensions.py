"""External and internal extensions in the life of an environment, with scripted processes over real sockets.

What a row of extensions-api.md (§) or environment.md says, the test beside it shows. Real processes are in
tests/integration/test_extensions.py.
"""

import asyncio
import json
import signal

import pytest

from emulator.execution.environment import ExecutionEnvironment
from tests.emulator.execution.conftest import ScriptedExtension, mask

ID = "<id>"


async def echo(runtime):
    async def handle(event: bytes) -> bytes:
        return event

    await runtime.serve(handle)


async def well_behaved(extension: ScriptedExtension):
    """Registers for everything, takes events, and ends when it is told to."""
    await extension.register("INVOKE", "SHUTDOWN")
    while (await extension.next())["eventType"] != "SHUTDOWN":
        pass


async def take_events(extension: ScriptedExtension):
    """Is always done with an event at once."""
    while True:
        await extension.next()


def keeping(scripts: dict, name: str, script):
    """A script that leaves its extension in `scripts[name]`, for the test to look at."""

    async def run(extension: ScriptedExtension):
        scripts.setdefault(name, []).append(extension)
        return await script(extension)

    return run


async def idle(machine, environments: int = 1) -> ExecutionEnvironment:
    """Waits until so many environments are free, and returns the one that was used last."""
    async with asyncio.timeout(10):
        while True:
            found = [each for pool in machine.dispatcher._pools.values() for each in pool.idle]
            if len(found) >= environments:
                return found[-1]
            await asyncio.sleep(0.005)


# --- Init ---


async def test_the_runtime_starts_when_all_external_extensions_have_registered(execution):
    """environment.md §1, Init, exact order: (1) extensions, (2) all register, (3) runtime."""
    order: list[str] = []
    may_register = asyncio.Event()

    async def runtime(runtime):
        order.append("runtime")
        await echo(runtime)

    async def slow(extension):
        order.append(f"start {extension.name}")
        await may_register.wait()
        order.append(f"register {extension.name}")
        await extension.register("INVOKE")
        await take_events(extension)

    async def quick(extension):
        order.append(f"start {extension.name}")
        order.append(f"register {extension.name}")
        await extension.register("INVOKE")
        may_register.set()
        await take_events(extension)

    async with execution({"f": runtime}, {"a": slow, "b": quick}) as machine:
        assert (await machine.call("f", b"1")).payload == b"1"
        assert order == ["start a", "start b", "register b", "register a", "runtime"]


async def test_init_waits_until_every_extension_asks_for_an_event(execution):
    """environment.md §1: Init ends when the runtime and every registered extension have called next."""
    runtime_waits, go_on = asyncio.Event(), asyncio.Event()

    async def runtime(runtime):
        runtime_waits.set()
        await echo(runtime)

    async def extension(extension):
        await extension.register()  # no events at all: it is waited for in Init all the same
        await go_on.wait()
        await extension.next()

    async with execution({"f": runtime}, {"x": extension}) as machine:
        call = machine.call("f")
        await runtime_waits.wait()
        await asyncio.sleep(0.05)
        assert not call.done()
        go_on.set()
        assert (await call).payload == b"{}"


async def test_the_log_names_each_extension_once_in_an_init(execution):
    """telemetry-logs-api.md §4 and §3, platform.extension; the line as published [log: 2023]."""
    async with execution({"f": echo}, {"x": well_behaved}) as machine:
        await machine.call("f")
        _, lines = await machine.log_of("f", tail=True)
        named = [line for line in lines if line.startswith("EXTENSION")]
        assert named == ["EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE,SHUTDOWN]\n"]
        assert lines.index(named[0]) < lines.index(f"START RequestId: {ID} Version: $LATEST\n")


async def test_what_extensions_write_is_in_the_functions_log(execution):
    """extensions-api.md §6: plain lines in the function's log stream."""

    async def talkative(extension):
        extension.print("from the ")
        extension.print("extension\nunfinished")
        await well_behaved(extension)

    async with execution({"f": echo}, {"x": talkative}) as machine:
        outcome, lines = await machine.log_of("f", tail=True)
        assert "from the extension\n" in lines
        assert b"from the extension\n" in outcome.log_tail


# --- Invoke ---


async def test_subscribers_get_each_invocation_without_its_payload(execution):
    """extensions-api.md §2, INVOKE."""
    seen: dict = {}
    scripts = {"x": keeping(seen, "x", well_behaved)}
    async with execution({"f": echo}, scripts) as machine:
        for payload in (b"1", b"2"):
            await machine.call("f", payload)
            await idle(machine)
        invocation = seen["x"][0].events[0]
        assert [event["eventType"] for event in seen["x"][0].events] == ["INVOKE", "INVOKE"]
        assert set(invocation) == {"eventType", "deadlineMs", "requestId", "invokedFunctionArn", "tracing"}
        assert invocation["invokedFunctionArn"] == machine.function("f").arn()
        assert invocation["tracing"]["type"] == "X-Amzn-Trace-Id"
        assert "Root=" in invocation["tracing"]["value"]


async def test_the_caller_has_the_answer_while_extensions_are_still_at_it(execution):
    """environment.md §1: the caller is answered as soon as the runtime is; the environment stays busy."""
    may_go_on = asyncio.Event()

    async def slow(extension):
        await extension.register("INVOKE")
        while True:
            await extension.next()
            await may_go_on.wait()

    async with execution({"f": echo}, {"x": slow}) as machine:
        assert (await machine.call("f", b"1")).payload == b"1"
        assert not any(pool.idle for pool in machine.dispatcher._pools.values())
        await asyncio.sleep(0.05)
        may_go_on.set()
        await idle(machine)
        version = machine.function("f").latest
        [stream] = machine.logs.streams(version.account_id, version.region, version.log_group)
        [report] = [line for line in stream.lines() if line.startswith("REPORT")]
        assert float(report.split("\tDuration: ")[1].split(" ")[0]) >= 50  # it is the invocation's too


async def test_the_tail_of_the_log_is_complete_though_extensions_take_their_time(execution):
    """environment.md §1 with logs.md §3: a caller who asks for the log's tail gets its REPORT."""

    async def slow(extension):
        await extension.register("INVOKE")
        while True:
            await extension.next()
            await asyncio.sleep(0.05)
            extension.print("after the answer\n")

    async with execution({"f": echo}, {"x": slow}) as machine:
        outcome = await machine.call("f", b"1", tail=True)
        assert outcome.payload == b"1"
        tail = outcome.log_tail.decode()
        assert tail.index("END RequestId") < tail.index("after the answer") < tail.index("REPORT RequestId")


async def test_who_does_not_subscribe_to_invocations_is_not_waited_for(execution):
    """extensions-api.md §5: it stays in Ready and is not waited for."""
    seen: dict = {}

    async def shutdown_alone(extension):
        await extension.register("SHUTDOWN")
        await extension.next()

    async with execution({"f": echo}, {"x": keeping(seen, "x", shutdown_alone)}) as machine:
        for _ in range(3):
            await machine.call("f")
            await idle(machine)
        assert seen["x"][0].events == []


async def test_an_internal_extension_hears_of_invocations(execution):
    """extensions-api.md §3: it registers from within the runtime, before its first next."""
    events = []

    async def with_internal(runtime):
        internal = ScriptedExtension("inside", runtime.sandbox, runtime.variables)
        await internal.register("INVOKE")

        async def listen():
            while True:
                events.append(await internal.next())

        listening = asyncio.create_task(listen())
        try:
            await echo(runtime)
        finally:
            listening.cancel()

    async with execution({"f": with_internal}) as machine:
        await machine.call("f")
        await idle(machine)
        assert [event["eventType"] for event in events] == ["INVOKE"]


async def test_registration_closes_with_the_runtimes_first_next(execution):
    """extensions-api.md §4."""
    answers = []

    async def too_late(runtime):
        async def handle(event: bytes) -> bytes:
            internal = ScriptedExtension("inside", runtime.sandbox, runtime.variables)
            named = {"Lambda-Extension-Name": "inside"}
            answers.append(await internal.ask("POST", "/2020-01-01/extension/register", b"{}", named))
            return event

        await runtime.serve(handle)

    async with execution({"f": too_late}) as machine:
        await machine.call("f")
        status, _, body = answers[0]
        assert status == 403
        assert json.loads(body)["errorType"] == "Extension.RegistrationClosed"


# --- Failures ---


async def failure_of(machine, handler: str = "f", **fields) -> dict:
    outcome = await machine.call(handler, **fields)
    assert outcome.function_error == "Unhandled"
    members: dict = json.loads(outcome.payload)
    members["errorMessage"] = mask(members["errorMessage"])
    return members


@pytest.mark.parametrize(("status", "words"), [(0, "exit code 0"), (3 << 8, "exit status 3")])
async def test_an_extension_that_ends_during_an_invocation_fails_it(execution, status: int, words: str):
    """environment.md §3: Extension.Crash, everything is reset, /tmp is kept; runtime-api.md §6 has the words."""

    async def crashing(extension):
        await extension.register("INVOKE")
        await extension.next()
        return status

    async def sleeping(runtime):
        await runtime.next()
        await asyncio.sleep(60)

    async with execution({"f": sleeping}, {"x": crashing}) as machine:
        assert await failure_of(machine) == {
            "errorType": "Extension.Crash",
            "errorMessage": f"RequestId: {ID} Error: {words}",
        }
        assert machine.executor.sandboxes[0].runtimes == 1
        await failure_of(machine)
        assert machine.executor.sandboxes[0].runtimes == 2  # in the same sandbox
        assert len(machine.executor.sandboxes) == 1


async def test_exit_error_fails_the_invocation_and_is_the_error_that_counts(execution):
    """environment.md §3: the first fatal error of a chain is the one that is reported."""

    async def failing(extension):
        await extension.register("INVOKE")
        await extension.next()
        await extension.fail("exit", "Extension.Unhappy")
        return 1

    async def sleeping(runtime):
        await runtime.next()
        await asyncio.sleep(60)

    async with execution({"f": sleeping}, {"x": failing}) as machine:
        error = await failure_of(machine)
        assert error["errorType"] == "Extension.ExitError"
        _, lines = await machine.log_of("f", tail=True)
        assert any(line.endswith("Status: error\tError Type: Extension.ExitError\n") for line in lines)


async def test_an_extension_that_cannot_get_ready_fails_init_twice_and_then_the_call(execution):
    """environment.md §2 and extensions-api.md §6: Init fails; the invocation runs Init again, inside itself."""

    async def failing(extension):
        await extension.register("INVOKE")
        await extension.fail("init", "Extension.NoConfig")
        return 1

    async with execution({"f": echo}, {"x": failing}) as machine:
        outcome, lines = await machine.log_of("f", tail=True)
        assert json.loads(outcome.payload)["errorType"] == "Extension.InitError"
        phases = [line.split("Phase: ")[1] for line in lines if line.startswith("INIT_REPORT")]
        assert phases == [f"{phase}\tStatus: error\tError Type: Extension.InitError\n" for phase in ("init", "invoke")]
        states = [line for line in lines if line.startswith("EXTENSION")]
        assert states[0] == "EXTENSION\tName: x\tState: InitError\tEvents: [INVOKE]\tError Type: Extension.NoConfig\n"


async def test_an_extension_that_crashes_before_it_registers_fails_init(execution):
    """environment.md §2: an extension process dies during Init [log: State: Started, Events: []]."""

    async def broken(extension):
        return 1 << 8

    async with execution({"f": echo}, {"x": broken}) as machine:
        outcome, lines = await machine.log_of("f", tail=True)
        assert json.loads(outcome.payload)["errorType"] == "Extension.Crash"
        assert lines[1] == "EXTENSION\tName: x\tState: Started\tEvents: []\n"
        assert lines[2].startswith("INIT_REPORT")
        assert machine.executor.sandboxes[0].runtimes == 0


async def test_a_crash_heals(execution):
    """environment.md §2: later calls run the suppressed init, which may succeed."""
    crashes = [True]

    async def once(extension):
        if crashes and crashes.pop():
            return
        await well_behaved(extension)

    async with execution({"f": echo}, {"x": once}) as machine:
        assert (await machine.call("f", b"1")).payload == b"1"


async def test_eleven_extensions_are_too_many(execution):
    """extensions-api.md §3: 10 in all."""
    async with execution({"f": echo}, {f"x{n:02}": well_behaved for n in range(11)}) as machine:
        outcome, lines = await machine.log_of("f", tail=True)
        assert json.loads(outcome.payload)["errorType"] == "Extension.LaunchError"
        assert "EXTENSION\tName: x10\tState: LaunchError\tEvents: []\tError Type: TooManyExtensions\n" in lines


async def test_an_extension_that_takes_too_long_after_the_answer_is_a_timeout(execution):
    """extensions-api.md §6: bounded by the function's timeout; the log says so, the caller has the answer."""

    async def forever(extension):
        await extension.register("INVOKE", "SHUTDOWN")
        await extension.next()
        await asyncio.sleep(60)

    async with execution({"f": echo}, {"x": forever}) as machine:
        outcome = await machine.call("f", b"1", tail=True, timeout=1)
        assert outcome.payload == b"1"
        assert outcome.log_tail.decode().endswith("\tStatus: timeout\n")


# --- Shutdown ---


async def test_a_timeout_tells_extensions_why(execution):
    """environment.md §3, Timeout: SHUTDOWN with reason timeout, then a cold start in the same sandbox."""
    seen: dict = {}

    async def sleeping(runtime):
        await runtime.next()
        await asyncio.sleep(60)

    async with execution({"f": sleeping}, {"x": keeping(seen, "x", well_behaved)}) as machine:
        error = await failure_of(machine, timeout=1)
        assert error["errorType"] == "Sandbox.Timedout"
        await idle(machine)
        assert seen["x"][0].events[-1]["eventType"] == "SHUTDOWN"
        assert seen["x"][0].events[-1]["shutdownReason"] == "timeout"
        assert machine.executor.sandboxes[0].signals[0] == ("runtime", signal.SIGTERM)  # environment.md §4


async def test_a_runtime_that_ends_is_a_failure_to_extensions(execution):
    """environment.md §3: SHUTDOWN reason failure."""
    seen: dict = {}

    async def crashing(runtime):
        await runtime.next()
        return 1 << 8

    async with execution({"f": crashing}, {"x": keeping(seen, "x", well_behaved)}) as machine:
        assert (await failure_of(machine))["errorType"] == "Runtime.ExitError"
        await idle(machine)
        assert seen["x"][0].events[-1]["shutdownReason"] == "failure"
        assert machine.executor.sandboxes[0].signals == []  # the runtime is gone already


async def test_a_reaped_environment_spins_down(execution):
    """environment.md §4: SIGTERM to the runtime, then SHUTDOWN to subscribers, SIGKILL to the others."""
    seen: dict = {}

    async def unsubscribed(extension):
        await extension.register("INVOKE")
        await take_events(extension)

    scripts = {"x": keeping(seen, "x", well_behaved), "y": unsubscribed}
    async with execution({"f": echo}, scripts) as machine:
        await machine.call("f")
        environment = await idle(machine)
        environment.stop()
        await environment.closed()
        shutdown = seen["x"][0].events[-1]
        assert shutdown["shutdownReason"] == "spindown"
        assert set(shutdown) == {"eventType", "shutdownReason", "deadlineMs"}
        assert machine.executor.sandboxes[0].signals == [("runtime", signal.SIGTERM), ("y", signal.SIGKILL)]
        assert machine.executor.sandboxes[0].stopped


async def test_without_extensions_nobody_is_asked(execution):
    """environment.md §4: the runtime gets SIGKILL at once."""
    async with execution({"f": echo}) as machine:
        await machine.call("f")
        environment = await idle(machine)
        environment.stop()
        assert machine.executor.sandboxes[0].stopped
        assert machine.executor.sandboxes[0].signals == []


async def test_an_invocation_that_comes_during_a_reset_is_served_after_it(execution):
    """environment.md §3: Extension exits; the next invocation runs the suppressed init."""
    crash = asyncio.Event()

    async def crashing(extension):
        if crash.is_set():
            await well_behaved(extension)
            return
        await extension.register("INVOKE")
        await extension.next()
        waiting = asyncio.create_task(extension.next())
        await crash.wait()
        waiting.cancel()

    async def dawdling(extension):
        await extension.register("INVOKE", "SHUTDOWN")
        while (await extension.next())["eventType"] != "SHUTDOWN":
            pass
        await asyncio.sleep(0.2)

    async with execution({"f": echo}, {"x": crashing, "y": dawdling}) as machine:
        await machine.call("f")
        environment = await idle(machine)
        crash.set()
        async with asyncio.timeout(10):
            while environment.state.name == "IDLE":
                await asyncio.sleep(0.005)
        assert environment.state.name == "RESETTING"
        assert (await machine.call("f", b"2")).payload == b"2"
        assert len(machine.executor.sandboxes) == 1


# --- What it costs nothing ---


async def test_a_runtime_that_answers_and_never_asks_again_is_ended(execution):
    """environment.md §1: the Invoke phase ends when the runtime has called next, and the timeout covers it."""

    async def lazy(runtime):
        request_id, event = await runtime.next()
        await runtime.respond(request_id, event)
        await asyncio.sleep(60)

    async with execution({"f": lazy}) as machine:
        assert (await machine.call("f", b"1", timeout=1)).payload == b"1"
        environment = await idle(machine)
        assert environment.state.name == "COLD"
