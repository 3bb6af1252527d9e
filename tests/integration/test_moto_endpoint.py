"""Another emulator behind `--endpoint-url`: moto's server, started here, which shares no code with ours.

What is recorded from it is marked `endpoint` and verifies against it; held against our own snapshots most of it
differs, which must come out as a full list of differences.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from parity.cli import main
from parity.corpus import scenarios_dir
from parity.deployment.leftovers import find_leftovers
from parity.targets import Endpoint
from tests.parity.small_corpus import GET, write_corpus

pytestmark = pytest.mark.slow

ALIAS = """
    title: An alias names a version
    needs: {function: echo}
    steps:
      - id: publish
        call: PublishVersion
        with: {FunctionName: "${function.name}"}
      - id: create
        call: CreateAlias
        with: {FunctionName: "${function.name}", Name: live, FunctionVersion: "${publish.Version}"}
      - id: missing
        call: GetAlias
        with: {FunctionName: "${function.name}", Name: none}
        raises: ResourceNotFoundException
"""

NEEDS = """
    title: A function can be described by whom it works with
    needs:
      function: echo
      queue: true
      topic: [{as: news}, {as: alarms}]
      bucket: true
      table: true
      stream: true
    steps:
      - id: describe
        call: UpdateFunctionConfiguration
        with:
          FunctionName: "${function.arn}"
          Environment:
            Variables:
              queue: "${queue.url} ${queue.arn}"
              topics: "${news.arn} ${alarms.arn}"
              bucket: "${bucket.arn}"
              table: "${table.arn} ${table.stream_arn}"
              stream: "${stream.arn}"
"""


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The URL of a moto server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the moto server did not start")


def parity(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_round_of_record_and_verify_is_marked_endpoint_and_the_same(moto, tmp_path):
    folder = write_corpus(tmp_path, alias__create=ALIAS, function__get=GET)
    where = ("--endpoint-url", moto, "--scenarios", folder, "--snapshots", tmp_path / "snapshots")
    recorded = parity("record", *where)
    assert recorded.exit_code == 0, recorded.output
    assert "2 created" in recorded.stdout
    for file in (tmp_path / "snapshots").rglob("*.json"):
        for step in json.loads(file.read_text())["steps"].values():
            assert step["evidence"] == {"class": "endpoint"}

    verified = parity("verify", *where)
    assert verified.exit_code == 0, verified.output
    assert "2 scenarios, 4 steps: 4 same, 0 different" in verified.stdout
    assert "1 unchanged" in parity("record", *where, "alias").stdout


def test_needs_are_met_by_its_other_services_and_nothing_is_left_there(moto, tmp_path):
    folder = write_corpus(tmp_path, function__needs=NEEDS)
    where = ("--endpoint-url", moto, "--scenarios", folder, "--snapshots", tmp_path / "snapshots")
    recorded = parity("record", *where)
    assert recorded.exit_code == 0, recorded.output
    snapshot = json.loads((tmp_path / "snapshots/function/needs.json").read_text())
    told = snapshot["steps"]["describe"]["response"]["body"]["Environment"]["Variables"]
    own = ":<region:1>:<account-id:1>:"
    table = f"arn:<partition:1>:dynamodb{own}table/<prefix:1>-table"
    assert told == {
        "bucket": "arn:<partition:1>:s3:::<prefix:1>-bucket",
        "queue": f"<queue-url:1> arn:<partition:1>:sqs{own}<prefix:1>-queue",
        "stream": f"arn:<partition:1>:kinesis{own}stream/<prefix:1>-stream",
        "table": f"{table} {table}/stream/<timestamp-other>",
        "topics": f"arn:<partition:1>:sns{own}<prefix:1>-news arn:<partition:1>:sns{own}<prefix:1>-alarms",
    }
    with Endpoint(moto) as target:
        assert find_leftovers(target)[0] == []
    verified = parity("verify", *where)
    assert verified.exit_code == 0, verified.output


def test_held_against_our_snapshots_it_yields_a_full_list_of_differences_and_exit_1(moto, tmp_path):
    report = tmp_path / "report.json"
    chosen = ("alias", "name", "tag", "version")
    result = parity("verify", *chosen, "--endpoint-url", moto, "--report", f"json={report}")
    assert result.exit_code == 1, result.output[-2000:]
    found = json.loads(report.read_text())
    ids = [path.relative_to(scenarios_dir()).with_suffix("").as_posix() for path in scenarios_dir().rglob("*.yaml")]
    wanted = sorted(name for name in ids if name.startswith(tuple(f"{folder}/" for folder in chosen)))
    assert [scenario["id"] for scenario in found["scenarios"]] == wanted
    assert result.stdout.count("candidate said") > 100
    assert "Traceback" not in result.output
