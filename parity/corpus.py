"""Where the scenarios and their snapshots lie: at the top of a checkout, inside the package of an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def scenarios_dir() -> Path:
    """The folder of scenario files. Function code is in its `_functions`."""
    return _folder("scenarios")


def snapshots_dir() -> Path:
    """The folder of snapshots; a snapshot's path in it is its scenario's, with `.json`."""
    return _folder("snapshots")


def _folder(name: str) -> Path:
    installed = _PACKAGE / "corpus" / name  # put there by the wheel build alone: pyproject.toml, force-include
    return installed if installed.is_dir() else _PACKAGE.parent / name
