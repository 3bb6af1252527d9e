"""Asynchronous invocation as its users meet it: destinations and dead letters in real queues, topics, buses, buckets.

Minutes of AWS's are hundredths of seconds here (`--time-scale`).
"""

import io
import json
import re
import signal
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.serving import Server, serving

ROLE = "arn:aws:iam::000000000000:role/r"
CODE = """
def handler(event, context):
    if event.get("fail"):
        raise Exception("intentional failure")
    return {"id": context.aws_request_id, "event": event}
"""


def package(code: str = CODE) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.py")
        entry.external_attr = 0o644 << 16  # or nobody could read it, here as on AWS
        archive.writestr(entry, code)
    return buffer.getvalue()


def deploy(functions: Any, name: str, code: str = CODE, **members: Any) -> str:
    given = {"Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler", **members}
    arn: str = functions.create_function(FunctionName=name, Code={"ZipFile": package(code)}, **given)["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})
    return arn


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 30
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    options = ("--allow-runtime-substitution", "--settle-seconds", "0", "--time-scale", "0.001")
    with serving("--services", *options) as server:
        yield server


@pytest.fixture
def functions(server: Server) -> Any:
    return server.client("lambda")


class Queue:
    """A queue with a name of its own."""

    def __init__(self, server: Server) -> None:
        self._sqs = server.client("sqs")
        self.url = self._sqs.create_queue(QueueName=f"q-{uuid.uuid4()}")["QueueUrl"]
        wanted = {"QueueUrl": self.url, "AttributeNames": ["QueueArn"]}
        self.arn = self._sqs.get_queue_attributes(**wanted)["Attributes"]["QueueArn"]

    def messages(self) -> list[dict]:
        found = self._sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
            WaitTimeSeconds=0,
        ).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def message(self) -> dict:
        return until(self.messages)[0]


@pytest.fixture
def queue(server: Server) -> Queue:
    return Queue(server)


def name_of_test() -> str:
    return f"f-{uuid.uuid4()}"


def send(functions: Any, name: str, event: Any) -> str:
    answer = functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))
    assert answer["StatusCode"] == 202
    return answer["ResponseMetadata"]["RequestId"]


def on(functions: Any, name: str, *, success: str | None = None, failure: str | None = None, **settings: Any) -> None:
    given = {"OnSuccess": success, "OnFailure": failure}
    config = {side: {"Destination": arn} for side, arn in given.items() if arn is not None}
    functions.put_function_event_invoke_config(FunctionName=name, DestinationConfig=config, **settings)


@pytest.mark.slow
class TestDestinations:
    def test_a_queue_gets_the_record_of_a_success(self, functions, queue):
        arn = deploy(functions, name := name_of_test())
        on(functions, name, success=queue.arn)
        request_id = send(functions, name, {"n": 1})
        message = queue.message()
        record = json.loads(message["Body"])
        assert record["requestContext"] == {
            "requestId": request_id,
            "functionArn": f"{arn}:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        }
        assert record["responsePayload"] == {"id": request_id, "event": {"n": 1}}
        assert message["Attributes"]["AWSTraceHeader"].startswith("Root=")  # [rec: test_retries, 2025-11-25]
        assert "MessageAttributes" not in message

    def test_a_queue_gets_the_record_of_a_failure_after_all_retries(self, functions, queue):
        deploy(functions, name := name_of_test())
        on(functions, name, failure=queue.arn)
        request_id = send(functions, name, {"fail": 1})
        record = json.loads(queue.message()["Body"])
        assert record["requestContext"]["condition"] == "RetriesExhausted"
        assert record["requestContext"]["approximateInvokeCount"] == 3
        assert record["responsePayload"]["errorMessage"] == "intentional failure"
        assert record["responsePayload"]["requestId"] == request_id

    def test_a_topic(self, server, functions, queue):
        sns = server.client("sns")
        topic = sns.create_topic(Name=f"t-{uuid.uuid4()}")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
        deploy(functions, name := name_of_test())
        on(functions, name, success=topic)
        send(functions, name, {"n": 1})
        record = json.loads(json.loads(queue.message()["Body"])["Message"])
        assert record["requestContext"]["condition"] == "Success"

    def test_an_event_bus(self, server, functions, queue):
        """[rec: test_invoke_lambda_eventbridge, 2025-11-24]"""
        events = server.client("events")
        bus = events.create_event_bus(Name=f"b-{uuid.uuid4()}")["EventBusArn"]
        bus_name = bus.rpartition("/")[2]
        events.put_rule(Name="all", EventBusName=bus_name, EventPattern=json.dumps({"source": ["lambda"]}))
        events.put_targets(Rule="all", EventBusName=bus_name, Targets=[{"Id": "q", "Arn": queue.arn}])
        arn = deploy(functions, name := name_of_test())
        on(functions, name, failure=bus, MaximumRetryAttempts=0)
        send(functions, name, {"fail": 1})
        event = json.loads(queue.message()["Body"])
        assert event["source"] == "lambda"
        assert event["detail-type"] == "Lambda Function Invocation Result - Failure"
        assert event["resources"] == [bus, f"{arn}:$LATEST"]
        assert event["detail"]["requestContext"]["approximateInvokeCount"] == 1

    def test_a_bucket_gets_failures(self, server, functions):
        s3 = server.client("s3", region="us-east-1")
        bucket = f"b-{uuid.uuid4()}"
        s3.create_bucket(Bucket=bucket)
        deploy(functions, name := name_of_test())
        on(functions, name, failure=f"arn:aws:s3:::{bucket}", MaximumRetryAttempts=0)
        send(functions, name, {"fail": 1})
        (found,) = until(lambda: s3.list_objects_v2(Bucket=bucket).get("Contents"))
        assert re.fullmatch(
            rf"aws/lambda/async/{name}/\d{{4}}/\d\d/\d\d/\d{{4}}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{{36}}",
            found["Key"],
        )
        record = json.load(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"])
        assert record["requestPayload"] == {"fail": 1}

    def test_another_function(self, functions, queue):
        deploy(functions, last := name_of_test())
        on(functions, last, success=queue.arn)
        deploy(functions, first := name_of_test())
        arn = functions.get_function(FunctionName=last)["Configuration"]["FunctionArn"]
        on(functions, first, success=arn)
        request_id = send(functions, first, {"n": 1})
        record = json.loads(queue.message()["Body"])
        assert record["requestPayload"]["requestContext"]["requestId"] == request_id
        assert record["requestContext"]["requestId"] != request_id


@pytest.mark.slow
class TestDeadLetters:
    def test_a_queue_gets_the_event_as_it_was_sent(self, functions, queue):
        deploy(functions, name := name_of_test(), DeadLetterConfig={"TargetArn": queue.arn})
        request_id = send(functions, name, {"fail": 1})
        message = queue.message()
        assert json.loads(message["Body"]) == {"fail": 1}
        values = {key: (value["DataType"], value["StringValue"]) for key, value in message["MessageAttributes"].items()}
        assert values == {
            "RequestID": ("String", request_id),
            "ErrorCode": ("Number", "200"),
            "ErrorMessage": ("String", "intentional failure"),
        }

    def test_a_topic(self, server, functions, queue):
        sns = server.client("sns")
        topic = sns.create_topic(Name=f"t-{uuid.uuid4()}")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
        deploy(functions, name := name_of_test(), DeadLetterConfig={"TargetArn": topic})
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        send(functions, name, {"n": 1})
        notification = json.loads(queue.message()["Body"])
        assert json.loads(notification["Message"]) == {"n": 1}
        assert notification["MessageAttributes"]["ErrorCode"] == {"Type": "Number", "Value": "429"}


RECURSIVE = """
import boto3, json

def handler(event, context):
    client = boto3.client("lambda", endpoint_url=event["url"])
    client.invoke(FunctionName=context.function_name, InvocationType="Event", Payload=json.dumps(event))
"""


@pytest.mark.slow
def test_a_function_that_invokes_itself_is_stopped_by_the_chain_that_its_sdk_passes_on(server, functions, queue):
    """async.md §4: about 16 invocations, and the next goes where failed events go."""
    deploy(functions, name := name_of_test(), RECURSIVE, Timeout=20, Runtime="python3.11")
    on(functions, name, failure=queue.arn)
    send(functions, name, {"url": server.url})
    record = json.loads(queue.message()["Body"])
    assert record["requestPayload"] == {"url": server.url}
    assert "responsePayload" not in record


NEIGHBOURLY = """
import boto3, json

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody=context.aws_request_id)
    return boto3.client("lambda").get_function_configuration(FunctionName=context.function_name)["Runtime"]
"""


@pytest.mark.slow
def test_with_an_endpoint_of_their_own_functions_reach_the_emulator_and_its_companions():
    options = ("--allow-runtime-substitution", "--settle-seconds", "0")
    with serving("--services", "--function-endpoint-url", "self", *options) as server:
        functions, queue = server.client("lambda"), Queue(server)
        deploy(functions, name := name_of_test(), NEIGHBOURLY, Timeout=20, Runtime="python3.11")
        answer = functions.invoke(FunctionName=name, Payload=json.dumps({"queue": queue.url}))
        assert (answer.get("FunctionError"), json.load(answer["Payload"])) == (None, "python3.11")
        assert queue.message()["Body"] == answer["ResponseMetadata"]["RequestId"]


@pytest.mark.slow
def test_accepted_events_survive_the_death_of_the_emulator(tmp_path):
    """Events and functions are there again after SIGKILL, and each event comes to its one end."""
    state = ("--state", str(tmp_path / "state"))
    options = ("--allow-runtime-substitution", "--settle-seconds", "0", *state)
    with serving("--services") as companion:
        queue = Queue(companion)
        beside = ("--companion-endpoint", companion.url)
        with serving(*options, *beside) as first:  # a minute is a minute here: nothing is retried before the end
            functions = first.client("lambda")
            deploy(functions, "bad")
            on(functions, "bad", failure=queue.arn)
            sent = {send(functions, "bad", {"fail": number}) for number in range(1, 21)}
            first.process.send_signal(signal.SIGKILL)
            first.process.wait(10)
        with serving(*options, *beside, "--time-scale", "0.001") as second:
            told: list[str] = []

            def all_told() -> bool:
                told.extend(json.loads(found["Body"])["requestContext"]["requestId"] for found in queue.messages())
                return set(told) == sent

            until(all_told)
            assert len(told) == len(sent)
            functions = second.client("lambda")
            assert functions.get_function_configuration(FunctionName="bad")["State"] == "Active"
