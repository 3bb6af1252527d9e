"""How many execution environments a function version on managed instances may have."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class FunctionScaling:
    """What was asked for, and what is in effect. Both are as AWS spells them, and empty until somebody asks."""

    requested: dict[str, int] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)

    def describe(self, function_arn: str) -> dict[str, Any]:
        """The answer of GetFunctionScalingConfig. What AWS shows before anything was set is not known."""
        return {
            "FunctionArn": function_arn,
            "AppliedFunctionScalingConfig": dict(self.applied) or None,
            "RequestedFunctionScalingConfig": dict(self.requested) or None,
        }
