"""What the emulator knows: resources by account and region.

The store is plain memory and belongs to one event loop: no locks, no copies. Whoever reads a resource reads its present
state.
"""

from dataclasses import dataclass, field

from emulator.resources.code_links import CodeLinks
from emulator.resources.function import Function
from emulator.resources.layer import LayerVersion


@dataclass(slots=True)
class RegionResources:
    """The resources of one account in one region.

    `functions` is keyed by bare name; `layers` by layer name, then by version number.
    """

    account_id: str
    region: str
    code_links: CodeLinks
    functions: dict[str, Function] = field(default_factory=dict)
    layers: dict[str, dict[int, LayerVersion]] = field(default_factory=dict)

    def total_code_size(self) -> int:
        """Bytes of all packages: every version of every function, and every layer version (functions.md §4, §7)."""
        functions = sum(
            version.code.size for function in self.functions.values() for version in function.all_versions()
        )
        return functions + sum(layer.code_size for versions in self.layers.values() for layer in versions.values())

    def reserved_concurrency(self) -> int:
        """Concurrent executions that functions have reserved for themselves."""
        return sum(function.reserved_concurrency or 0 for function in self.functions.values())


class Store:
    """All resources. Accounts and regions know nothing of one another."""

    def __init__(self) -> None:
        self.code_links = CodeLinks()
        self._regions: dict[tuple[str, str], RegionResources] = {}

    def region(self, account_id: str, region: str) -> RegionResources:
        """The resources of one account in one region; empty ones, if nothing has been created there."""
        found = self._regions.get((account_id, region))
        if found is None:
            found = self._regions[account_id, region] = RegionResources(account_id, region, self.code_links)
        return found
