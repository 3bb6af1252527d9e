"""Hot reload: how long it takes from a save until a call runs the new code, and whether one ever runs the old.

    python -m benchmarks.hot_reload                  # 200 edits of each kind
    python -m benchmarks.hot_reload --edits 20       # as the tests run it

A file of a function is saved, in place and by renaming another one over it in turns. "At once" is a call that is sent
as soon as the file is closed, "after 50 ms" one that is sent so much later, and both are measured from the save to the
answer. The yardstick is the start of the same runtime by itself, measured after every edit: nobody runs new code in
less. Exit code 1 if more than one of the late calls is answered by old code. With a few hundred files in the folder no
call at all may be; with thousands, one that is sent within some milliseconds of the save may come before the event.
"""

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks.candidates.bare import Bare
from benchmarks.candidates.lambda_api import LambdaApi, address_of
from benchmarks.functions import creation_of
from benchmarks.http_client import Connection, MeasuringError, expect_success
from benchmarks.processes import StartedProcess
from benchmarks.runtime import prepare_runtime
from benchmarks.statistics import median, percentile

_LATE = "after 50 ms"
_DELAYS = {"at once": 0.0, _LATE: 0.05}
_PAUSE = 0.03  # between an answer and the next save: nobody types quicker
_OLD_ALLOWED = 1  # of those calls, in 200 edits
_CODE = "def handler(event, context):\n    return {}\n"


@dataclass(slots=True)
class Outcome:
    """Seconds from the save to the answer, by the delay of the call; how many answers were old; starts of a runtime."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    old: dict[str, int] = field(default_factory=dict)
    bare: list[float] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What must not be, in one line each."""
        number = self.old.get(_LATE, 0)
        return [f"{number} old answers {_LATE}"] if number > _OLD_ALLOWED else []


class Reloading(LambdaApi):
    """`parity serve`, and functions that run from `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def start(self) -> float:
        command = [sys.executable, "-P", "-m", "emulator", "serve", "--port", "0", "--settle-seconds", "0"]
        self._process = StartedProcess(command, dict(os.environ))
        self.address = address_of(self._process.wait_for_line("Ready at "))
        return time.perf_counter() - self._process.began

    def body_of_creation(self, function: str) -> bytes:
        return creation_of(function, {"S3Bucket": "hot-reload", "S3Key": str(self._folder)})


class Editor:
    """Saves the one file of a function."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "index.py"
        self._number = 100_000  # all texts are of the same size
        self.save()

    def save(self) -> bytes:
        """Returns what the function answers from now on."""
        self._number += 1
        text = _CODE.format(self._number)
        if self._number % 2:
            self._file.write_text(text)
        else:
            beside = self._file.with_suffix(".new")
            beside.write_text(text)
            beside.rename(self._file)
        return str(self._number).encode()


def measure(edits: int, files: int) -> Outcome:
    """So many edits for each delay, in a folder with so many more files. Raises MeasuringError if it breaks down."""
    outcome = Outcome()
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="hot-reload-")))
        folder.chmod(0o755)
        _fill(folder, files)
        editor = Editor(folder)
        candidate = Reloading(folder)
        ending.callback(candidate.stop)
        candidate.start()
        connection = Connection(candidate.address)
        ending.callback(connection.close)
        name = candidate.new_function()
        call = candidate.invocation(name, b"{}")
        expect_success(connection.ask(call).status)
        bare = Bare(prepare_runtime(Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="hot-reload-")))))
        for when, delay in _DELAYS.items():
            taken = outcome.seconds[when] = []
            outcome.old[when] = 0
            for _ in range(edits):
                time.sleep(_PAUSE)
                expected = editor.save()
                began = time.perf_counter()
                time.sleep(delay)
                while (answer := connection.ask(call)).body != expected:
                    outcome.old[when] += 1
                    if time.perf_counter() - began > 10:
                        raise MeasuringError(f"{expected!r} was expected, and this came: {answer.body[:300]!r}")
                taken.append(time.perf_counter() - began)
                outcome.bare.append(bare.first_next())
    return outcome


def _fill(folder: Path, files: int) -> None:
    for number in range(files):
        below = folder / "node_modules" / f"package-{number // 20}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"file-{number}.js").write_text("module.exports = 1\n" * 20)


def _told(seconds: list[float]) -> str:
    numbers = {"best": min(seconds), "p50": median(seconds), "p99": percentile(seconds, 0.99)}
    return ", ".join(f"{name} {value * 1000:.0f} ms" for name, value in numbers.items())


@click.command()
@click.option("--edits", type=click.IntRange(1), default=200, show_default=True, help="How many, of each kind.")
@click.option("--files", type=click.IntRange(0), default=0, show_default=True, help="More files in the folder.")
def main(edits: int, files: int) -> None:
    """Measure how soon a function that runs from a folder runs what was saved there."""
    try:
        outcome = measure(edits, files)
    except MeasuringError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"the runtime by itself: {_told(outcome.bare)}")
    for when, seconds in outcome.seconds.items():
        click.echo(f"a call {when}: {_told(seconds)}, {outcome.old[when]} old answers in {len(seconds)} edits")
    for fault in outcome.faults:
        click.echo(f"FAULT {fault}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
