"""Web applications behind function URLs, as their adapters' own guides write them."""

import json
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration import function_url
from tests.integration.function_url import by_path
from tests.integration.serving import Server, serving
from tests.integration.third_party import node_packages, packed, python_packages

pytestmark = pytest.mark.slow

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

FASTAPI = """
from fastapi import Cookie, FastAPI, Form, Response
from mangum import Mangum

app = FastAPI()


@app.get("/items/{name}")
def item(name: str, q: str = "", session: str | None = Cookie(None)):
    return {"name": name, "q": q, "session": session}


@app.put("/items/{name}")
async def put(name: str, body: dict, response: Response):
    response.status_code = 201
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return body


@app.get("/picture")
def picture():
    return Response(bytes(range(256)), media_type="image/png")


handler = Mangum(app)
"""

EXPRESS = """
const serverless = require('serverless-http');
const express = require('express');

const app = express();
app.use(express.urlencoded({ extended: false }));
app.get('/', (req, res) => { res.send(`<h1>${req.hostname}</h1>`) });
app.post('/form', (req, res) => { res.cookie('seen', 'yes').redirect(303, `/thanks?name=${encodeURIComponent(req.body.name)}`) });
app.get('/thanks', (req, res) => { res.json({ name: req.query.name, cookie: req.get('cookie') }) });

module.exports.handler = serverless(app, { binary: ['image/*'] });
"""  # noqa: E501


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """The test looks at redirects itself."""


class Site:
    """A function's URL, asked by path: for clients that do not look up names below localhost."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, Any, bytes]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, body, given, method=method)
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--settle-seconds", "0", environment={"PARITY_ALLOW_RUNTIME_SUBSTITUTION": "1"}) as server:
        yield server


@pytest.fixture
def deploy(server) -> Callable[..., Site]:
    def make(runtime: str, package: bytes) -> Site:
        return Site(by_path(server, function_url.deploy(server, runtime, package)))

    return make


def test_fastapi_behind_mangum(deploy):
    site = deploy(PYTHON, packed({"index.py": FASTAPI}, python_packages("mangum", "mangum", "fastapi")))
    status, _, body = site.ask("/items/gr%C3%B6%C3%9Fe?q=a%26b", Cookie="session=s1; other=2")
    assert (status, json.loads(body)) == (200, {"name": "größe", "q": "a&b", "session": "s1"})
    status, headers, body = site.ask("/items/x", "PUT", b'{"a": [1]}', Content_Type="application/json")
    assert (status, json.loads(body)) == (201, {"a": [1]})
    assert [cookie.partition(";")[0] for cookie in headers.get_all("set-cookie")] == ["one=1", "two=2"]
    status, headers, body = site.ask("/picture")
    assert (headers["content-type"], body) == ("image/png", bytes(range(256)))
    assert site.ask("/nowhere")[0] == 404


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this host")
def test_express_behind_serverless_http(deploy):
    libraries = node_packages("node", "@middy/core@6", "serverless-http", "express")
    site = deploy("nodejs20.x", packed({"index.js": EXPRESS}, libraries))
    status, headers, body = site.ask("/")
    assert (status, body) == (200, b"<h1>127.0.0.1</h1>")
    assert headers["content-type"].startswith("text/html")
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    status, headers, _ = site.ask("/form", "POST", b"name=Ada+L%C3%B6we", **form)
    assert (status, headers["location"]) == (303, "/thanks?name=Ada%20L%C3%B6we")
    assert headers["set-cookie"].startswith("seen=yes")
    _, _, body = site.ask(headers["location"], Cookie="seen=yes")
    assert json.loads(body) == {"name": "Ada Löwe", "cookie": "seen=yes"}
