"""The rules of the design that a reviewer would otherwise have to remember.

Imports are read from the syntax tree, inside functions too, so a lazy import is held to the same rules. What stands
under `if TYPE_CHECKING:` is left out: it names a type and imports nothing when the program runs.
"""

import ast
import gzip
import importlib.util
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Which way imports point: a module may import from its own row and from the rows above it. Patterns name a module or a
# package with all that is in it; the longest pattern that fits a module decides.
EMULATOR_LAYERS = (
    ("errors", "settings", "quotas", "clock", "ids", "arn", "pending"),
    (
        *("wire", "wire.messages", "protocol", "resources"),
        *("execution.lifecycle", "execution.admission", "execution.assignment", "execution.invocation"),
        "execution.recursion",
    ),
    ("wire.server", "executors", "runtime_api"),
    ("execution", "event_sources", "companions"),
    ("operations", "function_urls"),
    ("gateway",),
    ("app",),
    ("cli", "__main__"),
)

# Each third-party package and the modules that may import it. What is not in the table may not be imported at all.
DOORS: Mapping[str, tuple[str, ...]] = {
    "awslambdaric": ("emulator.executors.python_runtime",),
    "boto3": ("parity.targets", "parity.deployment", "emulator.companions"),
    "botocore": ("parity.targets", "parity.deployment", "emulator.companions"),
    "click": ("parity.cli", "emulator.cli"),
    "deepdiff": ("parity.comparison",),
    "docker": ("emulator.executors.docker",),
    "httptools": ("emulator.wire.server",),
    "moto": ("emulator.companions",),
    "msgspec": ("parity", "emulator"),  # the language of the formats; types, not a service
    "pytest": ("parity.pytest_plugin",),
    "rich": ("parity.cli", "parity.report", "parity.progress"),
    "syrupy": ("parity.pytest_plugin",),
    "uvloop": ("emulator.app",),
    "watchfiles": ("emulator.executors",),
    "yaml": ("parity.yaml_document",),
}

# `parity` starts the emulator as a process and never imports it. targets.py names what it starts; cli.py mounts
# `parity serve` lazily by the name of the command.
MAY_NAME_THE_EMULATOR = {"parity.targets", "parity.cli"}

# Lines; a file that needs more holds two matters. A test file may list more cases of the one that it has.
LONGEST_FILE = {"parity": 450, "emulator": 450, "benchmarks": 450, "tests": 650}
LONG_ON_PURPOSE = {
    "emulator/errors.py": "a table: one class per exception of AWS, so that each text stands once",
}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "misc"}


@dataclass(frozen=True)
class Module:
    """One Python file of the two packages, under its dotted name."""

    name: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _modules(package: str) -> list[Module]:
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found.append(Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


EMULATOR = _modules("emulator")
PARITY = _modules("parity")
EVERYTHING = EMULATOR + PARITY
OUR_FILES = sorted(path for top in LONGEST_FILE for path in (ROOT / top).rglob("*.py"))
NAMES = {module.name for module in EVERYTHING}


def _nodes_that_run(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those under `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for other in node.orelse:
                yield from _nodes_that_run(other)
            continue
        yield node
        yield from _nodes_that_run(node)


def _imports(module: Module) -> set[str]:
    """The dotted names that the module imports. `from emulator import arn` counts as `emulator.arn`."""
    names: set[str] = set()
    for node in _nodes_that_run(module.tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}:{node.lineno}: imports are absolute"
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & NAMES
            names.update(submodules or {str(node.module)})
    return names


def _covers(pattern: str, name: str) -> bool:
    return name == pattern or name.startswith(pattern + ".")


def _layer(name: str) -> int:
    """The row of EMULATOR_LAYERS in which the module stands. Raises LookupError for one that has no place."""
    if name == "emulator":
        return 0
    places = [
        (len(pattern), row)
        for row, patterns in enumerate(EMULATOR_LAYERS)
        for pattern in patterns
        if _covers("emulator." + pattern, name)
    ]
    if not places:
        raise LookupError(f"{name} has no place in EMULATOR_LAYERS")
    return max(places)[1]


@pytest.mark.parametrize("module", EMULATOR, ids=lambda module: module.name)
def test_imports_of_the_emulator_point_one_way(module: Module):
    own = _layer(module.name)
    upward = sorted(name for name in _imports(module) & NAMES if _layer(name) > own)
    assert not upward, f"{module.name} (row {own}) imports from a higher row: {upward}"


def test_there_are_no_import_cycles():
    graph = {module.name: (_imports(module) & NAMES) - {module.name} for module in EVERYTHING}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_emulator_does_not_know_the_harness():
    assert not [m.name for m in EMULATOR if any(_covers("parity", name) for name in _imports(m))]


def test_the_harness_imports_nothing_of_the_emulator():
    assert not [m.name for m in PARITY if any(_covers("emulator", name) for name in _imports(m))]


def test_the_harness_names_the_emulator_in_one_place():
    """`-m emulator` and dotted names such as "emulator.cli:serve" stand where they may, as text."""
    naming = set()
    for module in PARITY:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and re.match(r"emulator\.[a-z_]+(\.|:|$)", str(node.value)):
                naming.add(module.name)
            if isinstance(node, ast.List | ast.Tuple) and re.search(r"'-m', 'emulator'", ast.unparse(node)):
                naming.add(module.name)
    assert naming <= MAY_NAME_THE_EMULATOR


@pytest.mark.parametrize("module", EVERYTHING, ids=lambda module: module.name)
def test_each_third_party_package_has_its_doors(module: Module):
    for name in _imports(module):
        package = name.partition(".")[0]
        if package in sys.stdlib_module_names or package in {"parity", "emulator"}:
            continue
        assert package in DOORS, f"{module.name} imports {package}, which is not in DOORS"
        doors = DOORS[package]
        assert any(_covers(door, module.name) for door in doors), f"{module.name} imports {package}; doors: {doors}"


@pytest.mark.parametrize("module", EVERYTHING, ids=lambda module: module.name)
def test_each_module_opens_with_what_it_is(module: Module):
    if module.path.read_text(encoding="utf-8").strip():  # an empty __init__.py has nothing to say
        assert ast.get_docstring(module.tree), f"{module.path} has no docstring"


@pytest.mark.parametrize("path", OUR_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_named_for_what_they_hold(path: Path):
    assert path.stem not in NAMES_THAT_SAY_NOTHING
    length = len(path.read_text(encoding="utf-8").splitlines())
    name = path.relative_to(ROOT)
    assert name.as_posix() in LONG_ON_PURPOSE or length <= LONGEST_FILE[name.parts[0]]


# --- operations: one function each, under the file name that the rule gives ---

VERBS = (
    *("Add", "Checkpoint", "Create", "Delete", "Get", "List", "Pause", "Publish", "Put"),
    *("Remove", "Resume", "Send", "Stop", "Tag", "Untag", "Update"),
)

# Where dropping the verb leaves no noun, or not the one that the operation is about.
IRREGULAR = {
    "Invoke": "invocation",
    "InvokeAsync": "invocation",
    "InvokeWithResponseStream": "invocation",
    "SendDurableExecutionCallbackFailure": "durable_execution_callback",
    "SendDurableExecutionCallbackHeartbeat": "durable_execution_callback",
    "SendDurableExecutionCallbackSuccess": "durable_execution_callback",
    "TagResource": "tag",
    "UntagResource": "tag",
}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _file_of(operation: str) -> str:
    """Drop the verb, the noun is the file: CreateAlias and ListAliases stand in alias.py."""
    if operation in IRREGULAR:
        return IRREGULAR[operation]
    verb = next(verb for verb in VERBS if operation.startswith(verb))
    noun = re.sub(r"By[A-Z].*", "", operation.removeprefix(verb))  # ListVersionsByFunction lists versions
    if verb == "List":
        noun = re.sub(r"(?<=s)es$|s$", "", noun)
    return _snake(noun)


@cache
def _operations_of_the_model() -> frozenset[str]:
    spec = importlib.util.find_spec("botocore")
    assert spec and spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "data" / "lambda" / "2015-03-31"
    return frozenset(json.loads(gzip.decompress((folder / "service-2.json.gz").read_bytes()))["operations"])


@pytest.mark.parametrize(
    ("operation", "file"),
    [
        ("CreateAlias", "alias"),
        ("ListAliases", "alias"),
        ("UpdateFunctionCode", "function_code"),
        ("ListVersionsByFunction", "version"),
        ("ListTags", "tag"),
        ("UntagResource", "tag"),
        ("Invoke", "invocation"),
        ("GetAccountSettings", "account_settings"),
        ("ListFunctionEventInvokeConfigs", "function_event_invoke_config"),
    ],
)
def test_the_rule_for_file_names(operation: str, file: str):
    assert _file_of(operation) == file


def test_each_operation_of_the_model_is_there_or_listed_as_missing():
    from emulator.operations import NOT_YET, OPERATIONS

    assert not OPERATIONS.keys() & NOT_YET
    assert OPERATIONS.keys() | NOT_YET == _operations_of_the_model()


def test_each_operation_stands_under_its_own_name_in_the_file_of_its_noun():
    from emulator.operations import OPERATIONS

    places = {name: f"{handler.__module__}.{handler.__qualname__}" for name, handler in OPERATIONS.items()}
    assert places == {name: f"emulator.operations.{_file_of(name)}.{_snake(name)}" for name in OPERATIONS}


def test_no_operation_is_written_twice():
    expected = {_snake(name) for name in _operations_of_the_model()}
    defined: dict[str, list[str]] = {}
    for module in EMULATOR:
        if _covers("emulator.operations", module.name):
            for node in module.tree.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in expected:
                    defined.setdefault(node.name, []).append(module.name)
    assert {name: where for name, where in defined.items() if len(where) > 1} == {}
