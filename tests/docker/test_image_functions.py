"""Functions that are images, built as AWS's documentation says, and what ImageConfig replaces of them."""

import io
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.docker.functions import create, invoke, unused_name
from tests.docker.images import PYTHON
from tests.integration.serving import Server

pytestmark = pytest.mark.docker

_CODE = """
import os
def handler(event, context):
    return {"handler": "one", "folder": os.getcwd(), "own": os.environ.get("OWN"), "zone": os.environ.get("TZ")}
def another(event, context):
    return {"handler": "another", "folder": os.getcwd()}
"""
_DOCKERFILE = f"""FROM {PYTHON}
COPY function.py /var/task/
ENV OWN=set-by-the-image
CMD ["function.handler"]
"""


@pytest.fixture(scope="module")
def image(engine: Any) -> Iterator[str]:
    name = f"{unused_name()}:1"
    engine.images.build(
        fileobj=_context({"Dockerfile": _DOCKERFILE, "function.py": _CODE}), custom_context=True, rm=True, tag=name
    )
    yield name
    engine.images.remove(name, force=True)


@pytest.fixture
def client(server: Server) -> Any:
    return server.client("lambda")


@pytest.fixture
def function(client: Any, image: str) -> str:
    return create(client, PackageType="Image", Code={"ImageUri": image})


def test_what_the_image_says_of_itself_counts(client: Any, function: str):
    told = invoke(client, function)
    assert (told["handler"], told["folder"], told["own"]) == ("one", "/var/task", "set-by-the-image")


def test_an_image_config_replaces_it_and_can_be_taken_back(client: Any, function: str):
    configure(client, function, Command=["function.another"], WorkingDirectory="/opt")
    assert invoke(client, function) == {"handler": "another", "folder": "/opt"}
    configure(client, function)
    assert invoke(client, function)["handler"] == "one"


def test_a_new_entry_point_is_started_instead_of_the_images(client: Any, function: str):
    configure(client, function, EntryPoint=["/bin/sh", "-c", "exit 9"])
    assert "exit status 9" in invoke(client, function)["errorMessage"]


def test_another_image_can_be_named(client: Any, engine: Any, image: str, function: str):
    invoke(client, function)
    other = f"{image.rpartition(':')[0]}:2"
    files = {"Dockerfile": _DOCKERFILE.replace("function.handler", "function.another"), "function.py": _CODE}
    engine.images.build(fileobj=_context(files), custom_context=True, rm=True, tag=other)
    try:
        client.update_function_code(FunctionName=function, ImageUri=other)
        client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
        assert invoke(client, function)["handler"] == "another"
    finally:
        client.delete_function(FunctionName=function)
        engine.images.remove(other, force=True)


def configure(client: Any, function: str, **config: Any) -> None:
    client.update_function_configuration(FunctionName=function, ImageConfig=config)
    client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})


def _context(files: dict[str, str]) -> io.BytesIO:
    """What `docker build` is given."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as context:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o644
            context.addfile(entry, io.BytesIO(text.encode()))
    buffer.seek(0)
    return buffer
