"""Lists in TOML of what is left out, each entry with its reason: `[[cell]]`, `[[unused]]`."""

import re
import tomllib
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from parity.errors import ParityError


class Reasoned(Protocol):
    """An entry. Its text is how it is called in messages."""

    @property
    def reason(self) -> str: ...


E = TypeVar("E", bound=Reasoned)


def load_list(path: Path, table: str, entry: type[E]) -> tuple[E, ...]:
    """The entries `[[table]]` of a file that holds nothing else. Raises ParityError for one that cannot be used."""
    form: Any = dict[str, tuple[entry, ...]]  # type: ignore[valid-type]
    try:
        tables: dict[str, tuple[E, ...]] = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), form)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ParityError(f"{path}: {error}") from None
    for other in tables.keys() - {table}:
        raise ParityError(f"{path}: [[{other}]] is unknown; expected [[{table}]]")
    entries = tables.get(table, ())
    for one in entries:
        if not one.reason.strip():
            raise ParityError(f"{path}: {one} needs a reason")
    return entries


def fits(pattern: str, name: str) -> bool:
    """Whether a name is what the pattern says; `*` stands for any text, and nothing else is special."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
