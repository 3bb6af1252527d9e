"""The project's own image: built from a clean copy of the checkout without any registry, and used."""

import contextlib
import json
import os
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.docker.functions import await_true, create, invoke, unused_name
from tests.docker.images import OF_AWS, PYTHON, as_option
from tests.docker.project_image import IMAGE, ensure_project_image
from tests.integration.serving import REPOSITORY

pytestmark = [pytest.mark.docker, pytest.mark.slow]

_RUNTIME = "python3.13" if OF_AWS else "python3.11"  # that of the base
_OFTEN = {"interval": 1_000_000_000}  # nanoseconds; the image's own check, asked sooner than it says
_SOCKET = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")


@pytest.fixture(scope="module")
def image(engine: Any) -> str:
    ensure_project_image(engine)
    return IMAGE


@contextlib.contextmanager
def _running(engine: Any, image: str, *command: str, **options: Any) -> Iterator[tuple[Any, str]]:
    """A container that is healthy, and the URL of the port that it publishes."""
    ports = {"4566/tcp": ("127.0.0.1", 0)}
    container = engine.containers.run(
        image, [*command] or None, ports=ports, healthcheck=_OFTEN, detach=True, **options
    )
    try:
        await_true(lambda: _is_healthy(container))
        yield container, f"http://127.0.0.1:{container.ports['4566/tcp'][0]['HostPort']}"
    finally:
        container.remove(force=True, v=True)


def _is_healthy(container: Any) -> bool:
    container.reload()
    assert container.status in ("created", "running"), container.logs().decode()
    return container.attrs["State"]["Health"]["Status"] == "healthy"


def _client(url: str) -> Any:
    names = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
    return boto3.client("lambda", endpoint_url=url, **names)


def test_it_runs_functions_without_root_is_healthy_and_ends_when_told(engine: Any, image: str):
    with _running(engine, image) as (container, url):
        client = _client(url)
        told = invoke(client, create(client, Runtime=_RUNTIME), greeting="hello")
        assert told["echo"] == {"greeting": "hello"}
        assert container.exec_run(["id", "-u"]).output.strip() == b"1000"
        container.kill("SIGTERM")
        assert container.wait(timeout=20)["StatusCode"] == 0


def test_its_resources_outlive_it_on_a_volume(engine: Any, image: str):
    volume = engine.volumes.create(unused_name())
    command, volumes = ("serve", "--host", "0.0.0.0", "--state", "/state"), [f"{volume.name}:/state"]
    try:
        with _running(engine, image, *command, volumes=volumes) as (container, url):
            name = create(_client(url), Runtime=_RUNTIME)
            container.stop()
        with _running(engine, image, *command, volumes=volumes) as (_, url):
            assert invoke(_client(url), name)["count"] == 1
    finally:
        volume.remove()


def test_with_the_socket_of_the_engine_its_functions_run_in_containers_beside_it(engine: Any, image: str):
    volume = engine.volumes.create(unused_name())
    executor = ("serve", "--host", "0.0.0.0", "--executor", "docker", *as_option({"python3.11": PYTHON}))
    volumes = [f"{volume.name}:/files", f"{_SOCKET}:/var/run/docker.sock"]
    group = [str(Path(_SOCKET).stat().st_gid)]
    try:
        with _running(engine, image, *executor, volumes=volumes, group_add=group) as (container, url):
            client = _client(url)
            assert invoke(client, create(client, Runtime="python3.11"))["uid"] == 993
            with urllib.request.urlopen(f"{url}/_parity/health", timeout=10) as answer:
                assert json.load(answer)["isolation"] == "containers"
            container.stop()
    finally:
        await_true(lambda: _removed(volume))


@pytest.fixture
def compose(image: str) -> Iterator[Callable[..., str]]:
    """Compose with a project of this test's own, whose image is there already."""
    found = [each for each in (["docker-compose"], ["docker", "compose"]) if _runs(*each, "version")]
    if not found:
        if os.environ.get("DOCKER_REQUIRED"):
            pytest.fail("neither docker-compose nor docker compose is installed")
        pytest.skip("neither docker-compose nor docker compose is installed")
    command = [
        *found[0],
        "--file",
        str(REPOSITORY / "compose.yaml"),
        "--project-name",
        unused_name().rpartition("/")[2],
    ]
    environment = {**os.environ, "PARITY_IMAGE": image, "PARITY_PORT": "0"}

    def run(*arguments: str) -> str:
        done = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield run
    run("down", "--volumes", "--timeout", "20")


def test_compose_starts_a_server_that_keeps_its_resources(compose: Callable[..., str]):
    compose("up", "--detach", "--no-build")
    name = create(_answering(compose), Runtime=_RUNTIME)
    compose("rm", "--force", "--stop")
    compose("up", "--detach", "--no-build")
    assert invoke(_answering(compose), name)["count"] == 1


def _answering(compose: Callable[..., str]) -> Any:
    url = f"http://{compose('port', 'lambda', '4566').strip()}"
    await_true(lambda: _answers(url))
    return _client(url)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(f"{url}/_parity/health", timeout=5).status == 200
    return False


def _runs(*command: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False


def test_the_harness_is_in_it_too(engine: Any, image: str):
    said = engine.containers.run(image, ["verify", "alias/create-alias"], remove=True)
    assert b"1 scenario" in said


def _removed(volume: Any) -> bool:
    """Containers that use it may be about to go."""
    with contextlib.suppress(Exception):
        volume.remove()
        return True
    return False
