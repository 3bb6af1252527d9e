"""Functions in containers live as they do in processes: warm, restarted in place, limited."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.docker.functions import CODE, await_true, create, invoke, invoke_until_answered, is_frozen, zipped
from tests.docker.images import PYTHON
from tests.integration.serving import Server

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return server.client("lambda")


@pytest.fixture(scope="module")
def function(client: Any) -> str:
    return create(client, Timeout=2)


def test_an_environment_is_reused_and_keeps_its_global_state(client: Any, function: str):
    first = invoke(client, function, greeting="hello")
    second = invoke(client, function)
    assert first["echo"] == {"greeting": "hello"}
    assert second["container"] == first["container"]
    assert second["pid"] == first["pid"]
    assert second["count"] == first["count"] + 1


def test_a_function_runs_as_lambdas_user_where_lambda_has_it(client: Any, function: str):
    told = invoke(client, function)
    assert told["uid"] == 993
    assert told["folder"] == told["variables"]["LAMBDA_TASK_ROOT"] == "/var/task"
    assert told["variables"]["AWS_LAMBDA_FUNCTION_NAME"] == function
    assert not {"HOME", "HOSTNAME", "OLDPWD"} & set(told["variables"])


def test_health_tells_the_images_that_were_used(server: Server, client: Any, function: str):
    invoke(client, function)
    status, _, body = server.ask("/_parity/health", "lambda")
    assert status == 200
    assert json.loads(body)["runtimes"]["python3.11"] == {"image": PYTHON}


def test_what_a_function_writes_is_in_the_tail_of_its_log(client: Any, function: str):
    answer = client.invoke(FunctionName=function, Payload=json.dumps({"say": "as it was said"}), LogType="Tail")
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    assert [line.split()[0] for line in lines if line.split()[0] in ("START", "as", "END", "REPORT")] == [
        "START", "as", "END", "REPORT",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "error"),
    [({"exit": 3}, "Runtime exited with error: exit status 3"), ({"sleep": 10}, "Task timed out after 2.00 seconds")],
    ids=["crash", "timeout"],
)
def test_the_container_and_its_files_outlive_the_runtime(client: Any, function: str, event: dict, error: str):
    before = invoke(client, function, keep="x")
    failed = invoke(client, function, **event)
    assert error in failed["errorMessage"]
    after = invoke(client, function)
    assert after["container"] == before["container"]
    assert after["kept"] == before["kept"]
    assert after["pid"] != before["pid"]
    assert after["count"] == 1


def test_who_uses_more_memory_than_he_has_is_killed_for_it(client: Any):
    name = create(client, MemorySize=128)
    event = json.dumps({"megabytes": 300})
    answer = client.invoke(FunctionName=name, Payload=event, LogType="Tail")
    assert "signal: killed" in json.load(answer["Payload"])["errorMessage"]
    assert b"Error Type: Runtime.OutOfMemory" in base64.b64decode(answer["LogResult"])
    assert invoke(client, name)["count"] == 1


def test_concurrent_calls_have_containers_of_their_own(server: Server, client: Any):
    name = create(client)
    told = server.at_once(3, lambda each: invoke(each, name, sleep=2))
    assert len({each["container"] for each in told}) == 3


def test_layers_are_merged_at_opt(client: Any):
    layers = [
        client.publish_layer_version(LayerName=layer, Content={"ZipFile": zipped({file: "told"})})["LayerVersionArn"]
        for layer, file in (("first", "one"), ("second", "two"))
    ]
    assert sorted(invoke(client, create(client, Layers=layers))["layer"]) == ["one", "two"]


def test_a_frozen_environment_goes_on_where_it_stood(engine: Any, client: Any):
    name = create(client)
    first = invoke(client, name)
    container = engine.containers.get(first["container"])
    await_true(lambda: is_frozen(container))
    assert invoke(client, name)["count"] == first["count"] + 1


def test_a_bootstrap_of_ones_own_runs_in_the_image_for_it(client: Any):
    script = zipped({"bootstrap": "#!/bin/sh\nexit 7\n"})
    name = create(client, Runtime="provided.al2023", Code={"ZipFile": script})
    assert "exit status 7" in invoke(client, name)["errorMessage"]


def test_an_image_function_runs_the_program_that_its_settings_name(client: Any):
    program = ["/var/lang/bin/python3.11", "-c", f"import sys\n{_RUNTIME_OF_ITS_OWN}", "an argument"]
    config = {"EntryPoint": program[:3], "Command": program[3:], "WorkingDirectory": "/opt"}
    name = create(client, PackageType="Image", Code={"ImageUri": PYTHON}, ImageConfig=config)
    assert invoke(client, name) == {"arguments": ["an argument"], "folder": "/opt"}


_RUNTIME_OF_ITS_OWN = """
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as event:
        request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    answer = {"arguments": sys.argv[1:], "folder": os.getcwd()}
    urllib.request.urlopen(f"{api}/{request_id}/response", json.dumps(answer).encode()).close()
"""


def test_a_missing_image_is_told_in_one_line(client: Any):
    with pytest.raises(ClientError, match=r"no image parity-test/nowhere:1") as raised:
        invoke(client, create(client, Runtime="python3.12"))
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_another_architecture_is_refused_with_a_reason(engine: Any, client: Any):
    other, word = ("x86_64", "arm64") if engine.info()["Architecture"] == "aarch64" else ("arm64", "amd64")
    with pytest.raises(ClientError, match=rf"for {other}, and the image .* is for {word}"):
        invoke(client, create(client, Architectures=[other]))


def test_a_container_that_someone_removed_is_replaced(engine: Any, client: Any):
    name = create(client, Code={"ZipFile": zipped({"function.py": CODE})})
    first = invoke(client, name)
    engine.containers.get(first["container"]).remove(force=True)
    second = invoke_until_answered(client, name)
    assert second["container"] != first["container"]
