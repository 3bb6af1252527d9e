"""Which operations of the Lambda API make something, and which call removes it again. A table, and pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parity.error_answers import error_code
from parity.observation import Answer
from parity.targets.wire_capture import Exchange


@dataclass(frozen=True, slots=True)
class Removal:
    """The call that removes what an exchange has made, and its members. `thing` names it for people."""

    thing: str
    call: str
    members: Mapping[str, Any]


# What made it → what removes it, and for each member of that call the member of the first answer that holds its value.
# Aliases, versions, URLs, policies and the like go with their function.
_TABLE: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "CreateFunction": ("DeleteFunction", {"FunctionName": "FunctionName"}),
    "PublishLayerVersion": ("DeleteLayerVersion", {"LayerName": "LayerArn", "VersionNumber": "Version"}),
    "CreateEventSourceMapping": ("DeleteEventSourceMapping", {"UUID": "UUID"}),
    "CreateCodeSigningConfig": (
        "DeleteCodeSigningConfig",
        {"CodeSigningConfigArn": "CodeSigningConfig.CodeSigningConfigArn"},
    ),
    "CreateCapacityProvider": (
        "DeleteCapacityProvider",
        {"CapacityProviderName": "CapacityProvider.CapacityProviderArn"},
    ),
}

_RAW = (
    (re.compile(r"POST /2015-03-31/functions/?"), "CreateFunction"),
    (re.compile(r"POST /2018-10-31/layers/[^/]+/versions/?"), "PublishLayerVersion"),
    (re.compile(r"POST /2015-03-31/event-source-mappings/?"), "CreateEventSourceMapping"),
    (re.compile(r"POST /2020-04-22/code-signing-configs/?"), "CreateCodeSigningConfig"),
    (re.compile(r"POST /2025-11-30/capacity-providers/?"), "CreateCapacityProvider"),
)


def removal_of(operation: str | None, exchange: Exchange) -> Removal | None:
    """How to remove what an answered request has made, or None where it has made nothing.

    `operation` is None for a raw request, whose request line then tells.
    """
    row = _TABLE.get(operation or _operation_of(exchange) or "")
    if row is None or exchange.answer.status >= 300:
        return None
    call, where = row
    made = members_of(exchange.answer)
    members = {member: _at(made, path) for member, path in where.items()}
    if None in members.values():
        return None
    return Removal(f"{call.removeprefix('Delete')} {next(iter(members.values()))}", call, members)


def is_busy(answer: Answer) -> bool:
    """Whether a thing cannot be removed because it is being updated, or removed already: worth another attempt."""
    return answer.status == 409 or error_code(answer) == "ResourceInUseException"


def members_of(answer: Answer) -> dict[str, Any]:
    """The members of a JSON body; none where it is something else."""
    try:
        decoded = json.loads(answer.body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _operation_of(exchange: Exchange) -> str | None:
    line = f"{exchange.sent.method} {exchange.sent.path.partition('?')[0]}"
    return next((operation for pattern, operation in _RAW if pattern.fullmatch(line)), None)


def _at(members: Mapping[str, Any], path: str) -> Any:
    found: Any = members
    for member in path.split("."):
        found = found.get(member) if isinstance(found, dict) else None
    return found
