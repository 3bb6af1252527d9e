"""The network that functions join, and what is said of one that they cannot join."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.docker.conftest import OPTIONS
from tests.docker.functions import (
    await_true,
    containers_of_server,
    create,
    invoke,
    networks_of,
    unused_name,
    zipped,
)
from tests.integration.serving import serving

pytestmark = pytest.mark.docker


def test_functions_join_the_network_that_is_named(engine: Any, network: Any):
    with serving(*OPTIONS, "--docker-network", network.name) as server:
        client = server.client("lambda")
        invoke(client, create(client))
        assert [networks_of(each) for each in containers_of_server(engine, server)] == [[network.name]]


def test_a_network_that_is_missing_is_told_with_how_to_make_it_and_used_once_it_is_there(engine: Any):
    missing = unused_name()
    with serving(*OPTIONS, "--docker-network", missing) as server:
        client = server.client("lambda")
        name = create(client)
        with pytest.raises(ClientError, match=f"no network {missing}; make it with `docker network create {missing}`"):
            invoke(client, name)
        made = engine.networks.create(missing)
        try:
            assert invoke(client, name)["count"] == 1
            client.delete_function(FunctionName=name)
            await_true(lambda: not containers_of_server(engine, server))
        finally:
            made.remove()


def test_a_network_in_which_nothing_reaches_this_machine_is_refused(engine: Any):
    with serving(*OPTIONS, "--docker-network", "none") as server:
        client = server.client("lambda")
        # Podman has no network of that name to begin with.
        with pytest.raises(ClientError, match=r"network none \(null\) functions would not reach|no network none"):
            invoke(client, create(client))


ASKING = """
import json, os, urllib.request
def handler(event, context):
    url = os.environ["AWS_ENDPOINT_URL"]
    with urllib.request.urlopen(url + "/_parity/health", timeout=10) as answer:
        return {"url": url, "health": json.load(answer)}
"""


def test_functions_reach_the_server_at_the_endpoint_that_they_are_told(engine: Any, network: Any):
    endpoint = ("--host", "0.0.0.0", "--function-endpoint-url", "self")
    with serving(*OPTIONS, "--docker-network", network.name, *endpoint) as server:
        client = server.client("lambda")
        told = invoke(client, create(client, Code={"ZipFile": zipped({"function.py": ASKING})}))
        network.reload()
        assert told["url"] == f"http://{network.attrs['IPAM']['Config'][0]['Gateway']}:{server.url.rpartition(':')[2]}"
        assert told["health"]
