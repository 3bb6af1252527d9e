"""A soak of events: the emulator is killed in the middle of thousands, and each comes to its one end nevertheless.

    python -m benchmarks.soak_events                  # 5,000 events
    python -m benchmarks.soak_events --events 150     # as the tests run it

Three functions: one that succeeds and has an on-success destination, one that fails and has one for failures, one that
fails and has a dead-letter queue. The queues are never killed; the emulator that runs the functions keeps its state in
a folder, gets SIGKILL after about half of the events, and is started again. Every event that was answered with 202 must
then be in the queue of its function and in no other, at least once. Exit code 1 if not.

The queues take messages and do nothing else (queue_service.py). With `--moto` they are those of another emulator that
was started with `--services`, as users have it; that is for some hundred events, since it is the slower part by far.
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
from collections.abc import Callable
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
from benchmarks.queue_service import Message, QueueService

_CLIENTS = 8
_TIME_SCALE = "0.005"  # the retries come after 0.3 and 0.6 seconds
_PATIENCE = 60.0  # seconds without any news after which what is missing is lost
_NAP = 0.25  # seconds after which an empty queue is read again; each reading costs the companion 10 ms
_SHOWN = 10

CODE = """
def handler(event, context):
    if event["fails"]:
        raise ValueError("on purpose")
    return event["number"]
"""

QUEUES = {"success": "success", "destination": "destination", "dead letter": "dead-letter"}
"""The kinds of ends, and the name of the queue (and of the function) of each."""
KINDS = tuple(QUEUES)


@dataclass(slots=True)
class Outcome:
    """What became of the events: where each request id was told, and how often."""

    accepted: dict[str, str] = field(default_factory=dict)  # request id to kind
    told: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    unanswered: int = 0
    killed_after: int = 0
    sending_seconds: float = 0.0  # until the last event was accepted, the restart included
    seconds: float = 0.0  # until the last was told
    last_news: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, queue: str, message: Message) -> None:
        """Notes what has come to a queue."""
        kind = next(kind for kind, name in QUEUES.items() if name == queue)
        with self._lock:
            self.told[kind][_request_id(message)] += 1
            self.last_news = time.monotonic()

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


class _MotoQueue:
    """A queue of the embedded companion, read by a thread of its own until it is to end and the queue is empty.

    It is read from the beginning on: where 1,600 messages wait, moto takes 2 s to hand out ten.
    """

    def __init__(self, sqs: Any, name: str, take: Callable[[str, Message], None]) -> None:
        self._sqs = sqs
        self._name = name
        self._url = sqs.create_queue(QueueName=name)["QueueUrl"]
        self._take = take
        self._ending = threading.Event()
        self._reader = threading.Thread(target=self._read_on, name=f"reader of {name}")
        self._reader.start()

    def end(self) -> None:
        self._ending.set()
        self._reader.join()

    def _read_on(self) -> None:
        while True:
            is_last = self._ending.is_set()
            if self._read():
                continue
            if is_last:
                return
            self._ending.wait(_NAP)

    def _read(self) -> int:
        """Hands on what has come; returns how many messages that was."""
        asked = {"QueueUrl": self._url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        found = self._sqs.receive_message(**asked).get("Messages", [])
        for message in found:
            self._take(self._name, {"MessageBody": message["Body"], **message})
        if found:
            entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(found)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        return len(found)


def _request_id(message: Message) -> str:
    attributes = message.get("MessageAttributes")
    if attributes:
        return str(attributes["RequestID"]["StringValue"])
    return str(json.loads(message["MessageBody"])["requestContext"]["requestId"])


def soak(events: int, seed: int, *, moto: bool = False) -> Outcome:
    """Runs one, with emulators of its own. Raises MeasuringError if that breaks down."""
    outcome = Outcome()
    began = time.monotonic()
    with ExitStack() as ending:
        state = ending.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))
        companion = _moto_queues(ending, outcome) if moto else ending.enter_context(QueueService(outcome.take)).url
        options = (
            *("--state", str(Path(state, "state")), "--companion-endpoint", companion),
            *("--time-scale", _TIME_SCALE, "--max-environments", "20"),
        )
        first = _Server(*options)
        ending.callback(first.stop)
        _deploy(first.client("lambda"))
        outcome.killed_after = random.Random(seed).randint(events * 2 // 5, events * 3 // 5)
        _send(first, 0, events, outcome, until=outcome.killed_after)
        sent = len(outcome.accepted) + outcome.unanswered
        second = _Server(*options)
        ending.callback(second.stop)
        _send(second, sent, events, outcome)
        outcome.sending_seconds = time.monotonic() - began
        _wait_for_all(outcome)
        outcome.seconds = time.monotonic() - began
    return outcome


def _moto_queues(ending: ExitStack, outcome: Outcome) -> str:
    """Starts an emulator with queues that are read; returns its URL."""
    others = _Server("--services")
    ending.callback(others.stop)
    for queue in QUEUES.values():
        ending.callback(_MotoQueue(others.client("sqs"), queue, outcome.take).end)
    return others.url


def _deploy(client: Any) -> None:
    for kind, queue in QUEUES.items():
        members = json.loads(functions.creation(queue, CODE))
        members["Code"] = {"ZipFile": base64.b64decode(members["Code"]["ZipFile"])}
        if kind == "dead letter":
            members["DeadLetterConfig"] = {"TargetArn": QueueService.arn(queue)}
        name = client.create_function(**members)["FunctionName"]
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
        if kind != "dead letter":
            side = "OnSuccess" if kind == "success" else "OnFailure"
            config = {side: {"Destination": QueueService.arn(queue)}}
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
            answer = client.invoke(FunctionName=QUEUES[kind], InvocationType="Event", Payload=event)
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


def _wait_for_all(outcome: Outcome) -> None:
    """Waits until all is told, or nothing more comes."""
    began = time.monotonic()
    while outcome.lost and time.monotonic() - max(outcome.last_news, began) < _PATIENCE:
        time.sleep(_NAP)


@click.command()
@click.option("--events", type=click.IntRange(10), default=5_000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides the moment of the kill.")
@click.option("--moto", is_flag=True, help="Queues of the embedded companion, instead of some that only take.")
def main(events: int, seed: int, moto: bool) -> None:
    """Kill an emulator in the middle of thousands of events, and see that each comes to its one end."""
    try:
        outcome = soak(events, seed, moto=moto)
    except MeasuringError as error:
        raise click.ClickException(str(error)) from error
    rate = len(outcome.accepted) / outcome.seconds
    click.echo(f"{len(outcome.accepted)} events in {outcome.seconds:.0f} s ({rate:.0f} a second, start-up included)")
    click.echo(f"the last was accepted after {outcome.sending_seconds:.0f} s; killed after {outcome.killed_after}")
    for kind, told in outcome.told.items():
        click.echo(f"  {len(told):6}  {kind}")
    click.echo(f"lost: {len(outcome.lost)}; told more than once: {outcome.told_again}; no answer: {outcome.unanswered}")
    for fault in outcome.faults:
        click.echo(f"FAULT {fault}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
