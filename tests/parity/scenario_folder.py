"""A folder of scenarios in the making, and two scenarios to put there."""

from pathlib import Path

import pytest

from parity.errors import BrokenScenarios
from parity.loading import load_scenarios
from parity.scenario import Scenario

ALIAS = """\
title: An alias names one published version
reference: API_CreateAlias
tags: [slow]
needs:
  function: echo-python
steps:
  - id: publish
    call: PublishVersion
    with: {FunctionName: "${function.name}"}
  - id: create
    says: The alias points at the version just published.
    call: CreateAlias
    with: {FunctionName: "${function.name}", Name: live, FunctionVersion: "${publish.Version}"}
    evidence: {documented: API_CreateAlias}
  - id: bad-name
    says: "${why} is no name."
    call: CreateAlias
    with: {FunctionName: "${function.name}", Name: "${bad}", FunctionVersion: "1"}
    each:
      bad: ["", "a b", {repeat: a, times: 129}]
      why: [Nothing, A space, Too much]
    raises: ValidationException
  - id: settle
    after: 500ms
    wait:
      call: GetFunction
      with: {FunctionName: "${function.name}"}
      until: {Configuration.State: Active}
      at_most: 2m
"""

MINIMAL = """\
title: The account has limits
steps:
  - id: get
    call: GetAccountSettings
"""


class Folder:
    """A folder of scenarios in the making."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.code("echo-python")

    def code(self, name: str, handler: str = "def handler(event, context):\n    return event\n") -> None:
        folder = self.root / "_functions" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "function.yaml").write_text(
            "runtime: python3.12\nhandler: handler.handler\ntimeout: 5\nmemory: 256\n"
        )
        (folder / "handler.py").write_text(handler)

    def write(self, id_: str, text: str) -> Path:
        path = self.root / f"{id_}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def load(self, *select: str) -> list[Scenario]:
        return load_scenarios(self.root, select)

    def only(self, text: str) -> Scenario:
        self.write("alias/only", text)
        (scenario,) = self.load("alias/only")
        return scenario

    def problems(self, *select: str) -> list[str]:
        with pytest.raises(BrokenScenarios) as error:
            self.load(*select)
        return [f"{p.path.relative_to(self.root)}:{p.line}: {p.message}" for p in error.value.problems]
