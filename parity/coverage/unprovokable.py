"""What no client can provoke: cells that stay empty, each with the reason, in `unprovokable.toml` beside this module.

    [[cell]]
    operations = ["Invoke"]           # without it: every operation that has such a cell, but those in `except`
    kind = "error"
    name = "EC2ThrottledException"    # `*` stands for any text
    reason = "Lambda's own calls to EC2 were throttled"

It is strict both ways: an entry about a cell that is covered fails, and so does one about no cell at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from parity.coverage.cells import Cell, Kind
from parity.reasoned_list import fits, load_list

FILE = Path(__file__).with_name("unprovokable.toml")


class Unprovokable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry. `operations` is empty where it is about all of them, but those in `except_`."""

    kind: Kind
    name: str
    reason: str
    operations: tuple[str, ...] = ()
    except_: tuple[str, ...] = msgspec.field(name="except", default=())

    def is_about(self, cell: Cell) -> bool:
        """Whether the entry names the cell."""
        return (
            cell.kind == self.kind
            and (not self.operations or cell.operation in self.operations)
            and cell.operation not in self.except_
            and fits(self.name, cell.name)
        )

    def __str__(self) -> str:
        return f"{', '.join(self.operations) or 'all operations'}: {self.kind} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Excuses:
    """The reasons by cell, and what is wrong with the list, one sentence each."""

    reasons: Mapping[Cell, str]
    problems: tuple[str, ...]


def load(path: Path = FILE) -> tuple[Unprovokable, ...]:
    """The entries of a file. Raises ParityError for a file that cannot be used."""
    return load_list(path, "cell", Unprovokable)


def excuse(entries: Iterable[Unprovokable], cells: Iterable[Cell], covered: Mapping[Cell, str]) -> Excuses:
    """Which cells the entries excuse. `covered` has a step (full id) for each cell that is covered."""
    reasons: dict[Cell, str] = {}
    problems = []
    there = list(cells)
    for entry in entries:
        about = [cell for cell in there if entry.is_about(cell)]
        problems += [
            f"{entry} is listed as unprovokable, and {covered[cell]} shows it" for cell in about if cell in covered
        ]
        problems += [f"{entry} is listed twice" for cell in about if cell in reasons][:1]
        absent = [name for name in entry.operations if name not in {cell.operation for cell in about}]
        problems += [f"{entry} is listed as unprovokable, and {name} has no such cell" for name in absent]
        if not about and not absent:
            problems.append(f"{entry} is listed as unprovokable, and there is no such cell")
        reasons |= {cell: entry.reason for cell in about if cell not in covered}
    return Excuses(reasons, tuple(problems))
