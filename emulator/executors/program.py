"""What starts a runtime in a sandbox, by the kind of runtime."""

from dataclasses import dataclass
from pathlib import Path

from emulator.executors.executor import Places
from emulator.executors.interpreters import Interpreter


@dataclass(slots=True, frozen=True)
class Program:
    """The command line of a runtime; `refusal` says, in AWS's words, why there is nothing to start."""

    arguments: tuple[str, ...]
    refusal: str | None = None


def python_program(places: Places, interpreter: Interpreter, wrapper: str | None, *, isolated: bool) -> Program:
    """AWS's Python client under an interpreter; started by the function's wrapper script, if it has one."""
    path = Path(interpreter.path)
    if isolated and path.is_relative_to(interpreter.prefix):
        path = Path(places.language_root, path.relative_to(interpreter.prefix))
    options = [] if isolated else ["-S"]  # the packages installed for the interpreter are not the function's
    start = (str(path), *options, f"{places.runtime_folder}/bootstrap.py")
    return Program((wrapper, *start) if wrapper else start)


def bootstrap_program(places: Places, code: Path) -> Program:
    """The `bootstrap` that the code of an OS-only function brings; `code` is where it is unpacked."""
    path = f"{places.task_root}/bootstrap"
    found = code / "bootstrap"
    if not found.is_file():
        searched = f"[{places.task_root}/bootstrap {places.layers}/bootstrap]"
        return Program((path,), f"Couldn't find valid bootstrap(s): {searched}")
    if not found.stat().st_mode & 0o001:
        return Program((path,), f"fork/exec {path}: permission denied")
    return Program((path,))
