"""Function URLs through the clients that people have: httpx, with and without asyncio, and curl."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.integration import function_url
from tests.integration.function_url import by_host, by_path
from tests.integration.serving import Server, serving
from tests.integration.test_runtimes import zipped

node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on this host")
curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this host")

PYTHON = """
import json

def handler(event, context):
    if event["rawPath"] == "/page":
        headers = {"Content-Type": "text/html; charset=utf-8"}
        cookies = ["seen=yes; Path=/", "two=2; Path=/"]
        return {"statusCode": 200, "headers": headers, "cookies": cookies, "body": "<h1>Größe</h1>"}
    if event["rawPath"] == "/moved":
        return {"statusCode": 302, "headers": {"Location": "page"}}
    return event
"""

# Tells another call how often it has come to the end of its stream.
STREAMING = """
let told = [];
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.rawPath === "/told") {
    stream.end(JSON.stringify(told));
    return;
  }
  const headers = { "Content-Type": "text/event-stream" };
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  for (let i = 0; i < 5; i++) {
    stream.write(`data: ${i}\\n\\n`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  stream.end();
  told.push("finished");
});
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--settle-seconds", "0", environment={"PARITY_ALLOW_RUNTIME_SUBSTITUTION": "1"}) as server:
        yield server


@pytest.fixture(scope="module")
def url_id(server) -> str:
    return function_url.deploy(server, "python3.11", zipped({"index.py": PYTHON}))


@pytest.fixture(scope="module")
def stream_id(server) -> str:
    return function_url.deploy(server, "nodejs22.x", zipped({"index.js": STREAMING}), InvokeMode="RESPONSE_STREAM")


@pytest.fixture(params=["by path", "by host"])
def client(server, url_id, request) -> Iterator[httpx.Client]:
    """One that asks by path; and one that asks by host name, which is told of as few machines look it up."""
    base, headers = by_path(server, url_id), {}
    if request.param == "by host":
        base, headers = server.url, {"Host": by_host(server, url_id).removeprefix("http://")}
    with httpx.Client(base_url=base, headers=headers, timeout=20, trust_env=False) as client:
        yield client


class TestHttpx:
    def test_a_page_and_its_cookies(self, client):
        page = client.get("/page")
        assert (page.status_code, page.text, page.encoding) == (200, "<h1>Größe</h1>", "utf-8")
        assert dict(page.cookies) == {"seen": "yes", "two": "2"}
        assert client.get("/seen").json()["cookies"] == ["seen=yes", "two=2"]  # sent back, on the same connection

    def test_a_redirect(self, client):
        answer = client.get("/moved", follow_redirects=True)
        assert (answer.text, [moved.status_code for moved in answer.history]) == ("<h1>Größe</h1>", [302])

    def test_a_form_a_file_and_json(self, client):
        form = client.post("/", data={"who": "Ada & Löwe"}).json()
        assert form["headers"]["content-type"] == "application/x-www-form-urlencoded"
        assert form["isBase64Encoded"] is True
        file = client.post("/", files={"file": ("name.txt", b"text")}).json()
        assert file["isBase64Encoded"] is True  # [rec: test_lambda_url_form_payload]
        sent = client.put("/", json={"größe": 1}, params={"q": "a b", "n": [1, 2]}).json()
        assert (json.loads(sent["body"]), sent["isBase64Encoded"]) == ({"größe": 1}, False)
        assert sent["queryStringParameters"] == {"q": "a b", "n": "1,2"}

    def test_a_body_that_is_sent_in_chunks(self, client):
        sent = client.post("/", content=iter([b"one ", b"two"]), headers={"Content-Type": "text/plain"}).json()
        assert sent["body"] == "one two"
        assert "transfer-encoding" not in sent["headers"]

    @node
    def test_a_stream(self, server, stream_id):
        with httpx.stream("GET", by_path(server, stream_id) + "/", timeout=20, trust_env=False) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            arrived = [(line, time.monotonic()) for line in answer.iter_lines() if line]
        assert [line for line, _ in arrived] == [f"data: {number}" for number in range(5)]
        assert arrived[-1][1] - arrived[0][1] > 0.1  # it came while it was written

    @node
    def test_the_function_runs_on_when_a_client_has_gone(self, server):
        """[docs: configuration-response-streaming]"""
        package, mode = zipped({"index.js": STREAMING}), {"InvokeMode": "RESPONSE_STREAM"}
        url = by_path(server, function_url.deploy(server, "nodejs22.x", package, concurrency=1, **mode))
        with httpx.Client(timeout=20, trust_env=False) as client:
            with client.stream("GET", f"{url}/") as answer:
                next(answer.iter_raw())
            deadline = time.monotonic() + 10
            while (told := client.get(f"{url}/told")).status_code == 429 and time.monotonic() < deadline:
                time.sleep(0.02)
        assert told.json() == ["finished"]

    @node
    def test_many_streams_at_once(self, server, stream_id):
        async def read(client: httpx.AsyncClient) -> str:
            async with client.stream("GET", by_path(server, stream_id) + "/") as answer:
                return "".join([text async for text in answer.aiter_text()])

        async def read_all() -> list[str]:
            async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
                return await asyncio.gather(*(read(client) for _ in range(4)))

        assert [body.count("data: ") for body in asyncio.run(read_all())] == [5, 5, 5, 5]


@curl
class TestCurl:
    def ask(self, *options: str) -> bytes:
        asked = ["curl", "-sS", "--max-time", "20", "--noproxy", "*", *options]
        return subprocess.run(asked, check=True, capture_output=True).stdout

    def test_headers_and_a_redirect(self, server, url_id):
        said = self.ask("-iL", f"{by_host(server, url_id)}/moved").decode()
        assert "HTTP/1.1 302" in said
        assert "set-cookie: seen=yes; Path=/\r\n" in said
        assert said.endswith("<h1>Größe</h1>")

    def test_a_form(self, server, url_id):
        event = json.loads(self.ask("-d", "a=1", f"{by_host(server, url_id)}/?x=%20y"))
        assert (event["body"], event["isBase64Encoded"]) == ("YT0x", True)
        assert (event["rawQueryString"], event["requestContext"]["http"]["method"]) == ("x=%20y", "POST")

    @node
    def test_a_stream(self, server, stream_id):
        assert self.ask("-N", f"{by_host(server, stream_id)}/").count(b"data: ") == 5
