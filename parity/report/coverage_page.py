"""The coverage matrix as one HTML page that needs nothing else: a heat map, with the steps behind each cell.

Every cell is a square with the letter of its class, so that no one has to tell colours apart; its title names what it
is, what it rests on and the steps that show it. The script only adds filters, keys and a quicker tooltip.
"""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from parity.coverage.cells import KINDS, Kind
from parity.coverage.matrix import Coverage, Matrix, count
from parity.evidence import CLASSES

_TEMPLATE = Path(__file__).with_name("coverage_page.html")
_SHOWN_STEPS = 4

_LETTERS = {"aws": "A", "published": "P", "documented": "D", "regression": "R", "endpoint": "E"}
_STANDINGS = {"excused": ("·", "no client can provoke it"), "missing": ("", "nothing in the corpus shows it")}
_NAMES: dict[Kind, str] = {
    "success": "The operation succeeds",
    "error": "Error",
    "constraint": "Constraint",
    "response": "Response member",
}


def as_html(matrix: Matrix) -> str:
    """The whole page."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        tiles="\n".join(_tile(matrix, kind) for kind in KINDS),
        legend="\n".join(_legend()),
        heads="".join(f'<th scope="col">{escape(several)}</th>' for several in KINDS.values()),
        rows="\n".join(_row(operation, kinds) for operation, kinds in matrix.by_operation.items()),
    )


def _tile(matrix: Matrix, kind: Kind) -> str:
    counted = matrix.count(kind)
    possible = counted.total - counted.excused
    share = counted.covered / possible if possible else 1.0
    excused = f", {counted.excused:,} that no client can provoke" if counted.excused else ""
    return (
        f'<section class="tile"><h2>{escape(KINDS[kind])}</h2><p class="big">{counted.covered:,}'
        f'<small> of {possible:,}</small></p><div class="bar"><span style="width:{share:.1%}"></span></div>'
        f"<p>{counted.at_least('published'):,} as AWS was recorded{excused}</p></section>"
    )


def _legend() -> Iterable[str]:
    texts = [(name, _LETTERS[name], f"{name}: {what}") for name, what in CLASSES.items()]
    texts += [(name, letter, what) for name, (letter, what) in _STANDINGS.items()]
    for name, letter, text in texts:
        yield (
            f'<label><input type="checkbox" value="{name}" checked>'
            f'<i class="c {name}" aria-hidden="true">{letter}</i> {escape(text)}</label>'
        )


def _row(operation: str, kinds: dict[Kind, list[Coverage]]) -> str:
    groups = "".join(_group(kinds[kind]) for kind in KINDS)
    return f'<tr data-name="{escape(operation.lower())}"><th scope="row">{escape(operation)}</th>{groups}</tr>'


def _group(cells: list[Coverage]) -> str:
    counted = count(cells)
    possible = counted.total - counted.excused
    number = f"<b>{counted.covered}/{possible}</b>" if len(cells) > 1 else ""
    return f'<td>{number}<div class="cells">{"".join(map(_square, cells))}</div></td>'


def _square(one: Coverage) -> str:
    name = one.evidence or one.standing
    letter = _LETTERS.get(name) or _STANDINGS[name][0]
    return f'<i class="c {name}" role="img" title="{escape(_words(one))}">{letter}</i>'


def _words(one: Coverage) -> str:
    what = f"{_NAMES[one.cell.kind]} {one.cell.name}".rstrip()
    lines = [f"{one.cell.operation} · {what}"]
    if one.evidence is None:
        lines.append(one.reason or _STANDINGS["missing"][1])
    else:
        lines.append(f"{one.evidence}: {CLASSES[one.evidence]}")
        steps = [step for shown in one.steps.values() for step in shown]
        lines += steps[:_SHOWN_STEPS]
        if len(steps) > _SHOWN_STEPS:
            lines.append(f"and {len(steps) - _SHOWN_STEPS} more")
    return re.sub(r"[\x00-\x09\x0b-\x1f]", " ", "\n".join(lines))
