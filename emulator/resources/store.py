"""What the emulator knows: resources by account and region.

The store is plain memory and belongs to one event loop: no locks, no copies. Whoever reads a resource reads its present
state.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from emulator.resources.capacity_provider import CapacityProvider
from emulator.resources.code_links import CodeLinks
from emulator.resources.code_signing_config import CodeSigningConfig
from emulator.resources.durable_execution import DurableExecution
from emulator.resources.event_source_mapping import EventSourceMapping
from emulator.resources.function import Function
from emulator.resources.layer import Layer


@dataclass(slots=True)
class RegionResources:
    """The resources of one account in one region.

    `functions`, `layers` and `capacity_providers` are keyed by bare name, `code_signing_configs` by id,
    `durable_executions` by ARN, `event_source_mappings` by UUID. `used_numbers` holds the last version number of each
    function that was deleted: they are not used again [docs: configuration-versions]. `of_account` gives the resources
    of another account in the same region, None if it has none.
    """

    account_id: str
    region: str
    code_links: CodeLinks
    of_account: Callable[[str], Self | None]
    functions: dict[str, Function] = field(default_factory=dict)
    used_numbers: dict[str, int] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    code_signing_configs: dict[str, CodeSigningConfig] = field(default_factory=dict)
    event_source_mappings: dict[str, EventSourceMapping] = field(default_factory=dict)
    capacity_providers: dict[str, CapacityProvider] = field(default_factory=dict)
    durable_executions: dict[str, DurableExecution] = field(default_factory=dict)

    def total_code_size(self) -> int:
        """Bytes of all packages: every version of every function, and every layer version (functions.md §4, §7)."""
        functions = sum(
            version.code.size for function in self.functions.values() for version in function.all_versions()
        )
        layers = sum(version.code.size for layer in self.layers.values() for version in layer.versions.values())
        return functions + layers

    def reserved_concurrency(self) -> int:
        """Concurrent executions that functions have reserved for themselves."""
        return sum(function.reserved_concurrency or 0 for function in self.functions.values())

    def provisioned_concurrency(self) -> int:
        """Executions that functions without a reservation have ready; those with one have them out of it."""
        return sum(
            function.provisioned_concurrency()
            for function in self.functions.values()
            if function.reserved_concurrency is None
        )


class Store:
    """All resources. Accounts and regions know nothing of one another."""

    def __init__(self) -> None:
        self.code_links = CodeLinks()
        self._regions: dict[tuple[str, str], RegionResources] = {}

    def region(self, account_id: str, region: str) -> RegionResources:
        """The resources of one account in one region; empty ones, if nothing has been created there."""
        found = self._regions.get((account_id, region))
        if found is None:
            found = RegionResources(
                account_id, region, self.code_links, lambda other: self._regions.get((other, region))
            )
            self._regions[account_id, region] = found
        return found

    def regions(self) -> Iterable[RegionResources]:
        """Every account and region in which anybody has asked for anything."""
        return self._regions.values()
