"""The limits to how much runs and how often, and what becomes of those who stop waiting."""

import asyncio

import pytest

from emulator import quotas
from emulator.errors import TooManyRequestsException

CEILING, RATE = "ReservedFunctionConcurrentInvocationLimitExceeded", "ReservedFunctionInvocationRateLimitExceeded"


async def echo(runtime):
    async def handle(event: bytes) -> bytes:
        return event

    await runtime.serve(handle)


class Door:
    """A handler that answers when the test opens the door. `arrived` counts who came."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.arrived = 0

    async def __call__(self, runtime):
        async def handle(event: bytes) -> bytes:
            self.arrived += 1
            await self.open.wait()
            return event

        await runtime.serve(handle)

    async def has_let_in(self, number: int) -> None:
        async with asyncio.timeout(10):
            while self.arrived < number:
                await asyncio.sleep(0.005)


def reason_of(running, *arguments, **fields):
    with pytest.raises(TooManyRequestsException) as refused:
        running.call(*arguments, **fields)
    return refused.value.members["Reason"]


class TestRates:
    async def test_are_not_limited_unless_asked_for(self, execution):
        async with execution({"echo": echo}) as running:
            running.function("echo", reserved_concurrency=1)
            for _ in range(15):
                await running.call("echo")

    @pytest.fixture(autouse=True)
    def stopped_clock(self, monkeypatch):
        monkeypatch.setattr("emulator.execution.concurrency.monotonic", lambda: 0.0)

    async def test_ten_calls_a_second_for_each_reserved_execution(self, execution):  # [docs: lambda-concurrency]
        async with execution({"echo": echo}, rate_limits=True) as running:
            running.function("echo", reserved_concurrency=2)
            for _ in range(20):
                await running.call("echo")
            assert reason_of(running, "echo") == RATE
            await running.call("echo", name="other")  # which has nothing reserved

    async def test_of_the_account_for_all_others(self, execution):
        async with execution({"echo": echo}, rate_limits=True, concurrent_executions=1) as running:
            for _ in range(10):
                await running.call("echo")
            assert reason_of(running, "echo") == "FunctionInvocationRateLimitExceeded"
            await running.call("echo", synchronous=False)  # those have no such limit [docs: gettingstarted-limits]

    async def test_of_growth(self, execution, monkeypatch):  # [docs: scaling-behavior]; the reason is unsure
        monkeypatch.setattr(quotas, "SCALING_ENVIRONMENTS", 2)
        monkeypatch.setattr(quotas, "SCALING_SECONDS", 1000.0)
        door = Door()
        async with execution({"door": door}, rate_limits=True) as running:
            calls = [running.call("door") for _ in range(2)]
            assert reason_of(running, "door") == "ConcurrentInvocationLimitExceeded"
            door.open.set()
            await asyncio.gather(*calls)
            await running.call("door")  # in an environment that is there


class TestReservation:
    async def test_exactly_as_many_run_as_are_reserved(self, execution):
        door = Door()
        async with execution({"door": door}) as running:
            running.function("door", reserved_concurrency=10)
            calls, refused = [], []
            for _ in range(100):
                try:
                    calls.append(running.call("door"))
                except TooManyRequestsException as refusal:
                    refused.append(refusal.members["Reason"])
            await door.has_let_in(10)
            assert (len(calls), door.arrived, refused) == (10, 10, [CEILING] * 90)
            door.open.set()
            await asyncio.gather(*calls)


class TestCallersWhoGoAway:
    async def test_before_their_turn_are_not_served(self, execution):
        door = Door()
        async with execution({"door": door}, max_environments=1) as running:
            first, second, third = (running.call("door", reserved_concurrency=3) for _ in range(3))
            await door.has_let_in(1)
            second.cancel()
            await asyncio.sleep(0)
            fourth = running.call("door")  # what the second one had reserved is free again
            door.open.set()
            await asyncio.gather(first, third, fourth)
            assert door.arrived == 3

    async def test_while_the_function_runs_do_not_stop_it(self, execution):  # [docs: configuration-response-streaming]
        door, ended = Door(), asyncio.Event()

        async def handle(runtime):
            request_id, event = await runtime.next()
            door.arrived += 1
            await door.open.wait()
            await runtime.respond(request_id, event)
            ended.set()
            await runtime.next()

        async with execution({"handle": handle}) as running:
            call = running.call("handle", reserved_concurrency=1)
            await door.has_let_in(1)
            call.cancel()
            await asyncio.sleep(0)
            assert reason_of(running, "handle") == CEILING  # it still runs
            door.open.set()
            await asyncio.wait_for(ended.wait(), 10)
            running.call("handle").cancel()  # and now it does not

    async def test_during_a_cold_start_leave_an_environment_for_the_next(self, execution):
        async with execution({"echo": echo}) as running:
            running.call("echo").cancel()
            assert (await running.call("echo", b"1")).payload == b"1"
            async with asyncio.timeout(10):
                while running.dispatcher.room()[0] != 2:
                    await asyncio.sleep(0.005)
