"""A look at the whole corpus: its matrix, its headline numbers, and what must not be so."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from parity import lambda_model
from parity import snapshot as snapshots
from parity.coverage import headline, unprovokable
from parity.coverage.claims import Claim, Reader
from parity.coverage.matrix import Matrix, matrix
from parity.errors import ParityError, did_you_mean
from parity.evidence import class_of
from parity.scenario import Scenario
from parity.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Survey:
    """What the corpus covers, and the numbers as the README has them."""

    matrix: Matrix
    numbers: str

    @classmethod
    def of(cls, scenarios: Sequence[Scenario], folder: Path) -> "Survey":
        """Reads the snapshots in `folder`. Raises StaleSnapshot where one is not of what its scenario asks now."""
        recorded = list(_recorded(scenarios, folder))
        model = lambda_model.service_model()
        found = matrix(model, _claims(Reader(model), recorded), unprovokable.load())
        evidence = [class_of(step.evidence) for _, snapshot in recorded for step in snapshot.steps.values()]
        return cls(found, headline.numbers(found, len(recorded), evidence))

    def write_readme(self, readme: Path) -> None:
        """Writes the numbers between the markers of the file. Raises ParityError where it has none."""
        text = headline.written_into(headline.read(readme), self.numbers, readme)
        readme.write_text(text, encoding="utf-8")

    def problems(self, readme: Path) -> list[str]:
        """What must not be so: old numbers, a wrong list, a success or an error that is neither shown nor excused."""
        found = list(self.matrix.problems)
        found += [
            f"{cell}: no answer shows it, and no reason is listed" for cell in self.matrix.missing("success", "error")
        ]
        text = headline.read(readme)
        if headline.written_into(text, self.numbers, readme) != text:
            found.append(f"{readme}: its numbers are old; `parity coverage --write-readme` writes today's")
        return found


def check_operations(operations: Iterable[str]) -> None:
    """Raises ParityError for a name that is no operation of the API."""
    known = lambda_model.operation_names()
    for name in operations:
        if name not in known:
            raise ParityError(f"no operation is called `{name}`{did_you_mean(name, known)}")


def _recorded(scenarios: Sequence[Scenario], folder: Path) -> Iterator[tuple[Scenario, Snapshot]]:
    for scenario in scenarios:
        snapshot = snapshots.read(snapshots.path_of(scenario.id, folder))
        if snapshot is not None:
            snapshots.check_current(snapshot, scenario)
            yield scenario, snapshot


def _claims(reader: Reader, recorded: Sequence[tuple[Scenario, Snapshot]]) -> Iterator[Claim]:
    for scenario, snapshot in recorded:
        yield from reader.claims(scenario, snapshot)
