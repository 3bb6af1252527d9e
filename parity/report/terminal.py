"""The report for people: each difference with what was expected and what came, then what the claims rest on."""

import sys
from collections.abc import Iterator
from typing import IO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from parity.comparison import Difference
from parity.evidence import CLASSES
from parity.report import STATUSES, Report, ScenarioResult, StepResult
from parity.report.wording import CANDIDATE, headline, notes, runtime_notes, value_text, who_said

_NARROW = 72  # columns; below, the two sides of a difference stand under their labels
_LOG_WIDTH = 120  # where the output is no terminal

_COLOURS = {"same": "green", "different": "red", "excused": "yellow", "not asked": "magenta", "skipped": "dim"}


def console_for(file: IO[str] | None = None) -> Console:
    """A console that wraps at the terminal's width, and outside of a terminal neither colours nor cuts anything."""
    stream = file or sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else _LOG_WIDTH)


def show(report: Report, console: Console | None = None) -> None:
    """Prints the whole report."""
    console = console or console_for()
    for scenario in report.scenarios:
        for step in scenario.steps:
            for part in _step(step, scenario, console):
                console.print(part, soft_wrap=not console.is_terminal)
    console.print(_evidence_table(report))
    for line in runtime_notes(report):
        console.print(Text(line, style="yellow"), soft_wrap=not console.is_terminal)
    for line in notes(report):
        console.print(Text(line, style="red"), soft_wrap=not console.is_terminal)
    console.print(Text(headline(report), style="bold green" if report.exit_code == 0 else "bold red"))


def _step(step: StepResult, scenario: ScenarioResult, console: Console) -> Iterator[RenderableType]:
    """Nothing for a step that is as it should be."""
    if step.status == "not asked" and step.reason and not scenario.failure:
        yield Text.assemble((step.step, "bold"), ("  not asked: ", "magenta"), step.reason)
    if not step.differences:
        return
    yield Text("")
    yield Text.assemble((step.step, "bold"), ("  " + _place(step, scenario), "dim"))
    if step.says:
        yield Padding(Text(step.says, style="italic"), (0, 0, 0, 2))
    for difference in step.differences:
        yield Padding(Text(difference.path or "answer", style="cyan"), (0, 0, 0, 2))
        yield from _sides(difference, console)


def _place(step: StepResult, scenario: ScenarioResult) -> str:
    return f"{scenario.scenario}.yaml:{step.line}"


def _sides(difference: Difference, console: Console) -> Iterator[RenderableType]:
    label = f"{who_said(difference.evidence)} ({difference.evidence})"
    expected, actual = value_text(difference.expected), value_text(difference.actual)
    sides = ((label, _marked(expected, actual, "green")), (CANDIDATE, _marked(actual, expected, "red")))
    width = max(len(label), len(CANDIDATE))
    if not console.is_terminal:
        for name, text in sides:
            yield Text.assemble(f"    {name:<{width}}  ", text)
    elif console.width < _NARROW:
        for name, text in sides:
            yield Padding(Text(name, style="dim"), (0, 0, 0, 4))
            yield Padding(text, (0, 0, 0, 6))
    else:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", width=width, no_wrap=True)
        grid.add_column(overflow="fold")
        for name, text in sides:
            grid.add_row(name, text)
        yield Padding(grid, (0, 0, 0, 4))


def _marked(text: str, other: str, colour: str) -> Text:
    """The text, with the part coloured that the other side does not share."""
    shorter = min(len(text), len(other))
    start = next((index for index in range(shorter) if text[index] != other[index]), shorter)
    end = next((index for index in range(shorter - start) if text[-1 - index] != other[-1 - index]), shorter - start)
    return Text.assemble(text[:start], (text[start : len(text) - end], colour), text[len(text) - end :])


def _evidence_table(report: Report) -> RenderableType:
    counts = {name: row for name, row in report.counts().items() if any(row.values())}
    statuses = [status for status in STATUSES if any(row[status] for row in counts.values()) or status in STATUSES[:2]]
    table = Table(title="What the claims rest on", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("evidence", no_wrap=True)
    table.add_column("steps", justify="right")
    for status in statuses:
        table.add_column(status, justify="right", no_wrap=True)
    table.add_column("means", overflow="fold", style="dim")
    for name, row in counts.items():
        cells = [Text(str(row[status]), style=_COLOURS[status] if row[status] else "dim") for status in statuses]
        table.add_row(name, str(sum(row.values())), *cells, CLASSES[name])
    return Padding(table, (1, 0, 1, 0))
