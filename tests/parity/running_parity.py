"""Runs `parity` as a user would, inside the test's process."""

from pathlib import Path

from click.testing import CliRunner, Result

from parity.cli import main


def parity(*arguments: str | Path, **settings: str) -> Result:
    """What the command says and ends with; `settings` are environment variables."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=settings, catch_exceptions=False)


def one_line(result: Result) -> str:
    """What a failed command said, which must be one line and no traceback."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, result.output
    return lines[0]
