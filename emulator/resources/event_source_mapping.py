"""Event source mappings, as far as they are configured: what is read, for which function, and how.

    CREATING  --settled--> ENABLED or DISABLED         ENABLED  --disable--> DISABLING --settled--> DISABLED
    UPDATING  --settled--> ENABLED or DISABLED         DISABLED --enable---> ENABLING  --settled--> ENABLED
    ENABLED, DISABLED --update--> UPDATING             ENABLED, DISABLED --delete--> DELETING (and gone when settled)

A mapping that is on its way from one state to another takes no change: the table names none.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from emulator import arn
from emulator.resources.event_source import SELF_MANAGED_KAFKA, SourceKind, kind_of


class State(Enum):
    """AWS's states."""

    CREATING = "Creating"
    ENABLING = "Enabling"
    ENABLED = "Enabled"
    DISABLING = "Disabling"
    DISABLED = "Disabled"
    UPDATING = "Updating"
    DELETING = "Deleting"


class Event(Enum):
    """What happens to a mapping. STARTED and STOPPED end a transition: it reads its source, or it does not."""

    STARTED = auto()
    STOPPED = auto()
    ENABLE = auto()
    DISABLE = auto()
    UPDATE = auto()
    DELETE = auto()


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.CREATING: {Event.STARTED: State.ENABLED, Event.STOPPED: State.DISABLED},
    State.UPDATING: {Event.STARTED: State.ENABLED, Event.STOPPED: State.DISABLED},
    State.ENABLING: {Event.STARTED: State.ENABLED},
    State.DISABLING: {Event.STOPPED: State.DISABLED},
    State.ENABLED: {Event.DISABLE: State.DISABLING, Event.UPDATE: State.UPDATING, Event.DELETE: State.DELETING},
    State.DISABLED: {Event.ENABLE: State.ENABLING, Event.UPDATE: State.UPDATING, Event.DELETE: State.DELETING},
    State.DELETING: {},
}


@dataclass(slots=True)
class EventSourceMapping:
    """One mapping.

    `function_arn` bears the qualifier with which the caller named the function, if any. `event_source_arn` is None for
    self-managed Kafka. `settings` holds everything else that can be configured, as AWS spells it, defaults included.
    `processing_result` is for whoever reads the source to say.
    """

    account_id: str
    region: str
    event_source_arn: str | None
    function_arn: str
    settings: dict[str, Any]
    enabled: bool
    created: datetime
    last_modified: datetime
    tags: dict[str, str] = field(default_factory=dict)
    state: State = State.CREATING
    processing_result: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def __post_init__(self) -> None:
        self.processing_result = self.kind.processing_result
        if self.kind.consumer_group is not None:
            # A group that nobody named is called like the mapping [rec: test_create_event_source_self_managed, 2024].
            given = self.settings.get(self.kind.consumer_group, {})
            self.settings[self.kind.consumer_group] = {"ConsumerGroupId": self.id, **given}

    @property
    def kind(self) -> SourceKind:
        """The kind of its source."""
        kind = SELF_MANAGED_KAFKA if self.event_source_arn is None else kind_of(self.event_source_arn)
        assert kind is not None, "a mapping is not made of anything else"
        return kind

    @property
    def arn(self) -> str:
        return arn.event_source_mapping_arn(self.region, self.account_id, self.id)

    def allows(self, event: Event) -> bool:
        """Whether `event` can happen now."""
        return event in TRANSITIONS[self.state]

    def meet(self, event: Event, moment: datetime) -> None:
        """Go to the state that `event` leads to. Raises KeyError where `allows` is False."""
        self.state = TRANSITIONS[self.state][event]
        self.last_modified = moment  # also when nothing but the state changes [model]

    def settle(self, moment: datetime) -> None:
        """End a creation, an update or a switch: the mapping reads its source again if it is enabled."""
        self.meet(Event.STARTED if self.enabled else Event.STOPPED, moment)

    def describe(self) -> dict[str, Any]:
        """AWS's EventSourceMappingConfiguration. Which members there are is a matter of the kind of source."""
        members = {
            "UUID": self.id,
            "EventSourceArn": self.event_source_arn,
            "EventSourceMappingArn": self.arn,
            "FunctionArn": self.function_arn,
            "LastModified": self.last_modified,
            "LastProcessingResult": self.processing_result,
            "State": self.state.value,
            "StateTransitionReason": self.kind.reason,
            **self.settings,
        }
        return {name: value for name, value in members.items() if value is not None}

    def describe_listed(self) -> dict[str, Any]:
        """An entry of ListEventSourceMappings: filters that are encrypted are not shown [model: FilterCriteria]."""
        hidden = {"FilterCriteria"} if self.settings.get("KMSKeyArn") else set()
        return {name: value for name, value in self.describe().items() if name not in hidden}
