"""Functions that are not Python's, through the whole emulator: Node.js, and whatever a `bootstrap` is."""

import base64
import io
import json
import shutil
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on this host")
curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this host")

NOT_EXECUTABLE = {"refused", "index.js", "index.mjs"}

# The tutorial's Runtime API client [docs: runtimes-walkthrough], with another answer.
SHELL_CLIENT = """#!/bin/sh
set -euo pipefail
while true
do
  HEADERS="$(mktemp)"
  EVENT_DATA=$(curl -sS -LD "$HEADERS" "http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next")
  REQUEST_ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  echo "$EVENT_DATA" 1>&2
  ANSWER="{\\"event\\":$EVENT_DATA,\\"handler\\":\\"$_HANDLER\\",\\"environment\\":\\"${AWS_EXECUTION_ENV-none}\\"}"
  curl "http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/$REQUEST_ID/response" -s -d "$ANSWER"
done
"""


@dataclass
class Answer:
    payload: Any
    error: str | None
    log: str


@pytest.fixture
def deploy(lambda_client) -> Callable[..., str]:
    """Makes a function of files, ready to be invoked; returns its name."""

    def make(runtime: str, files: dict[str, str], handler: str = "index.handler", **members: Any) -> str:
        name = f"runtimes-{uuid.uuid4()}"
        members = {"Role": "arn:aws:iam::000000000000:role/r", "Timeout": 10, "Handler": handler, **members}
        lambda_client.create_function(FunctionName=name, Runtime=runtime, Code={"ZipFile": zipped(files)}, **members)
        lambda_client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return name

    return make


@pytest.fixture
def invoke(lambda_client) -> Callable[..., Answer]:
    def ask(name: str, event: Any = None) -> Answer:
        answer = lambda_client.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail")
        log = base64.b64decode(answer["LogResult"]).decode()
        return Answer(json.loads(answer["Payload"].read()), answer.get("FunctionError"), log)

    return ask


@pytest.fixture(scope="module")
def isolated(lambda_emulator) -> bool:
    return lambda_emulator.health()["isolation"] == "namespaces"


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o644 if name in NOT_EXECUTABLE else 0o755) << 16
            archive.writestr(entry, text)
    return buffer.getvalue()


@node
class TestNode:
    WHERE = """const os = require('os'), fs = require('fs');
    exports.handler = async (event) => ({
        cwd: process.cwd(), user: os.userInfo().username, argv: process.argv, path: process.env.NODE_PATH,
        environment: process.env.AWS_EXECUTION_ENV, homes: fs.existsSync('/root') || fs.existsSync('/home'),
        writable: ['/var/task', '/opt', '/var/runtime', '/tmp'].filter((folder) => {
            try { fs.writeFileSync(folder + '/x', ''); return true } catch { return false }
        }),
    })"""

    def test_it_is_where_it_is_on_aws(self, deploy, invoke, isolated):
        if not isolated:
            pytest.skip("this host grants no namespaces")
        seen = invoke(deploy("nodejs20.x", {"index.js": self.WHERE})).payload
        assert seen == {
            "cwd": "/var/task",
            "user": "sbx_user1051",
            "argv": ["/var/lang/bin/node", "/var/runtime/index.mjs"],
            "path": "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:"
            "/var/runtime/node_modules:/var/runtime:/var/task",
            "environment": "AWS_Lambda_nodejs20.x",
            "homes": False,
            "writable": ["/tmp"],
        }

    def test_the_log_of_an_invocation(self, deploy, invoke):
        code = "exports.handler = async (e, c) => { console.log('one\\ntwo'); return c.awsRequestId }"
        answer = invoke(deploy("nodejs20.x", {"index.js": code}))
        start, line, two, end, report, _ = answer.log.split("\n")
        assert start == f"START RequestId: {answer.payload} Version: $LATEST"
        assert line.partition("\t")[2] == f"{answer.payload}\tINFO\tone"
        assert two == "two"
        assert end == f"END RequestId: {answer.payload}"
        assert "\tInit Duration: " in report

    def test_a_lost_process_is_replaced_and_tmp_is_kept(self, deploy, invoke):
        code = """const fs = require('fs'), os = require('os'), path = require('path');
        const file = path.join(os.tmpdir(), 'count'); let inProcess = 0;
        exports.handler = async (event) => {
            inProcess++;
            const count = fs.existsSync(file) ? Number(fs.readFileSync(file)) + 1 : 1;
            fs.writeFileSync(file, String(count));
            if (event.how === 'exit') process.exit(3);
            if (event.how === 'throw') setImmediate(() => { throw new Error('uncaught') });
            if (event.how) await new Promise((resolve) => setTimeout(resolve, 5000));
            return [count, inProcess];
        }"""
        name = deploy("nodejs20.x", {"index.js": code})
        assert invoke(name).payload == [1, 1]
        assert invoke(name).payload == [2, 2]
        gone = invoke(name, {"how": "exit"})
        assert gone.payload["errorType"] == "Runtime.ExitError"
        assert gone.payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
        assert invoke(name).payload == [4, 1]
        thrown = invoke(name, {"how": "throw"})
        assert (thrown.error, thrown.payload["errorMessage"]) == ("Unhandled", "uncaught")
        assert invoke(name).payload == [6, 1]

    def test_a_layer(self, deploy, invoke, lambda_client):
        files = {"nodejs/node_modules/pack/index.js": "module.exports = 'from a layer'"}
        content = {"ZipFile": zipped(files)}
        layer = lambda_client.publish_layer_version(LayerName=f"runtimes-{uuid.uuid4()}", Content=content)
        code = "const pack = require('pack'); exports.handler = async () => pack"
        name = deploy("nodejs20.x", {"index.js": code}, Layers=[layer["LayerVersionArn"]])
        assert invoke(name).payload == "from a layer"

    def test_a_wrapper_script_starts_it(self, deploy, invoke, isolated):
        if not isolated:
            pytest.skip("this host grants no namespaces")
        files = {
            "wrap": '#!/bin/bash\nexport WRAPPED=$1\nexec "$@"\n',
            "index.mjs": "export const handler = async () => process.env.WRAPPED",
        }
        variables = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrap"}}
        assert invoke(deploy("nodejs20.x", files, Environment=variables)).payload == "/var/lang/bin/node"

    def test_a_wrapper_script_that_is_not_there(self, deploy, invoke):
        variables = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/not/there"}}
        answer = invoke(deploy("nodejs20.x", {"index.js": ""}, Environment=variables))
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 127")


class TestBootstrap:
    @curl
    @pytest.mark.parametrize("runtime", ["provided.al2", "provided.al2023"])
    def test_a_shell_script_serves(self, deploy, invoke, isolated, runtime):
        if not isolated and not shutil.which("bash"):
            pytest.skip("the script is bash's")
        name = deploy(runtime, {"bootstrap": SHELL_CLIENT}, handler="anything-at-all")
        answer = invoke(name, {"a": [1, "ü"]})
        expected = {"event": {"a": [1, "ü"]}, "handler": "anything-at-all", "environment": "none"}
        assert answer.payload == expected
        assert json.dumps({"a": [1, "ü"]}) in answer.log
        assert invoke(name, 7).payload["event"] == 7

    @pytest.mark.parametrize(
        ("files", "cause"),
        [
            ({"boot": "#!/bin/sh\n"}, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"),
            ({"bootstrap": "#!/bin/sh\r\n"}, "fork/exec /var/task/bootstrap: no such file or directory"),
            ({"bootstrap": "exit 1\n"}, "fork/exec /var/task/bootstrap: exec format error"),
        ],
    )
    def test_one_that_cannot_be_started(self, deploy, invoke, isolated, files, cause):
        if not isolated:
            pytest.skip("this host grants no namespaces: the paths are others")
        answer = invoke(deploy("provided.al2023", files))
        request_id = answer.log.partition("START RequestId: ")[2].split(" ")[0]
        assert answer.error == "Unhandled"
        assert answer.payload == {
            "errorType": "Runtime.InvalidEntrypoint", "errorMessage": f"RequestId: {request_id} Error: {cause}"
        }  # fmt: skip
        assert answer.log.count("\tError Type: Runtime.InvalidEntrypoint\n") == 3  # two inits, and the report

    def test_one_in_a_layer(self, deploy, invoke, lambda_client):
        content = {"ZipFile": zipped({"bootstrap": "#!/bin/sh\nexit 42\n"})}
        layer = lambda_client.publish_layer_version(LayerName=f"runtimes-{uuid.uuid4()}", Content=content)
        answer = invoke(deploy("provided.al2023", {"code": ""}, Layers=[layer["LayerVersionArn"]]))
        assert answer.payload["errorMessage"].endswith("Runtime exited with error: exit status 42")


def test_health_tells_what_can_be_run(lambda_emulator):
    can_run = lambda_emulator.health()["can_run"]
    assert {"provided.al2", "provided.al2023", "python3.12"} <= set(can_run)
    assert ("nodejs20.x" in can_run) == (shutil.which("node") is not None)
    assert "java21" not in can_run
