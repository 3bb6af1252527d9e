"""Writes reports to the files that `--report FORMAT=FILE` names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from parity.errors import ParityError
from parity.report import Report
from parity.report.json_file import as_json
from parity.report.junit import as_junit

FORMATS: Mapping[str, Callable[[Report], bytes]] = {"json": as_json, "junit": as_junit}


@dataclass(frozen=True, slots=True)
class Destination:
    """A file to write and the format to write it in, one of `FORMATS`."""

    format: str
    path: Path


def destination(option: str) -> Destination:
    """What `json=report.json` means. Raises ParityError for an unknown format or a folder that is not there."""
    name, separator, file = option.partition("=")
    if name not in FORMATS or not separator or not file:
        raise ParityError(f"--report {option}: expected {' or '.join(f'{known}=FILE' for known in FORMATS)}")
    path = Path(file)
    if not path.parent.is_dir():
        raise ParityError(f"--report {option}: there is no folder {path.parent}")
    return Destination(name, path)


def write(report: Report, to: Destination) -> None:
    """Writes the report. Raises ParityError."""
    try:
        to.path.write_bytes(FORMATS[to.format](report))
    except OSError as error:
        raise ParityError(f"{to.path}: the report cannot be written: {error.strerror}") from None
