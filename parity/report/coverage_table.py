"""The coverage matrix for people at a terminal, and as JSON for other programs."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from rich.table import Table
from rich.text import Text

from parity.coverage.cells import KINDS, Kind
from parity.coverage.matrix import Coverage, Matrix, count
from parity.coverage.recordings import Use
from parity.evidence import CLASSES
from parity.report.page import Page
from parity.report.wording import many

_COLOURS = {
    "aws": "bold green",
    "published": "green",
    "documented": "cyan",
    "regression": "yellow",
    "endpoint": "yellow",
}
_SHOWN_STEPS = 2


def show(matrix: Matrix, page: Page | None = None, *, in_full: bool = False) -> None:
    """Prints a row for each operation and the totals; `in_full` every cell of them instead."""
    page = page or Page()
    if in_full:
        _show_cells(matrix, page)
    else:
        _show_operations(matrix, page)
    _show_totals(matrix, page)
    for problem in matrix.problems:
        page.line(problem, style="red")


def show_missing(matrix: Matrix, page: Page | None = None) -> None:
    """Prints every cell that nothing shows and nothing excuses, one on each line."""
    page = page or Page()
    missing = matrix.missing()
    for cell in missing:
        page.line(str(cell))
    page.line(f"{many(len(missing), 'cell')} of {len(matrix.cells)} not covered", style="bold")


def _show_operations(matrix: Matrix, page: Page) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("operation", no_wrap=True)
    for kind, several in KINDS.items():
        table.add_column(several, justify="left" if kind == "success" else "right", no_wrap=True)
    for operation, kinds in matrix.by_operation.items():
        table.add_row(operation, *(_fraction(kind, kinds[kind]) for kind in KINDS))
    page.block(table)


def _fraction(kind: Kind, cells: list[Coverage]) -> Text:
    """ "7/9", of those that can be provoked; of a success, what it rests on."""
    if kind == "success":
        evidence = cells[0].evidence
        return Text(evidence or cells[0].standing, style=_COLOURS.get(evidence or "", "red"))
    counted = count(cells)
    possible = counted.total - counted.excused
    if not possible:
        return Text("–", style="dim")
    return Text(f"{counted.covered}/{possible}", style="green" if counted.covered == possible else "yellow")


def _show_cells(matrix: Matrix, page: Page) -> None:
    for operation, kinds in matrix.by_operation.items():
        page.line()
        page.line(operation, style="bold")
        for kind, several in KINDS.items():
            for one in kinds[kind]:
                label = one.evidence or one.standing
                steps = one.steps.get(one.evidence or "", ())[:_SHOWN_STEPS]
                text = Text.assemble((f"{label:<10}", _COLOURS.get(label, "dim")), "  ", one.cell.name or several)
                page.line(Text.assemble(text, (f"  {one.reason or ', '.join(steps)}".rstrip(), "dim")), indent=2)


def _show_totals(matrix: Matrix, page: Page) -> None:
    table = Table(title="What the corpus shows", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("of the service model", no_wrap=True)
    for heading in ("cells", *CLASSES, "excused", "missing"):
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, several in KINDS.items():
        counted = matrix.count(kind)
        numbers = (counted.total, *counted.by_class.values(), counted.excused, counted.missing)
        table.add_row(several, *map(str, numbers))
    page.line()
    page.block(table)


def show_use(use: Use, page: Page | None = None) -> None:
    """Prints the recordings that are neither used nor listed, what is wrong with the list, and the counts."""
    page = page or Page()
    for one in use.unlisted:
        page.line(f"not used, and no reason is listed: {one.file} {one.test} {one.key}", style="red")
    for problem in use.problems:
        page.line(problem, style="red")
    text = f"{many(len(use.used), 'recording')} used, {len(use.listed)} listed as unused, {len(use.unlisted)} neither"
    page.line(text, style="bold green" if use.exit_code == 0 else "bold red")


def as_json(matrix: Matrix) -> bytes:
    """The matrix as indented JSON: totals by kind, then every cell with its steps."""
    members = {
        "totals": {kind: _totals(matrix, kind) for kind in KINDS},
        "operations": {
            operation: {several: _as_members(kinds[kind]) for kind, several in KINDS.items()}
            for operation, kinds in matrix.by_operation.items()
        },
        "problems": matrix.problems,
    }
    return msgspec.json.format(msgspec.json.encode(members), indent=1) + b"\n"


def _totals(matrix: Matrix, kind: Kind) -> Mapping[str, Any]:
    counted = matrix.count(kind)
    return {
        "cells": counted.total,
        "covered": counted.covered,
        "excused": counted.excused,
        "missing": counted.missing,
        "by_class": counted.by_class,
    }


def _as_members(cells: Iterable[Coverage]) -> list[dict[str, Any]]:
    return [
        {"name": one.cell.name, "standing": one.standing, "evidence": one.evidence, "steps": one.steps}
        | ({"reason": one.reason} if one.reason else {})
        for one in cells
    ]
