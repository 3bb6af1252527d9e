"""Rows of the reference (a folder beside this repository) and what shows that we do what they say.

A proof is a step of a scenario (`invocation/tenants#blue`), or a test (`tests/….py::name`). A row that nothing here can
show says why. The reference is not part of this repository: where it lies beside it, no row of it may be missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference" / "execution"


class NotHere(str):
    """Why a row cannot be shown by an emulator on one machine, or not yet."""


Rows = Mapping[tuple[str, str], tuple[str, ...] | NotHere]
"""Proofs by section and the beginning of the row, its cells joined by blanks."""


def proofs(*tables: Rows) -> list[str]:
    """Every proof that these tables name, once."""
    found = {proof for rows in tables for shown in rows.values() if not isinstance(shown, NotHere) for proof in shown}
    return sorted(found)


def assert_is_there(proof: str) -> None:
    """That a proof can be looked at."""
    if proof.startswith("tests/"):
        path, _, name = proof.partition("::")
        assert re.search(rf"def {name or 'test_'}", (ROOT / path).read_text(encoding="utf-8")), proof
    else:
        scenario, _, step = proof.partition("#")
        steps = yaml.safe_load((ROOT / f"scenarios/{scenario}.yaml").read_text(encoding="utf-8"))["steps"]
        assert step in {one["id"] for one in steps}, proof


def assert_complete(page: str, rows: Rows, *, points: bool = False) -> None:
    """That no row of a page is missing, and that none is named that the page does not have.

    With `points`, what stands after a `*` is a row of one cell.
    """
    path = REFERENCE / page
    if not path.exists():
        pytest.skip("the reference is not here")
    there = [*_rows_of(path), *(_points_of(path) if points else ())]
    assert [row for row in there if not any(_stands_for(key, row) for key in rows)] == []
    assert [key for key in rows if not any(_stands_for(key, row) for row in there)] == []


def _rows_of(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Section and cells of each row but the headings, which stand above a row of dashes."""
    section, above = "", None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:4]
        is_rule = re.fullmatch(r"\|[-| ]+\|", line)
        if above and not is_rule:
            yield section, above
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] if line.startswith("|") else None
        above = None if is_rule else cells
    if above:  # the page ends with a table
        yield section, above


def _points_of(path: Path) -> Iterator[tuple[str, list[str]]]:
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:4]
        if line.startswith("* "):
            yield section, [line[2:]]


def _stands_for(key: tuple[str, str], row: tuple[str, Iterable[str]]) -> bool:
    section, cells = row
    return key[0] == section and " ".join(cells).startswith(key[1])
