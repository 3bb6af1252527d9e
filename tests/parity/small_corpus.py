"""A folder of scenarios for a test: one function, and the scenarios that the test writes out."""

from pathlib import Path
from textwrap import dedent

from parity.loading import load_scenarios
from parity.scenario import Scenario

HANDLER = "def handler(event, context):\n    return event\n"

GET = """
    title: A function can be described
    needs: {function: echo}
    steps:
      - id: get
        call: GetFunction
        with: {FunctionName: "${function.name}"}
"""

NOT_THERE = """
    title: What is not there is not found
    steps:
      - id: get
        call: GetFunction
        with: {FunctionName: "${prefix}-none"}
        raises: ResourceNotFoundException
"""


def write_corpus(root: Path, **scenarios: str) -> Path:
    """Writes scenarios (`alias__create="title: …"` is alias/create.yaml) and the function `echo` if one uses it."""
    folder = root / "scenarios"
    if any("echo" in text for text in scenarios.values()):
        code = folder / "_functions" / "echo"
        code.mkdir(parents=True)
        (code / "index.py").write_text(HANDLER)
        (code / "function.yaml").write_text("runtime: python3.12\nhandler: index.handler\n")
    for name, text in scenarios.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


def corpus(root: Path, **scenarios: str) -> list[Scenario]:
    """The loaded scenarios of `write_corpus`."""
    return load_scenarios(write_corpus(root, **scenarios))
