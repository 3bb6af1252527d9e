"""Lists, page by page.

A marker is opaque to callers. It names the last entry of the page before rather than a position, so that entries that
come and go between two pages are neither skipped nor repeated.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from emulator.errors import InvalidParameterValueException

T = TypeVar("T")
Key = tuple[str | int, ...]


def page(
    entries: Sequence[T], key: Callable[[T], Key], members: Mapping[str, Any], largest: int
) -> tuple[list[T], dict[str, str]]:
    """One page of `entries`, which are in the order of `key`, and the NextMarker member if there are more.

    `members` is the operation's input: `Marker` and `MaxItems`, which is capped at `largest` without a word [model].
    Raises InvalidParameterValueException for a marker that no page has given out.
    """
    size = min(members.get("MaxItems") or largest, largest)
    if members.get("Marker"):
        after = _read(members["Marker"])
        if entries and not _is_alike(after, key(entries[0])):
            raise InvalidParameterValueException.marker()
        entries = [entry for entry in entries if key(entry) > after]
    shown = list(entries[:size])
    more = len(entries) > size
    return shown, {"NextMarker": _write(key(shown[-1]))} if more else {}


def _write(key: Key) -> str:
    return base64.b64encode(json.dumps(key).encode()).decode()


def _read(marker: str) -> Key:
    try:
        key = json.loads(base64.b64decode(marker, validate=True))
    except (binascii.Error, ValueError):
        raise InvalidParameterValueException.marker() from None
    if not isinstance(key, list):
        raise InvalidParameterValueException.marker()
    return tuple(key)


def _is_alike(one: Key, other: Key) -> bool:
    return [type(part) for part in one] == [type(part) for part in other]
