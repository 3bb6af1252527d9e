"""The report for people: each difference with what was expected and what came, then what the claims rest on."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from parity.comparison import Difference
from parity.evidence import CLASSES
from parity.report import STATUSES, Report, ScenarioResult, StepResult
from parity.report.page import Page
from parity.report.wording import CANDIDATE, headline, notes, remarks, value_text, who_said

_NARROW = 72  # columns; below, the two sides of a difference stand under their labels

_COLOURS = {"same": "green", "different": "red", "excused": "yellow", "not asked": "magenta"}


def show(report: Report, page: Page | None = None) -> None:
    """Prints the whole report."""
    page = page or Page()
    for scenario in report.scenarios:
        for step in scenario.steps:
            _show_step(step, scenario, page)
    _show_evidence(report, page)
    for line in remarks(report):
        page.line(line, style="yellow")
    for line in notes(report):
        page.line(line, style="red")
    page.line(headline(report), style="bold green" if report.exit_code == 0 else "bold red")


def _show_step(step: StepResult, scenario: ScenarioResult, page: Page) -> None:
    """Nothing for a step that is as it should be."""
    if step.status == "not asked" and step.reason and not scenario.failure:
        page.line()
        page.line(Text.assemble((step.step, "bold"), ("  not asked: ", "magenta"), step.reason))
    if not step.differences:
        return
    page.line()
    page.line(Text.assemble((step.step, "bold"), (_place(step, scenario), "dim")))
    if step.says:
        page.line(step.says, indent=2, style="italic")
    for difference in step.differences:
        page.line(difference.path, indent=2, style="cyan")
        _show_sides(difference, step, page)
    if step.asked:
        page.line(step.asked, indent=2, style="dim")


def _place(step: StepResult, scenario: ScenarioResult) -> str:
    """Where the step is asked, as an editor would open it; of an installed corpus, the line alone."""
    if scenario.path is None:
        return ""
    here, path = Path.cwd(), scenario.path.resolve()
    return f"  {path.relative_to(here)}:{step.line}" if path.is_relative_to(here) else f"  line {step.line}"


def _show_sides(difference: Difference, step: StepResult, page: Page) -> None:
    label = who_said(difference.evidence, step)
    expected, actual = value_text(difference.expected), value_text(difference.actual)
    sides = ((label, _marked(expected, actual, "green")), (CANDIDATE, _marked(actual, expected, "red")))
    width = max(len(label), len(CANDIDATE))
    if not page.is_terminal:
        for name, text in sides:
            page.line(Text.assemble(f"{name:<{width}}  ", text), indent=4)
    elif page.console.width < _NARROW:
        for name, text in sides:
            page.line(name, indent=4, style="dim")
            page.line(text, indent=6)
    else:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", width=width, no_wrap=True)
        grid.add_column(overflow="fold")
        for name, text in sides:
            grid.add_row(name, text)
        page.block(grid, indent=4)


def _marked(text: str, other: str, colour: str) -> Text:
    """The text, with the part coloured that the other side does not share."""
    shorter = min(len(text), len(other))
    start = next((index for index in range(shorter) if text[index] != other[index]), shorter)
    end = next((index for index in range(shorter - start) if text[-1 - index] != other[-1 - index]), shorter - start)
    return Text.assemble(text[:start], (text[start : len(text) - end], colour), text[len(text) - end :])


def _show_evidence(report: Report, page: Page) -> None:
    counts = {name: row for name, row in report.counts().items() if any(row.values())}
    statuses = [status for status in STATUSES if any(row[status] for row in counts.values()) or status in STATUSES[:2]]
    table = Table(title="What the claims rest on", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("evidence", no_wrap=True)
    table.add_column("steps", justify="right", no_wrap=True)
    for status in statuses:
        table.add_column(status, justify="right", no_wrap=True)
    table.add_column("means", overflow="fold", style="dim")
    for name, row in counts.items():
        cells = [
            Text(str(row[status]), style=_COLOURS.get(status, "dim") if row[status] else "dim") for status in statuses
        ]
        table.add_row(name, str(sum(row.values())), *cells, CLASSES[name])
    page.line()
    page.block(table)
    page.line()
