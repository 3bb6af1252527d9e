"""A soak: thousands of calls that go well or badly in every way that a function knows, and then nothing may be left.

    python -m benchmarks.soak_invocations                  # 20,000 calls
    python -m benchmarks.soak_invocations --calls 300      # as the tests run it

Good calls, exceptions, exits, crashes, timeouts, used-up memory, tiny and huge payloads, children and files that are
left behind, updates under load. Every answer is checked. Afterwards all functions are deleted, and the emulator must be
what it was before the first call: no process beside its own, no file, no descriptor more; and its memory at the end
must be what it was half-way. Exit code 1 if not.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import click

from benchmarks import functions
from benchmarks.candidates.lambda_api import LambdaApi, address_of
from benchmarks.http_client import Answer, Connection, MeasuringError
from benchmarks.processes import StartedProcess, memory_mb

_CLIENTS = 8
_CALLS_PER_UPDATE = 200  # of one client
_SETTLED = 20.0  # seconds in which all must be gone
_GROWTH_MB = 40.0  # that the second half may add: what malloc keeps of large payloads, once more
_SHOWN = 20  # wrong answers
_LONG = 4_000  # calls; in a shorter soak memory is not steady yet

CODE = """
import os, signal, subprocess, time

def handler(event, context):
    do = event.get("do", "echo")
    if do == "raise":
        raise ValueError("on purpose")
    if do == "exit":
        os._exit(3)
    if do == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if do == "sleep":
        time.sleep(60)
    if do == "memory":
        kept = [bytearray(2**20) for _ in range(4096)]
    if do == "child":
        subprocess.Popen(["sleep", "1000"], start_new_session=True)
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
    if do == "file":
        with open(f"/tmp/{context.aws_request_id}", "wb") as file:
            file.write(bytes(100_000))
    if do == "print":
        print("x" * 100_000)  # the log is as large as it gets before the soak is half over
    if do == "large":
        return "x" * 5_000_000
    return event
"""


class Kind(NamedTuple):
    """One kind of call: how often it comes, its event, and what its answer must hold.

    An impatient one goes to a function with a short timeout.
    """

    name: str
    share: float
    event: bytes
    fragment: bytes
    fails: bool = False
    impatient: bool = False


def _doing(what: str) -> bytes:
    return json.dumps({"do": what}).encode()


KINDS = (
    Kind("tiny", 56, b"{}", b"{}"),
    Kind("64 KB", 10, b'{"x": "' + b"x" * 64_000 + b'"}', b"x" * 64_000),
    Kind("5 MB in and out", 0.5, b'{"x": "' + b"x" * 5_000_000 + b'"}', b"x" * 5_000_000),
    Kind("5 MB out", 0.5, _doing("large"), b"x" * 5_000_000),
    Kind("exception", 10, _doing("raise"), b"on purpose", fails=True),
    Kind("exit", 3, _doing("exit"), b"exit status 3", fails=True),
    Kind("crash", 2, _doing("crash"), b"signal: killed", fails=True),
    Kind("out of memory", 0.3, _doing("memory"), b"signal: killed", fails=True),
    Kind("children left behind", 5, _doing("child"), b"child"),
    Kind("file left behind", 8, _doing("file"), b"file"),
    Kind("much output", 4, _doing("print"), b"print"),
    Kind("timeout", 0.7, _doing("sleep"), b"Task timed out after 2.00 seconds", fails=True, impatient=True),
)


class Holdings(NamedTuple):
    """What an emulator holds: processes (its own included), open descriptors, and files below its folder."""

    processes: int
    descriptors: int
    files: int

    def beyond(self, others: "Holdings") -> list[str]:
        """What there is more of than in others."""
        pairs = zip(self._fields, others, self, strict=True)
        return [f"{name}: {was} before, {now} afterwards" for name, was, now in pairs if now > was]


@dataclass(slots=True)
class Outcome:
    """What a soak came to. `megabytes` are the server's, half-way and at the end."""

    before: Holdings
    after: Holdings = Holdings(0, 0, 0)  # noqa: RUF009 (a plain value)
    calls: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    megabytes: tuple[float, float] = (0.0, 0.0)
    wrong_answers: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What must not be, in one line each."""
        faults = self.wrong_answers[:_SHOWN]
        faults += self.after.beyond(self.before)
        half_way, end = self.megabytes
        if self.calls.total() >= _LONG and end - half_way > _GROWTH_MB:
            faults.append(f"memory: {half_way:.1f} MB half-way, {end:.1f} MB at the end")
        return faults


class Soaked(LambdaApi):
    """`parity serve` in a folder of its own. `timeout` is that of functions made from now on, in seconds."""

    timeout = 30

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def start(self) -> float:
        command = [sys.executable, "-P", "-m", "emulator", "serve", "--port", "0", "--settle-seconds", "0"]
        self._process = StartedProcess(command, {**os.environ, "TMPDIR": str(self._folder)})
        self.address = address_of(self._process.wait_for_line("Ready at "))
        return time.perf_counter() - self._process.began

    def body_of_creation(self, function: str) -> bytes:
        return functions.creation(function, CODE, self.timeout)

    @property
    def server(self) -> int:
        """The process id of the server itself."""
        assert self._process is not None
        return self._process.id

    def holdings(self) -> Holdings:
        files = sum(len(folders) + len(names) for _, folders, names in os.walk(self._folder))
        descriptors = len(list(Path(f"/proc/{self.server}/fd").iterdir()))
        return Holdings(len(self.processes()), descriptors, files)

    def settled(self, wanted: Holdings) -> Holdings:
        """What it holds as soon as that is no more than `wanted`, or after a while."""
        deadline = time.monotonic() + _SETTLED
        held = self.holdings()
        while held.beyond(wanted) and time.monotonic() < deadline:
            time.sleep(0.1)
            held = self.holdings()
        return held


def soak(calls: int, seed: int) -> Outcome:
    """Runs one, with an emulator of its own. Raises MeasuringError if that breaks down."""
    with ExitStack() as ending:
        candidate = Soaked(Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))))
        ending.callback(candidate.stop)
        candidate.start()
        candidate.delete_function(_warm(candidate))  # what is made once, and stays, is made now
        time.sleep(1)
        outcome = Outcome(candidate.holdings())
        began = time.monotonic()
        _call(candidate, calls // 2, seed, outcome)
        half_way = memory_mb([candidate.server])
        _call(candidate, calls - calls // 2, seed + 1, outcome)
        outcome.seconds = time.monotonic() - began
        outcome.megabytes = half_way, memory_mb([candidate.server])
        outcome.after = candidate.settled(outcome.before)
        return outcome


def _warm(candidate: Soaked) -> str:
    name = candidate.new_function()
    connection = Connection(candidate.address)
    connection.ask(candidate.invocation(name, b"{}"))
    connection.close()
    return name


def _call(candidate: Soaked, calls: int, seed: int, outcome: Outcome) -> None:
    """So many calls by several clients at once, to functions that they share in pairs, and that are deleted then."""
    candidate.timeout = 30
    usual = [candidate.new_function() for _ in range(_CLIENTS // 2)]
    candidate.timeout = 2
    impatient = candidate.new_function()
    shares = [calls // _CLIENTS + (number < calls % _CLIENTS) for number in range(_CLIENTS)]
    with ThreadPoolExecutor(_CLIENTS) as clients:
        running = [
            clients.submit(_client, candidate, usual[number // 2], impatient, share, seed * _CLIENTS + number)
            for number, share in enumerate(shares)
        ]
        for one in running:
            counts, wrong = one.result()
            outcome.calls += counts
            outcome.wrong_answers += wrong
    for name in [*usual, impatient]:
        candidate.delete_function(name)


def _client(candidate: Soaked, usual: str, impatient: str, calls: int, seed: int) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    wrong = []
    connection = Connection(candidate.address)
    for number, kind in enumerate(_kinds(calls, seed), 1):
        answer = connection.ask(candidate.invocation(impatient if kind.impatient else usual, kind.event))
        counts[kind.name] += 1
        if not _as_it_should_be(kind, answer):
            wrong.append(f"{kind.name}: {answer.status} {answer.body[:300].decode(errors='replace')}")
        if number % _CALLS_PER_UPDATE == 0:
            answer = connection.ask(
                candidate.update(usual, {"Environment": {"Variables": {"TURN": f"{seed}-{number}"}}})
            )
            if answer.status not in {200, 409}:  # its other client may be at it just now
                wrong.append(f"update: {answer.status} {answer.body[:300].decode(errors='replace')}")
    connection.close()
    return counts, wrong


def _kinds(calls: int, seed: int) -> Iterator[Kind]:
    yield from random.Random(seed).choices(KINDS, [kind.share for kind in KINDS], k=calls)


def _as_it_should_be(kind: Kind, answer: Answer) -> bool:
    failed = b"x-amz-function-error: unhandled" in answer.head.lower()
    return answer.status == 200 and failed == kind.fails and kind.fragment in answer.body


@click.command()
@click.option("--calls", type=click.IntRange(1), default=20_000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed asks the same.")
def main(calls: int, seed: int) -> None:
    """Call functions that fail in every way they can, and see that nothing is left."""
    try:
        outcome = soak(calls, seed)
    except MeasuringError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{outcome.calls.total()} calls in {outcome.seconds:.0f} s")
    for name, count in outcome.calls.most_common():
        click.echo(f"  {count:6}  {name}")
    for name, was, now in zip(Holdings._fields, outcome.before, outcome.after, strict=True):
        click.echo(f"{name}: {was} before, {now} afterwards")
    click.echo("memory of the server: {:.1f} MB half-way, {:.1f} MB at the end".format(*outcome.megabytes))
    for fault in outcome.faults:
        click.echo(f"FAULT {fault}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
