"""Containers that someone kills or removes: whoever is waiting is told, and the next call has a new one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.docker.conftest import OPTIONS
from tests.docker.functions import await_true, containers_of_server, create, invoke, is_frozen
from tests.integration.serving import Server, serving

pytestmark = pytest.mark.docker

WAYS: dict[str, Callable[[Any], None]] = {
    "kill": lambda container: container.kill(),
    "remove": lambda container: container.remove(force=True),
    "stop": lambda container: container.stop(timeout=1),
}


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return server.client("lambda")


@pytest.mark.parametrize("way", WAYS)
def test_a_call_whose_container_is_taken_away_is_told_so(engine: Any, server: Server, client: Any, way: str):
    name = create(client)
    invoke(client, name)
    with ThreadPoolExecutor() as threads:
        call = threads.submit(invoke, client, name, sleep=20)
        await_true(lambda: not is_frozen(container_of(engine, server, name)))
        time.sleep(0.2)
        WAYS[way](container_of(engine, server, name))
        with pytest.raises(ClientError, match="its container has ended: the engine, or someone else") as raised:
            call.result()
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "Error Type" not in raised.value.response["Error"]
    assert invoke(client, name)["count"] == 1
    await_true(lambda: len(containers_of_function(engine, server, name)) == 1)


def test_a_container_that_is_removed_while_it_is_frozen_is_replaced_before_the_next_call(
    engine: Any, server: Server, client: Any
):
    name = create(client)
    invoke(client, name)
    time.sleep(0.3)
    first = container_of(engine, server, name)
    first.remove(force=True)
    await_true(lambda: not containers_of_function(engine, server, name))
    assert invoke(client, name)["count"] == 1


def test_a_container_that_someone_paused_and_let_go_on_is_used_further(engine: Any):
    with serving(*OPTIONS, "--freeze-after-ms", "never") as server:
        client = server.client("lambda")
        name = create(client)
        invoke(client, name)
        container = container_of(engine, server, name)
        container.pause()
        container.unpause()
        assert invoke(client, name)["count"] == 2


def containers_of_function(engine: Any, server: Server, name: str) -> list[Any]:
    return [each for each in containers_of_server(engine, server) if each.labels["lambda-parity.function"] == name]


def container_of(engine: Any, server: Server, name: str) -> Any:
    [container] = containers_of_function(engine, server, name)
    return container
