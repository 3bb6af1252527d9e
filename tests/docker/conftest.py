"""An engine, the images, and a server of the Docker executor.

Without an engine, or without Debian's packages for the images, these tests are skipped, unless DOCKER_REQUIRED is set.
"""

import os
from collections.abc import Iterator
from typing import Any

import docker
import pytest
from docker.errors import DockerException

from tests.docker.engines import OwnEngine, own_engine
from tests.docker.functions import unused_name
from tests.docker.images import OF_AWS, PYTHON, as_option, ensure_images, exact_images
from tests.integration.serving import Server, serving

NOWHERE = "parity-test/nowhere:1"  # what python3.12 is said to run in
OPTIONS = ("--executor", "docker", "--settle-seconds", "0", "--pull", "missing" if OF_AWS else "never")
OPTIONS += as_option({**exact_images(), "python3.12": NOWHERE})


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    try:
        client = docker.from_env()
        client.ping()
    except DockerException as error:
        if os.environ.get("DOCKER_REQUIRED"):
            raise
        pytest.skip(f"no Docker Engine answers: {error}")
    try:
        ensure_images()
    except (RuntimeError, OSError) as error:
        if os.environ.get("DOCKER_REQUIRED"):
            raise
        pytest.skip(f"images cannot be built here, PARITY_DOCKER_TEST_IMAGES=aws takes AWS's own: {error}")
    yield client
    client.close()


@pytest.fixture(scope="module")
def server(engine: Any) -> Iterator[Server]:
    with serving(*OPTIONS) as running:
        yield running


@pytest.fixture
def network(engine: Any) -> Iterator[Any]:
    made = engine.networks.create(unused_name())
    yield made
    made.remove()


@pytest.fixture(scope="module")
def own(engine: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnEngine]:
    """An engine that nobody else uses, to be treated badly. It has the image of Python."""
    saved = b"".join(engine.images.get(PYTHON).save(named=True))
    with own_engine(tmp_path_factory.mktemp("engine"), saved) as running:
        yield running
