"""Lists that show a whole account: of those, a scenario keeps what it made itself.

`ListFunctions` lists whatever else stands in the account, which is another matter each time. A step that says
`own: [Functions]` is about the entries alone that bear the run's prefix, somewhere in them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from parity.alignment import Path, way_of
from parity.observation import ScenarioRun


def prefix_of(run: ScenarioRun) -> str:
    """The prefix of all that the run made, which no one else has."""
    return next((value for value, kind in run.known.items() if kind == "prefix"), "")


def own_entries(answer: Mapping[str, Any], paths: Iterable[str], prefix: str) -> dict[str, Any]:
    """The (decoded) answer with none but the run's own entries in the lists at these paths of its body."""
    ways = {way_of(path) for path in paths}
    return {form: _own(value, ("body",), ways, prefix) if form == "body" else value for form, value in answer.items()}


def _own(value: Any, at: Path, ways: set[Path], prefix: str) -> Any:
    if isinstance(value, dict):
        return {key: _own(item, (*at, key), ways, prefix) for key, item in value.items()}
    if isinstance(value, list):
        kept = [item for item in value if _bears(item, prefix)] if at in ways else value
        return [_own(item, at, ways, prefix) for item in kept]
    return value


def _bears(entry: Any, prefix: str) -> bool:
    return prefix in msgspec.json.encode(entry).decode()
