"""The matrix: for each cell the strongest evidence that the corpus holds, and the steps that show it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from parity.coverage.cells import KINDS, Cell, Kind, cells_of
from parity.coverage.claims import Claim
from parity.coverage.constraints import ServiceModel
from parity.coverage.unprovokable import Unprovokable, excuse
from parity.evidence import CLASSES, is_at_least

Standing = Literal["covered", "excused", "missing"]
"""excused: no client can provoke it, and the list says why"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One cell: its strongest class of evidence (None: nothing shows it), its steps by class, strongest first.

    `reason` is why no client can provoke it, for a cell that is listed so.
    """

    cell: Cell
    evidence: str | None = None
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reason: str | None = None

    @property
    def standing(self) -> Standing:
        return "covered" if self.evidence else "excused" if self.reason else "missing"


@dataclass(frozen=True, slots=True)
class Count:
    """Cells of one kind: all of them, and how many have which class of evidence; `excused` need none."""

    total: int
    by_class: Mapping[str, int]
    excused: int

    @property
    def covered(self) -> int:
        return sum(self.by_class.values())

    @property
    def missing(self) -> int:
        return self.total - self.covered - self.excused

    def at_least(self, evidence: str) -> int:
        """How many have that class of evidence or a stronger one."""
        return sum(count for name, count in self.by_class.items() if is_at_least(name, evidence))


@dataclass(frozen=True)
class Matrix:
    """The coverage of operations, in the model's order. `problems` are those of the list of unprovokable cells."""

    cells: tuple[Coverage, ...]
    problems: tuple[str, ...] = ()

    @cached_property
    def by_operation(self) -> dict[str, dict[Kind, list[Coverage]]]:
        """The cells by operation and kind; every kind is there."""
        found: dict[str, dict[Kind, list[Coverage]]] = {}
        for one in self.cells:
            kinds = found.setdefault(one.cell.operation, {kind: [] for kind in KINDS})
            kinds[one.cell.kind].append(one)
        return found

    def of(self, operations: Sequence[str]) -> "Matrix":
        """The part about these operations; all of it, without any."""
        wanted = frozenset(operations or self.by_operation)
        return Matrix(tuple(one for one in self.cells if one.cell.operation in wanted), self.problems)

    def count(self, kind: Kind) -> Count:
        """The cells of a kind, of all operations."""
        return count(one for one in self.cells if one.cell.kind == kind)

    def missing(self, *kinds: Kind) -> list[Cell]:
        """The cells of these kinds (of all, without any) that nothing shows and nothing excuses."""
        wanted = kinds or tuple(KINDS)
        return [one.cell for one in self.cells if one.standing == "missing" and one.cell.kind in wanted]


def count(cells: Iterable[Coverage]) -> Count:
    """Counts cells by what stands behind them."""
    by_class = dict.fromkeys(CLASSES, 0)
    total = excused = 0
    for one in cells:
        total += 1
        if one.evidence:
            by_class[one.evidence] += 1
        excused += one.standing == "excused"
    return Count(total, by_class, excused)


def matrix(model: ServiceModel, claims: Iterable[Claim], unprovokable: Iterable[Unprovokable] = ()) -> Matrix:
    """The matrix of all operations of the model, sorted by name."""
    cells = [cell for operation in sorted(model["operations"]) for cell in cells_of(model, operation)]
    steps: dict[Cell, dict[str, dict[str, None]]] = {cell: {} for cell in cells}
    for claim in claims:
        if claim.cell in steps:
            steps[claim.cell].setdefault(claim.evidence, {})[claim.step] = None
    strongest = {cell: next(name for name in CLASSES if name in shown) for cell, shown in steps.items() if shown}
    witnesses = {cell: next(iter(steps[cell][evidence])) for cell, evidence in strongest.items()}
    excuses = excuse(unprovokable, cells, witnesses)
    return Matrix(
        tuple(
            Coverage(
                cell,
                strongest.get(cell),
                {name: tuple(steps[cell][name]) for name in CLASSES if name in steps[cell]},
                excuses.reasons.get(cell),
            )
            for cell in cells
        ),
        excuses.problems,
    )
