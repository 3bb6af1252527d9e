"""What the harness says when it cannot do what was asked: one line for the user, and the exit code that goes with it.

A difference between two answers is never an exception: it is a value (`parity.comparison.Difference`), exit code 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

WRONG_USAGE = 2
UNREACHABLE = 3


class ParityError(Exception):
    """Wrong usage or a broken file; the message is written for the user and is printed without a traceback.

    `exit_code` is what the command line ends with: 2, or 3 where the target could not be reached.
    """

    exit_code: int = WRONG_USAGE

    def __init__(self, message: str, *, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if exit_code is not None:
            self.exit_code = exit_code


class TargetUnreachable(ParityError):
    """Nothing answers at the target, or what answers there may not be used."""

    exit_code = UNREACHABLE


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file. `line` counts from 1; `message` names what was found and what was expected."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{_shown(self.path)}:{self.line}: {self.message}"


class BrokenScenarios(ParityError):
    """Scenario files that cannot be used: `problems` holds all problems of all files, sorted by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(name: str, known: Sequence[str], *, cutoff: float = 0.6) -> str:
    """A hint that ends an error message, `" (did you mean `steps`?)"`, or nothing where no known name is close."""
    close = get_close_matches(name, known, n=1, cutoff=cutoff)
    return f" (did you mean `{close[0]}`?)" if close else ""


def _shown(path: Path) -> str:
    """The path as a user would type it: relative to the working directory where the file lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
