"""The executor `auto`: what this machine can run as a process is one, everything else runs in containers."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.docker.conftest import OPTIONS
from tests.docker.functions import containers_of_server, create, invoke, zipped
from tests.docker.images import PYTHON
from tests.integration.serving import Server, serving

pytestmark = pytest.mark.docker

OWN = "python{}.{}".format(*sys.version_info)
CODE = {
    "ZipFile": zipped(
        {"function.py": "import os\ndef handler(event, context):\n    return os.environ['AWS_EXECUTION_ENV']"}
    )
}


@pytest.fixture(scope="module")
def server(engine: Any) -> Iterator[Server]:
    map_ = ",".join(f"{runtime}={PYTHON}" for runtime in ("java21", "dotnet8", "ruby3.4"))
    options = [option for option in OPTIONS if option not in ("--executor", "docker")]
    with serving("--executor", "auto", *options[:-1], map_) as running:
        yield running


def test_a_runtime_of_this_machine_is_a_process(engine: Any, server: Server):
    client = server.client("lambda")
    assert invoke(client, create(client, Runtime=OWN, Handler="function.handler", Code=CODE)) == (f"AWS_Lambda_{OWN}")
    assert not containers_of_server(engine, server)


@pytest.mark.parametrize("runtime", ["java21", "dotnet8", "ruby3.4"])
def test_a_runtime_that_it_has_not_goes_to_docker(engine: Any, server: Server, runtime: str):
    client = server.client("lambda")
    before = len(containers_of_server(engine, server))
    assert invoke(client, create(client, Runtime=runtime, Code=CODE)) == f"AWS_Lambda_{runtime}"
    assert len(containers_of_server(engine, server)) == before + 1


def test_container_images_go_to_docker(engine: Any, server: Server):
    client = server.client("lambda")
    before = len(containers_of_server(engine, server))
    config = {"EntryPoint": ["/no/such/program"]}
    name = create(client, PackageType="Image", Code={"ImageUri": PYTHON}, ImageConfig=config)
    assert invoke(client, name)["errorType"] == "Runtime.InvalidEntrypoint"
    assert len(containers_of_server(engine, server)) == before + 1


def test_health_tells_of_both(server: Server):
    told = json.loads(server.ask("/_parity/health", "lambda")[2])
    assert OWN in told["can_run"]
    assert "java21" in told["can_run"]
    assert told["docker"]["isolation"] == "containers"
