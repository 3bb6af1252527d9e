"""The other AWS services behind the one endpoint: moto in a process of ours, an endpoint of the user's, or none."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator import ids
from tests.integration.serving import REPOSITORY, SIGNED, Server, command, serving


def _run(*options: str, **settings: Any) -> subprocess.CompletedProcess:
    """A start that must fail."""
    return subprocess.run(command(*options), check=False, capture_output=True, text=True, timeout=10, **settings)


@contextlib.contextmanager
def companion(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A companion that gives these bytes to whatever it is asked; with the requests that it read."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.settimeout(5)
                        asked.append(_read_request(connection))
                        connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    [length] = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _answer(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", *headers, b"", body))


def _wait_until_gone(url: str) -> None:
    port = int(url.rpartition(":")[2])
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail(f"something still listens at {url}")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--services") as server:
        yield server


@pytest.mark.slow
class TestMoto:
    def test_lambda_does_not_wait_for_its_companion(self, tmp_path):
        held_back = tmp_path / "held-back"
        os.mkfifo(held_back)
        (tmp_path / "sitecustomize.py").write_text(
            "import sys\n"
            f"if any('moto_program' in said for said in sys.orig_argv):\n    open({str(held_back)!r}).read()\n"
        )
        path = f"{tmp_path}{os.pathsep}{REPOSITORY}"
        with serving("--services", environment={"PYTHONPATH": path}) as server:
            assert server.client("lambda").list_functions()["Functions"] == []
            assert server.companions == {"kind": "moto", "state": "starting"}
            held_back.write_text("go on")
            assert "QueueUrls" not in server.client("sqs").list_queues()
            assert server.companions["state"] == "ready"

    def test_one_url_serves_queues_with_urls_of_its_own_and_lambda_s_account(self, server):
        sqs = server.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        assert queue == f"{server.url}/000000000000/orders"
        sqs.send_message(QueueUrl=queue, MessageBody="ü")
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "ü"
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        assert attributes["QueueArn"] == "arn:aws:sqs:eu-west-1:000000000000:orders"

    def test_objects_pass_whole_in_both_directions(self, server):
        s3 = server.client("s3")
        s3.create_bucket(Bucket="things", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        body = os.urandom(3_000_000)
        s3.put_object(Bucket="things", Key="a b/ü", Body=body, Metadata={"colour": "red"})
        head = s3.head_object(Bucket="things", Key="a b/ü")
        assert (head["ContentLength"], head["Metadata"]) == (3_000_000, {"colour": "red"})
        assert s3.get_object(Bucket="things", Key="a b/ü")["Body"].read() == body

    @pytest.mark.parametrize("version", ["s3", "s3v4"])
    def test_presigned_urls_work(self, server, version):
        s3 = server.client("s3")
        where = {"Bucket": f"presigned-{version}", "Key": "k"}
        s3.create_bucket(Bucket=where["Bucket"], CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(**where, Body=b"here")
        s3.meta.config.signature_version = version
        url = s3.generate_presigned_url("get_object", Params=where)
        assert urllib.request.urlopen(url, timeout=10).read() == b"here"

    @pytest.mark.parametrize(
        "key", ["111122223333", ids.access_key("111122223333")], ids=["the account", "a key of a function"]
    )
    def test_an_access_key_that_names_an_account_does_so_for_every_service(self, server, key):
        assert server.client("sts", key).get_caller_identity()["Account"] == "111122223333"
        queue = server.client("sqs", key).create_queue(QueueName="theirs")["QueueUrl"]
        assert queue.endswith("/111122223333/theirs")
        with pytest.raises(ClientError, match="NonExistentQueue"):
            server.client("sqs").get_queue_url(QueueName="theirs")

    def test_a_session_of_a_role_is_in_the_account_that_moto_gave_it(self, server):
        sts = server.client("sts")
        role = "arn:aws:iam::444455556666:role/visitor"
        session = sts.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
        visitor = server.client("sts", session["AccessKeyId"], aws_session_token=session["SessionToken"])
        assert visitor.get_caller_identity()["Account"] == "444455556666"

    def test_errors_are_those_of_the_service(self, server):
        with pytest.raises(ClientError) as caught:
            server.client("sqs").get_queue_url(QueueName="none")
        assert caught.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    def test_moto_ends_with_the_emulator_however_that_ends(self, number):
        with serving("--services") as server:
            server.client("sqs").list_queues()
            moto = server.companions
            assert moto["state"] == "ready"
            server.process.send_signal(number)
            server.process.wait(10)
            _wait_until_gone(moto["url"])

    def test_it_may_be_stopped_while_moto_is_starting(self):
        with serving("--services") as server:
            server.process.terminate()
            assert server.process.wait(5) == 0

    def test_without_the_extra_it_says_in_one_line_what_to_install(self, tmp_path):
        (tmp_path / "sitecustomize.py").write_text(
            "import importlib.util as u; find = u.find_spec\n"
            "u.find_spec = lambda name, *a: None if name == 'flask_cors' else find(name, *a)\n"
        )
        environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}"}
        ran = _run("--services", env=environment)
        assert (ran.returncode, ran.stdout) == (1, "")
        wanted = '--services needs moto, which is not installed: pip install "lambda-parity[services]"'
        assert ran.stderr == f"Error: {wanted}\n"


class TestAnEndpointOfTheUsers:
    def test_gets_the_request_as_it_came(self):
        with (
            companion(_answer(b"ok", b"Content-Length: 2")) as (url, asked),
            serving("--companion-endpoint", url) as ours,
        ):
            ours.ask("/a%20b//c?x=%2F&y", "s3", data=b"body", headers={"x-amz-meta-a": "1"}, method="PUT")
            assert ours.companions == {"kind": "endpoint", "url": url}
        head, _, body = asked[0].partition(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        assert head.startswith(b"PUT /a%20b//c?x=%2F&y HTTP/1.1\r\n")
        assert f"host: {ours.url.removeprefix('http://')}" in lines
        assert {"x-amz-meta-a: 1", "content-length: 4", f"authorization: {SIGNED.format('s3').lower()}"} <= {*lines}
        assert body == b"body"

    @pytest.mark.parametrize(
        "answer",
        [
            _answer(b"whole", b"Content-Length: 5", b"X-Own: a"),
            _answer(b"2\r\nwh\r\n3;x=y\r\nole\r\n0\r\nT: u\r\n\r\n", b"Transfer-Encoding: chunked", b"X-Own: a"),
            _answer(b"whole", b"X-Own: a"),
            b"HTTP/1.1 100 Continue\r\n\r\n" + _answer(b"whole", b"content-length: 5", b"X-Own: a"),
        ],
        ids=["length", "chunked", "until-the-end", "continue"],
    )
    def test_its_answer_comes_back_as_it_is(self, answer):
        with companion(answer) as (url, _), serving("--companion-endpoint", url) as ours:
            status, headers, body = ours.ask("/", "sqs")
        assert (status, headers["X-Own"], body) == (200, "a", b"whole")

    @pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n\r\n", _answer(b"cut", b"Content-Length: 10")])
    def test_that_breaks_off_is_a_bad_gateway(self, answer):
        with companion(answer) as (url, _), serving("--companion-endpoint", url) as ours:
            status, _, body = ours.ask("/", "sqs")
        assert status == 502
        assert f"`sqs`, and the companion endpoint {url} gave no answer" in json.loads(body)["message"]

    def test_that_is_not_there_is_named(self):
        with serving("--companion-endpoint", "http://127.0.0.1:9") as ours:
            status, headers, body = ours.ask("/", "sns")
            assert ours.client("lambda").list_functions()["Functions"] == []
        assert (status, headers.get("x-amzn-errortype")) == (502, None)
        assert "`sns`, and the companion endpoint http://127.0.0.1:9 is not there" in json.loads(body)["message"]

    def test_that_takes_its_time_keeps_nobody_else_waiting(self):
        class Slow(BaseHTTPRequestHandler):
            def do_GET(self):
                released.wait(5)

            def log_message(self, *_):
                pass

        released = threading.Event()
        slow = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
        threading.Thread(target=slow.serve_forever, daemon=True).start()
        with serving("--companion-endpoint", f"http://127.0.0.1:{slow.server_port}") as ours:
            waiting = threading.Thread(target=ours.ask, args=("/", "sqs"))
            waiting.start()
            assert ours.client("lambda").list_functions()["Functions"] == []
            assert waiting.is_alive()
            released.set()
            waiting.join(5)
        slow.shutdown()
        slow.server_close()


class TestNoCompanion:
    def test_what_is_not_for_lambda_is_not_implemented(self):
        with serving() as ours:
            status, headers, body = ours.ask("/", "dynamodb")
            assert ours.companions is None
        assert (status, headers.get("x-amzn-errortype")) == (501, None)
        message = json.loads(body)["message"]
        assert "`dynamodb`" in message
        assert "--services" in message

    def test_there_cannot_be_two(self):
        ran = _run("--services", "--companion-endpoint", "http://127.0.0.1:9", cwd=REPOSITORY)
        assert ran.returncode == 1
        assert "give one of them" in ran.stderr
