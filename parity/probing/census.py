"""What there is on a target, to see that probing has left nothing behind, and the removal of what it made.

Refused requests must change nothing at all. Accepted ones may create what they ask for: it is removed at once.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from parity.observation import Answer
from parity.probing.request import Request, request_of

Ask = Callable[[Request], Answer]
Found = Mapping[str, tuple[str, ...]]
"""Names, by kind: {"Functions": ("arn:…",)}."""


class _Listing(NamedTuple):
    """How to list one kind of thing: the operation, the member that holds the entries, and what names an entry."""

    operation: str
    entries: str
    name: str


class _Removal(NamedTuple):
    """How to remove what an operation made: the operation, and where the answer holds the members that name it."""

    operation: str
    members: Mapping[str, tuple[str, ...]]


_LISTINGS = (
    _Listing("ListFunctions", "Functions", "FunctionArn"),
    _Listing("ListLayers", "Layers", "LayerArn"),
    _Listing("ListCapacityProviders", "CapacityProviders", "CapacityProviderArn"),
    _Listing("ListCodeSigningConfigs", "CodeSigningConfigs", "CodeSigningConfigArn"),
    _Listing("ListEventSourceMappings", "EventSourceMappings", "UUID"),
)
CREATING: Mapping[str, _Removal] = {
    "CreateFunction": _Removal("DeleteFunction", {"FunctionName": ("FunctionArn",)}),
    "CreateCapacityProvider": _Removal(
        "DeleteCapacityProvider", {"CapacityProviderName": ("CapacityProvider", "CapacityProviderArn")}
    ),
    "CreateCodeSigningConfig": _Removal(
        "DeleteCodeSigningConfig", {"CodeSigningConfigArn": ("CodeSigningConfig", "CodeSigningConfigArn")}
    ),
    "CreateEventSourceMapping": _Removal("DeleteEventSourceMapping", {"UUID": ("UUID",)}),
    "PublishLayerVersion": _Removal("DeleteLayerVersion", {"LayerName": ("LayerArn",), "VersionNumber": ("Version",)}),
}
"""The operations that make something where nothing was, each with its removal."""


def census(ask: Ask) -> Found:
    """The names of all that exists there."""
    return {listing.entries: tuple(sorted(_names(listing, ask))) for listing in _LISTINGS}


def changes(before: Found, after: Found) -> Found:
    """What has come, and what has gone, by kind; the kinds where nothing has changed are left out."""
    changed = {}
    for kind, names in after.items():
        come, gone = set(names) - set(before.get(kind, ())), set(before.get(kind, ())) - set(names)
        if come or gone:
            changed[kind] = (*(f"new: {name}" for name in sorted(come)), *(f"gone: {name}" for name in sorted(gone)))
    return changed


def removal_of(operation: str, answer: Answer) -> Request | None:
    """The request that removes what the answer says that the operation has created; None if it has created nothing."""
    removal = CREATING.get(operation)
    if removal is None or not 200 <= answer.status < 300:
        return None
    made = _json(answer)
    members = {member: _at(made, way) for member, way in removal.members.items()}
    return None if None in members.values() else request_of(removal.operation, members)


def _names(listing: _Listing, ask: Ask) -> list[str]:
    names: list[str] = []
    marker = None
    while True:
        page = _json(ask(request_of(listing.operation, {"Marker": marker} if marker else {})))
        names += [str(entry.get(listing.name)) for entry in page.get(listing.entries) or ()]
        marker = page.get("NextMarker")
        if not marker:
            return names


def _at(value: Any, way: tuple[str, ...]) -> Any:
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _json(answer: Answer) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
