"""Fifty environments at once, then none, and nothing that they leave."""

import contextlib
import http.server
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.docker.conftest import OPTIONS
from tests.docker.engines import OwnEngine
from tests.docker.functions import await_true, containers_of_server, create, invoke, zipped
from tests.integration.serving import Server, serving

pytestmark = [pytest.mark.docker, pytest.mark.slow]

MANY = 50
PATIENCE = 180  # seconds until all of them run

CODE = """
import urllib.request
calls = 0
def handler(event, context):
    global calls
    calls += 1
    return {"calls": calls, "met": urllib.request.urlopen(event["meet"], timeout=180).read().decode()}
"""


def test_fifty_environments_run_at_once_and_leave_nothing(own: OwnEngine):
    with contextlib.closing(own.client()) as engine, meeting_point(own.address, MANY) as meet:
        before = networks_and_volumes(engine)
        with serving(*OPTIONS, environment={"DOCKER_HOST": own.host}) as server:
            client = patient_client(server)
            name = create(client, Timeout=PATIENCE, Code={"ZipFile": zipped({"function.py": CODE})})
            with ThreadPoolExecutor(MANY) as threads:
                told = list(threads.map(lambda _: invoke(client, name, meet=meet), range(MANY)))
            assert told == [{"calls": 1, "met": "all are here"}] * MANY
            assert len(containers_of_server(engine, server)) == MANY
            client.delete_function(FunctionName=name)
            await_true(lambda: not containers_of_server(engine, server))
            await_true(lambda: not pipes_of(server))
            await_true(lambda: not zombies(server.process.pid, own.process.pid))
            assert networks_and_volumes(engine) == before


@contextlib.contextmanager
def meeting_point(address: str, number: int) -> Iterator[str]:
    """A URL that answers when so many ask for it at once."""
    barrier = threading.Barrier(number)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            barrier.wait(PATIENCE)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"all are here")

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://{address}:{server.server_address[1]}/"
    finally:
        barrier.abort()
        server.shutdown()
        server.server_close()
        thread.join()


def patient_client(server: Server) -> Any:
    config = Config(retries={"max_attempts": 0}, read_timeout=PATIENCE, max_pool_connections=MANY, proxies={})
    names = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
    return boto3.client("lambda", endpoint_url=server.url, config=config, **names)


def networks_and_volumes(engine: Any) -> set[str]:
    return {each.name for each in [*engine.networks.list(), *engine.volumes.list()]}


def pipes_of(server: Server) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"lambda-parity-docker-{server.process.pid}-*/*/commands"))


def zombies(*parents: int) -> list[int]:
    """Processes below these that have ended, and that nobody has asked how."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
            if state == "Z" and int(parent) in parents:
                found.append(int(status.parent.name))
    return found
