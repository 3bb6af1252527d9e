"""A soak of events: the emulator is killed in the middle of thousands, and each comes to its one end nevertheless.

    python -m benchmarks.soak_events                  # 5,000 events
    python -m benchmarks.soak_events --events 150     # as the tests run it

Three functions: one that succeeds and has an on-success destination, one that fails and has one for failures, one that
fails and has a dead-letter queue. The queues are in another emulator, started with `--services` and never killed; the
one that runs the functions keeps its state in a folder, gets SIGKILL after about half of the events, and is started
again. Every event that was answered with 202 must then be in the queue of its function and in no other, at least once.
Exit code 1 if not.
"""

import base64
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from benchmarks import functions
from benchmarks.http_client import MeasuringError
from benchmarks.processes import StartedProcess

_CLIENTS = 8
_TIME_SCALE = "0.005"  # the retries come after 0.3 and 0.6 seconds
_PATIENCE = 60.0  # seconds without any news after which what is missing is lost
_SHOWN = 10

CODE = """
def handler(event, context):
    if event["fails"]:
        raise ValueError("on purpose")
    return event["number"]
"""

KINDS = ("success", "destination", "dead letter")


@dataclass(slots=True)
class Outcome:
    """What became of the events: where each request id was told, and how often."""

    accepted: dict[str, str] = field(default_factory=dict)  # request id to kind
    told: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    unanswered: int = 0
    killed_after: int = 0
    seconds: float = 0.0

    @property
    def lost(self) -> list[str]:
        """Accepted, and nowhere told."""
        return [request_id for request_id, kind in self.accepted.items() if not self.told[kind][request_id]]

    @property
    def told_again(self) -> int:
        """How many were told more than once: what ran, or was on its way, in the moment of the kill."""
        return sum(count > 1 for told in self.told.values() for count in told.values())

    @property
    def faults(self) -> list[str]:
        """What must not be, in one line each."""
        faults = [f"lost: {request_id} ({self.accepted[request_id]})" for request_id in self.lost[:_SHOWN]]
        for kind, told in self.told.items():
            wrong = [request_id for request_id in told if self.accepted.get(request_id, kind) != kind]
            faults += [
                f"{request_id} ({self.accepted[request_id]}) was told as {kind}" for request_id in wrong[:_SHOWN]
            ]
        return faults


class _Server:
    """An emulator in a process of its own."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-P", "-m", "emulator", "serve", "--port", "0", "--settle-seconds", "0", *options]
        self._process = StartedProcess(command, dict(os.environ))
        self.url = self._process.wait_for_line("Ready at ")

    def client(self, service: str) -> Any:
        names = {"aws_access_key_id": "000000000000", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        config = Config(retries={"max_attempts": 0}, max_pool_connections=2 * _CLIENTS, proxies={})
        return boto3.client(service, endpoint_url=self.url, config=config, **names)

    def kill(self) -> None:
        os.kill(self._process.id, signal.SIGKILL)
        self._process.stop()

    def stop(self) -> None:
        self._process.stop()


class _Queues:
    """A queue for each kind of end."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self._urls = {kind: sqs.create_queue(QueueName=kind.replace(" ", "-"))["QueueUrl"] for kind in KINDS}

    def arn(self, kind: str) -> str:
        wanted = {"QueueUrl": self._urls[kind], "AttributeNames": ["QueueArn"]}
        arn: str = self._sqs.get_queue_attributes(**wanted)["Attributes"]["QueueArn"]
        return arn

    def read(self, outcome: Outcome) -> int:
        """Notes what has come; returns how many messages that was."""
        count = 0
        for kind, url in self._urls.items():
            asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
            found = self._sqs.receive_message(**asked).get("Messages", [])
            for message in found:
                outcome.told[kind][_request_id(message)] += 1
            if found:
                entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(found)]
                self._sqs.delete_message_batch(QueueUrl=url, Entries=entries)
            count += len(found)
        return count


def _request_id(message: dict[str, Any]) -> str:
    attributes = message.get("MessageAttributes")
    if attributes:
        return str(attributes["RequestID"]["StringValue"])
    return str(json.loads(message["Body"])["requestContext"]["requestId"])


def soak(events: int, seed: int) -> Outcome:
    """Runs one, with emulators of its own. Raises MeasuringError if that breaks down."""
    outcome = Outcome()
    began = time.monotonic()
    with ExitStack() as ending:
        state = ending.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))
        others = _Server("--services")
        ending.callback(others.stop)
        queues = _Queues(others.client("sqs"))
        options = (
            *("--state", str(Path(state, "state")), "--companion-endpoint", others.url),
            *("--time-scale", _TIME_SCALE, "--max-environments", "20"),
        )
        first = _Server(*options)
        ending.callback(first.stop)
        _deploy(first.client("lambda"), queues)
        outcome.killed_after = random.Random(seed).randint(events * 2 // 5, events * 3 // 5)
        _send(first, 0, events, outcome, until=outcome.killed_after)
        sent = len(outcome.accepted) + outcome.unanswered
        second = _Server(*options)
        ending.callback(second.stop)
        _send(second, sent, events, outcome)
        _read_all(queues, outcome)
    outcome.seconds = time.monotonic() - began
    return outcome


def _deploy(client: Any, queues: _Queues) -> None:
    for kind in KINDS:
        members = json.loads(functions.creation(kind.replace(" ", "-"), CODE))
        members["Code"] = {"ZipFile": base64.b64decode(members["Code"]["ZipFile"])}
        if kind == "dead letter":
            members["DeadLetterConfig"] = {"TargetArn": queues.arn(kind)}
        name = client.create_function(**members)["FunctionName"]
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
        if kind != "dead letter":
            side = "OnSuccess" if kind == "success" else "OnFailure"
            config = {side: {"Destination": queues.arn(kind)}}
            client.put_function_event_invoke_config(FunctionName=name, DestinationConfig=config)


def _send(server: _Server, begin: int, end: int, outcome: Outcome, until: int | None = None) -> None:
    """Sends events begin … end - 1 from several clients; kills the server once `until` of them were accepted."""
    client, lock, over = server.client("lambda"), threading.Lock(), threading.Event()

    def send(number: int) -> None:
        if over.is_set():
            return
        kind = KINDS[number % len(KINDS)]
        event = json.dumps({"fails": kind != "success", "number": number})
        try:
            answer = client.invoke(FunctionName=kind.replace(" ", "-"), InvocationType="Event", Payload=event)
        except BotoCoreError:  # the server is gone: whether it took the event is not known
            with lock:
                outcome.unanswered += 1
            return
        with lock:
            outcome.accepted[answer["ResponseMetadata"]["RequestId"]] = kind
            if until is not None and len(outcome.accepted) >= until and not over.is_set():
                over.set()
                server.kill()

    with ThreadPoolExecutor(_CLIENTS) as clients:
        list(clients.map(send, range(begin, end)))


def _read_all(queues: _Queues, outcome: Outcome) -> None:
    """Reads until all is told, or nothing more comes."""
    last_news = time.monotonic()
    while outcome.lost and time.monotonic() - last_news < _PATIENCE:
        if queues.read(outcome):
            last_news = time.monotonic()
        else:
            time.sleep(0.05)
    while queues.read(outcome):
        pass  # what was told again


@click.command()
@click.option("--events", type=click.IntRange(10), default=5_000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides the moment of the kill.")
def main(events: int, seed: int) -> None:
    """Kill an emulator in the middle of thousands of events, and see that each comes to its one end."""
    try:
        outcome = soak(events, seed)
    except MeasuringError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(outcome.accepted)} events in {outcome.seconds:.0f} s, killed after {outcome.killed_after}")
    for kind, told in outcome.told.items():
        click.echo(f"  {len(told):6}  {kind}")
    click.echo(f"lost: {len(outcome.lost)}; told more than once: {outcome.told_again}; no answer: {outcome.unanswered}")
    for fault in outcome.faults:
        click.echo(f"FAULT {fault}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
