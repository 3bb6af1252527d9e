"""Images are pulled when they are needed, once, for everyone to see, and a pull that fails is told with its reason."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.docker.functions import await_true, create, invoke
from tests.docker.images import PYTHON
from tests.docker.registry import Registry, serving_registry
from tests.integration.serving import Server, serving

pytestmark = pytest.mark.docker

OPTIONS = ("--executor", "docker", "--settle-seconds", "0")


@pytest.fixture(scope="module")
def of_the_module(engine: Any) -> Iterator[Registry]:
    with serving_registry(engine.images.get(PYTHON)) as running:
        yield running


@pytest.fixture
def registry(engine: Any, of_the_module: Registry) -> Iterator[Registry]:
    of_the_module.renew()
    yield of_the_module
    for tag in [tag for image in engine.images.list() for tag in image.tags]:
        if tag.startswith(of_the_module.address):
            engine.images.remove(tag, force=True)


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """What the server says to its operator."""
    return tmp_path / "said"


@pytest.fixture
def server(registry: Registry, said: Path) -> Iterator[Server]:
    with (
        said.open("w") as file,
        serving(*OPTIONS, "--image-registry", f"{registry.address}/lambda", errors=file) as running,
    ):
        yield running


@pytest.fixture
def client(server: Server) -> Any:
    return server.client("lambda")


def test_an_image_is_pulled_once_for_all_who_need_it(server: Server, registry: Registry, client: Any, said: Path):
    name = create(client)
    registry.open.clear()
    with ThreadPoolExecutor() as threads:
        calls = threads.submit(server.at_once, 3, lambda each: invoke(each, name, sleep=1))
        await_true(registry.layers_asked)
        registry.open.set()
        told = calls.result()
    assert len({each["container"] for each in told}) == 3
    asked = registry.layers_asked()
    assert len(asked) == len(set(asked))
    lines = said.read_text().splitlines()
    image = f"{registry.address}/lambda/python:3.11"
    assert f"Pulling the image {image}." in lines
    assert [line for line in lines if line.startswith(f"The image {image} is here: ")]


def test_a_tag_that_is_not_there_is_told_to_the_caller_and_to_the_operator(client: Any, registry: Registry, said: Path):
    image = f"{registry.address}/mine:missing"
    name = create(client, PackageType="Image", Code={"ImageUri": image})
    assert f"The image {image} cannot be had: " in (told := refusal(client, name))
    assert "not found" in told or "unknown" in told
    assert f"The image {image} could not be pulled: " in said.read_text()


def test_a_registry_that_does_not_answer_is_told(engine: Any):
    with serving(*OPTIONS, "--image-registry", "127.0.0.1:9/lambda") as server:
        client = server.client("lambda")
        assert "connection refused" in refusal(client, create(client))


def test_a_version_stays_with_the_content_that_its_image_had_at_first(engine: Any, registry: Registry):
    """And `--pull always` gets the newest for each new version; the image's own environments never mix."""
    with serving(*OPTIONS, "--image-registry", f"{registry.address}/lambda", "--pull", "always") as server:
        client = server.client("lambda")
        name = create(client)
        first = image_of(engine, invoke(client, name))
        registry.renew()
        together = server.at_once(2, lambda each: invoke(each, name, sleep=1))
        assert {image_of(engine, each) for each in together} == {first}
        assert not registry.asked
        client.update_function_configuration(FunctionName=name, Description="another version")
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        assert image_of(engine, invoke(client, name)) != first


def image_of(engine: Any, told: dict[str, Any]) -> str:
    """The identifier of the image that an answer came from."""
    return engine.containers.get(told["container"]).image.id


def refusal(client: Any, name: str) -> str:
    with pytest.raises(ClientError) as raised:
        invoke(client, name)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    return raised.value.response["Error"]["Message"]
