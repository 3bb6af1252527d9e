"""Nothing is left: not by a server that stops, not by one that is killed, and nothing of a living one is touched."""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from docker.errors import APIError

from tests.docker.conftest import OPTIONS
from tests.docker.functions import await_true, containers_of_server, create, invoke, is_frozen
from tests.integration.serving import REPOSITORY, Server, serving

pytestmark = pytest.mark.docker


def test_nothing_is_left_when_the_server_stops(engine: Any):
    with serving(*OPTIONS) as server:
        invoke_one(server)
        assert containers_of_server(engine, server)
    assert not containers_of_server(engine, server)
    assert not folders(server)


def test_the_next_start_removes_what_a_killed_server_left_and_nothing_else(engine: Any, server: Server):
    invoke_one(server)
    with serving(*OPTIONS) as killed:
        invoke_one(killed)
        await_true(lambda: [is_frozen(each) for each in containers_of_server(engine, killed)] == [True])
        killed.process.kill()
        killed.process.wait(10)
    assert containers_of_server(engine, killed)
    with serving(*OPTIONS):
        await_true(lambda: not containers_of_server(engine, killed) and not folders(killed))
    assert containers_of_server(engine, server)


def test_a_container_ends_with_its_server_unless_it_is_frozen(engine: Any):
    with serving(*OPTIONS, "--freeze-after-ms", "never") as killed:
        invoke_one(killed)
        killed.process.kill()
        killed.process.wait(10)
    await_true(lambda: not containers_of_server(engine, killed))


def test_an_engine_that_does_not_run_is_told_in_one_line(tmp_path: Path):
    with serving(*OPTIONS, environment={"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"}) as server:
        client = server.client("lambda")
        with pytest.raises(
            ClientError, match=r"Docker engine cannot be reached: No such file or directory\. Start"
        ) as raised:
            invoke(client, create(client))
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_a_sweep_removes_what_a_killed_server_left_and_nothing_else(engine: Any, server: Server):
    invoke_one(server)
    with serving(*OPTIONS) as killed:
        invoke_one(killed)
        left = containers_of_server(engine, killed)
        for each in left:
            with contextlib.suppress(APIError):  # it is frozen already, and outlives its server
                each.pause()
        killed.process.kill()
        killed.process.wait(10)
    swept = sweep()
    assert swept.returncode == 0, swept.stderr
    lines = swept.stdout.splitlines()
    assert [line for line in lines if line.startswith(f"removed container {left[0].name} of function-")]
    assert [line for line in lines if line.startswith("removed folder ") and f"-{killed.process.pid}-" in line]
    assert not containers_of_server(engine, killed)
    assert not folders(killed)
    assert containers_of_server(engine, server)
    assert f"{server.process.pid}" not in swept.stdout


def test_a_sweep_without_an_engine_fails_in_one_line(tmp_path: Path):
    swept = sweep(DOCKER_HOST=f"unix://{tmp_path}/docker.sock")
    assert swept.returncode == 3
    assert swept.stderr.startswith("parity: The Docker engine cannot be reached: No such file or directory. Start it")
    assert len(swept.stderr.splitlines()) == 1


def sweep(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "parity", "sweep", "--docker"]
    settings = {"capture_output": True, "text": True, "cwd": REPOSITORY, "timeout": 30}
    return subprocess.run(command, env={**os.environ, **environment}, check=False, **settings)


def invoke_one(server: Server) -> None:
    client = server.client("lambda")
    invoke(client, create(client))


def folders(server: Server) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"lambda-parity-docker-{server.process.pid}-*"))
