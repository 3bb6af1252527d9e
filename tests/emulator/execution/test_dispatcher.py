"""From an invocation to its outcome: environments that live, scale, fail and recover as on AWS."""

import asyncio
import json
import os
import signal
import time

import pytest

from emulator import quotas
from emulator.errors import EmulatorError, TooManyRequestsException
from emulator.execution import start_gate
from emulator.executors.executor import RuntimeExit


async def echo(runtime):
    async def handle(event: bytes) -> bytes:
        return event

    await runtime.serve(handle)


async def count(runtime):
    """Answers how often this runtime has been called: what a global variable would do."""
    calls = 0

    async def handle(event: bytes) -> bytes:
        nonlocal calls
        calls += 1
        return str(calls).encode()

    await runtime.serve(handle)


async def nap(runtime):
    """Sleeps for as many seconds as the event says."""

    async def handle(event: bytes) -> bytes:
        await asyncio.sleep(float(event))
        return b"null"

    await runtime.serve(handle)


async def end(runtime):
    """Ends, with the status that the event says, instead of answering; or answers to 0x."""
    while True:
        request_id, event = await runtime.next()
        if event != b"{}":
            return int(event)
        await runtime.respond(request_id, b"1")


IMPORT_ERROR = b'{"errorMessage": "No module", "errorType": "Runtime.ImportModuleError", "requestId": ""}'


async def import_error(runtime):
    runtime.print("loading\n")
    await runtime.init_error(IMPORT_ERROR, "Runtime.ImportModuleError")
    return 256


class TestReuse:
    async def test_calls_one_after_the_other_share_an_environment(self, execution):
        async with execution({"count": count}) as running:
            assert [(await running.call("count")).payload for _ in range(3)] == [b"1", b"2", b"3"]
            assert len(running.executor.sandboxes) == 1

    async def test_concurrent_calls_start_more(self, execution):
        async with execution({"nap": nap}) as running:
            await asyncio.gather(*(running.call("nap", b"0.1") for _ in range(5)))
            assert len(running.executor.sandboxes) == 5
            await asyncio.gather(*(running.call("nap", b"0") for _ in range(5)))
            assert len(running.executor.sandboxes) == 5

    async def test_the_environment_used_last_is_used_next(self, execution):
        async with execution({"nap": nap, "count": count}) as running:
            await asyncio.gather(running.call("count"), running.call("count"))
            payloads = []
            for _ in range(3):
                await asyncio.sleep(0.02)  # both are idle again
                payloads.append((await running.call("count")).payload)
            assert payloads == [b"2", b"3", b"4"]

    async def test_one_that_has_answered_is_awaited(self, execution):
        async def slow_to_return(runtime):
            while True:
                request_id, _ = await runtime.next()
                await runtime.respond(request_id, b"1")
                await asyncio.sleep(0.01)

        async with execution({"f": slow_to_return}) as running:
            await running.call("f")
            await running.call("f")
            assert len(running.executor.sandboxes) == 1

    async def test_but_not_for_long(self, execution):
        async def hardly_returns(runtime):
            while True:
                request_id, _ = await runtime.next()
                await runtime.respond(request_id, b"1")
                await asyncio.sleep(1)

        async with execution({"f": hardly_returns}) as running:
            await running.call("f")
            await running.call("f")
            assert len(running.executor.sandboxes) == 2

    async def test_versions_have_environments_of_their_own(self, execution):
        async with execution({"count": count}) as running:
            await running.call("count", name="one")
            assert (await running.call("count", name="two")).payload == b"1"

    async def test_a_caller_who_goes_away_does_not_end_the_function(self, execution):
        async with execution({"nap": nap}) as running:
            call = running.call("nap", b"0.05")
            await asyncio.sleep(0.01)
            call.cancel()
            await asyncio.sleep(0.1)
            await running.call("nap", b"0")
            assert running.executor.sandboxes[0].runtimes == 1


class TestFailures:
    async def test_an_error_of_the_handler_keeps_everything(self, execution):
        async def fails(runtime):
            for number in range(2):
                request_id, _ = await runtime.next()
                await runtime.error(request_id, b'{"errorMessage": "%d"}' % number)
            await runtime.next()

        async with execution({"f": fails}) as running:
            outcome = await running.call("f")
            assert (outcome.function_error, outcome.payload) == ("Unhandled", b'{"errorMessage": "0"}')
            assert (await running.call("f")).payload == b'{"errorMessage": "1"}'

    async def test_timeout(self, execution):
        async with execution({"nap": nap}) as running:
            outcome, log = await running.log_of("nap", b"5", timeout=1)
            assert outcome.function_error == "Unhandled"
            assert json.loads(outcome.payload)["errorType"] == "Sandbox.Timedout"
            assert json.loads(outcome.payload)["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
            assert log[1:] == [
                "START RequestId: <id> Version: $LATEST\n",
                "END RequestId: <id>\n",
                "REPORT RequestId: <id>\tDuration: <n> ms\tBilled Duration: <n> ms\tMemory Size: 128 MB\t"
                "Max Memory Used: 40 MB\tInit Duration: <n> ms\tStatus: timeout\n",
            ]

    async def test_after_a_timeout_another_runtime_runs_in_the_same_sandbox(self, execution):
        async with execution({"nap": nap}) as running:
            await running.call("nap", b"5", timeout=0.2)
            assert (await running.call("nap", b"0")).function_error is None
            assert [sandbox.runtimes for sandbox in running.executor.sandboxes] == [2]

    @pytest.mark.parametrize(
        ("status", "cause"),
        [
            (127 << 8, "Runtime exited with error: exit status 127"),
            (0, "Runtime exited without providing a reason"),
            (signal.SIGKILL, "Runtime exited with error: signal: killed"),
            (signal.SIGSEGV, "Runtime exited with error: signal: segmentation fault"),
        ],
    )
    async def test_exit(self, execution, status, cause):
        async with execution({"end": end}) as running:
            outcome, log = await running.log_of("end", b"%d" % status)
            body = json.loads(outcome.payload)
            assert body["errorType"] == "Runtime.ExitError"
            assert body["errorMessage"].endswith(f" Error: {cause}")
            assert log[-1].endswith("\tStatus: error\tError Type: Runtime.ExitError\n")
            assert (await running.call("end")).payload == b"1"
            assert [sandbox.runtimes for sandbox in running.executor.sandboxes] == [2]

    async def test_a_runtime_that_dies_while_idle_is_nobody_s_error(self, execution):
        async with execution({"echo": echo}) as running:
            await running.call("echo")
            sandbox = running.executor.sandboxes[0]
            sandbox.kill_all()
            sandbox.listener.runtime_ended(1, RuntimeExit(signal.SIGKILL))
            assert (await running.call("echo", b"again")).payload == b"again"
            assert sandbox.runtimes == 2

    async def test_a_runtime_that_dies_after_its_answer(self, execution):
        async def once(runtime):
            request_id, event = await runtime.next()
            await runtime.respond(request_id, event)
            return 256

        async with execution({"f": once}) as running:
            assert [(await running.call("f", b"%d" % n)).payload for n in range(3)] == [b"0", b"1", b"2"]
            assert [sandbox.runtimes for sandbox in running.executor.sandboxes] == [3]

    async def test_a_machine_that_cannot_run_it_says_so(self, execution):
        async with execution({}) as running:
            with pytest.raises(EmulatorError, match="no python on this machine"):
                await running.call("python")
            assert running.dispatcher.room()[0] == 0

    async def test_no_answer_is_taken_from_a_runtime_that_was_given_up(self, execution):
        late = []

        async def too_late(runtime):
            request_id, _ = await runtime.next()
            late.append((runtime, request_id))
            await asyncio.sleep(10)

        async with execution({"f": too_late}) as running:
            await running.call("f", timeout=0.1)
            runtime, request_id = late[0]
            with pytest.raises(OSError):  # the port is closed
                runtime._connection = None
                await runtime.respond(request_id, b"late")


class TestInit:
    async def test_its_output_comes_before_start(self, execution):
        async def prints(runtime):
            runtime.print("init\n")
            await echo(runtime)

        async with execution({"f": prints}) as running:
            _, log = await running.log_of("f")
            assert [line.split(" ")[0].strip() for line in log] == ["INIT_START", "init", "START", "END", "REPORT"]

    async def test_a_failing_init_is_tried_again_inside_the_invocation(self, execution):
        async with execution({"f": import_error}) as running:
            outcome, log = await running.log_of("f")
            assert (outcome.function_error, outcome.payload) == ("Unhandled", IMPORT_ERROR)
            version = "python:3.14.v1\tRuntime Version ARN: "
            assert log[0].startswith(f"INIT_START Runtime Version: {version}")
            # [log: python3.12, April 2026]
            assert log[1:] == [
                "loading\n",
                "INIT_REPORT Init Duration: <n> ms\tPhase: init\tStatus: error\t"
                "Error Type: Runtime.ImportModuleError\n",
                "loading\n",
                "INIT_REPORT Init Duration: <n> ms\tPhase: invoke\tStatus: error\t"
                "Error Type: Runtime.ImportModuleError\n",
                "START RequestId: <id> Version: $LATEST\n",
                "END RequestId: <id>\n",
                "REPORT RequestId: <id>\tDuration: <n> ms\tBilled Duration: <n> ms\tMemory Size: 128 MB\t"
                "Max Memory Used: 40 MB\tStatus: error\tError Type: Runtime.ImportModuleError\n",
            ]

    async def test_and_once_more_with_every_invocation(self, execution):
        async with execution({"f": import_error}) as running:
            await running.call("f")
            await running.call("f")
            assert [sandbox.runtimes for sandbox in running.executor.sandboxes] == [3]

    async def test_an_exit_without_a_word_is_an_exit_error(self, execution):
        async def wrapper_missing(runtime):
            return 127 << 8

        async with execution({"f": wrapper_missing}) as running:
            body = json.loads((await running.call("f")).payload)
            assert body["errorType"] == "Runtime.ExitError"
            assert body["errorMessage"].endswith("Error: Runtime exited with error: exit status 127")

    async def test_an_init_error_of_the_first_attempt_is_kept_for_the_second(self, execution):
        async def first_says_why(runtime):
            if runtime.sandbox.runtimes == 1:
                return await import_error(runtime)
            return 256

        async with execution({"f": first_says_why}) as running:
            assert (await running.call("f")).payload == IMPORT_ERROR

    async def test_a_second_attempt_may_succeed(self, execution):
        async def fails_once(runtime):
            if runtime.sandbox.runtimes == 1:
                return 256
            return await echo(runtime)

        async with execution({"f": fails_once}) as running:
            outcome, log = await running.log_of("f", b"1")
            assert (outcome.payload, outcome.function_error) == (b"1", None)
            assert log[-1].endswith("Max Memory Used: 40 MB\t\n")

    async def test_an_init_has_a_limit_of_its_own(self, execution, monkeypatch):
        monkeypatch.setattr(quotas, "INIT_SECONDS", 0.1)

        async def slow(runtime):
            await asyncio.sleep(0.2)
            await echo(runtime)

        async with execution({"f": slow}) as running:
            outcome, log = await running.log_of("f", b"1")
            assert outcome.payload == b"1"
            assert log[1] == "INIT_REPORT Init Duration: <n> ms\tPhase: init\tStatus: timeout\n"
            assert log[2].startswith("START ")

    async def test_an_init_inside_an_invocation_has_the_function_s_timeout(self, execution, monkeypatch):
        monkeypatch.setattr(quotas, "INIT_SECONDS", 0.1)

        async def never(runtime):
            await asyncio.sleep(60)

        async with execution({"f": never}) as running:
            outcome, log = await running.log_of("f", timeout=0.2)
            assert json.loads(outcome.payload)["errorType"] == "Sandbox.Timedout"
            assert log[1:3] == [
                "INIT_REPORT Init Duration: <n> ms\tPhase: init\tStatus: timeout\n",
                "INIT_REPORT Init Duration: <n> ms\tPhase: invoke\tStatus: timeout\n",
            ]
            assert log[-1].endswith("Max Memory Used: 40 MB\tStatus: timeout\n")

    async def test_only_a_few_start_at_the_same_moment(self, execution, monkeypatch):
        monkeypatch.setattr(start_gate, "_LONGEST", 30)  # a busy machine makes a start last long
        starting, most = 0, 0

        async def slow(runtime):
            nonlocal starting, most
            starting += 1
            most = max(most, starting)
            await asyncio.sleep(0.02)
            starting -= 1
            await echo(runtime)

        async with execution({"f": slow}) as running:
            await asyncio.gather(*(running.call("f") for _ in range(30)))
            assert 1 < most <= 2 * (os.cpu_count() or 1)


class TestTail:
    async def test_holds_init_and_invocation_but_not_init_start(self, execution):
        async def prints(runtime):
            runtime.print("init\n")
            request_id, _ = await runtime.next()
            runtime.print("handler\n")
            await runtime.respond(request_id, b"1")
            await runtime.next()

        async with execution({"f": prints}) as running:
            tail = (await running.call("f", tail=True)).log_tail.decode()
            assert [line.split(" ")[0] for line in tail.splitlines()] == ["init", "START", "handler", "END", "REPORT"]

    async def test_of_a_warm_call_begins_with_start(self, execution):
        async with execution({"echo": echo}) as running:
            await running.call("echo", tail=True)
            tail = (await running.call("echo", tail=True)).log_tail.decode()
            assert [line.split(" ")[0] for line in tail.splitlines()] == ["START", "END", "REPORT"]

    async def test_is_the_last_four_kilobytes(self, execution):
        async def prints(runtime):
            async def handle(event: bytes) -> bytes:
                runtime.print("x" * 9999 + "\n")
                return b"1"

            await runtime.serve(handle)

        async with execution({"f": prints}) as running:
            tail = (await running.call("f", tail=True)).log_tail
            assert len(tail) == 4096
            assert tail.startswith(b"xxx")

    async def test_is_only_there_when_asked_for(self, execution):
        async with execution({"echo": echo}) as running:
            assert (await running.call("echo")).log_tail is None


class TestConcurrency:
    async def test_reserved_concurrency_is_a_ceiling(self, execution):
        async with execution({"nap": nap}) as running:
            calls = [running.call("nap", b"0.1", reserved_concurrency=2) for _ in range(2)]
            with pytest.raises(TooManyRequestsException) as refused:
                running.call("nap", b"0")
            assert refused.value.members == {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}
            await asyncio.gather(*calls)
            await running.call("nap", b"0")

    async def test_reserving_nothing_blocks_everything(self, execution):
        async with execution({"echo": echo}) as running:
            running.function("echo", reserved_concurrency=0)
            with pytest.raises(TooManyRequestsException):
                running.call("echo")

    async def test_the_account_has_a_limit(self, execution):
        async with execution({"nap": nap}, concurrent_executions=2) as running:
            calls = [running.call("nap", b"0.05", name=name) for name in ("a", "b")]
            with pytest.raises(TooManyRequestsException) as refused:
                running.call("nap", b"0", name="c")
            assert refused.value.members == {"Reason": "ConcurrentInvocationLimitExceeded"}
            running.call("nap", b"0", name="d", reserved_concurrency=1)  # its reservation is its own
            await asyncio.gather(*calls)

    async def test_what_fails_counts_no_longer(self, execution):
        async with execution({"end": end}) as running:
            for _ in range(3):
                await running.call("end", b"256", reserved_concurrency=1)


class TestMachine:
    async def test_a_full_machine_makes_wait(self, execution):
        async with execution({"nap": nap}, max_environments=2) as running:
            await asyncio.gather(*(running.call("nap", b"0.02") for _ in range(6)))
            assert len(running.executor.sandboxes) == 2

    async def test_a_full_machine_gives_up_what_was_idle_longest(self, execution):
        async with execution({"count": count}, max_environments=2) as running:
            for name in ("a", "b", "c"):
                await running.call("count", name=name)
            assert [sandbox.stopped for sandbox in running.executor.sandboxes] == [True, False, False]
            assert running.dispatcher.room() == (2, 2)

    async def test_who_waits_for_room_gets_what_becomes_idle_elsewhere(self, execution):
        async with execution({"nap": nap}, max_environments=1) as running:
            first = running.call("nap", b"0.1", name="a")
            assert (await running.call("nap", b"0", name="b")).function_error is None
            await first

    async def test_idle_environments_are_stopped_after_a_while(self, execution):
        async with execution({"echo": echo}, idle_seconds=0.1) as running:
            await running.call("echo")
            await asyncio.sleep(0.05)
            assert running.dispatcher.room()[0] == 1
            await asyncio.sleep(0.3)
            assert running.dispatcher.room()[0] == 0
            assert (await running.call("echo", b"1")).payload == b"1"


class TestRetiring:
    async def test_lets_running_calls_finish_and_then_stops(self, execution):
        async with execution({"nap": nap}) as running:
            await asyncio.gather(running.call("nap", b"0.01"), running.call("nap", b"0.01"))
            await asyncio.sleep(0.02)  # both are idle again
            call = running.call("nap", b"0.1")
            running.dispatcher.retire(running.function("nap").latest.key)
            assert [sandbox.stopped for sandbox in running.executor.sandboxes].count(True) == 1
            assert (await call).function_error is None
            await asyncio.sleep(0.02)
            assert all(sandbox.stopped for sandbox in running.executor.sandboxes)

    async def test_of_a_version_that_never_ran_is_nothing(self, execution):
        async with execution({}) as running:
            running.dispatcher.retire("v0")


class TestClosing:
    async def test_cuts_off_what_runs_and_what_waits(self, execution):
        async with execution({"nap": nap}, max_environments=1) as running:
            calls = [running.call("nap", b"60") for _ in range(3)]
            await asyncio.sleep(0.05)
            started = time.perf_counter()
            await running.dispatcher.close()
            assert time.perf_counter() - started < 0.5
            assert all(call.cancelled() for call in calls)

    async def test_cuts_off_what_is_starting(self, execution):
        async def never(runtime):
            await asyncio.sleep(60)

        async with execution({"f": never}) as running:
            calls = [running.call("f") for _ in range(10)]
            await asyncio.sleep(0.01)
            await running.dispatcher.close()
            assert all(call.cancelled() for call in calls)

    async def test_nothing_is_taken_afterwards(self, execution):
        async with execution({"echo": echo}) as running:
            await running.dispatcher.close()
            with pytest.raises(EmulatorError, match="stopping"):
                running.call("echo")
