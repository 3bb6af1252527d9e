"""Containers made ahead: a cold start takes one of them, and they go with the last environment of their version."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.docker.conftest import OPTIONS
from tests.docker.functions import await_true, containers_of_server, create, invoke
from tests.integration.serving import Server, serving

pytestmark = pytest.mark.docker


@pytest.fixture
def server(engine: Any) -> Iterator[Server]:
    with serving(*OPTIONS, "--docker-spares", "1", "--idle-seconds", "600") as running:
        yield running


def spares_of(server: Server) -> int:
    return int(json.loads(server.ask("/_parity/health", "lambda")[2])["spares"])


def test_a_cold_start_takes_a_spare_container_and_another_is_made(engine: Any, server: Server):
    client = server.client("lambda")
    name = create(client)
    first = invoke(client, name)["container"]
    await_true(lambda: spares_of(server) == 1)
    [spare] = {each.id for each in containers_of_server(engine, server)} - {first}
    told = server.at_once(2, lambda each: invoke(each, name, sleep=1))
    assert {each["container"] for each in told} == {first, spare}
    await_true(lambda: spares_of(server) == 1)
    client.delete_function(FunctionName=name)
    await_true(lambda: not containers_of_server(engine, server))


def test_a_spare_that_someone_removed_is_not_taken(engine: Any, server: Server):
    client = server.client("lambda")
    name = create(client)
    first = invoke(client, name)["container"]
    await_true(lambda: spares_of(server) == 1)
    for each in containers_of_server(engine, server):
        if each.id != first:
            each.remove(force=True)
    told = server.at_once(2, lambda each: invoke(each, name, sleep=1))
    assert [each["count"] for each in told if each["container"] != first] == [1]
