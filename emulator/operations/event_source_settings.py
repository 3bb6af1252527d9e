"""What a caller may say of an event source mapping: from AWS's members to its settings, with every check on the way.

Creation and update share it. Everything here is decided by the request and the mapping alone; what the source itself
must tell is asked for by `event_source_lookup`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from emulator import quotas
from emulator.errors import InvalidParameterValueException
from emulator.operations.destination import check_failure_destination
from emulator.resources.event_source import (
    DYNAMODB,
    KAFKA,
    QUEUE_BATCH_WITHOUT_WINDOW,
    SELF_MANAGED_KAFKA,
    SQS,
    STARTING,
    STREAMS,
    SourceKind,
    kind_of,
)
from emulator.resources.filter_pattern import is_pattern

# What the mapping keeps as fields of its own.
_NOT_SETTINGS = frozenset({"UUID", "FunctionName", "EventSourceArn", "Enabled", "Tags"})


def read_source(members: Mapping[str, Any]) -> tuple[SourceKind, str | None]:
    """The kind of source that a creation names, and its ARN; self-managed Kafka has none.

    Raises InvalidParameterValueException for a source that Lambda does not read from.
    """
    event_source_arn = members.get("EventSourceArn")
    if event_source_arn is None and "SelfManagedEventSource" in members:
        return SELF_MANAGED_KAFKA, None
    kind = kind_of(event_source_arn) if event_source_arn else None
    if kind is None:
        raise InvalidParameterValueException.event_source(event_source_arn)
    return kind, event_source_arn


def read_new_settings(
    kind: SourceKind, event_source_arn: str | None, members: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The settings of a new mapping, defaults included. Raises InvalidParameterValueException."""
    _check_members(kind, members)
    for member in kind.required:
        if not members.get(member):
            raise InvalidParameterValueException.event_source_member_required(member)
    _check_starting_position(kind, members, now)
    return _merge(kind, event_source_arn, _defaults(kind, members), members)


def read_changed_settings(
    kind: SourceKind, event_source_arn: str | None, present: Mapping[str, Any], members: Mapping[str, Any]
) -> dict[str, Any]:
    """All settings after an update. What is not given is kept. Raises InvalidParameterValueException."""
    _check_members(kind, members)
    return _merge(kind, event_source_arn, dict(present), members)


def _defaults(kind: SourceKind, members: Mapping[str, Any]) -> dict[str, Any]:
    """What holds unless it is said. A Kafka topic that is read as a queue is read from no position.

    StartingPosition does "not apply" then [docs: kafka-esm-parameters]; what becomes of one that is given is not known.
    """
    reads_as_queue = members.get(kind.consumer_group or "", {}).get("ConsumptionMode") == "Queue"
    return {member: value for member, value in kind.defaults.items() if not (reads_as_queue and member in STARTING)}


def _check_members(kind: SourceKind, members: Mapping[str, Any]) -> None:
    if kind is SQS and "StartingPosition" in members:
        raise InvalidParameterValueException.starting_position_of_queue()
    for member in members:
        if not kind.takes(member):
            raise InvalidParameterValueException.event_source_member(member)


def _check_starting_position(kind: SourceKind, members: Mapping[str, Any], now: datetime) -> None:
    position, timestamp = members.get("StartingPosition"), members.get("StartingPositionTimestamp")
    if position is None and kind.name in STREAMS:
        raise InvalidParameterValueException.starting_position_required()
    if position == "AT_TIMESTAMP":
        if kind is DYNAMODB:
            raise InvalidParameterValueException.timestamp_of_table()
        if timestamp is None:
            raise InvalidParameterValueException.starting_timestamp_required()
        if timestamp > now:
            raise InvalidParameterValueException.starting_timestamp("cannot be in the future")
    elif timestamp is not None:
        raise InvalidParameterValueException.starting_timestamp("is only valid with StartingPosition AT_TIMESTAMP")


def _merge(
    kind: SourceKind, event_source_arn: str | None, settings: dict[str, Any], members: Mapping[str, Any]
) -> dict[str, Any]:
    for member, value in members.items():
        if member not in _NOT_SETTINGS:
            read = _READERS.get(member, _as_given)
            settings[member] = read(kind, value, settings.get(member))
    settings = {member: value for member, value in settings.items() if value is not None}
    if kind is SQS:
        _check_batch(settings, fifo=str(event_source_arn).endswith(".fifo"))
    if 0 <= settings.get("MaximumRecordAgeInSeconds", -1) < quotas.RECORD_AGE_SECONDS:
        raise InvalidParameterValueException.record_age(quotas.RECORD_AGE_SECONDS)
    if "ScalingConfig" in settings and "ProvisionedPollerConfig" in settings:
        raise InvalidParameterValueException.pollers("cannot be used together with ScalingConfig")
    return settings


def _check_batch(settings: Mapping[str, Any], *, fifo: bool) -> None:
    window, batch = settings["MaximumBatchingWindowInSeconds"], settings["BatchSize"]
    if fifo:
        if window > 0:
            raise InvalidParameterValueException.window_of_fifo_queue()
        if batch > quotas.FIFO_BATCH:
            raise InvalidParameterValueException.batch_of_fifo_queue(quotas.FIFO_BATCH)
    elif batch > QUEUE_BATCH_WITHOUT_WINDOW and window == 0:
        raise InvalidParameterValueException.batch_without_window(QUEUE_BATCH_WITHOUT_WINDOW)


# --- How a member is read: the kind of source, what is given, and what there was; None leaves the member out ---


def _as_given(_kind: SourceKind, given: Any, _present: Any) -> Any:
    return given


def _unless_empty(_kind: SourceKind, given: Any, _present: Any) -> Any:
    return given or None


def _read_filters(_kind: SourceKind, given: Mapping[str, Any], _present: Any) -> dict[str, Any] | None:
    filters = given.get("Filters", [])
    if len(filters) > quotas.EVENT_FILTERS:
        raise InvalidParameterValueException.too_many_filters(quotas.EVENT_FILTERS)
    if not all(is_pattern(entry.get("Pattern", "")) for entry in filters):
        raise InvalidParameterValueException.filter_pattern()
    # Without filters there is no such member [rec: test_create_event_filter_criteria_validation, 2025-12-18].
    return {"Filters": [dict(entry) for entry in filters]} if filters else None


def _read_destinations(kind: SourceKind, given: Mapping[str, Any], _present: Any) -> dict[str, Any]:
    check_failure_destination(given, kafka=kind.name in KAFKA)
    destination = given.get("OnFailure", {}).get("Destination")
    return {"OnFailure": {"Destination": destination} if destination else {}}


def _read_pollers(kind: SourceKind, given: Mapping[str, Any], _present: Any) -> dict[str, Any] | None:
    if not given:
        return None
    pollers = {**kind.pollers, **given}
    if pollers["MinimumPollers"] < kind.pollers["MinimumPollers"]:
        raise InvalidParameterValueException.pollers(
            f"must have at least {kind.pollers['MinimumPollers']} MinimumPollers for this event source"
        )
    if pollers["MinimumPollers"] > pollers["MaximumPollers"]:
        raise InvalidParameterValueException.pollers("cannot have more MinimumPollers than MaximumPollers")
    return pollers


def _read_consumer_group(_kind: SourceKind, given: Mapping[str, Any], present: Any) -> dict[str, Any]:
    if present is None:
        return dict(given)
    if given.get("ConsumerGroupId", present["ConsumerGroupId"]) != present["ConsumerGroupId"]:
        raise InvalidParameterValueException.consumer_group()
    return {**present, **given}


_READERS: dict[str, Callable[[SourceKind, Any, Any], Any]] = {
    "FilterCriteria": _read_filters,
    "DestinationConfig": _read_destinations,
    "ProvisionedPollerConfig": _read_pollers,
    "AmazonManagedKafkaEventSourceConfig": _read_consumer_group,
    "SelfManagedKafkaEventSourceConfig": _read_consumer_group,
    "KMSKeyArn": _unless_empty,
    "ScalingConfig": _unless_empty,
    "MetricsConfig": _unless_empty,
    "LoggingConfig": _unless_empty,
}
