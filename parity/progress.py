"""Shows how far a run has come: a bar on a terminal, one plain line for each scenario otherwise (a log, a pipe)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Tick = Callable[[str, bool], None]
"""Call it when a scenario is done: the line to show for it, and whether the line is worth showing beside a bar."""


@contextmanager
def progress(total: int, doing: str) -> Iterator[Tick]:
    """Shows progress over `total` scenarios on standard error; `doing` names the work ("Verifying")."""
    if sys.stderr.isatty():
        with _bar(total, doing) as tick:
            yield tick
    else:
        yield lambda line, _: print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is its work


@contextmanager
def _bar(total: int, doing: str) -> Iterator[Tick]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(doing, total=total)

        def tick(line: str, worth_showing: bool) -> None:
            if worth_showing:
                console.print(line, markup=False, highlight=False)
            bar.advance(task)

        yield tick
