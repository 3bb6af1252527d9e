"""Which scenarios a command is about: what its arguments name, less what its tags leave out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parity.errors import ParityError

if TYPE_CHECKING:
    from parity.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Choice:
    """The arguments as given. `root` is the folder of scenarios (None: the built-in one), `select` as in `loading`."""

    root: Path | None = None
    select: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether no scenario of the folder is left out."""
        return not (self.select or self.tags or self.skipped)

    @property
    def is_built_in_corpus(self) -> bool:
        """Whether it is the whole of the built-in folder."""
        return self.root is None and self.is_everything

    def load(self) -> "list[Scenario]":
        """The scenarios. Raises BrokenScenarios, and ParityError where there are none."""
        from parity.loading import load_scenarios  # noqa: PLC0415 - `parity --help` must not wait for it

        loaded = load_scenarios(self.root, self.select)
        chosen = [one for one in loaded if (not self.tags or one.tags & self.tags) and not one.tags & self.skipped]
        if not chosen:
            raise ParityError(f"none of the {len(loaded)} scenarios has such tags")
        return chosen
