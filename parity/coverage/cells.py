"""What there is to cover: one cell for each thing that the service model says an operation can answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from parity.coverage.constraints import ServiceModel, constraints_of

Kind = Literal["success", "error", "constraint", "response"]

KINDS: dict[Kind, str] = {
    "success": "success",
    "error": "errors",
    "constraint": "constraints",
    "response": "response members",
}
"""The kinds of cells in the order in which they are shown, and what several of them are called."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One thing to cover. `name` is the exception, the constraint or the path of the member; empty for the success."""

    operation: str
    kind: Kind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.operation} {self.kind} {self.name}".rstrip()


def cells_of(model: ServiceModel, operation: str) -> list[Cell]:
    """Every cell of an operation, in the model's order. Raises KeyError for an unknown one."""
    described = model["operations"][operation]
    found = [Cell(operation, "success")]
    found += [Cell(operation, "error", error["shape"]) for error in described.get("errors", ())]
    found += [Cell(operation, "constraint", constraint.name) for constraint in constraints_of(model, operation)]
    if output := described.get("output"):
        members = _members(model, output["shape"], "", frozenset())
        found += [Cell(operation, "response", path) for path in members]
    return list(dict.fromkeys(found))


def _members(model: ServiceModel, name: str, path: str, above: frozenset[str]) -> Iterator[str]:
    """The paths of all members of a shape, however deep: `Functions`, `Functions[].FunctionName`, …"""
    shape = model["shapes"][name]
    match shape["type"]:
        case "structure" if name not in above:
            for member, described in shape["members"].items():
                inner = f"{path}.{member}" if path else member
                yield inner
                yield from _members(model, described["shape"], inner, above | {name})
        case "list":
            yield from _members(model, shape["member"]["shape"], f"{path}[]", above)
        case "map":
            yield from _members(model, shape["value"]["shape"], f"{path}{{}}", above)
