"""Functions for these tests, and how they are made, called and found in the engine."""

import io
import itertools
import json
import platform
import time
import uuid
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tests.integration.serving import Server

ROLE = "arn:aws:iam::000000000000:role/r"
ARCHITECTURE = "arm64" if platform.machine() == "aarch64" else "x86_64"

# Does what the event says, then tells where and as what it runs.
CODE = """
import os, re, time
container = re.search("containers/([0-9a-f]{64})/", open("/proc/self/mountinfo").read())[1]
count = 0
def handler(event, context):
    global count
    count += 1
    if "keep" in event:
        with open("/tmp/kept", "a") as file:
            file.write(event["keep"])
    if "say" in event:
        print(event["say"])
    if "exit" in event:
        os._exit(event["exit"])
    time.sleep(event.get("sleep", 0))
    taken = bytearray(event.get("megabytes", 0) << 20)
    kept = open("/tmp/kept").read() if os.path.exists("/tmp/kept") else ""
    return {"count": count, "container": container, "kept": kept, "pid": os.getpid(), "uid": os.getuid(),
            "echo": event, "layer": os.listdir("/opt"), "variables": dict(os.environ), "folder": os.getcwd()}
"""

_names = (f"function-{number}" for number in itertools.count(1))


def zipped(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, text)
    return buffer.getvalue()


def create(client: Any, **settings: Any) -> str:
    """A function of CODE, unless `settings` say otherwise. Returns its name."""
    name = next(_names)
    given: dict[str, Any] = {"Role": ROLE, "Timeout": 20, "Architectures": [ARCHITECTURE], **settings}
    if given.get("PackageType") != "Image":
        code = {"Code": {"ZipFile": zipped({"function.py": CODE})}}
        given = {"Runtime": "python3.11", "Handler": "function.handler", **code, **given}
    client.create_function(FunctionName=name, **given)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return name


def invoke(client: Any, name: str, **event: Any) -> Any:
    """What a function returned, or its error."""
    return json.load(client.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"])


def invoke_until_answered(client: Any, name: str) -> Any:
    """The call that meets the loss is told of it; the next one is served."""
    try:
        return invoke(client, name)
    except ClientError:
        return invoke(client, name)


def containers_of(engine: Any, label: str) -> list[Any]:
    return engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)


def is_frozen(container: Any) -> bool:
    """Whether the processor is taken from it: by its control group, of either version, or by the engine."""
    container.reload()
    if container.status == "paused":
        return True
    for line in Path(f"/proc/{container.attrs['State']['Pid']}/cgroup").read_text().splitlines():
        _, controller, path = line.split(":", 2)
        for file, word in ((f"freezer{path}/freezer.state", "FROZEN"), (f"{path[1:]}/cgroup.freeze", "1")):
            state = Path("/sys/fs/cgroup", file)
            if controller in ("", "freezer") and state.is_file() and state.read_text().strip() == word:
                return True
    return False


def await_true(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def containers_of_server(engine: Any, server: Server) -> list[Any]:
    return containers_of(engine, f"lambda-parity={server.process.pid}")


def networks_of(container: Any) -> list[str]:
    return list(container.attrs["NetworkSettings"]["Networks"])


def unused_name() -> str:
    """For what a test makes on an engine that others use too."""
    return f"parity-test-{uuid.uuid4().hex[:8]}"
