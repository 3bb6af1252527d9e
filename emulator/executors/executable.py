"""Why a program cannot be started, told before it is tried, in the words of the kernel.

Lambda starts a `bootstrap` directly, and what the kernel says to that is the error that the caller sees. A program that
merely ends at once is something else, so it must be known beforehand. [log: `fork/exec /var/task/bootstrap: permission
denied`; `… no such file or directory` for a script with Windows line ends; `… exec format error` for a program of
another architecture]
"""

import platform
from collections.abc import Mapping
from pathlib import Path

from emulator.errors import EmulatorError

_ELF = b"\x7fELF"
_ARCHITECTURES = {0x3E: "x86_64", 0xB7: "arm64"}  # by the number in an ELF header
_HOST = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
_READ = 256  # bytes that the kernel reads of a script


def check_architecture(program: Path, wanted: str) -> None:
    """Raises EmulatorError for a program that AWS would run on the architecture `wanted`, and this machine cannot."""
    if wanted != _HOST and program.is_file() and _built_for(_head(program)) == wanted:
        raise EmulatorError(f"The function's bootstrap is built for {wanted}, and this machine is {_HOST}.")


def start_fault(file: Path, shown: Mapping[str, Path], language_root: str = "/var/lang") -> str | None:
    """What the kernel will say to starting `file`; None if nothing seems to stand in its way.

    `shown` are folders that the function sees elsewhere than where they are, by the path at which it sees them. What
    is in `language_root` is not looked for: it may be the function's alone.
    """
    if not file.exists():
        return "no such file or directory"  # a link to nowhere
    if not file.stat().st_mode & 0o001:
        return "permission denied"
    head = _head(file)
    if head.startswith(b"#!"):
        interpreter = _interpreter_of(head)
        there = interpreter.startswith(language_root + "/") or (interpreter and _exists(interpreter, shown))
        return None if there else "no such file or directory"
    runs_here = head.startswith(_ELF) and _built_for(head) in {None, _HOST}
    return None if runs_here else "exec format error"


def _built_for(head: bytes) -> str | None:
    """The architecture of a program, in AWS's words; None for a script, and where it is not known."""
    return _ARCHITECTURES.get(int.from_bytes(head[18:20], "little")) if head.startswith(_ELF) else None


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_READ)


def _interpreter_of(head: bytes) -> str:
    """What a script names. To the kernel it ends at a blank or a line feed; a carriage return is a letter like any."""
    line = head[2:].split(b"\n", 1)[0].strip(b" \t")
    return line.replace(b"\t", b" ").split(b" ", 1)[0].decode("utf-8", "replace")


def _exists(path: str, shown: Mapping[str, Path]) -> bool:
    for place, folder in shown.items():
        if path.startswith(place + "/"):
            return (folder / path[len(place) + 1 :]).exists()
    return Path(path).exists()
