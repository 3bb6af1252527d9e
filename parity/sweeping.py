"""`parity sweep`: finds what killed runs have left on a target, and removes it."""

from collections.abc import Callable
from dataclasses import dataclass

from parity.deployment.leftovers import Leftover, find_leftovers
from parity.errors import ParityError
from parity.targets.target import Target

Say = Callable[[str], None]
Ask = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to: how many things it removed, and one line for each that is still there or was not seen."""

    removed: int
    problems: list[str]


def sweep(target: Target, *, older_than: float, say: Say, confirm: Ask) -> Swept:
    """Lists everything of ours that is older than so many seconds, and removes it once that is confirmed.

    Raises ParityError where the user declines.
    """
    found, problems = find_leftovers(target)
    leftovers = [leftover for leftover in found if leftover.age >= older_than]
    for leftover in leftovers:
        say(f"{leftover.kind:<21} {leftover.name}  ({_ago(leftover.age)})")
    if not leftovers:
        return Swept(0, [target.scrubbed(problem) for problem in problems])
    if not confirm(f"Remove {_counted(len(leftovers))} from {target.name}?"):
        raise ParityError("nothing was removed")
    failed = remove_all(leftovers)
    return Swept(len(leftovers) - len(failed), [target.scrubbed(problem) for problem in problems + failed])


def remove_all(leftovers: list[Leftover]) -> list[str]:
    """Removes them in the given order; returns one line for each that could not be removed."""
    results = [(leftover, leftover.remove()) for leftover in leftovers]
    return [f"{leftover.kind} {leftover.name} is still there: {why}" for leftover, why in results if why]


def _counted(number: int) -> str:
    return f"{number} thing{'s' if number != 1 else ''}"


def _ago(seconds: float) -> str:
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {unit}{'s' if number != 1 else ''} old"
    return "new"
