"""Function URLs over real sockets: whole and streamed responses, access, CORS, limits."""

import http.client
import json
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.integration.serving import Server, serving
from tests.integration.test_runtimes import zipped

node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on this host")
curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this host")

OTHER_ACCOUNT = "222222222222"
PUBLIC = {"lambda:InvokeFunctionUrl": {"FunctionUrlAuthType": "NONE"}}
PUBLIC["lambda:InvokeFunction"] = {"InvokedViaFunctionUrl": True}
FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)

PYTHON = """
import os, time

def handler(event, context):
    path = event["rawPath"]
    if path == "/raises":
        raise ValueError("not shown")
    if path == "/exits":
        os._exit(1)
    if path == "/proxy":
        return {"statusCode": 201, "headers": {"X-A": "b"}, "cookies": ["a=1", "b=2"], "body": "made"}
    if path == "/binary":
        return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": "iVBO", "isBase64Encoded": True}
    if path == "/hangs":
        time.sleep(60)
    if path == "/trace":
        return {"statusCode": 200, "body": os.environ["_X_AMZN_TRACE_ID"]}
    if path == "/99":
        return {"statusCode": 99}
    if path == "/credentials":
        return {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    return {**event, "arn": context.invoked_function_arn, "id": context.aws_request_id}
"""

STREAMING = """
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const path = event.rawPath;
  if (path === "/early") throw new Error("early");
  if (path === "/plain") {
    stream.setContentType("text/csv");
  } else if (path !== "/raw") {
    const headers = { "Content-Type": "text/html", "X-Now": String(Date.now()) };
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 202, headers, cookies: ["a=1", "b=2"] });
  }
  for (let i = 0; i < 4; i++) {
    stream.write(`${Date.now()} `);
    await pause(100);
    if (i === 2 && path === "/late") throw new Error("late");
  }
  stream.end();
});
"""


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Url:
    """A function with a URL."""

    server: Server
    name: str
    id: str
    arn: str
    arrivals: list[float] = field(default_factory=list)  # of the parts of the last answer, in ms since 1970

    @property
    def host(self) -> str:
        return f"{self.id}.lambda-url.eu-west-1.localhost:{urlsplit(self.server.url).port}"

    def ask(
        self, path: str = "/", method: str = "GET", body: bytes | None = None, headers: dict | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=20)
        try:
            connection.request(method, path, body, {"Host": self.host, **(headers or {})})
            answer = connection.getresponse()
            self.arrivals, parts = [], []
            while part := answer.read1(65536):
                self.arrivals.append(time.time() * 1000)
                parts.append(part)
            return Answer(answer.status, answer.headers, b"".join(parts))
        finally:
            connection.close()

    def signed(self, path: str = "/", key: str = "test", secret: str = "test", **asked: Any) -> Answer:
        request = AWSRequest(
            asked.get("method", "GET"), f"http://{self.host}{path}", data=asked.get("body"), headers={"host": self.host}
        )
        SigV4Auth(Credentials(key, secret), "lambda", "eu-west-1").add_auth(request)
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        return self.ask(path, headers=headers, **asked)

    def presigned(self, path: str = "/", key: str = "test", secret: str = "test") -> str:
        """The path and query of a presigned request."""
        request = AWSRequest("GET", f"http://{self.host}{path}", headers={"host": self.host})
        SigV4QueryAuth(Credentials(key, secret), "lambda", "eu-west-1", expires=60).add_auth(request)
        return request.url.removeprefix(f"http://{self.host}")

    def allow(
        self, actions: dict[str, dict[str, Any]] = PUBLIC, principal: str = "*", qualifier: str | None = None
    ) -> None:
        place = {"FunctionName": self.name} | ({"Qualifier": qualifier} if qualifier else {})
        for action, condition in actions.items():
            self.server.client("lambda").add_permission(
                **place,
                StatementId=f"s-{uuid.uuid4()}",
                Action=action,
                Principal=principal,
                **condition,
            )


@pytest.fixture(scope="module")
def server():
    # The emulator's own credentials are not those of the tests: what these sign is taken at its word.
    environment = {"PARITY_ALLOW_RUNTIME_SUBSTITUTION": "1", "AWS_ACCESS_KEY_ID": "OWN", "AWS_SECRET_ACCESS_KEY": "own"}
    with serving("--settle-seconds", "0", environment=environment) as server:
        yield server


@pytest.fixture(scope="module")
def make(server) -> Callable[..., Url]:
    def deploy(code: str = PYTHON, runtime: str = "python3.11", *, public: bool = True, **config: Any) -> Url:
        client, name = server.client("lambda"), f"url-{uuid.uuid4()}"
        files = {"index.py" if runtime.startswith("python") else "index.js": code}
        client.create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler="index.handler",
            Role="arn:aws:iam::000000000000:role/r",
            Code={"ZipFile": zipped(files)},
            Timeout=10,
        )
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        made = client.create_function_url_config(FunctionName=name, **{"AuthType": "NONE", **config})
        url = Url(server, name, urlsplit(made["FunctionUrl"]).netloc.partition(".")[0], made["FunctionArn"])
        if public:
            url.allow()
        return url

    return deploy


@pytest.fixture(scope="module")
def url(make) -> Url:
    return make()


@pytest.fixture(scope="module")
def stream(make) -> Url:
    return make(STREAMING, "nodejs22.x", InvokeMode="RESPONSE_STREAM")


class TestAWholeResponse:
    def test_the_function_gets_the_request(self, url):
        headers = {"X-Twice": "1", "Cookie": "a=1; b=2", "Content-Type": "application/json"}
        answer = url.ask("/a%20b?x=1&x=2", "POST", b'{"n": 1}', headers)
        assert answer.status == 200
        event = answer.json
        assert (event["rawPath"], event["rawQueryString"]) == ("/a%20b", "x=1&x=2")
        assert event["queryStringParameters"] == {"x": "1,2"}
        assert event["cookies"] == ["a=1", "b=2"]
        assert (event["body"], event["isBase64Encoded"]) == ('{"n": 1}', False)
        assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
        assert event["requestContext"]["requestId"] == event["id"] == answer.headers["x-amzn-RequestId"]
        assert event["requestContext"]["domainPrefix"] == url.id
        assert event["arn"] == url.arn

    def test_the_function_describes_the_response(self, url):
        answer = url.ask("/proxy")
        assert (answer.status, answer.body) == (201, b"made")
        assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
        assert answer.headers["x-a"] == "b"

    def test_bytes(self, url):
        answer = url.ask("/binary")
        assert (answer.headers["content-type"], answer.body) == ("image/png", b"\x89PN")

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "PATCH", "DELETE"])
    def test_any_method(self, url, method):
        assert url.ask("/", method).json["requestContext"]["http"]["method"] == method

    def test_a_header_that_is_sent_twice(self, url):
        with socket.create_connection(("127.0.0.1", urlsplit(url.server.url).port), timeout=20) as connection:
            cookies, twice = "Cookie: a=1\r\nCookie: b=2\r\n", "X-Twice: 1\r\nx-twice: 2, 3\r\n"
            connection.sendall(f"GET / HTTP/1.0\r\nHost: {url.host}\r\n{cookies}{twice}\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        event = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert event["headers"]["x-twice"] == "1,2, 3"
        assert event["cookies"] == ["a=1", "b=2"]

    @pytest.mark.parametrize("path", ["/raises", "/exits", "/99"])
    def test_a_failure_is_not_shown(self, url, path):
        answer = url.ask(path)
        assert (answer.status, answer.body) == (502, b"Internal Server Error")

    def test_nor_is_a_timeout(self, server, url):
        server.client("lambda").update_function_configuration(FunctionName=url.name, Timeout=1)
        answer = url.ask("/hangs")
        assert (answer.status, answer.body) == (502, b"Internal Server Error")

    @pytest.mark.parametrize(
        "sent", ["", "Root=1-67891233-abcdef012345678912345678", "Root=1-2-3;Lineage=1:0badc0de:2"]
    )
    def test_the_response_names_the_trace_that_the_function_has(self, url, sent):
        answer = url.ask("/trace", headers={"X-Amzn-Trace-Id": sent} if sent else {})
        trace = answer.body.decode()
        names = [part.partition("=")[0] for part in trace.split(";")]
        assert names == ["Root", "Parent", "Sampled", "Lineage"]
        assert answer.headers["x-amzn-trace-id"] == trace.translate(str.maketrans("RPSL", "rpsl"))  # [log, 2024]
        assert trace.startswith(sent.partition(";")[0])

    def test_an_answer_to_head_has_no_body(self, url):
        answer = url.ask("/proxy", "HEAD")
        assert (answer.status, answer.body, answer.headers["content-length"]) == (201, b"", "4")

    def test_by_path(self, server, url):
        status, _, body = server.ask(f"/_parity/function-urls/{url.id}/x%20y?a=1", "s3")
        event = json.loads(body)
        assert (status, event["rawPath"], event["rawQueryString"]) == (200, "/x%20y", "a=1")
        assert event["requestContext"]["domainName"] == f"{url.id}.lambda-url.eu-west-1.on.aws"

    def test_the_list_says_where_each_answers(self, server, url):
        _, _, body = server.ask("/_parity/function-urls/", "lambda")
        (listed,) = (one for one in json.loads(body)["FunctionUrls"] if url.id in one["FunctionUrl"])
        assert listed["ByHost"] == f"http://{url.host}/"
        assert listed["FunctionUrl"] == f"https://{url.id}.lambda-url.eu-west-1.on.aws/"
        assert listed["FunctionArn"] == url.arn

    @curl
    def test_curl_knows_the_name_by_itself(self, url):
        asked = ["curl", "-sS", "--max-time", "10", "--noproxy", "*", "-F", "field=value", f"http://{url.host}/form"]
        said = subprocess.run(asked, check=True, capture_output=True).stdout
        assert json.loads(said)["isBase64Encoded"] is True  # [rec: test_lambda_url_form_payload]

    def test_what_is_too_large(self, url):
        answer = url.ask("/", "POST", bytes(5_000_000))
        assert answer.status == 413
        assert answer.headers["x-amzn-errortype"] == "RequestEntityTooLargeException"
        assert answer.json == {"Message": "Request must be smaller than 6291456 bytes for the InvokeFunction operation"}


class TestAccess:
    def test_a_url_that_does_not_exist(self, url):
        answer = Url(url.server, "", "a" * 32, "").ask()
        assert (answer.status, answer.body) == (403, b'{"Message":null}')
        assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"

    def test_a_public_url_needs_both_permissions(self, make):
        closed = make(public=False)
        assert closed.ask().json == {"Message": FORBIDDEN}
        for action, condition in PUBLIC.items():
            assert closed.ask().status == 403
            closed.allow({action: condition})
        assert closed.ask().status == 200

    def test_a_deleted_url_is_gone_and_another_one_is_new(self, server, make):
        url = make()
        client = server.client("lambda")
        client.delete_function_url_config(FunctionName=url.name)
        assert url.ask().body == b'{"Message":null}'
        made = client.create_function_url_config(FunctionName=url.name, AuthType="NONE")
        assert url.id not in made["FunctionUrl"]

    def test_the_url_of_an_alias_outlives_it(self, server, make):
        """[rec: test_lambda_url_persists_after_alias_delete, 2025-11-24]"""
        url, client = make(), server.client("lambda")
        version = client.publish_version(FunctionName=url.name)["Version"]
        client.create_alias(FunctionName=url.name, Name="live", FunctionVersion=version)
        made = client.create_function_url_config(FunctionName=url.name, Qualifier="live", AuthType="NONE")
        for action, condition in PUBLIC.items():
            client.add_permission(
                FunctionName=url.name,
                Qualifier="live",
                StatementId=action[7:],
                Action=action,
                Principal="*",
                **condition,
            )
        alias = Url(server, url.name, urlsplit(made["FunctionUrl"]).netloc.partition(".")[0], made["FunctionArn"])
        assert alias.ask().json["arn"].endswith(":live")
        client.delete_alias(FunctionName=url.name, Name="live")
        answer = alias.ask()
        assert (answer.status, answer.json) == (403, {"Message": FORBIDDEN})

    def test_a_function_that_may_not_run_at_all(self, server, make):
        url = make()
        server.client("lambda").put_function_concurrency(FunctionName=url.name, ReservedConcurrentExecutions=0)
        assert url.ask().status == 429

    def test_with_iam_a_request_must_be_signed(self, make):
        url = make(AuthType="AWS_IAM", public=False)
        assert url.ask().json == {"Message": FORBIDDEN}
        answer = url.signed("/x?a=1&b=2", method="POST", body=b"hello")
        assert answer.status == 200
        identity = answer.json["requestContext"]["authorizer"]["iam"]
        assert (identity["accessKey"], identity["accountId"]) == ("test", "000000000000")

    def test_a_presigned_request(self, make):
        url = make(AuthType="AWS_IAM", public=False)
        answer = url.ask(url.presigned("/x?a=1", key="OWN", secret="own"))
        assert (answer.status, answer.json["rawPath"]) == (200, "/x")
        assert answer.json["requestContext"]["authorizer"]["iam"]["accessKey"] == "OWN"
        assert url.ask(url.presigned("/x?a=1", key="OWN", secret="own").replace("a=1", "a=2")).status == 403
        assert url.ask(url.presigned(key="OWN", secret="forged")).status == 403

    def test_only_from_some_addresses(self, server, make):
        url, client = make(public=False), server.client("lambda")
        for network, status in (("192.0.2.0/24", 403), ("127.0.0.0/8", 200)):
            statement = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "lambda:*", "Resource": url.arn}
            condition = {"IpAddress": {"aws:SourceIp": network}}
            document = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
            client.put_resource_policy(ResourceArn=url.arn, Policy=json.dumps(document))
            assert url.ask().status == status

    def test_another_account_needs_permissions(self, make):
        url = make(AuthType="AWS_IAM", public=False)
        assert url.signed(key=OTHER_ACCOUNT).status == 403
        url.allow({"lambda:InvokeFunctionUrl": {}, "lambda:InvokeFunction": {}}, OTHER_ACCOUNT)
        assert url.signed(key=OTHER_ACCOUNT).status == 200

    def test_the_signature_is_verified_where_the_secret_key_is_known(self, make, url):
        closed = make(AuthType="AWS_IAM", public=False)
        given = url.ask("/credentials").json
        key, secret = given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"]
        assert closed.signed(key=key, secret=secret).status == 200
        assert closed.signed(key="OWN", secret="own").status == 200
        for known in (key, "OWN"):
            answer = closed.signed(key=known, secret="forged")
            assert answer.status == 403
            assert answer.headers["x-amzn-errortype"] == "InvalidSignatureException"


class TestCors:
    def test_a_preflight_does_not_reach_the_function(self, make):
        cors = {"AllowOrigins": ["https://site.test"], "AllowMethods": ["PUT"], "AllowHeaders": ["x-a"], "MaxAge": 9}
        url = make(Cors=cors, public=False)
        answer = url.ask(
            "/", "OPTIONS", headers={"Origin": "https://site.test", "Access-Control-Request-Method": "PUT"}
        )
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["access-control-allow-methods"] == "PUT"
        assert answer.headers["access-control-max-age"] == "9"
        refused = url.ask("/", headers={"Origin": "https://site.test"})  # by the policy, and the page may know
        assert (refused.status, refused.headers["access-control-allow-origin"]) == (403, "https://site.test")

    def test_without_a_configuration_it_is_the_functions_matter(self, url):
        answer = url.ask("/", "OPTIONS", headers={"Origin": "https://a", "Access-Control-Request-Method": "PUT"})
        assert answer.json["requestContext"]["http"]["method"] == "OPTIONS"


@node
class TestAStreamedResponse:
    def test_head_and_body_come_while_the_function_writes(self, stream):
        answer = stream.ask("/")
        written = [int(moment) for moment in answer.body.split()]
        assert answer.status == 202
        assert answer.headers["content-type"] == "text/html"
        assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
        assert len(written) == 4
        assert stream.arrivals[0] < written[-1]

    def test_without_a_prelude_it_is_200_with_the_functions_type(self, stream):
        assert stream.ask("/plain").headers["content-type"] == "text/csv"
        answer = stream.ask("/raw")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/octet-stream")

    def test_an_error_before_the_first_byte(self, stream):
        answer = stream.ask("/early")
        assert (answer.status, answer.body) == (502, b"Internal Server Error")

    def test_an_error_after_it_cuts_the_body(self, stream):
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            stream.ask("/late")
        assert stream.ask("/plain").status == 200

    def test_a_url_that_is_not_for_streams_sends_it_whole(self, make):
        answer = make(STREAMING, "nodejs22.x").ask("/")
        assert (answer.status, len(answer.body.split())) == (202, 4)
        assert "content-length" in answer.headers
