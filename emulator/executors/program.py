"""What starts a runtime in a sandbox, by the kind of runtime."""

from dataclasses import dataclass
from pathlib import Path

from emulator.executors.executable import start_fault
from emulator.executors.executor import Places
from emulator.executors.interpreters import Interpreter
from emulator.executors.node_interpreters import NodeInterpreter, runtime_major
from emulator.resources.function import FunctionVersion


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
    # The packages installed for the interpreter are not the function's. Compiled files are known by the second in which
    # their source was written, and by its size: not enough for a folder in which someone is at work.
    options = [] if isolated else ["-S", "-B"]
    return _wrapped(wrapper, places, (str(path), *options, f"{places.runtime_folder}/bootstrap.py"))


# What AWS switches off in its Node.js runtimes [docs: lambda-nodejs, experimental features], or what they are too old
# for. A function switches it on again with NODE_OPTIONS.
_REQUIRE, _DETECT = "experimental-require-module", "experimental-detect-module"
_SWITCHED_OFF = {16: (_REQUIRE, _DETECT), 18: (_REQUIRE, _DETECT), 20: (_REQUIRE,), 22: (_REQUIRE, _DETECT)}
_KNOWN_SINCE = {_REQUIRE: {20: 17, 22: 0, 23: 0, 24: 0}, _DETECT: {20: 10, 21: 1, 22: 0, 23: 0, 24: 0}}  # major: minor


def node_program(
    places: Places, interpreter: NodeInterpreter, version: FunctionVersion, wrapper: str | None, *, isolated: bool
) -> Program:
    """Our Node.js client under an interpreter; started by the function's wrapper script, if it has one."""
    path = Path(interpreter.path)
    if isolated:
        inside = path.relative_to(interpreter.prefix) if interpreter.prefix else "bin/node"
        path = Path(places.language_root, inside)
    options = _node_options(interpreter, version)
    return _wrapped(wrapper, places, (str(path), *options, f"{places.runtime_folder}/index.mjs"))


def _wrapped(wrapper: str | None, places: Places, start: tuple[str, ...]) -> Program:
    """The wrapper script with the start command as its arguments. It is named by its path on AWS."""
    if not wrapper:
        return Program(start)
    for path, place in (("/var/task/", places.task_root), ("/opt/", places.layers)):
        if wrapper.startswith(path):
            wrapper = f"{place}/{wrapper.removeprefix(path)}"
            break
    return Program((wrapper, *start))


def _node_options(interpreter: NodeInterpreter, version: FunctionVersion) -> list[str]:
    """AWS's own: a tenth of the memory is for young objects and buffers, the rest for old objects [log: execArgv]."""
    own = (version.variables or {}).get("NODE_OPTIONS", "").replace("_", "-")
    options = []
    if "max-semi-space-size" not in own and "max-old-space-size" not in own:
        semi_space, old_space = version.memory_size // 20, version.memory_size * 9 // 10
        options += [f"--max-semi-space-size={semi_space}", f"--max-old-space-size={old_space}"]
    major, minor = map(int, interpreter.version.split(".")[:2])
    unwanted = _SWITCHED_OFF.get(runtime_major(version.runtime or ""), ())
    known = [name for name in unwanted if minor >= _KNOWN_SINCE[name].get(major, minor + 1)]
    return [*options, *(f"--no-{name}" for name in known if f"--{name}" not in own)]


def bootstrap_program(places: Places, code: Path, layers: Path | None) -> Program:
    """The `bootstrap` that the code of an OS-only function brings, or else a layer [docs: runtimes-custom].

    `code` and `layers` are where these are unpacked; `layers` is None for a function that has none.
    """
    program = find_bootstrap(places, code, layers)
    if program.refusal is not None:
        return program
    (path,) = program.arguments
    shown = {places.task_root: code, **({places.layers: layers} if layers else {})}
    found = next(folder / "bootstrap" for place, folder in shown.items() if path == f"{place}/bootstrap")
    fault = start_fault(found, shown, places.language_root)
    return Program((path,), fault and f"fork/exec {path}: {fault}")


def find_bootstrap(places: Places, code: Path, layers: Path | None) -> Program:
    """As `bootstrap_program`, but only whether there is one: whether it starts is another matter."""
    searched = {f"{places.task_root}/bootstrap": code, f"{places.layers}/bootstrap": layers}
    for path, folder in searched.items():
        if folder and (folder / "bootstrap").is_file():
            return Program((path,))
    return Program(tuple(searched)[:1], f"Couldn't find valid bootstrap(s): [{' '.join(searched)}]")
