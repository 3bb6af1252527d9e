"""Targets: how a candidate is reached, with which credentials, and what is seen of each exchange."""

import re
import socket
import sys
import threading

import pytest

from parity.aws_guard import is_aws_host, masked, redirections
from parity.errors import ParityError, TargetUnreachable
from parity.targets import Emulator, Endpoint, known_differences_of_emulator
from parity.targets.wire_capture import CannotAsk, Exchange
from tests.parity.fake_aws import ACCOUNT, FakeAws
from tests.parity.stand_in_endpoint import endpoint

FUNCTION = {
    "FunctionName": "f",
    "Role": "arn:aws:iam::000000000000:role/r",
    "Runtime": "python3.12",
    "Handler": "index.handler",
    "Code": {"ZipFile": b"zip"},
}


@pytest.fixture
def fake():
    fake = FakeAws()
    fake.holds.roles["r"] = {"refusals": 0, "policies": []}
    return fake


@pytest.fixture
def target(fake):
    with endpoint(fake) as url, Endpoint(url) as target:
        yield target


class Raw:
    """A server that answers every connection with the same bytes, and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.received: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.received.append(_one_request(connection))
                connection.sendall(self.answer)

    def close(self) -> None:
        self._socket.close()


def _one_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received and (chunk := connection.recv(65536)):
        received += chunk
    length = re.search(rb"content-length: (\d+)", received.lower())
    missing = int(length[1]) - len(received.partition(b"\r\n\r\n")[2]) if length else 0
    while missing > 0 and (chunk := connection.recv(missing)):
        received, missing = received + chunk, missing - len(chunk)
    return received


def asked(raw: Raw, operation: str, **members: object) -> Exchange:
    target = Endpoint(raw.url)  # not entered: nothing but this one request
    try:
        return target.wire.call(operation, members)
    finally:
        raw.close()


class TestWhatIsCaptured:
    def test_the_request_line_status_headers_and_body_of_a_success(self, target):
        exchange = target.wire.call("CreateFunction", FUNCTION)
        assert (exchange.sent.method, exchange.sent.path) == ("POST", "/2015-03-31/functions")
        assert exchange.answer.status == 201
        assert exchange.answer.headers["content-type"] == "application/json"
        assert b'"FunctionName": "f"' in exchange.answer.body

    def test_an_error_is_an_answer_like_any_other(self, target):
        answer = target.wire.call("GetFunction", {"FunctionName": "none"}).answer
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")

    def test_a_streamed_payload_is_read_to_its_end(self, target):
        target.wire.call("CreateFunction", FUNCTION)
        assert ACCOUNT.encode() in target.wire.call("Invoke", {"FunctionName": "f"}).answer.body

    def test_an_answer_that_no_parser_takes_is_captured_all_the_same(self):
        html = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html>\xff\xfe>"
        assert asked(Raw(html), "GetFunction", FunctionName="f").answer.body == b"<html>\xff\xfe>"

    def test_a_body_that_ends_too_early_is_kept_as_far_as_it_came(self):
        cut = b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\n{"half":'
        assert asked(Raw(cut), "GetFunction", FunctionName="f").answer.body == b'{"half":'
        assert asked(Raw(cut), "Invoke", FunctionName="f").answer.body == b'{"half":'

    def test_an_event_stream_is_kept_as_its_frames(self):
        frames = bytes(range(200)) * 3
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        answer = asked(Raw(head + b"258\r\n" + frames + b"\r\n0\r\n\r\n"), "InvokeWithResponseStream", FunctionName="f")
        assert answer.answer.body == frames

    def test_members_that_a_path_cannot_hold_are_percent_encoded_as_sent(self):
        raw = Raw(b"HTTP/1.1 204 No Content\r\n\r\n")
        exchange = asked(raw, "GetFunction", FunctionName="a b:1/x", Qualifier="$LATEST")
        assert exchange.sent.path == "/2015-03-31/functions/a%20b%3A1%2Fx?Qualifier=%24LATEST"
        assert raw.received[0].startswith(b"GET " + exchange.sent.path.encode())

    def test_many_threads_do_not_see_each_others_answers(self, target):
        results: dict[int, int] = {}

        def ask(number: int) -> None:
            exchange = target.wire.call("GetFunction", {"FunctionName": f"f{number}"})
            results[number] = exchange.answer.body.count(f'function:f{number}"'.encode())

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == dict.fromkeys(range(24), 1)


class TestRawRequests:
    def test_a_raw_request_goes_out_as_it_is_written_and_signed(self):
        raw = Raw(b"HTTP/1.1 400 Bad Request\r\nX-Amzn-ErrorType: Broken\r\nContent-Length: 2\r\n\r\n{}")
        target = Endpoint(raw.url)
        exchange = target.wire.request("PUT", "/2015-03-31/x%3Ay?z=%24a", {"X-Mine": "1"}, b"\x00\xff")
        raw.close()
        head, _, body = raw.received[0].partition(b"\r\n\r\n")
        assert head.splitlines()[0] == b"PUT /2015-03-31/x%3Ay?z=%24a HTTP/1.1"
        assert b"x-mine: 1" in head.lower() and b"aws4-hmac-sha256" in head.lower()
        assert body == b"\x00\xff"
        assert (exchange.answer.status, exchange.answer.headers["x-amzn-errortype"]) == (400, "Broken")

    @pytest.mark.parametrize(("body", "sent"), [("text", b"text"), ({"a": 1}, b'{"a": 1}'), ([1], b"[1]"), (None, b"")])
    def test_a_body_is_text_bytes_or_json(self, body, sent):
        raw = Raw(b"HTTP/1.1 204 No Content\r\n\r\n")
        Endpoint(raw.url).wire.request("POST", "/x", {}, body)
        raw.close()
        assert raw.received[0].partition(b"\r\n\r\n")[2] == sent

    def test_a_function_url_of_an_emulator_is_asked_for_at_the_emulators_address(self):
        raw = Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        url = "https://abc.lambda-url.us-east-1.on.aws/"
        Endpoint(raw.url).wire.request("GET", "/a?b", {}, None, url=url)
        raw.close()
        first, *headers = raw.received[0].lower().splitlines()
        assert first == b"get /a?b http/1.1"
        assert b"host: abc.lambda-url.us-east-1.on.aws" in headers


class TestWhatCannotBeAsked:
    def test_what_the_sdk_cannot_send_says_so(self, target):
        with pytest.raises(CannotAsk, match="an `http` step can"):
            target.wire.call("GetFunction", {})

    def test_a_connection_that_closes_without_an_answer_is_no_answer(self):
        with pytest.raises(CannotAsk, match="no whole answer"):
            asked(Raw(b""), "GetFunction", FunctionName="f")

    def test_nothing_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(TargetUnreachable, match=f"nothing answers at {url}") as caught, Endpoint(url):
            pass
        assert caught.value.exit_code == 3
        with pytest.raises(TargetUnreachable):
            Endpoint(url).wire.call("GetFunction", {"FunctionName": "f"})

    @pytest.mark.parametrize("url", ["localhost:4566", "ftp://x", "http://", "http://host:port", "4566"])
    def test_what_is_no_url_is_wrong_usage(self, url):
        with pytest.raises(ParityError, match=r"expected the form http://HOST:PORT") as caught:
            Endpoint(url)
        assert caught.value.exit_code == 2


class TestWhoAsks:
    def test_an_endpoint_never_sees_the_users_credentials(self, monkeypatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
        monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
        raw = Raw(b"HTTP/1.1 204 No Content\r\n\r\n")
        asked(raw, "GetFunction", FunctionName="f")
        assert b"Credential=000000000000/" in raw.received[0]
        assert b"AKIAREAL" not in raw.received[0]

    def test_neither_proxies_nor_broken_settings_come_between(self, monkeypatch, tmp_path):
        broken = tmp_path / "config"
        broken.write_text("this is [no config")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(broken))
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        raw = Raw(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert asked(raw, "GetFunction", FunctionName="f").answer.status == 204

    def test_the_account_is_what_the_endpoint_says_it_is(self, target):
        assert target.account_id == ACCOUNT

    def test_an_endpoint_without_sts_has_the_account_of_the_access_key(self):
        raw = Raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope")
        with Endpoint(raw.url) as target:
            raw.close()
            assert target.account_id == "000000000000"

    def test_what_an_endpoint_answers_is_no_evidence_of_aws(self, target):
        exchange = target.wire.call("GetFunction", {"FunctionName": "f"})
        assert target.evidence == "endpoint"
        assert target.witness(exchange) is None


class TestTheEmbeddedEmulator:
    def test_runs_in_a_process_of_its_own_for_as_long_as_it_is_used(self):
        with Emulator() as target:
            assert target.url.startswith("http://127.0.0.1:")
            assert target.account_id == "000000000000"
            assert target.health()["status"] == "ok"
            assert target.wire.call("ListFunctions", {}).answer.body == b'{"Functions":[]}'
            assert target.evidence == "regression"
            host, port = "127.0.0.1", int(target.url.rpartition(":")[2])
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=1)

    def test_can_be_started_before_it_is_used_and_stopped_without_ever_being(self):
        others = set(threading.enumerate())
        ahead = Emulator()
        ahead.start()
        with ahead as target:
            assert target.health()["status"] == "ok"
        unused = Emulator()
        unused.start()
        unused.stop()
        for reader in set(threading.enumerate()) - others:  # of what a process writes, until it has ended
            reader.join(timeout=10)
        assert set(threading.enumerate()) <= others

    def test_that_does_not_start_says_why_in_one_line(self):
        with pytest.raises(TargetUnreachable) as caught, Emulator(arguments=("--nonsense",)):
            pass
        assert caught.value.message.startswith("the emulator did not start: ")
        assert "--nonsense" in caught.value.message
        assert "\n" not in caught.value.message

    def test_is_not_what_happens_to_lie_in_the_working_directory(self, tmp_path, monkeypatch):
        (tmp_path / "emulator.py").write_text("raise SystemExit('not me')")
        monkeypatch.chdir(tmp_path)
        with Emulator() as target:
            assert target.health()["status"] == "ok"


class TestHostsOfAws:
    @pytest.mark.parametrize(
        "host",
        [
            "lambda.eu-central-1.amazonaws.com",
            "lambda-fips.us-gov-west-1.amazonaws.com",
            "lambda.cn-north-1.amazonaws.com.cn",
            "lambda.us-east-1.api.aws",
            "lambda.eusc-de-east-1.amazonaws.eu",
            "iam.us-gov.amazonaws.com",
            "sts.amazonaws.com",
            "iam.amazonaws.com",
            "sqs.us-east-1.amazonaws.com",
            "bucket-x.s3.eu-west-1.amazonaws.com",
            "Lambda.EU-central-1.AmazonAWS.com",
            f"{'a1' * 16}.lambda-url.eu-west-1.on.aws",
        ],
    )
    def test_are_known(self, host):
        assert is_aws_host(host)

    @pytest.mark.parametrize(
        "host",
        [
            None,
            "",
            "localhost",
            "127.0.0.1",
            "lambda.us-east-1.amazonaws.com.evil.example",
            "lambda.us-east-1.amazonaws.com:443",
            "evil-amazonaws.com",
            f"{'a1' * 16}.lambda-url.eu-west-1.on.aws.evil.example",
            "evil.on.aws",
            "lambda.us-east-1.localhost.localstack.cloud",
            "ec2-3-120-1-2.eu-central-1.compute.amazonaws.com",
            "lambda.us-east-1.elb.amazonaws.com",
            "x.lambda.us-east-1.amazonaws.com",
            "abc.execute-api.us-east-1.amazonaws.com",
        ],
    )
    def test_are_not_those_that_somebody_else_can_hold(self, host):
        assert not is_aws_host(host)

    def test_an_account_is_shown_by_its_last_digits(self):
        assert masked("847120563911") == "********3911"


class TestRedirections:
    def test_nothing_redirects_by_default(self):
        assert redirections({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": ""}, {"region": "x"}, {}) == []

    @pytest.mark.parametrize(
        "name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]
    )
    def test_environment_variables_are_named(self, name):
        assert redirections({name: "http://x"}, {}, {}) == [f"the environment variable {name}"]

    def test_settings_of_the_profile_are_named(self):
        assert redirections({}, {"endpoint_url": "http://x"}, {}) == ["endpoint_url in the AWS config file"]
        found = redirections({}, {"services": "mine"}, {"lambda": {"endpoint_url": "http://x"}})
        assert found == ["endpoint_url of lambda in the AWS config file"]


def test_the_emulators_known_differences_are_found_without_importing_it():
    before = set(sys.modules)
    found = known_differences_of_emulator()
    assert found is None or (found.name == "known_differences.toml" and found.parent.name == "emulator")
    assert not {name for name in set(sys.modules) - before if name.startswith("emulator.")}
