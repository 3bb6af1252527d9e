"""What this machine can do."""

import asyncio

import pytest

from tests.emulator.executors.machine import Machine


@pytest.fixture(scope="session")
def isolated() -> bool:
    """Whether this machine grants namespaces, without which some promises do not hold."""

    async def ask() -> bool:
        async with Machine() as machine:
            return (await machine.executor.isolation())[0] == "namespaces"

    return asyncio.run(ask())
