"""With tenant isolation, an environment serves one tenant and no other (managed-instances-tenancy-snapstart.md §2)."""

import asyncio
import json

import pytest

from emulator.errors import TooManyRequestsException


async def count(runtime):
    calls = 0

    async def handle(event: bytes) -> bytes:
        nonlocal calls
        calls += 1
        return str(calls).encode()

    await runtime.serve(handle)


async def test_tenants_never_share_an_environment(execution):  # [docs: tenant-isolation]
    async with execution({"count": count}) as running:
        calls = ["blue", "red", "blue", "blue", "red"]
        answers = [(await running.call("count", tenant=tenant)).payload for tenant in calls]
        assert answers == [b"1", b"1", b"2", b"3", b"2"]
        assert len(running.executor.sandboxes) == 2


async def test_the_runtime_is_told_which_one(execution):  # [rie: interop/events_api.go]
    told = []

    async def tells(runtime):
        while True:
            headers, _ = await runtime._ask("GET", "invocation/next")
            told.append(headers.get("lambda-runtime-aws-tenant-id"))
            await runtime.respond(headers["lambda-runtime-aws-request-id"], b"1")

    async with execution({"tells": tells}) as running:
        await running.call("tells", tenant="a b@c/d")
        await running.call("tells")
    assert told == ["a b@c/d", None]


async def test_the_log_says_so_too(execution):
    async with execution({"count": count}) as running:
        running.function("count", log_format="JSON")
        await running.call("count", tenant="blue")
        version = running.function("count").latest
        streams = running.logs.streams(version.account_id, version.region, version.log_group)
        lines = [json.loads(line) for stream in streams for line in stream.lines()]
        assert [line["record"]["tenantId"] for line in lines if line["type"] == "platform.start"] == ["blue"]


async def test_all_tenants_together_have_two_and_a_half_environments_for_each_execution(execution):
    # [docs: tenant-isolation-troubleshooting]
    async with execution({"count": count}) as running:
        running.function("count", reserved_concurrency=2)
        for tenant in range(5):
            await running.call("count", tenant=str(tenant))
        with pytest.raises(TooManyRequestsException):
            running.call("count", tenant="one too many")
        await running.call("count", tenant="3")  # who has an environment keeps it


async def test_environments_of_all_tenants_end_with_their_version(execution):
    async with execution({"count": count}) as running:
        await asyncio.gather(*(running.call("count", tenant=tenant) for tenant in "abc"))
        running.dispatcher.retire(running.function("count").latest.key)
        async with asyncio.timeout(10):
            while running.dispatcher.room()[0]:
                await asyncio.sleep(0.005)


async def test_nothing_is_kept_for_tenants_whose_environments_are_gone(execution):
    async with execution({"count": count}, idle_seconds=0.05) as running:
        await asyncio.gather(*(running.call("count", tenant=str(tenant)) for tenant in range(20)))
        async with asyncio.timeout(10):
            while running.dispatcher.room()[0]:
                await asyncio.sleep(0.02)
        assert not running.dispatcher._pools
