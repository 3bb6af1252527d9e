"""`parity probe`: what it says, writes and ends with. What listens here finds nothing and refuses nothing."""

import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.parity.running_parity import one_line, parity

MEMBER = "DeleteFunctionConcurrency/FunctionName"


class FindsNothing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b'{"Type": "User", "Message": "Function not found"}'
        self.send_response(404)
        self.send_header("x-amzn-errortype", "ResourceNotFoundException")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at what the command says."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FindsNothing)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_lists_what_would_be_asked_and_what_has_to_be_answered():
    result = parity("probe", "--list", "CreateFunctionUrlConfig/InvokeMode/enum")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "CreateFunctionUrlConfig/InvokeMode/enum/value-BUFFERED"
    assert lines[1] == "    documented: not refused by validation"
    assert (
        "    published: 400 ValidationException: 1 validation error detected: Value 'NoSuchValue' at 'invokeMode' "
        "failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]"
    ) in lines
    assert lines[-1] == "6 probes"


def test_the_seed_changes_what_is_asked_and_not_what_it_is_called():
    listed = [parity("probe", "--list", "--seed", str(seed), f"{MEMBER}/length").output for seed in (0, 0, 1)]
    assert listed[0] == listed[1] != listed[2]
    names = [[line for line in one.splitlines() if not line.startswith(" ")] for one in listed]
    assert names[0] == names[2]


def test_what_is_refused_nowhere_is_different_and_said_with_the_request(url, tmp_path):
    reports = ("--report", f"json={tmp_path / 'r.json'}", "--report", f"junit={tmp_path / 'r.xml'}")
    result = parity("probe", f"{MEMBER}/length/above-max", f"{MEMBER}/length/at-max", "--endpoint-url", url, *reports)
    assert result.exit_code == 1
    assert (
        f"{MEMBER}/length/above-max\n  FunctionName: a string one longer than it may be.\n  refusal\n" in result.stdout
    )
    assert "has to be (documented)  \"400 ValidationException: 1 validation error detected: Value '" in result.stdout
    assert 'candidate said          "404 ResourceNotFoundException: Function not found"' in result.stdout
    assert f"  curl -i -X DELETE {url}/2017-10-31/functions/" in result.stdout
    assert "--aws-sigv4 aws:amz:us-east-1:lambda" in result.stdout
    assert "1 operation, 2 probes: 1 same, 1 different" in result.stdout
    assert "different  DeleteFunctionConcurrency" in result.stderr
    written = json.loads((tmp_path / "r.json").read_text())
    steps = {step["id"]: step for step in written["scenarios"][0]["steps"]}
    assert steps[f"{MEMBER}/length/above-max"]["asked"].startswith("curl ")
    assert steps[f"{MEMBER}/length/at-max"]["status"] == "same"
    cases = {case.get("name"): case for case in ET.parse(tmp_path / "r.xml").iter("testcase")}
    assert cases["FunctionName/length/above-max"].find("failure") is not None


def test_a_probe_can_be_asked_again_alone(url):
    first = parity("probe", MEMBER, "--endpoint-url", url).stdout
    alone = parity("probe", f"{MEMBER}/pattern/foreign-end", "--endpoint-url", url).stdout
    command = next(line for line in alone.splitlines() if line.startswith("  curl"))
    assert command in first


def test_only_evidence_that_is_strong_enough_counts(url):
    chosen = "CreateAlias/Description/type"  # of which no recording and no page speaks
    assert parity("probe", chosen, "--endpoint-url", url).exit_code == 1
    weak = parity("probe", chosen, "--endpoint-url", url, "--min-evidence", "documented")
    assert weak.exit_code == 0
    assert "4 not judged" in weak.stdout


def test_annotations_where_github_runs_it(url, tmp_path):
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    result = parity("probe", f"{MEMBER}/length/above-max", "--endpoint-url", url, **github)
    assert f"::error title={MEMBER}/length/above-max::" in result.stdout
    assert "```sh\ncurl" in (tmp_path / "summary.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["CreateFunktion"], "no probe is called `CreateFunktion` (did you mean `CreateFunction`?)"),
        (["CreateFunction/MemorySise"], "(did you mean `CreateFunction/MemorySize`?)"),
        (["--report", "xml=x"], "--report xml=x: expected json=FILE or junit=FILE"),
        (["--min-evidence", "strong"], "--min-evidence strong: expected one of aws, published"),
        (["ListTags", "--endpoint-url", "https://lambda.eu-west-1.amazonaws.com"], "AWS is not probed"),
        (["--check-recordings", "."], "no recordings here"),
    ],
)
def test_wrong_usage_is_exit_2_in_one_line(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = parity("probe", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in one_line(result)


def test_an_endpoint_that_is_not_there_is_exit_3():
    result = parity("probe", "ListTags", "--endpoint-url", "http://127.0.0.1:9")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "nothing answers at http://127.0.0.1:9" in one_line(result)


def test_what_may_be_named():
    def count(*select: str) -> int:
        return int(parity("probe", "--list", *select).output.splitlines()[-1].split()[0])

    everything = count("UpdateAlias")
    assert everything > count("UpdateAlias/RoutingConfig") > count("UpdateAlias/RoutingConfig/type") > 0
    assert count("UpdateAlias/RoutingConfig/type/list-for-structure") == 1
    assert count("UpdateAlias", "GetAlias") == everything + count("GetAlias")
    assert count("*Alias/*/pattern/newline-end") > 4
