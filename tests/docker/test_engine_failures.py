"""An engine that dies, comes back, or has no room: callers and operators are told, and nothing needs a new start."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.docker.conftest import OPTIONS
from tests.docker.engines import OwnEngine
from tests.docker.functions import CODE, await_true, containers_of_server, create, invoke, invoke_until_answered, zipped
from tests.docker.images import PYTHON
from tests.docker.registry import serving_registry
from tests.integration.serving import Server, serving

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """What the server says to its operator."""
    return tmp_path / "said"


@pytest.fixture
def server(own: OwnEngine, said: Path) -> Iterator[Server]:
    with said.open("w") as file, serving(*OPTIONS, environment={"DOCKER_HOST": own.host}, errors=file) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Any:
    return server.client("lambda")


def test_an_engine_that_was_killed_is_used_again_when_it_is_back(
    own: OwnEngine, server: Server, client: Any, said: Path
):
    names = [create(client) for _ in range(2)]
    first = invoke(client, names[0])
    own.kill()
    assert "The Docker engine cannot be reached" in refusal(client, names[1])
    own.start()  # it ends the containers that it finds
    await_true(lambda: "The Docker engine is back." in said.read_text())
    assert said.read_text().count("The Docker engine cannot be reached") == 1
    second, third = (invoke_until_answered(client, name) for name in names)
    assert (second["count"], third["count"]) == (1, 1)
    assert second["container"] != first["container"]
    with contextlib.closing(own.client()) as asked:
        await_true(lambda: len(containers_of_server(asked, server)) == 2)


def test_what_an_engine_still_has_when_it_is_back_goes_without_a_call(own: OwnEngine, server: Server, client: Any):
    name = create(client)
    invoke(client, name)
    own.kill()
    client.delete_function(FunctionName=name)
    own.start()
    with contextlib.closing(own.client()) as asked:
        await_true(lambda: not containers_of_server(asked, server))


def test_a_server_stops_while_its_engine_is_away_and_the_next_one_clears_up(own: OwnEngine):
    with serving(*OPTIONS, environment={"DOCKER_HOST": own.host}) as stopped:
        client = stopped.client("lambda")
        invoke(client, create(client))
        own.kill()
        stopped.process.terminate()
        assert stopped.process.wait(10) == 0
    own.start()
    with contextlib.closing(own.client()) as asked, serving(*OPTIONS, environment={"DOCKER_HOST": own.host}):
        await_true(lambda: not containers_of_server(asked, stopped))


def test_an_engine_that_is_started_after_the_server_is_used(own: OwnEngine):
    own.stop()
    with serving(*OPTIONS, environment={"DOCKER_HOST": own.host}) as server:
        client = server.client("lambda")
        name = create(client)
        assert "The Docker engine cannot be reached" in refusal(client, name)
        own.start()
        assert invoke(client, name)["count"] == 1


def test_a_call_survives_an_engine_that_is_killed_meanwhile(own: OwnEngine, client: Any):
    name = create(client, Timeout=60)
    container = invoke(client, name)["container"]
    with ThreadPoolExecutor() as threads:
        call = threads.submit(invoke, client, name, sleep=3)
        time.sleep(1)
        own.kill()
        try:
            answer = call.result()
            assert answer.get("count") == 2, (answer, processes_of(container))
        finally:
            own.start()


def test_a_disk_that_is_full_is_told_and_room_is_used_again(own: OwnEngine, client: Any):
    name = create(client)
    full = own.disk / "full"
    fill(full)
    try:
        assert "no space left on device" in refusal(client, name)
    finally:
        full.unlink()
    assert invoke(client, name)["count"] == 1


def test_a_registry_that_breaks_off_is_told_and_is_asked_again_by_the_next_call(engine: Any, own: OwnEngine):
    with (
        serving_registry(engine.images.get(PYTHON)) as registry,
        serving(*OPTIONS[:4], "--image-registry", registry.address, environment={"DOCKER_HOST": own.host}) as server,
    ):
        client = server.client("lambda")
        name = create(client)
        registry.broken = True
        assert "cannot be had" in refusal(client, name)
        registry.broken = False
        assert invoke(client, name)["count"] == 1


def test_code_that_does_not_fit_on_the_disk_is_told(own: OwnEngine, tmp_path: Path):
    with (
        small_disk(tmp_path),
        serving(*OPTIONS, environment={"DOCKER_HOST": own.host, "TMPDIR": f"{tmp_path}"}) as server,
    ):
        client = server.client("lambda")
        large = create(client, Code={"ZipFile": zipped({"function.py": CODE, "large": "0" * (8 << 20)})})
        assert "No space left on device" in refusal(client, large)
        assert invoke(client, create(client))["count"] == 1
        assert "No space left on device" in refusal(client, large)


def refusal(client: Any, name: str) -> str:
    with pytest.raises(ClientError) as raised:
        invoke(client, name)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    return raised.value.response["Error"]["Message"]


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Two megabytes."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path: Path) -> None:
    with path.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * (1 << 20))


def processes_of(container: str) -> list[str]:
    """The states of what runs in a container, without asking an engine."""
    files = [file for file in Path("/proc").glob("[0-9]*/cgroup") if container in file.read_text()]
    return [line for file in files for line in (file.parent / "status").read_text().splitlines() if "State" in line]
