"""The pytest plugin: `pytest scenarios/` runs scenarios as tests, and two fixtures lend the emulator to any project.

It is loaded in every pytest run of whoever has lambda-parity installed, so it imports nothing but pytest until a
scenario is collected or a fixture is asked for.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from parity.targets import Emulator

_MARK = "scenario.schema.json"
"""What tells a folder of scenarios from other folders with YAML files."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of scenario tests. Snapshots are updated by syrupy's own `--snapshot-update`."""
    group = parser.getgroup("parity", "lambda-parity")
    group.addoption(
        "--parity-endpoint-url",
        metavar="URL",
        help="Run scenarios on what listens there, not on the embedded emulator.",
    )
    group.addoption(
        "--parity-snapshots",
        metavar="DIR",
        type=Path,
        help="The folder of snapshots, if not the one beside the scenarios.",
    )
    group.addoption(
        "--parity-known-differences",
        metavar="FILE",
        type=Path,
        help="Differences that are accepted for now (TOML); their steps are expected to fail.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collects the steps of a scenario file as tests."""
    root = scenarios_root(file_path)
    if root is None:
        return None
    from parity.pytest_plugin.collection import ScenarioFile  # noqa: PLC0415 - see the top of this module

    return ScenarioFile.from_parent(parent, path=file_path, root=root)


def scenarios_root(file_path: Path) -> Path | None:
    """The folder of scenarios that a file is a scenario of, or None where it is none."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    for folder in file_path.parents:
        if (folder / _MARK).is_file():
            inside = file_path.relative_to(folder).parts
            return None if any(part.startswith(("_", ".")) for part in inside) else folder
    return None


@pytest.fixture(scope="session")
def lambda_emulator() -> "Iterator[Emulator]":
    """A local Lambda of its own for the test session: `.url`, `.region`, `.account_id`, `.health()`, `.log`."""
    from parity.targets import Emulator  # noqa: PLC0415

    with Emulator() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def lambda_client(lambda_emulator: "Emulator") -> Any:
    """A boto3 client of `lambda_emulator`."""
    return lambda_emulator.boto3_client()
