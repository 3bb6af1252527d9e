"""Function URLs in a browser: a page, a form, a page that is streamed, and what CORS lets a page of another origin do.

Needs Chromium, which CI installs; skips where there is none. The browser finds `….localhost` by itself.
"""

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
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
    headers = {"X-Told": "told", "X-Hidden": "hidden", "Access-Control-Allow-Origin": "https://nobody.test"}
    return {"statusCode": 200, "headers": headers, "body": event["requestContext"]["http"]["method"]}
"""

STREAMED = """
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { "Content-Type": "text/html" } });
  stream.write(`<p id="first">first</p><script>
    const early = document.getElementById("last") === null;
    addEventListener("DOMContentLoaded", () => { document.getElementById("last").textContent = "early: " + early });
  </script>${" ".repeat(4096)}`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  stream.write('<p id="last"></p>');
  stream.end();
});
"""


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
    }


def test_a_form_is_posted(pages, browse):
    assert "<p>who=Ada+%26+L%C3%B6we&amp;n=1</p>" in browse(f"{pages}/form")


def test_a_page_is_shown_while_it_is_streamed(deploy, browse):
    document = browse(deploy("nodejs22.x", "index.js", STREAMED, InvokeMode="RESPONSE_STREAM"))
    assert '<p id="first">first</p>' in document
    assert '<p id="last">early: true</p>' in document
