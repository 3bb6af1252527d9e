"""The headline numbers of the README: written between two markers by the tool, and checked to be those of today."""

from collections.abc import Iterable
from pathlib import Path

from parity.coverage.cells import Kind
from parity.coverage.matrix import Matrix
from parity.errors import ParityError

BEGIN = "<!-- coverage: written by `parity coverage --write-readme` -->"
END = "<!-- /coverage -->"

_ROWS: dict[Kind, str] = {
    "success": "operations that succeed",
    "error": "errors that operations declare",
    "constraint": "constraints on input, named by a refusal",
    "response": "members of answers",
}


def numbers(matrix: Matrix, scenarios: int, evidence: Iterable[str]) -> str:
    """The numbers as Markdown. `scenarios` counts them, `evidence` has the class of every recorded step."""
    classes = list(evidence)
    published = sum(name in ("aws", "published") for name in classes)
    lines = [
        f"The corpus asks {len(classes):,} questions in {scenarios:,} scenarios; the answers to {published:,} of them",
        "agree with published recordings of real AWS. Of what AWS's service model says the API can answer, it shows:",
        "",
        "| of the service model | there are | shown | as AWS was recorded | left out, each with its reason |",
        "|---|--:|--:|--:|--:|",
    ]
    for kind, name in _ROWS.items():
        count = matrix.count(kind)
        cells = (count.total, count.covered, count.at_least("published"), count.excused)
        lines.append(f"| {name} | {' | '.join(f'{number:,}' for number in cells)} |")
    return "\n".join(lines)


def written_into(text: str, new: str, path: Path) -> str:
    """The text with the numbers between its markers. Raises ParityError where the file at `path` has no markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ParityError(f"{path}: has no markers; put these two lines where the numbers belong: {BEGIN} {END}")
    return f"{before}{BEGIN}\n{new}\n{END}{after}"


def read(path: Path) -> str:
    """The text of the README. Raises ParityError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParityError(f"{path}: cannot be read: {error}") from None
