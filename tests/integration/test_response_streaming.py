"""Streamed responses through the whole emulator: of `awslambda.streamifyResponse`, and of a bootstrap of one's own."""

import json
import re
import shutil
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.integration.serving import Server, serving
from tests.integration.test_runtimes import zipped

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on this host")

HANDLER = """
let finished = 0;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.size) {
    const part = Buffer.alloc(65536, 120);
    for (let left = event.size; left > 0; left -= part.length) {
      if (!stream.write(part)) await new Promise((resolve) => stream.once("drain", resolve));
    }
  }
  for (const text of event.parts ?? []) {
    stream.write(text);
    await pause(event.pause ?? 0);
  }
  if (event.times) {
    for (let i = 0; i < event.times; i++) {
      stream.write(`${Date.now()}\\n`);
      await pause(100);
    }
  }
  if (event.fail) throw new RangeError(event.fail);
  if (event.exit) process.exit(event.exit);
  if (event.hang) await pause(60000);
  if (event.count) stream.write(String(finished));
  finished += 1;
  stream.end();
});
"""

UPLOADING = """#!/bin/sh
API="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation"
while true; do
  ID=$(curl -sS -D - -o /dev/null "$API/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
  (printf 'one '; sleep 0.2; printf 'two') |
    curl -sS -X POST -T - -H 'Lambda-Runtime-Function-Response-Mode: streaming' -H 'Expect:' "$API/$ID/response"
done
"""


@pytest.fixture(scope="module")
def server():
    with serving("--idle-seconds", "60", environment={"PARITY_ALLOW_RUNTIME_SUBSTITUTION": "1"}) as server:
        yield server


@pytest.fixture(scope="module")
def name(server) -> str:
    return deploy(server, "nodejs22.x", {"index.js": HANDLER}, timeout=2)


def deploy(server: Server, runtime: str, files: dict[str, str], timeout: int) -> str:
    client, name = server.client("lambda"), f"streaming-{uuid.uuid4()}"
    code = {"ZipFile": zipped(files)}
    members = {"Handler": "index.handler", "Role": "arn:aws:iam::000000000000:role/r", "Timeout": timeout}
    client.create_function(FunctionName=name, Runtime=runtime, Code=code, **members)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    return name


class Stream:
    """An invocation with a streamed answer."""

    def __init__(self, server: Server, name: str, **event: Any) -> None:
        answer = server.client("lambda").invoke_with_response_stream(FunctionName=name, Payload=json.dumps(event))
        self.raw = answer["EventStream"]
        self.events = iter(self.raw)

    def read(self) -> tuple[bytes, dict[str, str]]:
        """All that is yet to come: what was streamed, and how it ended."""
        *chunks, end = list(self.events)
        return b"".join(event["PayloadChunk"]["Payload"] for event in chunks), end["InvokeComplete"]


def test_parts_arrive_while_the_handler_still_writes(server, name):
    arrived = [(time.time() * 1000, event) for event in Stream(server, name, times=5).events]
    last_written = int(arrived[-2][1]["PayloadChunk"]["Payload"].split()[-1])
    assert arrived[0][0] < last_written
    assert len(arrived) > 2


def test_an_error_after_the_first_part_comes_with_the_end(server, name):
    body, end = Stream(server, name, parts=["so far"], pause=50, fail="so good").read()
    assert body == b"so far"
    assert end["ErrorCode"] == "Unhandled"
    assert json.loads(end["ErrorDetails"])["errorType"] == "RangeError"
    assert Stream(server, name, parts=["again"]).read() == (b"again", {})


def test_a_runtime_that_dies_in_the_middle(server, name):
    body, end = Stream(server, name, parts=["so far"], pause=50, exit=3).read()
    assert body == b"so far"
    assert "exit status 3" in json.loads(end["ErrorDetails"])["errorMessage"]


@pytest.mark.slow
def test_a_timeout_in_the_middle(server, name):
    body, end = Stream(server, name, parts=["so far"], hang=True).read()
    assert body == b"so far"
    assert json.loads(end["ErrorDetails"])["errorType"] == "Sandbox.Timedout"


def test_who_invokes_as_usual_gets_all_of_it_at_once(server, name):
    answer = server.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"parts": ["one ", "two"]}))
    assert answer["Payload"].read() == b"one two"


def test_what_is_collected_has_the_limit_of_other_responses(server, name):
    answer = server.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"size": 7_000_000}))
    assert json.loads(answer["Payload"].read())["errorType"] == "Function.ResponseSizeTooLarge"


def test_the_function_runs_on_when_its_caller_has_gone(server, name):
    before = int(Stream(server, name, count=True).read()[0])
    gone = Stream(server, name, parts=["first"], pause=100, size=3_000_000)
    next(gone.events)
    gone.raw.close()
    deadline = time.monotonic() + 10
    while int(Stream(server, name, count=True).read()[0]) < before + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert int(Stream(server, name, count=True).read()[0]) >= before + 2


def test_a_caller_who_reads_slowly_is_waited_for(server, name):
    before = resident(server)
    slow = Stream(server, name, size=64 * 1024 * 1024)
    next(slow.events)
    time.sleep(0.5)
    assert resident(server) - before < 24 * 1024 * 1024
    body, end = slow.read()
    assert end == {}
    assert len(body) > 60 * 1024 * 1024


def resident(server: Server) -> int:
    """Bytes of memory that the emulator has."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def test_with_rate_limits_the_rest_of_a_long_response_takes_its_time():
    """[docs: configuration-response-streaming]: 6 MB at once, then 2 MB a second; here, time is ten times as fast."""
    limits = ("--settle-seconds", "0", "--rate-limits", "--time-scale", "0.1")
    with serving(*limits, environment={"PARITY_ALLOW_RUNTIME_SUBSTITUTION": "1"}) as server:
        name = deploy(server, "nodejs22.x", {"index.js": HANDLER}, timeout=10)
        began = time.monotonic()
        body, end = Stream(server, name, size=16 * 1024 * 1024).read()
        assert (len(body), end) == (16 * 1024 * 1024, {})
        assert time.monotonic() - began > 0.5


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this host")
def test_a_bootstrap_that_uploads_as_it_goes(server):
    name = deploy(server, "provided.al2023", {"bootstrap": UPLOADING}, timeout=5)
    events = list(Stream(server, name).events)
    assert [event["PayloadChunk"]["Payload"] for event in events[:-1]] == [b"one ", b"two"]
    assert events[-1] == {"InvokeComplete": {}}
