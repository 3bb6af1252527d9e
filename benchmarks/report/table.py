"""The results for people: one row for each metric, one column for each candidate, then what became of the targets."""

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from benchmarks.measures import METRICS
from benchmarks.report.record import Record
from benchmarks.targets import Judgement, in_words

_RATIO_TO = "floor"


def show(console: Console, record: Record, judgements: list[Judgement]) -> None:
    """Prints everything."""
    console.print(Group(*_parts(record, judgements)))


def _parts(record: Record, judgements: list[Judgement]) -> list[RenderableType]:
    remarks = [Text(f"{name} is {says}.", style="dim") for name, says in record["candidates"].items()]
    remarks += [Text(f"{name} is left out: {why}.", style="yellow") for name, why in record["left_out"].items()]
    for measure, failed in record["failures"].items():
        remarks += [Text(f"{name} failed at {measure}: {why}.", style="yellow") for name, why in failed.items()]
    return [_values(record), *remarks, _targets(judgements)]


def _values(record: Record) -> Table:
    table = Table(title=f"lambda-parity benchmarks, {record['form']} form", title_justify="left")
    names = list(record["candidates"])
    table.add_column("", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    table.add_column(f"ours / {_RATIO_TO}", justify="right")
    for metric, by_candidate in record["values"].items():
        unit = record["metrics"][metric]["unit"]
        cells = [value_text(by_candidate.get(name), unit) for name in names]
        table.add_row(record["metrics"][metric]["title"], *cells, _ratio(by_candidate))
    return table


def _ratio(by_candidate: dict[str, float]) -> str:
    ours, floor = by_candidate.get("ours"), by_candidate.get(_RATIO_TO)
    return f"{ours / floor:.2f}" if ours and floor else ""


def value_text(value: float | None, unit: str) -> str:
    """`0.412 ms`, `6,500 /s`; a dash for what was not measured."""
    if value is None:
        return "–"
    digits = 3 if value < 10 and unit == "ms" else 1 if value < 1000 and unit != "/s" else 0
    return f"{value:,.{digits}f} {unit}"


def _targets(judgements: list[Judgement]) -> Table:
    table = Table(title="targets", title_justify="left")
    for column in ("", "target", "measured", ""):
        table.add_column(column, no_wrap=column == "")
    for judgement in judgements:
        target = judgement.target
        measured = "–" if judgement.value is None else f"{judgement.value:,.4g}"
        table.add_row(METRICS[target.metric].title, in_words(target, target.bound), measured, _verdict(judgement))
    return table


def _verdict(judgement: Judgement) -> Text:
    if judgement.met is None:
        return Text("not measured", style="dim")
    if judgement.met:
        return Text("met", style="green")
    if judgement.passes_gate:
        return Text("not met", style="yellow")
    return Text(f"not met, nor the gate ({in_words(judgement.target, judgement.target.gate or 0)})", style="bold red")
