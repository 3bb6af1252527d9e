"""Function URLs in a browser: a page, a form, a page that is streamed, and what CORS lets a page of another origin do.

Needs Chromium, which CI installs; skips where there is none. The browser finds `….localhost` by itself.
"""

import html
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.integration import function_url
from tests.integration.function_url import by_host
from tests.integration.serving import Server, serving
from tests.integration.test_runtimes import zipped

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = bool(os.environ.get("CHROMIUM_REQUIRED"))  # where to skip would hide something

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None and not REQUIRED, reason="no Chromium on this host"),
    pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on this host"),
]

PAGES = """
import base64, json

FORM = '''<form method="post" action="/posted"><input name="who" value="Ada &amp; L\\u00f6we"><input name="n" value="1">
</form><script>document.forms[0].submit()</script>'''
SCRIPT = '''<h1>A page</h1><pre></pre><script>
const other = new URLSearchParams(location.search).get("other"), seen = {};
async function tried(name, ask) {
  try { seen[name] = await ask() } catch (error) { seen[name] = error.name }
}
(async () => {
  await tried("own", async () => (await fetch("/echo", { method: "POST", body: "text" })).json());
  await tried("allowed", async () => {
    const answer = await fetch(other, { method: "PUT", headers: { "X-Asked": "1" } });
    return [await answer.text(), answer.headers.get("x-told"), answer.headers.get("x-hidden")];
  });
  await tried("method", async () => (await fetch(other, { method: "DELETE" })).status);
  await tried("header", async () => (await fetch(other, { headers: { "X-Other": "1" } })).status);
  await tried("twice", async () => (await fetch(other + "own")).status);
  document.querySelector("pre").textContent = JSON.stringify(seen);
  document.title = "done";
})();
</script>'''

def page(text):
    return {"statusCode": 200, "headers": {"Content-Type": "text/html; charset=utf-8"}, "body": text}

def handler(event, context):
    path = event["rawPath"]
    if path == "/form":
        return page(FORM)
    if path == "/posted":
        body = base64.b64decode(event["body"]).decode() if event["isBase64Encoded"] else event["body"]
        return page("<p>" + body.replace("&", "&amp;") + "</p>")
    if path == "/echo":
        return [event["requestContext"]["http"]["method"], event["body"], event["headers"]["origin"]]
    return page(SCRIPT)
"""

OTHER = """
def handler(event, context):
    headers = {"X-Told": "told", "X-Hidden": "hidden"}
    if event["rawPath"] == "/own":
        headers["Access-Control-Allow-Origin"] = "*"
    return {"statusCode": 200, "headers": headers, "body": event["requestContext"]["http"]["method"]}
"""

# Writes the rest of its page when the browser has run the beginning, of which a witness tells: nothing else would show
# that the browser did not have both at once.
STREAMED = """
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { witness } = event.queryStringParameters;
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { "Content-Type": "text/html" } });
  stream.write(`<p>first</p><script>fetch("${witness}/seen", { mode: "no-cors" })</script>${" ".repeat(4096)}`);
  const told = await (await fetch(`${witness}/told`)).text();
  stream.write(`<p>seen before the end: ${told}</p>`);
  stream.end();
});
"""


class Witness(BaseHTTPRequestHandler):
    """Hears from the page that it is seen, and tells whoever waits for that."""

    seen = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/seen":
            self.seen.set()
        told = str(self.seen.wait(15)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def witness() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Witness) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--settle-seconds", "0", environment={"PARITY_ALLOW_RUNTIME_SUBSTITUTION": "1"}) as server:
        yield server


@pytest.fixture(scope="module")
def deploy(server) -> Callable[..., str]:
    """Makes a function with a public URL; returns the local one."""

    def make(runtime: str, file: str, code: str, **config: Any) -> str:
        return by_host(server, function_url.deploy(server, runtime, zipped({file: code}), **config))

    return make


@pytest.fixture(scope="module")
def pages(deploy) -> str:
    return deploy("python3.11", "index.py", PAGES)


@pytest.fixture
def browse(tmp_path: Path) -> Callable[[str], str]:
    """Opens a page and returns its document when nothing moves any more."""

    def look(url: str) -> str:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"]
        profile = f"--user-data-dir={tmp_path}"
        command = [CHROMIUM or "chromium", *flags, profile, "--virtual-time-budget=15000", "--dump-dom", url]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    return look


def test_a_page_and_what_it_may_ask_of_another_origin(deploy, pages, browse):
    cors = {"AllowOrigins": [pages], "AllowMethods": ["PUT", "GET"], "AllowHeaders": ["x-asked"]}
    other = deploy("python3.11", "index.py", OTHER, Cors={**cors, "ExposeHeaders": ["x-told"]})
    document = browse(f"{pages}/?other={other}/")
    assert "<h1>A page</h1>" in document
    assert json.loads(html.unescape(re.search("<pre>(.*?)</pre>", document)[1])) == {
        "own": ["POST", "text", pages],
        "allowed": ["PUT", "told", None],
        "method": "TypeError",
        "header": "TypeError",
        "twice": "TypeError",  # as on AWS, where a function has CORS headers of its own
    }


def test_a_form_is_posted(pages, browse):
    assert "<p>who=Ada+%26+L%C3%B6we&amp;n=1</p>" in browse(f"{pages}/form")


def test_a_page_is_shown_while_it_is_streamed(deploy, browse, witness):
    url = deploy("nodejs22.x", "index.js", STREAMED, InvokeMode="RESPONSE_STREAM")
    document = browse(f"{url}/?witness={witness}")
    assert "<p>first</p>" in document
    assert "<p>seen before the end: True</p>" in document
