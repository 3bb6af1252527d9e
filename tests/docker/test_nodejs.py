"""Node.js functions run in containers."""

from typing import Any

import pytest

from tests.docker.functions import create, invoke, zipped
from tests.docker.images import NODE_MAJOR
from tests.integration.serving import Server

pytestmark = [pytest.mark.docker, pytest.mark.skipif(not NODE_MAJOR, reason="no Node.js on this machine")]

# A module, a package of a layer that it imports, and what Lambda says by variables.
CODE = """
import { greeting } from "greetings";
let count = 0;
export const handler = async (event, context) => {
  if (event.fail) throw new RangeError(event.fail);
  return { count: ++count, greeting, name: context.functionName, pid: process.pid, version: process.version };
};
"""
LAYER = {
    "nodejs/node_modules/greetings/package.json": '{"type": "module", "main": "index.js"}',
    "nodejs/node_modules/greetings/index.js": 'export const greeting = "from the layer";',
}


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return server.client("lambda")


@pytest.fixture(scope="module")
def function(client: Any) -> str:
    layer = client.publish_layer_version(LayerName="greetings", Content={"ZipFile": zipped(LAYER)})
    runtime = {"Runtime": f"nodejs{NODE_MAJOR}.x", "Handler": "index.handler"}
    code = {"ZipFile": zipped({"index.mjs": CODE})}
    return create(client, **runtime, Code=code, Layers=[layer["LayerVersionArn"]])


def test_an_environment_is_reused_and_finds_the_packages_of_layers(client: Any, function: str):
    first, second = invoke(client, function), invoke(client, function)
    assert first["greeting"] == "from the layer"
    assert first["name"] == function
    assert first["version"].startswith(f"v{NODE_MAJOR}.")
    assert second["pid"] == first["pid"]
    assert second["count"] == first["count"] + 1


def test_what_a_function_throws_is_its_error(client: Any, function: str):
    failed = invoke(client, function, fail="out of range")
    assert failed["errorType"] == "RangeError"
    assert failed["errorMessage"] == "out of range"
    assert failed["trace"][1].startswith("    at Runtime.handler (file:///var/task/index.mjs:")
