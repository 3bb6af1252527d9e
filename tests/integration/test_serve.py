"""`python -m emulator serve` as its users meet it: a process, boto3, and real Python functions."""

import base64
import concurrent.futures
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ROLE = "arn:aws:iam::000000000000:role/r"
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Server:
    """A running `serve`."""

    process: subprocess.Popen
    url: str
    temporary: Path  # where it may leave files
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        config = Config(retries={"max_attempts": 0}, read_timeout=30, max_pool_connections=40)
        self.client = boto3.client(
            "lambda",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )

    def deploy(self, code: str, handler: str = "index.handler", **members: Any) -> str:
        """A new function, ready to be invoked; returns its name."""
        name = members.pop("FunctionName", f"f-{uuid.uuid4()}")
        members = {"Runtime": RUNTIME, "Role": ROLE, "Timeout": 10, "Handler": handler, **members}
        self.client.create_function(FunctionName=name, Code={"ZipFile": zipped(code)}, **members)
        self.client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})
        return name

    def settle(self, name: str) -> None:
        self.client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})

    def invoke(self, name: str, event: Any = None, **members: Any) -> "Answer":
        response = self.client.invoke(FunctionName=name, Payload=json.dumps(event or {}), **members)
        log = base64.b64decode(response.get("LogResult", "")).decode()
        return Answer(json.loads(response["Payload"].read() or "null"), response.get("FunctionError"), log)

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/_parity/health") as answer:
            return json.load(answer)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


@dataclass
class Answer:
    payload: Any
    error: str | None
    log: str


def zipped(code: str, name: str = "index.py") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (0o755 if name == "bootstrap" else 0o644) << 16
        archive.writestr(entry, code)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts servers on free ports, each with a folder of its own for temporary files."""
    started: list[Server] = []

    def start_server(*options: str, prefix: tuple[str, ...] = (), **variables: str) -> Server:
        temporary = tmp_path_factory.mktemp("serve")
        command = [*prefix, sys.executable, "-m", "emulator", "serve", "--port", "0", *options]
        environment = {**os.environ, "TMPDIR": str(temporary), **variables}
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        assert line.startswith("Ready at http://127.0.0.1:"), line
        started.append(Server(process, line.removeprefix("Ready at ").strip(), temporary))
        return started[-1]

    yield start_server
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
        server.process.wait()


@pytest.fixture(scope="module")
def server(start: Callable[..., Server]) -> Server:
    return start("--settle-seconds", "0")


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def traces_of(server: Server) -> list[str]:
    """What a server has left behind: its files, and processes that work in its folder."""
    found = [str(path) for path in server.temporary.iterdir()]
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if str(server.temporary) in command:
                found.append(command)
    return found


def unique_sleep() -> list[str]:
    """A command that sleeps, and that no other test starts."""
    return ["sleep", str(1_000_000 + uuid.uuid4().int % 10**9)]


def runs(command: list[str]) -> bool:
    return subprocess.run(["pgrep", "-xf", " ".join(command)], stdout=subprocess.DEVNULL, check=False).returncode == 0


COUNT = "n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return n\n"
PID = "import os\ndef handler(event, context):\n    return os.getpid()\n"
SLEEP = "import time\ndef handler(event, context):\n    time.sleep(event.get('s', 0))\n    return 'VARIANT'\n"


class TestState:
    def test_globals_are_kept_between_calls(self, server):
        name = server.deploy(COUNT)
        assert [server.invoke(name).payload for _ in range(3)] == [1, 2, 3]

    def test_tmp_and_not_globals_survive_a_timeout(self, server):
        # [rec: test_lambda_invoke_timed_out_environment_reuse, 2024-04-08]
        name = server.deploy(
            "import time, os\nnumber = 0\nfile = os.environ.get('TMPDIR', '/tmp') + '/kept'\n"
            "def handler(event, context):\n    global number\n"
            "    if 'set' in event:\n        number = event['set']\n        open(file, 'w').write('some-content')\n"
            "    time.sleep(event.get('s', 0))\n"
            "    return [number, open(file).read()]\n",
            Timeout=1,
        )
        assert server.invoke(name, {"set": 42}).payload == [42, "some-content"]
        timed_out = server.invoke(name, {"s": 5})
        assert timed_out.error == "Unhandled"
        assert timed_out.payload["errorType"] == "Sandbox.Timedout"  # [rec: test_lambda_invoke_with_timeout, 2025]
        assert re.fullmatch(
            "RequestId: [0-9a-f-]{36} Error: Task timed out after 1.00 seconds", timed_out.payload["errorMessage"]
        )
        assert server.invoke(name).payload == [0, "some-content"]

    def test_a_timeout_leaves_no_process_behind(self, server):
        mark = unique_sleep()
        name = server.deploy(
            "import subprocess, time\ndef handler(event, context):\n"
            f"    subprocess.Popen({mark}, start_new_session=True)\n    time.sleep(5)\n",
            Timeout=1,
        )
        with concurrent.futures.ThreadPoolExecutor(1) as callers:
            running = callers.submit(server.invoke, name)
            until(lambda: runs(mark))
            assert running.result().error == "Unhandled"
        until(lambda: not runs(mark))


class TestFailures:
    def test_an_exception(self, server):  # [rec: test_lambda_handler_error, 2025-11-24]
        name = server.deploy('def handler(event, context):\n    raise Exception("Handler fails")\n')
        answer = server.invoke(name)
        task = "/var/task" if server.health()["isolation"] == "namespaces" else "/.*"
        assert list(answer.payload) == ["errorMessage", "errorType", "requestId", "stackTrace"]
        assert (answer.payload["errorMessage"], answer.payload["errorType"]) == ("Handler fails", "Exception")
        (frame,) = answer.payload["stackTrace"]
        pattern = f'  File "{task}/index.py", line 2, in handler\n    raise Exception\\("Handler fails"\\)\n'
        assert re.fullmatch(pattern, frame)

    def test_an_import_error_knows_no_request_id(self, server):  # [rec: test_lambda_runtime_error, 2025-11-24]
        name = server.deploy('raise Exception("Runtime startup fails")\n')
        for _ in range(2):
            answer = server.invoke(name)
            assert answer.error == "Unhandled"
            assert answer.payload["requestId"] == ""
            assert answer.payload["errorMessage"] == "Runtime startup fails"
            assert "importlib/__init__.py" in answer.payload["stackTrace"][0]

    @pytest.mark.parametrize(
        ("handler", "error_type", "message"),
        [
            ("index.missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'index'"),
            ("nowhere.handler", "Runtime.ImportModuleError", "Unable to import module 'nowhere': No module named"),
            ("nodot", "Runtime.MalformedHandlerName", "Bad handler 'nodot': not enough values to unpack"),
        ],
    )
    def test_a_bad_handler(self, server, handler, error_type, message):
        answer = server.invoke(server.deploy(PID, handler))
        assert answer.payload["errorType"] == error_type
        assert answer.payload["errorMessage"].startswith(message)

    @pytest.mark.parametrize(
        ("how", "cause"),
        [
            ("os._exit(3)", "Runtime exited with error: exit status 3"),
            ("os._exit(0)", "Runtime exited without providing a reason"),
            ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
            ("os.abort()", "Runtime exited with error: signal: aborted"),
        ],
    )
    def test_a_runtime_that_ends(self, server, how, cause):
        name = server.deploy(f"import os\ndef handler(event, context):\n    if event:\n        {how}\n    return 1\n")
        answer = server.invoke(name, {"end": True}, LogType="Tail")
        assert answer.error == "Unhandled"
        assert list(answer.payload) == ["errorType", "errorMessage"]
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert answer.payload["errorMessage"].endswith(f" Error: {cause}")
        assert answer.log.endswith("\tStatus: error\tError Type: Runtime.ExitError\n")
        assert server.invoke(name).payload == 1

    def test_a_response_that_is_too_large(self, server):  # [rec: test_lambda_too_large_response, 2025-11-24]
        name = server.deploy("def handler(event, context):\n    return 'x' * event['n']\n")
        for _ in range(2):
            answer = server.invoke(name, {"n": 6 * 1024 * 1024 + 200})
            assert answer.payload == {
                "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
                "errorType": "Function.ResponseSizeTooLarge",
            }
        assert len(server.invoke(name, {"n": 6 * 1024 * 1024}).payload) == 6 * 1024 * 1024

    def test_a_missing_wrapper_script(self, server):  # [rec: test_lambda_runtime_wrapper_not_found, 2025-11-24]
        variables = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/missing"}}
        answer = server.invoke(server.deploy(PID, Environment=variables))
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 127")

    def test_a_runtime_that_is_not_installed(self, server):
        name = server.deploy(PID, Runtime="python3.15")
        with pytest.raises(ClientError) as missing:
            server.invoke(name)
        assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert "needs Python 3.15, which is not found" in str(missing.value)


class TestWhatAFunctionSees:
    def test_search_path_and_sdk(self, server):
        name = server.deploy(
            "import sys, boto3, importlib.util\ndef handler(event, context):\n"
            "    return {'path': sys.path, 'leaks': [m for m in ('pytest', 'emulator', 'parity', 'msgspec')"
            " if importlib.util.find_spec(m)]}\n"
        )
        seen = server.invoke(name).payload
        assert seen["leaks"] == []
        if server.health()["isolation"] == "namespaces":
            lib = f"/var/lang/lib/{RUNTIME}"
            layers = [f"/opt/python/lib/{RUNTIME}/site-packages", "/opt/python"]
            archive = f"/var/lang/lib/{RUNTIME.replace('.', '')}.zip"
            # [log: python3.13, 2025]
            assert seen["path"] == [
                "/var/task", *layers, f"{lib}/site-packages", "/var/runtime",
                archive, lib, f"{lib}/lib-dynload", f"{lib}/site-packages", *layers,
            ]  # fmt: skip

    def test_user_and_paths(self, server):  # [rec: test_runtime_introspection_x86, 2025-11-24]
        if server.health()["isolation"] != "namespaces":
            pytest.skip("this machine grants no namespaces")
        name = server.deploy(
            "import os, stat, getpass\ndef handler(event, context):\n"
            "    modes = {p: stat.filemode(os.stat(p).st_mode) for p in ('/var/task', '/opt', '/tmp')}\n"
            "    return [os.getcwd(), getpass.getuser(), modes, os.path.exists('/lambda-entrypoint.sh')]\n"
        )
        modes = {"/var/task": "drwxr-xr-x", "/opt": "drwxr-xr-x", "/tmp": "drwxrwxrwt"}
        assert server.invoke(name).payload == ["/var/task", "sbx_user1051", modes, True]

    def test_the_trace_is_there_in_the_handler_and_not_before(self, server):
        # [rec: test_traceid_outside_handler, 2025-11-24]
        name = server.deploy(
            "import os\nearly = os.environ.get('_X_AMZN_TRACE_ID')\ndef handler(event, context):\n"
            "    return [early, os.environ['_X_AMZN_TRACE_ID']]\n"
        )
        early, trace = server.invoke(name).payload
        assert early is None
        assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=.+", trace)

    def test_context(self, server):
        name = server.deploy(
            "def handler(event, c):\n    return [c.function_name, c.function_version, c.invoked_function_arn,"
            " c.memory_limit_in_mb, c.log_group_name, 0 < c.get_remaining_time_in_millis() <= 10000,"
            " c.client_context.custom if c.client_context else None]\n"
        )
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        plain = [name, "$LATEST", arn, "128", f"/aws/lambda/{name}", True]
        assert server.invoke(name).payload == [*plain, None]
        context = base64.b64encode('{"custom": {"k": "é"}}'.encode()).decode()
        assert server.invoke(name, ClientContext=context).payload == [*plain, {"k": "é"}]

    def test_an_os_only_runtime_runs_its_bootstrap(self, server):
        bootstrap = (
            "#!/bin/sh\nAPI=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation\nwhile :; do\n"
            'H=$(mktemp); E=$(curl -sS -D "$H" "$API/next")\n'
            "ID=$(grep -i aws-request-id \"$H\" | tr -d '\\r' | cut -d' ' -f2)\n"
            'curl -sS -o /dev/null "$API/$ID/response" -d "[$E]"\ndone\n'
        )
        name = f"f-{uuid.uuid4()}"
        code = {"ZipFile": zipped(bootstrap, "bootstrap")}
        server.client.create_function(
            FunctionName=name, Role=ROLE, Code=code, Runtime="provided.al2023", Handler="x", Timeout=10
        )
        server.client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})
        assert server.invoke(name, {"a": 1}).payload == [{"a": 1}]


class TestLogs:
    def test_tail_of_a_cold_call(self, server):  # [rec: test_invocation_with_qualifier, 2025-11-24]
        name = server.deploy(
            "import logging\nlogging.getLogger().setLevel('INFO')\nprint('init')\ndef handler(event, context):\n"
            "    print('print\\nfunction')\n    logging.info('logging\\nmodule')\n    print('end')\n"
        )
        log = server.invoke(name, LogType="Tail").log
        request_id = "[0-9a-f-]{36}"
        assert re.fullmatch(
            "init\n"
            f"START RequestId: ({request_id}) Version: \\$LATEST\n"
            "print\nfunction\n"
            "\\[INFO\\]\t[0-9T:.-]+Z\t\\1\tlogging\nmodule\n"
            "end\n"
            "END RequestId: \\1\n"
            "REPORT RequestId: \\1\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms\tMemory Size: 128 MB\t"
            "Max Memory Used: [0-9]+ MB\tInit Duration: [0-9.]+ ms\t\n",
            log,
        )

    def test_memory_is_measured(self, server):
        name = server.deploy("def handler(event, context):\n    return len(bytearray(60_000_000))\n")
        used = int(re.search(r"Max Memory Used: (\d+) MB", server.invoke(name, LogType="Tail").log)[1])
        assert 60 < used < 200


class TestConcurrency:
    def test_a_burst_gets_an_environment_each(self, server):
        name = server.deploy(f"import os\n{SLEEP}".replace("'VARIANT'", "os.environ['AWS_LAMBDA_LOG_STREAM_NAME']"))
        with concurrent.futures.ThreadPoolExecutor(10) as callers:
            streams = {answer.payload for answer in callers.map(lambda _: server.invoke(name, {"s": 0.5}), range(10))}
            assert len(streams) == 10
            started = time.perf_counter()
            again = {answer.payload for answer in callers.map(lambda _: server.invoke(name, {"s": 0.1}), range(10))}
        assert again <= streams
        assert time.perf_counter() - started < 1

    def test_reserved_concurrency(self, server):  # [rec: test_reserved_concurrency, 2025-11-25]
        name = server.deploy(SLEEP)
        server.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        with pytest.raises(ClientError) as refused:
            server.invoke(name)
        response = refused.value.response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
        assert response["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
        assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


class TestChanges:
    def test_a_running_call_finishes_with_the_code_it_started_with(self, server):
        # [rec: test_function_update_during_invoke, 2024-05-15]
        before = server.health()["environments"]
        name = server.deploy(SLEEP.replace("VARIANT", "old"))
        with concurrent.futures.ThreadPoolExecutor(1) as callers:
            running = callers.submit(server.invoke, name, {"s": 0.5})
            time.sleep(0.2)
            server.client.update_function_code(FunctionName=name, ZipFile=zipped(SLEEP.replace("VARIANT", "new")))
            server.settle(name)
            assert server.invoke(name).payload == "new"
            assert running.result().payload == "old"
        server.client.delete_function(FunctionName=name)
        until(lambda: server.health()["environments"] == before)

    def test_a_change_of_configuration_starts_new_environments(self, server):
        name = server.deploy("import os\ndef handler(event, context):\n    return os.environ.get('VARIANT')\n")
        assert server.invoke(name).payload is None
        server.client.update_function_configuration(FunctionName=name, Environment={"Variables": {"VARIANT": "1"}})
        server.settle(name)
        assert server.invoke(name).payload == "1"

    def test_deleting_does_not_end_a_running_call(self, server):  # [rec: test_delete_lambda_during_sync_invoke]
        name = server.deploy(SLEEP)
        with concurrent.futures.ThreadPoolExecutor(1) as callers:
            running = callers.submit(server.invoke, name, {"s": 0.5})
            time.sleep(0.2)
            server.client.delete_function(FunctionName=name)
            assert running.result().payload == "VARIANT"

    def test_an_event_is_answered_at_once_and_runs(self, server):
        name = server.deploy(COUNT)
        response = server.client.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
        assert (response["StatusCode"], response["Payload"].read()) == (202, b"")
        until(lambda: server.invoke(name).payload > 1)


class TestStopping:
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
    def test_a_signal_ends_it_quickly_and_leaves_nothing(self, start, number, code):
        server = start("--settle-seconds", "0")
        name = server.deploy(SLEEP)
        server.invoke(name)
        with concurrent.futures.ThreadPoolExecutor(1) as callers:
            running = callers.submit(server.invoke, name, {"s": 20})
            time.sleep(0.1)
            started = time.perf_counter()
            assert server.stop(number) == code
            assert time.perf_counter() - started < 2
            assert running.exception() is not None
        assert traces_of(server) == []

    def test_sigkill_leaves_nothing_either(self, start):
        server = start("--settle-seconds", "0")
        mark = unique_sleep()
        name = server.deploy(f"import subprocess\nsubprocess.Popen({mark}, start_new_session=True)\n{SLEEP}")
        server.invoke(name)
        assert traces_of(server) != []
        assert runs(mark)
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        until(lambda: traces_of(server) == [] and not runs(mark))

    def test_idle_environments_are_stopped(self, start):
        server = start("--settle-seconds", "0", "--idle-seconds", "0.2")
        server.invoke(server.deploy(PID))
        until(lambda: server.health()["environments"] == 0)
        until(lambda: not list(server.temporary.glob("*/environment-*")))
        server.stop()


class TestStarting:
    def test_the_first_request_is_answered_once_it_says_ready(self, start):
        server = start()
        assert server.client.list_functions()["Functions"] == []
        server.stop()

    def test_a_port_that_is_taken(self, server):
        port = server.url.rpartition(":")[2]
        refused = run_serve("--port", port)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == f"Error: Port {port} on 127.0.0.1 is in use; choose another one with --port.\n"

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (("--port", "x"), "--port takes a whole number from 0 to 65535, not 'x'"),
            (("--executor", "ssh"), "--executor takes one of process, docker, auto, not 'ssh'"),
            (("--time-scale", "0"), "--time-scale takes a number above 0, not '0'"),
        ],
    )
    def test_a_bad_value_is_told_in_one_line(self, options, complaint):
        refused = run_serve(*options)
        assert (refused.returncode, refused.stderr) == (2, f"Error: {complaint}\n")

    def test_a_bad_variable_too(self):
        refused = run_serve(PARITY_PORT="x")
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert "PARITY_PORT" in refused.stderr

    def test_health(self, server):
        health = server.health()
        assert health["status"] == "ok"
        assert health["isolation"] in {"namespaces", "none"}
        assert health["limits"]["memory"] == "watched"
        assert health["limits"]["temporary_files"] == ("tmpfs" if health["isolation"] == "namespaces" else "none")
        server.invoke(server.deploy(PID))
        used = server.health()["runtimes"][RUNTIME]
        assert used["substituted"] is False
        assert RUNTIME.removeprefix("python") in used["version"]

    def test_substitution_is_allowed_and_told(self, start):
        server = start("--settle-seconds", "0", "--allow-runtime-substitution")
        name = server.deploy("import sys\ndef handler(event, context):\n    return sys.version.split()[0]\n",
                             Runtime="python3.15")  # fmt: skip
        version = server.invoke(name).payload
        used = server.health()["runtimes"]["python3.15"]
        assert (used["version"], used["substituted"]) == (version, True)
        server.stop()


NO_NAMESPACES = ("unshare", "-U", "--map-root-user", "sh", "-c",
                 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh")  # fmt: skip
ONE_ID = ("unshare", "-U", "--map-root-user")


def can(*command: str) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not can(*NO_NAMESPACES), reason="this machine cannot be made to refuse namespaces")
def test_without_namespaces_functions_run_all_the_same_and_leave_nothing(start):
    server = start("--settle-seconds", "0", prefix=NO_NAMESPACES)
    health = server.health()
    assert health["isolation"] == "none"
    assert "unshare" in health["reason"]
    assert health["limits"] == {"memory": "watched", "temporary_files": "none"}
    mark = unique_sleep()
    name = server.deploy(
        f"import os, sys, subprocess\nsubprocess.Popen({mark}, start_new_session=True)\n"
        "def handler(event, context):\n    import boto3\n"
        "    return [os.getcwd() == os.environ['LAMBDA_TASK_ROOT'], __file__.startswith(os.getcwd()),"
        " any('site-packages' in p for p in sys.path[:3])]\n"
    )
    assert server.invoke(name).payload[:2] == [True, True]
    assert runs(mark)
    server.stop(signal.SIGKILL)
    until(lambda: traces_of(server) == [] and not runs(mark))


@pytest.mark.skipif(not can(*ONE_ID), reason="this machine grants no user namespaces")
def test_an_unprivileged_user_gets_a_sandbox_too(start):
    server = start("--settle-seconds", "0", prefix=ONE_ID)
    assert server.health()["isolation"] == "namespaces"
    name = server.deploy("import getpass, os\ndef handler(e, c):\n    return [getpass.getuser(), os.getcwd()]\n")
    assert server.invoke(name).payload == ["sbx_user1051", "/var/task"]
    server.stop()


def run_serve(*options: str, **variables: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "emulator", "serve", *options]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=20, check=False
    )
