"""A soak of the control plane: tens of thousands of mixed calls by clients at once, and nothing goes wrong or is left.

    python -m benchmarks.soak_control_plane                 # 50,000 calls of 16 clients
    python -m benchmarks.soak_control_plane --calls 3000    # as the tests run it

Each client has functions, layers and mappings of its own and knows what has become of them; all of them read and change
what they share. No answer may be a failure of the server, and each client's own resources must be what it made of them.
At the end what is listed must be whole: settled, readable by name, and adding up to what the account uses. Then all is
deleted, the listing must be empty, and the server's memory must be what it was half-way, within 10 %: by then its
caches, which are bounded, are full. Exit code 1 if not.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import click

from benchmarks.candidates.lambda_api import address_of
from benchmarks.control_plane.client import Client
from benchmarks.control_plane.inventory import Inventory
from benchmarks.control_plane.lambda_calls import Caller
from benchmarks.http_client import Address, MeasuringError
from benchmarks.processes import StartedProcess, memory_mb

_CLIENTS = 16
_GROWTH = 0.10  # of memory, in the second half
_LONG = 20_000  # calls; in a shorter soak memory is not steady yet
_SETTLE_SECONDS = "0.02"  # long enough for calls to meet what has not settled
_SETTLED = 10.0  # seconds until everything must have
_SHOWN = 20


@dataclass(slots=True)
class Outcome:
    """What a soak came to. `megabytes` are the server's, half-way and at the end, each time with nothing in it."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    megabytes: tuple[float, float] = (0.0, 0.0)
    wrong: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What must not be, in one line each."""
        faults = self.wrong[:_SHOWN]
        half_way, end = self.megabytes
        if self.calls.total() >= _LONG and end > half_way * (1 + _GROWTH):
            faults.append(f"memory: {half_way:.1f} MB half-way, {end:.1f} MB at the end")
        return faults


def soak(calls: int, seed: int) -> Outcome:
    """Runs one, with an emulator of its own. Raises MeasuringError if that breaks down."""
    with ExitStack() as ending:
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))
        command = [sys.executable, "-P", "-m", "emulator", "serve", "--port", "0", "--settle-seconds", _SETTLE_SECONDS]
        server = StartedProcess(command, {**os.environ, "TMPDIR": folder})
        ending.callback(server.stop)
        address = address_of(server.wait_for_line("Ready at "))
        outcome = Outcome()
        _round(address, calls // 2, seed, outcome)
        half_way = memory_mb([server.id])
        _round(address, calls - calls // 2, seed + 1, outcome)
        outcome.megabytes = half_way, memory_mb([server.id])
        return outcome


def _round(address: Address, calls: int, seed: int, outcome: Outcome) -> None:
    """So many calls, a look at what there is then, and the end of it."""
    shares = [calls // _CLIENTS + (number < calls % _CLIENTS) for number in range(_CLIENTS)]
    clients = [Client(Caller(address), number, seed * _CLIENTS + number) for number in range(_CLIENTS)]
    began = time.monotonic()
    with ThreadPoolExecutor(_CLIENTS) as threads:
        running = [threads.submit(client.run, share) for client, share in zip(clients, shares, strict=True)]
        for one in running:
            one.result()
    outcome.seconds += time.monotonic() - began
    for client in clients:
        outcome.calls += client.caller.calls
        outcome.statuses += client.caller.statuses
        outcome.wrong += client.caller.failures + client.wrong
    own = {name for client in clients for name in client.functions}
    inventory = Inventory(Caller(address))
    inventory.wait_until_settled(_SETTLED)
    outcome.wrong += inventory.faults(own)
    inventory.delete_all()
    outcome.wrong += inventory.leftovers()


@click.command()
@click.option("--calls", type=click.IntRange(1), default=50_000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed asks the same of each client.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as JSON.")
def main(calls: int, seed: int, *, as_json: bool) -> None:
    """Ask the control plane everything at once, and see that nothing goes wrong or is left."""
    try:
        outcome = soak(calls, seed)
    except MeasuringError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        numbers = {"calls": outcome.calls, "statuses": outcome.statuses, "seconds": outcome.seconds}
        click.echo(json.dumps({**numbers, "megabytes": outcome.megabytes, "faults": outcome.faults}))
    else:
        _show(outcome)
    sys.exit(1 if outcome.faults else 0)


def _show(outcome: Outcome) -> None:
    rate = outcome.calls.total() / outcome.seconds
    click.echo(f"{outcome.calls.total()} calls in {outcome.seconds:.0f} s, {rate:.0f} a second")
    for name, count in outcome.calls.most_common():
        click.echo(f"  {count:6}  {name}")
    click.echo("statuses: " + ", ".join(f"{count} × {status}" for status, count in sorted(outcome.statuses.items())))
    click.echo("memory of the server: {:.1f} MB half-way, {:.1f} MB at the end".format(*outcome.megabytes))
    for fault in outcome.faults:
        click.echo(f"FAULT {fault}")


if __name__ == "__main__":
    main()
