"""Provisioned concurrency: environments that are there before they are needed."""

import asyncio
from datetime import UTC, datetime

import pytest

from emulator import quotas
from emulator.errors import TooManyRequestsException
from emulator.resources.provisioned_concurrency import ProvisionedConcurrency, Status


async def kind(runtime):
    """Answers how its environment was initialised."""

    async def handle(event: bytes) -> bytes:
        await asyncio.sleep(float(event) if event != b"{}" else 0)
        return runtime.variables["AWS_LAMBDA_INITIALIZATION_TYPE"].encode()

    await runtime.serve(handle)


async def fails(runtime):
    await runtime.init_error(b"{}", "Runtime.ImportModuleError")
    return 256


ON_DEMAND, PROVISIONED = b"on-demand", b"provisioned-concurrency"


class Allocating:
    """Allocations of one Execution, as the operations ask for them."""

    def __init__(self, running) -> None:
        self.running = running

    def put(self, handler, number, qualifier="1", delay=0.0, **fields):
        function = self.running.function(handler, **fields)
        config = ProvisionedConcurrency(function.arn(qualifier), number, datetime.now(UTC))
        function.provisioned[qualifier] = config
        self.running.dispatcher.provision(config, [(function.latest, number)], delay)
        return config

    async def ready(self, handler, number, **fields):
        config = self.put(handler, number, **fields)
        await self.until(lambda: config.status is not Status.IN_PROGRESS)
        assert (config.status, config.allocated) == (Status.READY, number)
        return config

    @staticmethod
    async def until(condition):
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)

    def alive(self):
        return sum(not sandbox.stopped for sandbox in self.running.executor.sandboxes)


class TestAllocation:
    async def test_starts_environments_before_any_call(self, execution):
        async with execution({"kind": kind}) as running:
            await Allocating(running).ready("kind", 3)
            assert [sandbox.runtimes for sandbox in running.executor.sandboxes] == [1, 1, 1]
            assert (await running.dispatcher.health())["environments"] == 3

    async def test_begins_after_a_while_and_rises(self, execution):  # [rec: test_provisioned_concurrency, 2025-11-24]
        gates = [asyncio.Event() for _ in range(3)]
        started = iter(gates)

        async def one_by_one(runtime):
            await next(started).wait()
            await kind(runtime)

        async with execution({"f": one_by_one}) as running:
            allocating = Allocating(running)
            config = allocating.put("f", 3, delay=0.05)
            assert (config.status, config.allocated) == (Status.IN_PROGRESS, 0)
            for number, gate in enumerate(gates, 1):
                assert config.status is Status.IN_PROGRESS
                gate.set()
                await allocating.until(lambda number=number: config.allocated == number)
            assert config.status is Status.READY

    async def test_fails_if_the_init_fails(self, execution):
        # [rec: test_provisioned_concurrency_init_failure, 2026-02-17]
        async with execution({"fails": fails}) as running:
            allocating = Allocating(running)
            config = allocating.put("fails", 2)
            await allocating.until(lambda: config.status is Status.FAILED)
            described = config.describe()
            assert described["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
            assert described["AllocatedProvisionedConcurrentExecutions"] == 0
            assert described["AvailableProvisionedConcurrentExecutions"] == 0
            await allocating.until(lambda: allocating.alive() == 0)

    async def test_has_a_limit_of_init_of_its_own(self, execution, monkeypatch):  # [docs: lambda-runtime-environment]
        monkeypatch.setattr(quotas, "INIT_SECONDS", 0.01)

        async def slow(runtime):
            await asyncio.sleep(0.1)
            await kind(runtime)

        async with execution({"slow": slow}) as running:
            await Allocating(running).ready("slow", 1)
            assert (await running.call("slow")).payload == PROVISIONED

    async def test_fails_at_that_limit(self, execution, monkeypatch):
        monkeypatch.setattr(quotas, "PROVISIONED_INIT_SECONDS", 0.05)

        async def never(runtime):
            await asyncio.sleep(60)

        async with execution({"never": never}) as running:
            allocating = Allocating(running)
            config = allocating.put("never", 1, timeout=0.01)
            await allocating.until(lambda: config.status is Status.FAILED)
            assert config.status_reason == "FUNCTION_ERROR_INIT_FAILURE"

    async def test_fails_in_plain_words_where_the_machine_is_the_reason(self, execution):
        async with execution({"kind": kind}, max_environments=2) as running:
            allocating = Allocating(running)
            config = allocating.put("missing", 1)
            await allocating.until(lambda: config.status is Status.FAILED)
            assert config.status_reason == "no missing on this machine"
            config = allocating.put("kind", 3)
            await allocating.until(lambda: config.status is Status.FAILED)
            assert config.status_reason == "lambda-parity has room for 2 (--max-environments 2)."

    async def test_of_more_keeps_what_is_there(self, execution):
        async with execution({"kind": kind}) as running:
            allocating = Allocating(running)
            await allocating.ready("kind", 2)
            config = allocating.put("kind", 4)
            assert config.allocated == 2
            await allocating.until(lambda: config.status is Status.READY)
            assert [sandbox.stopped for sandbox in running.executor.sandboxes] == [False] * 4

    async def test_of_fewer_stops_the_rest(self, execution):
        async with execution({"kind": kind}) as running:
            allocating = Allocating(running)
            await allocating.ready("kind", 3)
            config = allocating.put("kind", 1)
            assert (config.status, config.allocated, allocating.alive()) == (Status.IN_PROGRESS, 1, 1)
            await allocating.until(lambda: config.status is Status.READY)
            assert allocating.alive() == config.allocated == 1

    async def test_given_up_lets_running_calls_finish(self, execution):
        async with execution({"kind": kind}) as running:
            allocating = Allocating(running)
            config = await allocating.ready("kind", 2)
            call = running.call("kind", b"0.1")
            running.dispatcher.release(config.function_arn)
            assert allocating.alive() == 1
            assert (await call).payload == PROVISIONED
            await allocating.until(lambda: allocating.alive() == 0)
            assert (await running.call("kind")).payload == ON_DEMAND

    async def test_given_up_before_it_began_is_nothing(self, execution):
        async with execution({"kind": kind}) as running:
            config = Allocating(running).put("kind", 2, delay=0.02)
            running.dispatcher.release(config.function_arn)
            await asyncio.sleep(0.05)
            assert running.executor.sandboxes == []

    async def test_moves_to_another_version(self, execution):
        async with execution({"kind": kind}) as running:
            allocating = Allocating(running)
            config = await allocating.ready("kind", 2, qualifier="live")
            other = running.function("kind", name="new").latest
            config = ProvisionedConcurrency(config.function_arn, 2, datetime.now(UTC))
            running.dispatcher.provision(config, [(other, 2)], 0.0)
            assert (config.allocated, allocating.alive()) == (0, 0)
            await allocating.until(lambda: config.status is Status.READY)
            assert (await running.call("kind", name="new")).payload == PROVISIONED
            assert (await running.call("kind")).payload == ON_DEMAND

    async def test_is_divided_between_the_versions_of_an_alias(self, execution):
        async with execution({"kind": kind}) as running:
            old, new = (running.function("kind", name=name).latest for name in ("old", "new"))
            config = ProvisionedConcurrency("arn", 4, datetime.now(UTC))
            running.dispatcher.provision(config, [(new, 1), (old, 3)], 0.0)
            await Allocating.until(lambda: config.status is Status.READY)
            answers = await asyncio.gather(*(running.call("kind", b"0.1", name="new") for _ in range(2)))
            assert sorted(answer.payload for answer in answers) == [ON_DEMAND, PROVISIONED]


class TestInvocations:
    async def test_use_it_first_and_spill_over(self, execution):  # [docs: lambda-concurrency]
        async with execution({"kind": kind}) as running:
            await Allocating(running).ready("kind", 2)
            answers = await asyncio.gather(*(running.call("kind", b"0.1") for _ in range(3)))
            assert sorted(answer.payload for answer in answers) == [ON_DEMAND, PROVISIONED, PROVISIONED]

    async def test_one_after_the_other_never_spill(self, execution):
        async with execution({"kind": kind}) as running:
            await Allocating(running).ready("kind", 1)
            assert {(await running.call("kind")).payload for _ in range(30)} == {PROVISIONED}
            assert len(running.executor.sandboxes) == 1

    async def test_all_of_the_reservation_provisioned_leaves_nothing_on_demand(self, execution):
        # [docs: provisioned-concurrency: $LATEST is throttled then]
        async with execution({"kind": kind}) as running:
            running.function("kind", reserved_concurrency=1)
            await Allocating(running).ready("kind", 1)
            call = running.call("kind", b"0.1")
            with pytest.raises(TooManyRequestsException) as refused:
                running.call("kind")
            assert refused.value.members == {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}
            assert (await call).payload == PROVISIONED

    async def test_spill_over_when_they_come_too_fast(self, execution, monkeypatch):
        # [docs: lambda-concurrency: 10 requests a second for each]
        monkeypatch.setattr("emulator.execution.concurrency.monotonic", lambda: 0.0)
        async with execution({"kind": kind}, rate_limits=True) as running:
            await Allocating(running).ready("kind", 1)
            answers = [(await running.call("kind")).payload for _ in range(11)]
            assert answers == [PROVISIONED] * 10 + [ON_DEMAND]

    async def test_do_not_count_against_the_account(self, execution):
        async with execution({"kind": kind}, concurrent_executions=1) as running:
            await Allocating(running).ready("kind", 2)
            calls = [running.call("kind", b"0.1") for _ in range(3)]
            assert sorted(answer.payload for answer in await asyncio.gather(*calls)) == [
                ON_DEMAND, PROVISIONED, PROVISIONED,
            ]  # fmt: skip

    async def test_the_first_report_tells_of_the_init(self, execution):  # [log: users' REPORT lines, 2021]
        async with execution({"kind": kind}) as running:
            await Allocating(running).ready("kind", 1)
            _, log = await running.log_of("kind")
            assert [line.split(" ")[0] for line in log] == ["INIT_START", "START", "END", "REPORT"]
            assert "\tInit Duration: " in log[-1]


class TestEnvironments:
    async def test_are_not_reaped(self, execution):
        async with execution({"kind": kind}, idle_seconds=0.05) as running:
            allocating = Allocating(running)
            await allocating.ready("kind", 2)
            answers = await asyncio.gather(*(running.call("kind", b"0.02") for _ in range(3)))
            assert [answer.payload for answer in answers].count(ON_DEMAND) == 1
            await allocating.until(lambda: allocating.alive() == 2)
            await asyncio.sleep(0.1)
            assert (await running.call("kind")).payload == PROVISIONED

    async def test_are_kept_after_a_timeout(self, execution):
        async with execution({"kind": kind}) as running:
            await Allocating(running).ready("kind", 1, timeout=0.1)
            assert (await running.call("kind", b"5")).function_error == "Unhandled"
            assert (await running.call("kind")).payload == PROVISIONED
            assert [sandbox.runtimes for sandbox in running.executor.sandboxes] == [2]

    async def test_that_are_lost_are_replaced(self, execution, monkeypatch):
        monkeypatch.setattr("emulator.execution.provisioned_pool._FIRST_DELAY", 0.01)
        async with execution({"kind": kind}) as running:
            allocating = Allocating(running)
            config = await allocating.ready("kind", 2)
            running.executor.sandboxes[0].listener.sandbox_failed("the disk is gone")
            assert (config.status, config.allocated) == (Status.READY, 1)
            await allocating.until(lambda: config.allocated == 2)
            assert len(running.executor.sandboxes) == 3

    async def test_leave_room_for_others(self, execution):
        async with execution({"kind": kind}, max_environments=1) as running:
            await Allocating(running).ready("kind", 1)
            assert (await running.call("kind", name="other")).payload == ON_DEMAND
