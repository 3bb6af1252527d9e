"""The function code that scenarios can deploy, how each folder is deployed by default, and which folders are in use."""

from collections.abc import Iterator
from pathlib import Path

from parity.errors import Problem
from parity.format_check import fitted
from parity.function_code import FOLDER, FunctionCode
from parity.reference_check import texts
from parity.scenario import FunctionFile
from parity.yaml_document import read_document

_BROKEN = FunctionFile(runtime="broken", handler="broken")  # reported once, not by every scenario too


class CodeLibrary:
    """The folders of `_functions` below a scenarios folder.

    `defaults` holds each folder's `function.yaml`, None where there is none (code for layers and `${zip.…}` has none).
    What is wrong with them gathers in `problems`. `used` is filled in as scenarios are loaded; `complete` becomes False
    when a scenario could not be read far enough to know what it uses.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.code = FunctionCode(root)
        self.problems: list[Problem] = []
        self.used: set[str] = set()
        self.complete = True
        self.defaults: dict[str, FunctionFile | None] = {name: self._defaults(name) for name in self.code}

    def unused(self) -> Iterator[Problem]:
        """A problem for each folder that no scenario uses; none while that cannot be known."""
        for name in self.code.keys() - self.used if self.complete else ():
            file = self.code.defaults_file(name)
            place = file if file.exists() else file.parent
            yield Problem(place, 1, f"no scenario uses {FOLDER}/{name}; use it or remove it")

    def _defaults(self, name: str) -> FunctionFile | None:
        path = self.code.defaults_file(name)
        if not path.is_file():
            return None
        document = read_document(path, "a mapping with `runtime` and `handler`")
        if isinstance(document, list):
            self.problems += document
            return _BROKEN
        file = fitted(document.value, FunctionFile)
        wrong = file if isinstance(file, list) else []
        wrong += [(way, "only a scenario can hold references") for way, _ in texts(document.value, ())]
        self.problems += [document.problem(message, way) for way, message in wrong]
        return _BROKEN if isinstance(file, list) else file
