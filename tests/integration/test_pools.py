"""Environments in number: provisioned ahead of calls, one set for each tenant, bursts, and what throttles them."""

import io
import json
import socket
import sys
import threading
import time
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.serving import Server, serving

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ROLE = "arn:aws:iam::000000000000:role/r"

# Tells which environment answers: how it was initialised, its version, and a number of its own; sleeps if asked to.
TELLS = """
import os, time, uuid
me = str(uuid.uuid4())
def handler(event, context):
    time.sleep(event.get("sleep", 0))
    kind, version = os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
    return {"kind": kind, "version": version, "me": me, "tenant": getattr(context, "tenant_id", None)}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--settle-seconds", "0", "--max-environments", "110") as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return server.client("lambda")


@pytest.fixture
def deploy(client: Any) -> Iterator[Callable[..., str]]:
    """Makes functions of one file, ready to be invoked, and deletes them."""
    made: list[str] = []

    def make(code: str = TELLS, **members: Any) -> str:
        name = f"pools-{time.monotonic_ns()}"
        package = {"ZipFile": zipped(code)}
        settings = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "index.handler", "Timeout": 30, **members}
        client.create_function(FunctionName=name, Code=package, **settings)
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})
        made.append(name)
        return name

    yield make
    for name in made:
        client.delete_function(FunctionName=name)


def zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.py")
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, code)
    return buffer.getvalue()


def ask(client: Any, name: str, event: Any = None, **members: Any) -> Any:
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event or {}), **members)
    return json.loads(answer["Payload"].read())


def environments(server: Server) -> int:
    with urllib.request.urlopen(f"{server.url}/_parity/health", timeout=10) as answer:
        return int(json.load(answer)["environments"])


def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


def provision(client: Any, name: str, qualifier: str, number: int) -> dict[str, Any]:
    """Asks for provisioned concurrency, and waits until it is decided."""
    asked = {"FunctionName": name, "Qualifier": qualifier}
    client.put_provisioned_concurrency_config(**asked, ProvisionedConcurrentExecutions=number)
    return settled(client, name, qualifier)


def settled(client: Any, name: str, qualifier: str) -> dict[str, Any]:
    asked = {"FunctionName": name, "Qualifier": qualifier}
    until(lambda: client.get_provisioned_concurrency_config(**asked)["Status"] != "IN_PROGRESS")
    return client.get_provisioned_concurrency_config(**asked)


class TestProvisionedConcurrency:
    def test_the_environments_are_there_before_the_calls(self, server, client, deploy):
        # [rec: test_provisioned_concurrency, 2025-11-24, and the assertion in the test]
        before = environments(server)
        name = deploy(Publish=True)
        ready = provision(client, name, "1", 3)
        numbers = [ready[f"{what}ProvisionedConcurrentExecutions"] for what in ("Requested", "Allocated", "Available")]
        assert (ready["Status"], numbers) == ("READY", [3, 3, 3])
        assert environments(server) == before + 3
        assert ask(client, name, Qualifier="1")["kind"] == "provisioned-concurrency"
        assert ask(client, name)["kind"] == "on-demand"
        client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
        until(lambda: environments(server) == before + 1)
        assert ask(client, name, Qualifier="1")["kind"] == "on-demand"

    def test_an_init_that_fails(self, server, client, deploy):
        # [rec: test_provisioned_concurrency_init_failure, 2026-02-17]
        before = environments(server)
        failed = provision(client, deploy("raise Exception('no')", Publish=True), "1", 1)
        assert (failed["Status"], failed["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
        assert failed["AllocatedProvisionedConcurrentExecutions"] == 0
        until(lambda: environments(server) <= before)  # those of other tests may go meanwhile

    def test_it_follows_its_alias(self, server, client, deploy):  # [docs: provisioned-concurrency]
        name = deploy(Publish=True)
        client.update_function_configuration(FunctionName=name, Description="another version")
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})
        client.publish_version(FunctionName=name)
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        assert provision(client, name, "live", 2)["Status"] == "READY"
        first = ask(client, name, Qualifier="live")
        assert (first["version"], first["kind"]) == ("1", "provisioned-concurrency")
        client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
        assert settled(client, name, "live")["AllocatedProvisionedConcurrentExecutions"] == 2
        moved = ask(client, name, Qualifier="live")
        assert (moved["version"], moved["kind"]) == ("2", "provisioned-concurrency")
        assert ask(client, name, Qualifier="1")["kind"] == "on-demand"
        routing = {"AdditionalVersionWeights": {"1": 0.5}}
        client.update_alias(FunctionName=name, Name="live", RoutingConfig=routing)
        assert settled(client, name, "live")["AllocatedProvisionedConcurrentExecutions"] == 2
        kinds = {
            (answer["version"], answer["kind"]) for answer in (ask(client, name, Qualifier="live") for _ in range(40))
        }
        assert kinds == {("1", "provisioned-concurrency"), ("2", "provisioned-concurrency")}

    @pytest.mark.slow
    def test_it_is_there_again_after_a_restart(self, tmp_path):
        options = ("--settle-seconds", "0", "--state", str(tmp_path))
        members = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "index.handler"}
        with serving(*options) as server:
            client = server.client("lambda")
            client.create_function(FunctionName="kept", Code={"ZipFile": zipped(TELLS)}, Publish=True, **members)
            assert provision(client, "kept", "1", 2)["Status"] == "READY"
        with serving(*options) as server:
            client = server.client("lambda")
            assert settled(client, "kept", "1")["AllocatedProvisionedConcurrentExecutions"] == 2
            assert environments(server) == 2
            assert ask(client, "kept", Qualifier="1")["kind"] == "provisioned-concurrency"


class TestTenants:
    def test_each_has_environments_of_its_own(self, client, deploy):  # [docs: tenant-isolation]
        name = deploy(TenancyConfig={"TenantIsolationMode": "PER_TENANT"}, Runtime=RUNTIME)
        answers = [ask(client, name, TenantId=tenant) for tenant in ("blue", "a b@c", "blue")]
        assert answers[0]["me"] == answers[2]["me"] != answers[1]["me"]

    def test_the_id_is_required_with_isolation_and_refused_without(self, client, deploy):
        # [docs: tenant-isolation-troubleshooting]
        isolated = deploy(TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
        for name, members in ((isolated, {}), (deploy(), {"TenantId": "blue"})):
            with pytest.raises(ClientError) as refused:
                client.invoke(FunctionName=name, **members)
            assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


def burst(server: Server, name: str, number: int, event: Any) -> list[Any]:
    """What so many callers are answered who call in the same moment; a throttled one gets the Reason."""
    together = threading.Barrier(number)
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/lambda/aws4_request"}

    def call(_: int) -> Any:
        body = json.dumps(event).encode()
        path = f"{server.url}/2015-03-31/functions/{name}/invocations"
        request = urllib.request.Request(path, body, headers, method="POST")
        together.wait(30)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)["Reason"]

    with ThreadPoolExecutor(number) as callers:
        return list(callers.map(call, range(number)))


class TestBursts:
    @pytest.mark.slow
    def test_a_hundred_at_once_from_zero_all_succeed_in_a_hundred_environments(self, server, deploy):
        name = deploy()
        first = burst(server, name, 100, {"sleep": 5})
        assert len({answer["me"] for answer in first}) == 100
        second = burst(server, name, 100, {"sleep": 0.2})
        assert {answer["me"] for answer in second} <= {answer["me"] for answer in first}

    @pytest.mark.slow
    def test_ten_reserved_are_exactly_ten(self, server, client, deploy):
        name = deploy()
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=10)
        answers = Counter(
            answer if isinstance(answer, str) else "ran" for answer in burst(server, name, 40, {"sleep": 5})
        )
        assert answers == {"ran": 10, "ReservedFunctionConcurrentInvocationLimitExceeded": 30}


class TestCallersWhoGoAway:
    @pytest.mark.slow
    def test_free_what_they_waited_for(self):
        """Nothing that waits for room is begun for somebody who has left; what has begun goes on to its end."""
        with serving("--settle-seconds", "0", "--max-environments", "1") as server:
            client = server.client("lambda")
            members = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "index.handler", "Timeout": 30}
            client.create_function(FunctionName="counts", Code={"ZipFile": zipped(COUNTS)}, **members)
            client.get_waiter("function_active_v2").wait(FunctionName="counts", WaiterConfig={"Delay": 0.02})
            gone = [connection_that_asks(server, "counts", {"sleep": 1.5})]  # this one is begun
            time.sleep(0.5)
            gone += [connection_that_asks(server, "counts", {}) for _ in range(5)]  # these wait
            time.sleep(0.2)
            for connection in gone:
                connection.close()
            assert ask(client, "counts") == 2


COUNTS = """
import time
n = 0
def handler(event, context):
    global n
    n += 1
    time.sleep(event.get("sleep", 0))
    return n
"""


def connection_that_asks(server: Server, name: str, event: Any) -> socket.socket:
    """Sends an invocation and waits for nothing."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    body = json.dumps(event)
    head = (
        f"POST /2015-03-31/functions/{name}/invocations HTTP/1.1\r\nHost: {host}\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/lambda/aws4_request\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall((head + body).encode())
    return connection
