"""Functions as their libraries' own guides write them run unchanged: nothing in them knows of an emulator.

What they use comes from PyPI and npm, once, into a cache folder of the user; where these cannot be reached, the tests
are skipped (never in `.ci/run`).
"""

import base64
import json
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.serving import Server, serving
from tests.integration.third_party import node_packages, packed, python_packages

pytestmark = pytest.mark.slow

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
TRACE_ROOT = "1-65a1b2c3-0123456789abcdef01234567"


@dataclass
class Answer:
    payload: Any
    error: str | None
    lines: list[str]
    request_id: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The lines of the log that are JSON."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]


@dataclass
class Function:
    client: Any
    name: str

    def __call__(self, event: Any, **options: Any) -> Answer:
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event), LogType="Tail", **options)
        log = base64.b64decode(answer["LogResult"]).decode()
        payload = json.loads(answer["Payload"].read())
        request_id = answer["ResponseMetadata"]["RequestId"]
        return Answer(payload, answer.get("FunctionError"), log.splitlines(), request_id)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--services", "--settle-seconds", "0") as server:
        yield server


@pytest.fixture
def deploy(server) -> Callable[..., Function]:
    def make(runtime: str, handler: str, package: bytes, **variables: str) -> Function:
        client, name = server.client("lambda"), f"unchanged-{uuid.uuid4()}"
        client.create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler=handler,
            Role="arn:aws:iam::000000000000:role/r",
            Code={"ZipFile": package},
            Timeout=30,
            MemorySize=512,
            Environment={"Variables": variables},
        )
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return Function(client, name)

    return make


def http_event(method: str, path: str, body: Any = None, query: str = "") -> dict[str, Any]:
    """What a function URL, or an HTTP API, gives to its function (payload format 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json", "host": "abc.lambda-url.eu-west-1.on.aws"},
        "queryStringParameters": dict(pair.split("=") for pair in query.split("&")) if query else {},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abc",
            "domainName": "abc.lambda-url.eu-west-1.on.aws",
            "http": {
                **{"method": method, "path": path, "protocol": "HTTP/1.1"},
                **{"sourceIp": "192.0.2.1", "userAgent": "test"},
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


class TestPowertools:
    """aws-lambda-powertools: logger, tracer, metrics, parameters."""

    PAYMENT = """
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="payment")
metrics = Metrics(namespace="ServerlessAirline", service="payment")
tracer = Tracer(service="payment")


@tracer.capture_method
def collect_payment(charge_id: str) -> str:
    tracer.put_annotation(key="PaymentId", value=charge_id)
    return f"dummy payment collected for charge: {charge_id}"


@logger.inject_lambda_context(log_event=True)
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict, context: LambdaContext) -> str:
    metrics.add_metric(name="SuccessfulBooking", unit=MetricUnit.Count, value=1)
    logger.info("Collecting payment", extra={"left_ms": context.get_remaining_time_in_millis()})
    if event["charge_id"] == "bad":
        raise ValueError("no such charge")
    return collect_payment(event["charge_id"])
"""
    PARAMETERS = """
from aws_lambda_powertools.utilities import parameters


def handler(event, context):
    endpoint = parameters.get_parameter("/api/endpoint", max_age=60)
    everything = parameters.get_parameters("/api", recursive=True)
    return {"endpoint": endpoint, "all": everything, "secret": parameters.get_secret("api-key")}
"""

    @pytest.fixture
    def libraries(self) -> Path:
        packages = ("aws-lambda-powertools", "aws-xray-sdk", "typing_extensions", "wrapt")
        return python_packages("powertools", *packages, dependencies=False)  # boto3 and its own are in the runtime

    @pytest.fixture
    def payment(self, deploy, libraries) -> Function:
        return deploy(PYTHON, "payment.handler", packed({"payment.py": self.PAYMENT}, libraries))

    def test_the_logger_knows_the_invocation(self, payment):
        first, second = payment({"charge_id": "a"}), payment({"charge_id": "b"})
        assert first.payload == "dummy payment collected for charge: a"
        for answer, cold in ((first, True), (second, False)):
            event, said = [line for line in answer.objects if "level" in line]
            assert event["message"] == {"charge_id": "a" if cold else "b"}
            assert said["message"] == "Collecting payment"
            assert (said["level"], said["service"], said["cold_start"]) == ("INFO", "payment", cold)
            assert (said["function_name"], said["function_memory_size"]) == (payment.name, "512")
            assert said["function_arn"].endswith(f":function:{payment.name}")
            assert said["function_request_id"] == answer.request_id
            assert 0 < said["left_ms"] <= 30_000

    def test_metrics_are_in_the_log_in_the_embedded_format(self, payment):
        emitted = [line for line in payment({"charge_id": "a"}).objects if "_aws" in line]
        names = [line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for line in emitted]
        assert sorted(names) == ["ColdStart", "SuccessfulBooking"]
        assert next(line for line in emitted if "ColdStart" in line)["function_name"] == payment.name
        again = [line for line in payment({"charge_id": "a"}).objects if "_aws" in line]
        assert ["SuccessfulBooking" in line for line in again] == [True]

    def test_the_tracer_continues_the_callers_trace(self, server, payment):
        def traced(request: Any, **_: Any) -> None:
            request.headers["X-Amzn-Trace-Id"] = f"Root={TRACE_ROOT};Parent=53995c3f42cd8ad8;Sampled=1"

        payment.client.meta.events.register("before-sign.lambda.Invoke", traced)
        answer = payment({"charge_id": "a"})
        assert answer.error is None
        assert {line["xray_trace_id"] for line in answer.objects if "level" in line} == {TRACE_ROOT}

    def test_an_exception_passes_through_all_of_them(self, payment):
        answer = payment({"charge_id": "bad"})
        assert answer.error == "Unhandled"
        assert (answer.payload["errorType"], answer.payload["errorMessage"]) == ("ValueError", "no such charge")
        assert 'File "/var/task/payment.py"' in "".join(answer.payload["stackTrace"])
        assert any(line.startswith("[ERROR] ValueError: no such charge") for line in answer.lines)

    def test_parameters_come_from_the_services_beside(self, server, deploy, libraries):
        systems, secrets = server.client("ssm"), server.client("secretsmanager")
        systems.put_parameter(Name="/api/endpoint", Value="https://example.org", Type="String", Overwrite=True)
        secrets.create_secret(Name="api-key", SecretString="sesame")
        package = packed({"app.py": self.PARAMETERS}, libraries)
        function = deploy(PYTHON, "app.handler", package, AWS_ENDPOINT_URL=server.url)
        assert function({}).payload == {
            "endpoint": "https://example.org",
            "all": {"endpoint": "https://example.org"},
            "secret": "sesame",
        }


class TestMangum:
    """FastAPI behind mangum."""

    APP = """
from fastapi import FastAPI, HTTPException
from mangum import Mangum
from pydantic import BaseModel


class Item(BaseModel):
    name: str
    price: float


app = FastAPI()
items: dict[int, Item] = {}


@app.get("/")
def read_root():
    return {"Hello": "World"}


@app.put("/items/{item_id}")
def update_item(item_id: int, item: Item):
    items[item_id] = item
    return {"item_name": item.name, "item_id": item_id}


@app.get("/items/{item_id}")
async def read_item(item_id: int, q: str | None = None):
    if item_id not in items:
        raise HTTPException(status_code=404, detail="Item not found")
    return {"item": items[item_id], "q": q}


handler = Mangum(app)
"""

    @pytest.fixture
    def app(self, deploy) -> Function:
        libraries = python_packages("mangum", "mangum", "fastapi")
        return deploy(PYTHON, "main.handler", packed({"main.py": self.APP}, libraries))

    def test_an_api_with_state_between_calls(self, app):
        def ask(*request: Any, **more: Any) -> tuple[int, Any]:
            answer = app(http_event(*request, **more))
            assert answer.error is None, answer
            return answer.payload["statusCode"], json.loads(answer.payload["body"])

        assert ask("GET", "/") == (200, {"Hello": "World"})
        assert ask("GET", "/items/3") == (404, {"detail": "Item not found"})
        assert ask("PUT", "/items/3", {"name": "pen", "price": 1.5}) == (200, {"item_name": "pen", "item_id": 3})
        expected = {"item": {"name": "pen", "price": 1.5}, "q": "x"}
        assert ask("GET", "/items/3", query="q=x") == (200, expected)
        status, said = ask("PUT", "/items/x", {"name": "pen"})
        assert status == 422
        assert {error["loc"][-1] for error in said["detail"]} == {"item_id", "price"}


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this host")
class TestNode:
    MIDDY = """
import middy from '@middy/core'

const lambdaHandler = async (event, context) => {
  if (event.creditCard === undefined) throw new Error('no card')
  return { statusCode: 200, body: JSON.stringify({ result: 'paid', seen: event.seen, left: context.getRemainingTimeInMillis() > 0 }) }
}

const seen = () => ({
  before: async (request) => { request.event.seen = 'before' },
  after: async (request) => { request.response.headers = { 'x-after': request.context.functionName } },
  onError: async (request) => { request.response = { statusCode: 400, body: request.error.message } },
})

export const handler = middy().use(seen()).handler(lambdaHandler)
"""  # noqa: E501
    EXPRESS = """
const serverless = require('serverless-http');
const express = require('express');

const app = express();
app.use(express.json());
let calls = 0;

app.get('/', (req, res) => { res.send('Hello World!') });
app.post('/echo/:name', (req, res) => {
  calls += 1;
  res.status(201).set('x-name', req.params.name).json({ body: req.body, query: req.query, calls });
});
app.get('/fails', () => { throw new Error('as it happens') });

module.exports.handler = serverless(app);
"""

    @pytest.fixture
    def libraries(self) -> Path:
        return node_packages("node", "@middy/core@6", "serverless-http", "express")

    def test_middy(self, deploy, libraries):
        function = deploy("nodejs20.x", "index.handler", packed({"index.mjs": self.MIDDY}, libraries))
        paid = function({"creditCard": {"number": "4242"}}).payload
        assert (paid["statusCode"], paid["headers"]) == (200, {"x-after": function.name})
        assert json.loads(paid["body"]) == {"result": "paid", "seen": "before", "left": True}
        assert function({}).payload == {"statusCode": 400, "body": "no card"}

    def test_express_behind_serverless_http(self, deploy, libraries):
        function = deploy("nodejs20.x", "index.handler", packed({"index.js": self.EXPRESS}, libraries))
        hello = function(http_event("GET", "/")).payload
        assert (hello["statusCode"], hello["body"]) == (200, "Hello World!")
        for calls in (1, 2):
            created = function(http_event("POST", "/echo/ada", {"a": [1, "é"]}, query="q=1")).payload
            assert (created["statusCode"], created["headers"]["x-name"]) == (201, "ada")
            assert json.loads(created["body"]) == {"body": {"a": [1, "é"]}, "query": {"q": "1"}, "calls": calls}
        assert function(http_event("GET", "/nowhere")).payload["statusCode"] == 404
        failed = function(http_event("GET", "/fails"))
        assert (failed.error, failed.payload["statusCode"]) == (None, 500)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this host")
class TestShell:
    """A Runtime API client in plain shell, in the two files of AWS's tutorial [docs: runtimes-walkthrough]."""

    BOOTSTRAP = """#!/bin/sh

set -euo pipefail

# Initialization - load function handler
source $LAMBDA_TASK_ROOT/"$(echo $_HANDLER | cut -d. -f1).sh"

# Processing
while true
do
  HEADERS="$(mktemp)"
  # Get an event. The HTTP request will block until one is received
  EVENT_DATA=$(curl -sS -LD "$HEADERS" "http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next")

  # Extract request ID by scraping response headers received above
  REQUEST_ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)

  # Run the handler function from the script
  RESPONSE=$($(echo "$_HANDLER" | cut -d. -f2) "$EVENT_DATA")

  # Send the response
  curl "http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/$REQUEST_ID/response"  -d "$RESPONSE"
done
"""
    FUNCTION = """function handler () {
  EVENT_DATA=$1
  echo "$EVENT_DATA" 1>&2;
  RESPONSE="Echoing request: '$EVENT_DATA'"

  echo $RESPONSE
}
"""

    def test_it_serves_one_event_after_another(self, deploy):
        files = {"bootstrap": self.BOOTSTRAP, "function.sh": self.FUNCTION}
        function = deploy("provided.al2023", "function.handler", packed(files))
        for text in ("Hello", "again"):
            answer = function.client.invoke(FunctionName=function.name, Payload=json.dumps({"text": text}))
            assert answer["Payload"].read().decode() == f"Echoing request: '{json.dumps({'text': text})}'"
            assert "FunctionError" not in answer
