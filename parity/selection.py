"""Which scenarios a command line means: by id, folder, file, pattern or one of their steps."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from parity.errors import ParityError, did_you_mean

SUFFIX = ".yaml"


def selected(ids: Iterable[str], select: Sequence[str], root: Path) -> list[str]:
    """The ids that `select` means, in the order of `ids`; all of them where it is empty.

    Each entry is a scenario (`alias/create-alias`), its file (`scenarios/alias/create-alias.yaml`), a folder (`alias`),
    a pattern (`alias/*`) or a step (`alias/create-alias#create`), which means its scenario. Raises ParityError where an
    entry means nothing.
    """
    known = list(ids)
    if not select:
        return known
    chosen: set[str] = set()
    for entry in select:
        wanted = _as_id(entry, root)
        met = {id_ for id_ in known if id_ == wanted or id_.startswith(f"{wanted}/") or fnmatchcase(id_, wanted)}
        if wanted in ("", "."):
            met = set(known)
        if not met:
            folders = {id_.rpartition("/")[0] for id_ in known}
            raise ParityError(f"no scenario is called `{wanted}`{did_you_mean(wanted, [*known, *sorted(folders)])}")
        chosen |= met
    return [id_ for id_ in known if id_ in chosen]


def step_of(entry: str) -> str | None:
    """The step that an entry of `select` names: `create` of `alias/create-alias#create`, None where it names none."""
    return entry.partition("#")[2] or None


def _as_id(entry: str, root: Path) -> str:
    name = entry.partition("#")[0]
    path = Path(name).resolve()
    if path.exists() and path.is_relative_to(root.resolve()):
        name = path.relative_to(root.resolve()).as_posix()
    return name.removesuffix(SUFFIX).rstrip("/")
