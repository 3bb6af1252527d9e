"""A server that runs in a container makes its functions' containers beside it, on the same engine."""

import contextlib
import os
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from docker.errors import APIError

from tests.docker.conftest import OPTIONS
from tests.docker.functions import await_true, containers_of, create, invoke, networks_of, unused_name
from tests.docker.images import OF_AWS, PYTHON
from tests.integration.serving import REPOSITORY, serving

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(
        OF_AWS, reason="this machine's Python does not run in AWS's images; test_project_image.py has it"
    ),
]

_SOCKET = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")


class ServerInContainer:
    """This checkout and this Python, shown to a container at the paths that they have here.

    Its temporary files are in `volume`, or without one in the container alone.
    """

    def __init__(self, engine: Any, volume: str | None, network: str) -> None:
        shown = {str(REPOSITORY), sys.prefix, sys.base_prefix}
        binds = [*(f"{path}:{path}:ro" for path in shown), f"{_SOCKET}:/docker.sock"]
        self._engine = engine
        self.container = engine.containers.run(
            PYTHON,
            ["-m", "emulator", "serve", "--host", "0.0.0.0", *OPTIONS],
            entrypoint=[sys.executable],
            environment={"DOCKER_HOST": "unix:///docker.sock", "TMPDIR": "/files", "PYTHONPATH": str(REPOSITORY)},
            volumes=[*binds, *([f"{volume}:/files"] if volume else [])],
            tmpfs={} if volume else {"/files": ""},
            network=network,
            detach=True,
        )
        await_true(self._answers)

    def client(self) -> Any:
        names = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
        return boto3.client("lambda", endpoint_url=self._url(), **names)

    def functions(self) -> list[Any]:
        """The containers that it has made."""
        found = containers_of(self._engine, "lambda-parity.container")
        return [each for each in found if each.labels["lambda-parity.container"].startswith(self.container.id)]

    def _url(self) -> str:
        networks = self.container.attrs["NetworkSettings"]["Networks"].values()
        return f"http://{next(iter(networks))['IPAddress']}:4566"

    def _answers(self) -> bool:
        self.container.reload()
        assert self.container.status in ("created", "running"), self.container.logs().decode()
        try:
            return urllib.request.urlopen(f"{self._url()}/_parity/health", timeout=5).status == 200
        except OSError:
            return False


@pytest.fixture
def volume(engine: Any) -> Iterator[str]:
    made = engine.volumes.create(unused_name())
    yield made.name
    await_true(lambda: _removed(made))


@contextlib.contextmanager
def serving_in_container(engine: Any, volume: str | None, network: str = "bridge") -> Iterator[ServerInContainer]:
    server = ServerInContainer(engine, volume, network)
    try:
        yield server
    finally:
        server.container.remove(force=True)


def test_functions_are_called_through_the_network_and_the_volume_that_they_share(
    engine: Any, network: Any, volume: str
):
    with serving_in_container(engine, volume, network.name) as server:
        client = server.client()
        name = create(client, Timeout=2)
        assert "timed out" in invoke(client, name, sleep=5)["errorMessage"]
        assert invoke(client, name)["count"] == 1
        assert [networks_of(each) for each in server.functions()] == [[network.name]]
        server.container.stop()
        await_true(lambda: not server.functions())


def test_what_a_killed_one_left_is_removed_by_the_next_and_nothing_of_a_living_one(engine: Any, volume: str):
    with serving_in_container(engine, volume) as killed, serving_in_container(engine, volume) as living:
        for server in (killed, living):
            invoke(server.client(), create(server.client()))
        _keep(engine, killed)
        killed.container.kill()
        assert killed.functions()
        with serving_in_container(engine, volume):
            await_true(lambda: not killed.functions())
        with serving(*OPTIONS):  # and of none in a container by one that is in none
            assert len(living.functions()) == 1


def test_one_whose_files_the_engine_cannot_see_says_what_to_mount(engine: Any):
    with serving_in_container(engine, None) as server:
        client = server.client()
        name = create(client)
        with pytest.raises(ClientError, match=r"mount one for /files/.* into the server's container"):
            invoke(client, name)


def _keep(engine: Any, server: ServerInContainer) -> None:
    """Has its containers outlive it, as they do while they are frozen."""
    for each in server.functions():
        with contextlib.suppress(APIError):  # it is paused already
            each.pause()


def _removed(volume: Any) -> bool:
    try:
        volume.remove()
    except APIError:  # a container that uses it is about to go
        return False
    return True
