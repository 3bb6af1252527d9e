"""Capacity providers: the instances on which functions of Lambda Managed Instances run, as far as they are configured.

    PENDING --settled--> ACTIVE --delete--> DELETING (and gone when that has settled)

What the table does not name is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from emulator import arn, clock

# [docs: lambda-managed-instances-capacity-providers]
_SCALING_DEFAULTS = {"MaxVCpuCount": 400, "ScalingMode": "Auto"}


class State(Enum):
    """AWS's states. A provider never fails here: nobody starts instances."""

    PENDING = "Pending"
    ACTIVE = "Active"
    DELETING = "Deleting"


class Event(Enum):
    """What happens to a provider."""

    SETTLED = auto()
    UPDATED = auto()
    DELETED = auto()


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.PENDING: {Event.SETTLED: State.ACTIVE},
    State.ACTIVE: {Event.UPDATED: State.ACTIVE, Event.DELETED: State.DELETING},
    State.DELETING: {},
}


@dataclass(slots=True)
class CapacityProvider:
    """A capacity provider. What callers configure is kept as AWS spells it."""

    account_id: str
    region: str
    name: str
    vpc_config: dict[str, Any]
    permissions_config: dict[str, Any]
    last_modified: datetime
    scaling_config: dict[str, Any] = field(default_factory=lambda: dict(_SCALING_DEFAULTS))
    instance_requirements: dict[str, Any] | None = None
    kms_key_arn: str | None = None
    propagate_tags: dict[str, Any] | None = None
    telemetry_config: dict[str, Any] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    state: State = State.PENDING

    @property
    def arn(self) -> str:
        return arn.capacity_provider_arn(self.region, self.account_id, self.name)

    def allows(self, event: Event) -> bool:
        """Whether `event` can happen now."""
        return event in TRANSITIONS[self.state]

    def meet(self, event: Event) -> None:
        """Go to the state that `event` leads to. Raises KeyError where `allows` is False."""
        self.state = TRANSITIONS[self.state][event]

    def scale(self, changes: Mapping[str, Any]) -> None:
        """Change the scaling configuration; what is not given is kept."""
        self.scaling_config = {**self.scaling_config, **changes}

    def describe(self) -> dict[str, Any]:
        """AWS's CapacityProvider. The form of LastModified is not known; it is taken from the other resources."""
        members = {
            "CapacityProviderArn": self.arn,
            "State": self.state.value,
            "VpcConfig": self.vpc_config,
            "PermissionsConfig": self.permissions_config,
            "InstanceRequirements": self.instance_requirements,
            "CapacityProviderScalingConfig": self.scaling_config,
            "KmsKeyArn": self.kms_key_arn,
            "LastModified": clock.iso_milliseconds(self.last_modified),
            "PropagateTags": self.propagate_tags,
            "TelemetryConfig": self.telemetry_config,
        }
        return {name: value for name, value in members.items() if value is not None}
