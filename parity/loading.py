"""Scenarios from their files: all of them, or those that a command line means."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from parity.code_library import CodeLibrary
from parity.corpus import scenarios_dir
from parity.errors import BrokenScenarios, ParityError, Problem, did_you_mean
from parity.scenario import KEBAB, Scenario
from parity.scenario_reading import read_scenario
from parity.selection import SUFFIX, selected, step_of


def load_scenarios(root: Path | None = None, select: Sequence[str] = ()) -> list[Scenario]:
    """The scenarios below `root` (default: the project's own), sorted by id; with `select`, those it means.

    `select` takes ids, folders, files, patterns and steps: see `selection.selected`. Raises BrokenScenarios with every
    problem of every file that was looked at, and ParityError where there is nothing to load.
    """
    root = (root or scenarios_dir()).absolute()
    files = {_id(path, root): path for path in _scenario_files(root)}
    if not files:
        raise ParityError(f"no scenarios in {root}; expected files such as alias/create-alias{SUFFIX}")
    library = CodeLibrary(root)
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for id_ in selected(sorted(files), select, root):
        problems += _name_problems(id_, files[id_])
        read = read_scenario(id_, files[id_], library)
        if isinstance(read, Scenario):
            scenarios.append(read)
        else:
            problems += read
    problems += library.problems
    if not select:
        problems += library.unused()
    if problems:
        raise BrokenScenarios(problems)
    _check_selected_steps(scenarios, select)
    return scenarios


def _scenario_files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*.y*ml"):
        inside = path.relative_to(root)
        if path.suffix in (SUFFIX, ".yml") and not any(part.startswith(("_", ".")) for part in inside.parts):
            yield path


def _id(path: Path, root: Path) -> str:
    """`alias/create-alias`; with the wrong suffix kept, so that no file hides another."""
    return path.relative_to(root).as_posix().removesuffix(SUFFIX)


def _name_problems(id_: str, path: Path) -> Iterator[Problem]:
    if path.suffix != SUFFIX:
        yield Problem(path, 1, f"the file name ends with `{path.suffix}`; expected {SUFFIX}")
        id_ = id_.removesuffix(path.suffix)
    for part in id_.split("/"):
        if not re.search(KEBAB, part):
            yield Problem(path, 1, f"`{part}` is no kebab-case name; expected lower-case letters, digits and hyphens")


def _check_selected_steps(scenarios: Iterable[Scenario], select: Sequence[str]) -> None:
    known = {name for scenario in scenarios for step in scenario.steps for name in (step.id, step.source.id)}
    for wanted in filter(None, map(step_of, select)):
        if wanted not in known:
            raise ParityError(f"no step is called `{wanted}`{did_you_mean(wanted, sorted(known))}")
