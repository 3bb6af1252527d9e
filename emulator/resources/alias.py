"""An alias: a name for one published version, or for two of them by weight."""

import random
from dataclasses import dataclass, field
from typing import Any

from emulator import arn, ids


@dataclass(slots=True)
class Alias:
    """A name for `function_version`. `weights` gives other versions their share (0.0 to 1.0) of the invocations."""

    account_id: str
    region: str
    function_name: str
    name: str
    function_version: str
    description: str = ""
    weights: dict[str, float] = field(default_factory=dict)
    revision_id: str = field(default_factory=ids.revision_id)

    @property
    def arn(self) -> str:
        return arn.function_arn(self.region, self.account_id, self.function_name, self.name)

    def versions(self) -> list[str]:
        """Every version that this alias refers to."""
        return [self.function_version, *self.weights]

    def choose(self, number: float | None = None) -> str:
        """The version that serves one invocation, by weight. `number` in [0, 1) decides; None draws one."""
        if not self.weights:
            return self.function_version
        left = random.random() if number is None else number  # noqa: S311 (shares traffic, guards nothing)
        for version, weight in self.weights.items():
            if left < weight:
                return version
            left -= weight
        return self.function_version

    def describe(self) -> dict[str, Any]:
        """AWS's AliasConfiguration. RoutingConfig only with weights [rec: test_alias_routingconfig, 2025-11-24]."""
        members: dict[str, Any] = {
            "AliasArn": self.arn,
            "Name": self.name,
            "FunctionVersion": self.function_version,
            "Description": self.description,
            "RevisionId": self.revision_id,
        }
        if self.weights:
            members["RoutingConfig"] = {"AdditionalVersionWeights": dict(self.weights)}
        return members
