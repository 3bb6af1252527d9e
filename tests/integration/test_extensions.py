"""Extensions as their authors write them: executables in a layer and threads in a handler, with plain HTTP.

The whole emulator with real processes; what each rule is in detail is in tests/emulator/execution/test_extensions.py.
"""

import base64
import http.server
import io
import json
import queue
import shutil
import threading
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.serving import serving

curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this host")

# An extension in shell [docs: runtimes-extensions-api]: registers, takes events, and says what it hears.
SHELL_EXTENSION = """#!/bin/sh
set -eu
API="http://${AWS_LAMBDA_RUNTIME_API}/2020-01-01/extension"
NAME="$(basename "$0")"
HEADERS="$(mktemp)"
BODY='{"events":["INVOKE","SHUTDOWN"]}'
curl -sS -D "$HEADERS" "$API/register" -H "Lambda-Extension-Name: $NAME" -d "$BODY" > /dev/null
ID="$(grep -i '^Lambda-Extension-Identifier' "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)"
while true; do
  EVENT="$(curl -sS "$API/event/next" -H "Lambda-Extension-Identifier: $ID")"
  TYPE="$(echo "$EVENT" | grep -o 'INVOKE\\|SHUTDOWN' | head -n 1)"
  echo "$NAME: $TYPE" | tee -a /tmp/heard
  [ "$TYPE" = SHUTDOWN ] && exit 0
done
"""

# One in Python: subscribes to telemetry and keeps what it gets in /tmp, where the function of the test can read it.
PYTHON_EXTENSION = """#!/usr/bin/env python3
import http.server, json, os, sys, threading, urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}"
NAME = os.path.basename(__file__)

class Subscriber(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("/tmp/telemetry", "a") as file:
            for event in json.loads(body):
                file.write(json.dumps(event) + "\\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

def ask(method, path, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()

server = http.server.HTTPServer(("0.0.0.0", 0), Subscriber)
threading.Thread(target=server.serve_forever, daemon=True).start()
named = {"Lambda-Extension-Name": NAME, "Lambda-Extension-Accept-Feature": "accountId"}
headers, body = ask("POST", "/2020-01-01/extension/register", {"events": ["INVOKE", "SHUTDOWN"]}, **named)
identified = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
print("registered", body.decode().strip(), flush=True)
uri = f"http://sandbox.localdomain:{server.server_port}/"
wanted = {"schemaVersion": "2022-12-13", "types": ["platform", "function", "extension"],
          "destination": {"protocol": "HTTP", "URI": uri}, "buffering": {"timeoutMs": 25}}
ask("PUT", "/2022-07-01/telemetry", wanted, **identified)
while True:
    event = json.loads(ask("GET", "/2020-01-01/extension/event/next", **identified)[1])
    if event["eventType"] == "SHUTDOWN":
        sys.exit(0)
"""

READER = """
import os, pathlib, time

def handler(event, context):
    print("the function's line")
    kept = pathlib.Path("/tmp", event["file"])
    deadline = time.monotonic() + 5
    while event.get("until", "") not in (kept.read_text() if kept.exists() else "") and time.monotonic() < deadline:
        time.sleep(0.02)
    return {"kept": kept.read_text() if kept.exists() else "", "pid": os.getpid()}
"""

INTERNAL = """
import json, os, threading, urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension"
heard = []

def ask(path, body=None, **headers):
    request = urllib.request.Request(f"{API}/{path}", body, headers)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()

headers, _ = ask("register", b'{"events": ["INVOKE"]}', **{"Lambda-Extension-Name": "inside"})
identified = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}

def listen():
    while True:
        heard.append(json.loads(ask("event/next", **identified)[1])["requestId"])

threading.Thread(target=listen, daemon=True).start()

def handler(event, context):
    return heard
"""


@dataclass
class Answer:
    payload: Any
    error: str | None
    log: str
    request_id: str


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if name.startswith("extensions/") else 0o644) << 16
            archive.writestr(entry, text)
    return buffer.getvalue()


@pytest.fixture
def deploy(lambda_client) -> Callable[..., str]:
    """Makes a function with a layer of these extensions, ready to be invoked; returns its name."""

    def make(code: str, extensions: dict[str, str] | None = None, **members: Any) -> str:
        name = f"extensions-{uuid.uuid4()}"
        if extensions:
            content = {"ZipFile": zipped({f"extensions/{file}": text for file, text in extensions.items()})}
            layer = lambda_client.publish_layer_version(LayerName=name, Content=content)
            members["Layers"] = [layer["LayerVersionArn"]]
        members = {"Role": "arn:aws:iam::000000000000:role/r", "Timeout": 20, "Runtime": "python3.11", **members}
        code_of = {"ZipFile": zipped({"index.py": code})}
        lambda_client.create_function(FunctionName=name, Handler="index.handler", Code=code_of, **members)
        lambda_client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return name

    return make


@pytest.fixture
def invoke(lambda_client) -> Callable[..., Answer]:
    def ask(name: str, event: Any = None, log_type: str = "Tail") -> Answer:
        answer = lambda_client.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType=log_type)
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        return Answer(json.loads(answer["Payload"].read()), answer.get("FunctionError"), log, request_id)

    return ask


@curl
def test_an_extension_in_shell(deploy, invoke):
    """extensions-api.md §1 and §6; what it prints is in the function's log."""
    name = deploy(READER, {"watcher": SHELL_EXTENSION})
    first = invoke(name, {"file": "heard", "until": "INVOKE"})
    assert first.payload["kept"] == "watcher: INVOKE\n"
    assert "EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE,SHUTDOWN]\n" in first.log
    assert "watcher: INVOKE\n" in first.log
    assert invoke(name, {"file": "heard"}).error is None


@curl
@pytest.mark.slow
def test_two_extensions_hear_of_a_timeout_and_start_anew(deploy, invoke):
    """environment.md §3, Timeout: SHUTDOWN reason timeout, /tmp kept, the next invocation is a cold start."""
    name = deploy(READER, {"a": SHELL_EXTENSION, "b": SHELL_EXTENSION}, Timeout=2)
    late = invoke(name, {"file": "heard", "until": "never written"})
    assert late.payload["errorType"] == "Sandbox.Timedout"
    heard = invoke(name, {"file": "heard", "until": "b: SHUTDOWN"}).payload["kept"].splitlines()
    assert {"a: SHUTDOWN", "b: SHUTDOWN"} <= set(heard)


def test_telemetry_of_a_cold_call_in_its_order(deploy, invoke):
    """telemetry-logs-api.md §4, cold, success; §2: what happened before the subscription is delivered too."""
    name = deploy(READER, {"collector": PYTHON_EXTENSION})
    first = invoke(name, {"file": "telemetry", "until": "platform.start"})
    answer = invoke(name, {"file": "telemetry", "until": f'"requestId": "{first.request_id}", "metrics"'})
    events = [json.loads(line) for line in answer.payload["kept"].splitlines()]
    kinds = [event["type"] for event in events]
    cold = kinds[: kinds.index("platform.report") + 1]
    assert [kind for kind in cold if kind.startswith("platform.")] == [
        "platform.initStart",
        "platform.telemetrySubscription",
        "platform.extension",
        "platform.initRuntimeDone",
        "platform.initReport",
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
    ]
    lines = {event["type"]: event["record"] for event in events if event["type"] in {"function", "extension"}}
    assert lines["function"] == "the function's line\n"
    assert lines["extension"].startswith('registered {"functionName":')
    assert json.loads(lines["extension"].removeprefix("registered "))["accountId"] == "000000000000"
    report = events[kinds.index("platform.report")]["record"]
    assert [span["name"] for span in report["spans"]] == ["extensionOverhead"]


def test_an_extension_that_crashes_fails_the_call(deploy, invoke):
    """environment.md §2: an extension process dies during Init; suppressed init in the first invocation."""
    answer = invoke(deploy(READER, {"broken": "#!/bin/sh\nexit 3\n"}))
    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Extension.Crash",
        "errorMessage": f"RequestId: {answer.request_id} Error: exit status 3",
    }


def test_an_internal_extension_in_a_thread(deploy, invoke):
    """extensions-api.md §3, internal."""
    name = deploy(INTERNAL)
    first, second = invoke(name), invoke(name)
    assert first.error is None
    assert first.request_id in second.payload
    assert "EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]\n" in first.log


def test_variables_of_an_extension(deploy, invoke):
    """environment.md §6, Rules: external extensions get no variable that only a runtime needs."""
    script = '#!/bin/sh\nenv > /tmp/variables\nexec "$(dirname "$0")/lib/collector"\n'
    extensions = {"first": script, "lib/collector": PYTHON_EXTENSION.replace("os.path.basename(__file__)", '"first"')}
    answer = invoke(deploy(READER, extensions, Environment={"Variables": {"MINE": "1"}}), {"file": "variables"})
    variables = dict(line.split("=", 1) for line in answer.payload["kept"].splitlines() if "=" in line)
    assert variables["MINE"] == "1"
    assert {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_RUNTIME_API"} <= set(variables)
    own_to_shell = {"_", "PWD", "SHLVL", "OLDPWD"}
    assert not [name for name in variables if name.startswith("_") and name not in own_to_shell]
    assert not {"_HANDLER", "AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT", "AWS_XRAY_CONTEXT_MISSING"} & set(variables)


FAREWELL = """#!/usr/bin/env python3
import json, os, sys, urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension"

def ask(url, body=None, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return answer.headers, answer.read()

events = b'{"events": ["SHUTDOWN"]}'
headers, _ = ask(f"{API}/register", events, **{"Lambda-Extension-Name": os.path.basename(__file__)})
identified = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
event = ask(f"{API}/event/next", **identified)[1]
ask(os.environ["FAREWELL"], event)
"""


class Mailbox:
    """An HTTP server that keeps the bodies that it gets."""

    def __init__(self) -> None:
        self.letters: queue.Queue[Any] = queue.Queue()
        letters = self.letters

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                letters.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.slow
def test_an_emulator_that_stops_lets_extensions_say_farewell():
    """environment.md §1, Shutdown: reason spindown."""
    mailbox = Mailbox()
    try:
        with serving("--settle-seconds", "0") as server:
            client = server.client("lambda")
            content = {"ZipFile": zipped({"extensions/farewell": FAREWELL})}
            layer = client.publish_layer_version(LayerName="farewell", Content=content)
            client.create_function(
                FunctionName="f",
                Runtime="python3.11",
                Role="arn:aws:iam::000000000000:role/r",
                Handler="index.handler",
                Code={"ZipFile": zipped({"index.py": "def handler(event, context): return event"})},
                Layers=[layer["LayerVersionArn"]],
                Environment={"Variables": {"FAREWELL": mailbox.url}},
            )
            client.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 0.05})
            assert client.invoke(FunctionName="f")["StatusCode"] == 200
            assert mailbox.letters.empty()
        assert mailbox.letters.get(timeout=10)["shutdownReason"] == "spindown"
    finally:
        mailbox.close()
