"""The logs of functions, as `parity logs` and as CloudWatch Logs of the companion tell them."""

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.serving import REPOSITORY, Server, serving
from tests.parity.running_parity import one_line, parity

SETTINGS = {"Role": "arn:aws:iam::000000000000:role/r", "Runtime": "python3.12", "Handler": "index.handler"}
CODE = "import json\ndef handler(event, context):\n    print(event.get('say', 'nothing'))\n    return 1\n"
OPTIONS = ("--allow-runtime-substitution", "--settle-seconds", "0")
SECONDS = 20.0  # that anything here may take on a busy machine


def _zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.py")
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, code)
    return buffer.getvalue()


def create(functions: Any, name: str, **members: Any) -> None:
    functions.create_function(FunctionName=name, Code={"ZipFile": _zipped(CODE)}, **SETTINGS, **members)
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})


def say(functions: Any, name: str, text: str, **members: Any) -> None:
    functions.invoke(FunctionName=name, Payload=json.dumps({"say": text}), **members)


def eventually(look: Any) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(*OPTIONS) as server:
        functions = server.client("lambda")
        create(functions, "fn")
        say(functions, "fn", "two\nlines")
        version = functions.publish_version(FunctionName="fn")["Version"]
        functions.create_alias(FunctionName="fn", Name="live", FunctionVersion=version)
        say(functions, "fn", "from the alias", Qualifier="live")
        yield server


@pytest.fixture(scope="module")
def with_services() -> Iterator[Server]:
    with serving("--services", *OPTIONS) as server:
        yield server


class TestParityLogs:
    def test_tells_every_line_with_its_time(self, server):
        said = parity("logs", "fn", "--endpoint-url", server.url).stdout.splitlines()
        assert all(re.match(r"\d\d:\d\d:\d\d\.\d{3} ", line) for line in said)
        texts = [line[13:] for line in said]
        assert texts[0].startswith("INIT_START Runtime Version: ")
        assert texts[1].startswith("START RequestId: ")
        assert texts[2:4] == ["two", "lines"]
        assert texts[4].startswith("END RequestId: ")
        assert texts[5].startswith("REPORT RequestId: ")
        assert "from the alias" in texts

    @pytest.mark.parametrize("qualifier", ["1", "live"])
    def test_of_a_version_or_an_alias_alone(self, server, qualifier):
        said = parity("logs", "fn", "--qualifier", qualifier, "--endpoint-url", server.url, "--json").stdout
        events = [json.loads(line) for line in said.splitlines()]
        assert {event["version"] for event in events} == {"1"}
        assert "from the alias\n" in [event["message"] for event in events]
        assert {event["group"] for event in events} == {"/aws/lambda/fn"}

    def test_takes_an_arn_too(self, server):
        arn = "arn:aws:lambda:eu-west-1:000000000000:function:fn:live"
        assert "from the alias" in parity("logs", arn, "--endpoint-url", server.url).stdout

    def test_of_the_last_moments_alone(self, server):
        assert parity("logs", "fn", "--since", "0.000001s", "--endpoint-url", server.url).stdout == ""

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("none",), "There is no function none here. Functions with a log: fn."),
            (("fn", "--qualifier", "7"), "The function fn has no version and no alias 7. There are: $LATEST, 1, live."),
            (("fn", "--region", "us-east-1"), "There is no function fn here. Functions with a log: fn."),
            (("a b",), "a b is no name of a function, and no ARN of one."),
        ],
    )
    def test_says_in_one_line_what_there_is_instead(self, server, arguments, says):
        result = parity("logs", *arguments, "--endpoint-url", server.url)
        assert (result.exit_code, one_line(result)) == (2, f"parity: {says}")

    def test_a_name_in_two_regions_must_be_told_apart(self, server):
        create(server.client("lambda", region="us-east-2"), "twice")
        create(server.client("lambda"), "twice")
        result = parity("logs", "twice", "--endpoint-url", server.url)
        assert "eu-west-1 (000000000000), us-east-2 (000000000000)" in one_line(result)
        assert parity("logs", "twice", "--region", "us-east-2", "--endpoint-url", server.url).exit_code == 0

    def test_tells_a_deleted_function_s_too(self, server):
        functions = server.client("lambda")
        create(functions, "gone")
        say(functions, "gone", "its last words")
        functions.delete_function(FunctionName="gone")
        assert "its last words" in parity("logs", "gone", "--endpoint-url", server.url).stdout

    def test_follow_is_a_process_that_tells_what_is_written_as_it_is(self, server):
        functions = server.client("lambda")
        create(functions, "followed")
        say(functions, "followed", "before")
        command = [sys.executable, "-m", "parity", "logs", "followed", "--follow", "--endpoint-url", server.url]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment) as process:
            watchdog = threading.Timer(SECONDS, process.kill)
            watchdog.start()
            try:
                assert any("before" in line for line in process.stdout)
                say(functions, "followed", "after")
                assert any("after" in line for line in process.stdout)
                process.send_signal(2)
                assert process.wait(SECONDS) == 130
            finally:
                watchdog.cancel()
                process.kill()


def test_follow_ends_when_the_emulator_does():
    with serving(*OPTIONS) as server:
        functions = server.client("lambda")
        create(functions, "fn")
        command = [sys.executable, "-m", "parity", "logs", "fn", "--follow", "--endpoint-url", server.url]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY
        ) as process:
            say(functions, "fn", "hello")
            assert any("hello" in line for line in process.stdout)
            server.process.terminate()
            assert process.wait(SECONDS) == 3
            assert f"at {server.url}" in process.stderr.read()


def test_where_no_emulator_is_one_line_says_so():
    result = parity("logs", "fn", "--endpoint-url", "http://127.0.0.1:9")
    assert result.exit_code == 3
    assert "nothing tells logs at http://127.0.0.1:9" in one_line(result)


@pytest.mark.parametrize("since", ["5", "soon", "5 m"])
def test_times_have_units(since):
    result = parity("logs", "fn", "--since", since)
    assert result.exit_code == 2
    assert "takes 30s, 5m, 2h, 1d or all" in result.stderr


@pytest.mark.slow
class TestCloudWatchLogs:
    def test_have_what_functions_log(self, with_services):
        functions, logs = with_services.client("lambda"), with_services.client("logs")
        create(functions, "fn")
        for number in range(5):
            say(functions, "fn", f"order {number}")
        group = {"logGroupName": "/aws/lambda/fn"}
        eventually(lambda: logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/fn")["logGroups"])
        found = eventually(
            lambda: (events := logs.filter_log_events(**group)["events"]) and len(events) >= 21 and events
        )
        said = [event["message"] for event in found]
        assert said[0].startswith("INIT_START ")
        assert [line for line in said if line.startswith("order")] == [f"order {number}\n" for number in range(5)]
        [stream] = logs.describe_log_streams(**group)["logStreams"]
        assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream["logStreamName"])

    def test_of_a_group_that_was_chosen_and_deleted_meanwhile(self, with_services):
        functions, logs = with_services.client("lambda"), with_services.client("logs")
        create(functions, "chosen", LoggingConfig={"LogGroup": "shared", "LogFormat": "JSON"})
        say(functions, "chosen", "first")

        def told(text: str) -> bool:
            if not logs.describe_log_groups(logGroupNamePrefix="shared")["logGroups"]:
                return False
            return text in [
                event["message"].strip() for event in logs.filter_log_events(logGroupName="shared")["events"]
            ]

        eventually(lambda: told("first"))
        logs.delete_log_group(logGroupName="shared")
        say(functions, "chosen", "second")
        eventually(lambda: told("second"))

    def test_are_those_of_the_function_s_account(self, with_services):
        theirs = with_services.client("lambda", "111122223333")
        create(theirs, "theirs")
        say(theirs, "theirs", "mine alone")
        logs = with_services.client("logs", "111122223333")
        eventually(lambda: logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/theirs")["logGroups"])
        ours = with_services.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/theirs")["logGroups"]
        assert ours == []


@pytest.mark.slow
def test_invocations_do_not_notice_that_nobody_takes_their_logs():
    with serving("--companion-endpoint", "http://127.0.0.1:9", *OPTIONS) as server:
        functions = server.client("lambda")
        create(functions, "fn")
        for number in range(20):
            say(functions, "fn", f"line {number}")
        assert "line 19" in parity("logs", "fn", "--endpoint-url", server.url).stdout
