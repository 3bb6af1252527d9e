"""Containers beside processes: warm calls, cold starts and what they are made of, and restarts of a runtime.

    python -m benchmarks.docker --image-map python3.11=IMAGE        # AWS's own image, without one
    python -m benchmarks.docker --quick --json docker.json

Both executors are measured in turns, each by a server of its own. A cold start is that of a new function with one
environment; with a spare, that of the second environment of a function. It is made of the engine's `create` and
`start` (which health tells), of the runtime's init (which the REPORT tells), and of the rest. Exit code 1 if a warm
call through Docker takes more than half as long again as one to a process.
"""

import base64
import json
import os
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from benchmarks import functions
from benchmarks.candidates.lambda_api import LambdaApi, address_of
from benchmarks.http_client import Answer, Connection, MeasuringError, ask_once, expect_success, http_request
from benchmarks.processes import StartedProcess
from benchmarks.statistics import median, percentile

_MOST = 1.5  # a warm call through Docker, by one to a process
_PATIENCE = 60.0
_TAIL = "X-Amz-Log-Type: Tail\r\n"
_INIT = re.compile(rb"Init Duration: ([\d.]+) ms")
_LOG = re.compile(rb"\r\nx-amz-log-result: *(\S+)", re.IGNORECASE)
_CODE = """import os, time


def handler(event, context):
    if "exit" in event:
        os._exit(event["exit"])
    time.sleep(event.get("sleep", 0))
    return event
"""
_WARM = b'{"answer":42}'
_IDLE = 0.3  # seconds after which an environment stands still


class Served(LambdaApi):
    """`parity serve` with one of the executors, and functions that crash and sleep when they are told to."""

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options

    def start(self) -> float:
        command = [sys.executable, "-P", "-m", "emulator", "serve", "--port", "0", "--settle-seconds", "0"]
        self._process = StartedProcess([*command, *self._options], dict(os.environ))
        self.address = address_of(self._process.wait_for_line("Ready at "))
        return time.perf_counter() - self._process.began

    def body_of_creation(self, function: str) -> bytes:
        return functions.creation(function, f"{_CODE}# {uuid.uuid4()}\n", timeout=1)

    def health(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._ask(http_request("GET", "/_parity/health")).body)
        return answer

    def call(self, function: str, event: bytes = _WARM) -> tuple[float, Answer]:
        """Milliseconds until the answer was there, and the answer."""
        request = self.invocation_with(function, event, _TAIL)
        began = time.perf_counter()
        answer = ask_once(self.address, request)
        return _ms(began), answer


@dataclass(slots=True)
class Outcome:
    """Milliseconds by what was measured, of processes (`process …`) and of containers (`docker …`)."""

    measured: dict[str, list[float]] = field(default_factory=dict)

    def add(self, what: str, values: Sequence[float]) -> None:
        self.measured.setdefault(what, []).extend(values)

    @property
    def warm_ratio(self) -> float:
        return median(self.measured["docker warm"]) / median(self.measured["process warm"])

    @property
    def faults(self) -> list[str]:
        """What must not be, in one line each."""
        ratio = self.warm_ratio
        return [f"a warm call through Docker takes {ratio:.2f} times as long"] if ratio > _MOST else []

    def as_json(self) -> dict[str, Any]:
        told = {
            what: {"p50_ms": round(median(values), 3), "p99_ms": round(percentile(values, 0.99), 3), "n": len(values)}
            for what, values in self.measured.items()
        }
        return {"warm_ratio": round(self.warm_ratio, 3), "measured": told}


def measure(image_map: str | None, rounds: int, calls: int) -> Outcome:
    """So many rounds, each with so many warm calls and one of everything else. Raises MeasuringError."""
    outcome = Outcome()
    docker = ["--executor", "docker", *(["--image-map", image_map, "--pull", "never"] if image_map else [])]
    with ExitStack() as ending:
        servers = {"process": Served(), "docker": Served(*docker), "spare": Served(*docker, "--docker-spares", "1")}
        for server in servers.values():
            ending.callback(server.stop)
            server.start()
        for _ in range(rounds):
            for name in ("process", "docker"):
                _measure_life(servers[name], name, calls, outcome)
            _measure_spare(servers["spare"], outcome)
    return outcome


def _measure_life(server: Served, name: str, calls: int, outcome: Outcome) -> None:
    function = server.new_function()
    cold, answer = server.call(function)
    expect_success(answer.status)
    outcome.add(f"{name} cold", [cold])
    parts = {"init": _init_ms(answer)}
    if "last_start" in (health := server.health()):
        parts = {"create": health["last_start"]["create_ms"], "start": health["last_start"]["start_ms"], **parts}
    for part, value in {**parts, "rest": cold - sum(parts.values())}.items():
        outcome.add(f"{name} cold: {part}", [value])
    outcome.add(f"{name} warm", _warm(server, function, calls))
    for what, event in (("crash", b'{"exit":3}'), ("timeout", b'{"sleep":2}')):
        _, failed = server.call(function, event)
        if b"errorType" not in failed.body:
            raise MeasuringError(f"a {what} was expected, and this came: {failed.body[:300]!r}")
        outcome.add(f"{name} after a {what}", [server.call(function)[0]])
    server.call(function)
    time.sleep(_IDLE)
    outcome.add(f"{name} after standstill", [server.call(function)[0]])
    server.delete_function(function)


def _measure_spare(server: Served, outcome: Outcome) -> None:
    """While one environment is busy, a second one starts in the spare container."""
    function = server.new_function()
    server.call(function)
    _await(lambda: server.health()["spares"] == 1)
    busy = threading.Thread(target=server.call, args=(function, b'{"sleep":0.8}'))
    busy.start()
    time.sleep(0.05)
    cold, answer = server.call(function)
    busy.join()
    outcome.add("docker cold with a spare", [cold])
    outcome.add("docker cold with a spare: init", [_init_ms(answer)])
    server.delete_function(function)


def _warm(server: Served, function: str, calls: int) -> list[float]:
    request = server.invocation(function, _WARM)
    connection = Connection(server.address)
    taken = []
    try:
        for number in range(calls + 20):
            began = time.perf_counter()
            expect_success(connection.ask(request).status)
            if number >= 20:  # what comes first is not warm yet
                taken.append(_ms(began))
    finally:
        connection.close()
    return taken


def _init_ms(answer: Answer) -> float:
    log = _LOG.search(answer.head)
    found = _INIT.search(base64.b64decode(log[1])) if log is not None else None
    if found is None:
        raise MeasuringError(f"a cold start was expected, and this came: {answer.body[:300]!r}")
    return float(found[1])


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise MeasuringError("no spare container was made")
        time.sleep(0.05)


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


@click.command()
@click.option("--image-map", metavar="RUNTIME=IMAGE", help="An image in the place of AWS's own.")
@click.option("--rounds", type=click.IntRange(1), default=10, show_default=True)
@click.option("--calls", type=click.IntRange(1), default=1000, show_default=True, help="Warm calls in each round.")
@click.option("--quick", is_flag=True, help="Three rounds of 200 calls.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Also write the numbers there.")
def main(image_map: str | None, rounds: int, calls: int, quick: bool, file: Path | None) -> None:
    """Measure how functions live in containers, beside how they live as processes."""
    try:
        outcome = measure(image_map, *((3, 200) if quick else (rounds, calls)))
    except MeasuringError as error:
        raise click.ClickException(str(error)) from error
    for what, numbers in sorted(outcome.as_json()["measured"].items()):
        click.echo(f"{what:32} p50 {numbers['p50_ms']:9.2f} ms   p99 {numbers['p99_ms']:9.2f} ms   n {numbers['n']}")
    click.echo(f"a warm call through Docker takes {outcome.warm_ratio:.2f} times as long as one to a process")
    if file is not None:
        file.write_text(json.dumps(outcome.as_json(), indent=2) + "\n")
    for fault in outcome.faults:
        click.echo(f"FAULT {fault}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
