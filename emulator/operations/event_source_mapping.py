"""CreateEventSourceMapping, GetEventSourceMapping, UpdateEventSourceMapping, DeleteEventSourceMapping, List….

Reading the sources and invoking the functions comes with a later issue.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from emulator import arn, quotas
from emulator.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from emulator.operations.asking import answer_after
from emulator.operations.call import Call, Members
from emulator.operations.event_source_lookup import ask_for_source
from emulator.operations.event_source_settings import read_changed_settings, read_new_settings, read_source
from emulator.operations.pages import page
from emulator.operations.tag import check_tags
from emulator.operations.target import find_version, read_target
from emulator.resources.event_source import SELF_MANAGED_KAFKA, SQS
from emulator.resources.event_source_mapping import Event, EventSourceMapping

if TYPE_CHECKING:
    from emulator.clock import Clock
    from emulator.resources.store import RegionResources


def create_event_source_mapping(call: Call, members: Members) -> Members | asyncio.Future[Members]:
    """Have a function read a source. The mapping is Creating until it has settled."""
    moment = call.clock.now()
    kind, event_source_arn = read_source(members)
    settings = read_new_settings(kind, event_source_arn, members, moment)
    check_tags(members.get("Tags", {}))
    mapping = EventSourceMapping(
        account_id=call.account_id,
        region=call.region,
        event_source_arn=event_source_arn,
        function_arn=_read_function(call, members["FunctionName"]),
        settings=settings,
        enabled=members.get("Enabled", True),
        created=moment,
        last_modified=moment,
        tags=dict(members.get("Tags", {})),
    )
    _refuse_second(call, mapping, mapping.function_arn)

    def create() -> Members:
        _refuse_second(call, mapping, mapping.function_arn)
        call.resources.event_source_mappings[mapping.id] = mapping
        _settle_later(call, mapping)
        return mapping.describe()

    return answer_after(ask_for_source(call, mapping.event_source_arn, _timeout(call, mapping)), lambda _: create())


def get_event_source_mapping(call: Call, members: Members) -> Members:
    """A mapping as it is."""
    return _find(call, members["UUID"]).describe()


def update_event_source_mapping(call: Call, members: Members) -> Members:
    """Change a mapping. What is not given is kept.

    The answer has the new settings, and a State that says what goes on: Enabling or Disabling if it was switched, else
    Updating [rec: test_sqs_event_source_mapping_update, test_disabled_dynamodb_event_source_mapping, 2025-11-25].
    """
    mapping = _find(call, members["UUID"])
    settings = read_changed_settings(mapping.kind, mapping.event_source_arn, mapping.settings, members)
    enabled = members.get("Enabled", mapping.enabled)
    event = Event.UPDATE
    if enabled != mapping.enabled:
        event = Event.ENABLE if enabled else Event.DISABLE
    if not mapping.allows(event):
        raise ResourceInUseException.update()
    if "FunctionName" in members:
        function_arn = _read_function(call, members["FunctionName"])
        _refuse_second(call, mapping, function_arn)
        mapping.function_arn = function_arn
    mapping.settings, mapping.enabled = settings, enabled
    mapping.meet(event, call.clock.now())
    _settle_later(call, mapping)
    return mapping.describe()


def delete_event_source_mapping(call: Call, members: Members) -> Members:
    """Delete a mapping. It is Deleting, and listed, until that has settled [model]."""
    mapping = _find(call, members["UUID"])
    if not mapping.allows(Event.DELETE):
        raise ResourceInUseException.delete()
    mapping.meet(Event.DELETE, call.clock.now())
    call.clock.call_later(call.settings.settle_seconds, call.resources.event_source_mappings.pop, mapping.id, None)
    return mapping.describe()


def list_event_source_mappings(call: Call, members: Members) -> Members:
    """The mappings of the region in the order of their creation, of one source or of one function if that is asked.

    The function need not exist: mappings outlive their functions [model: DeleteFunction documentation]. Version and
    alias are part of the question; the order on AWS is not known.
    """
    mappings = sorted(call.resources.event_source_mappings.values(), key=_place)
    if "EventSourceArn" in members:
        mappings = [mapping for mapping in mappings if mapping.event_source_arn == members["EventSourceArn"]]
    if "FunctionName" in members:
        target = read_target(call, members["FunctionName"])
        wanted = _without_latest(target.arn(target.qualifier))
        mappings = [mapping for mapping in mappings if _without_latest(mapping.function_arn) == wanted]
    shown, more = page(mappings, _place, members, quotas.MAPPINGS_PER_PAGE)
    return {"EventSourceMappings": [mapping.describe_listed() for mapping in shown], **more}


def _place(mapping: EventSourceMapping) -> tuple[int, str]:
    return round(mapping.created.timestamp() * 1_000_000), mapping.id


def _find(call: Call, mapping_id: str) -> EventSourceMapping:
    mapping = call.resources.event_source_mappings.get(mapping_id)
    if mapping is None:
        raise ResourceNotFoundException.requested()
    return mapping


def _read_function(call: Call, name: str) -> str:
    """The ARN of the function with the qualifier that the caller gave [rec: test_function_name_variations, 2025]."""
    target = read_target(call, name)
    function = call.resources.functions.get(target.name)
    if function is None or function.find(target.qualifier) is None:
        raise InvalidParameterValueException.mapped_function()
    if function.latest.tenancy_config is not None:
        raise InvalidParameterValueException.isolated_tenants("Event source mappings")
    return target.arn(target.qualifier)


def _timeout(call: Call, mapping: EventSourceMapping) -> int:
    """How many seconds an invocation for the mapping may take."""
    target = read_target(call, mapping.function_arn)
    return find_version(call, target)[1].timeout


def _without_latest(function_arn: str) -> str:
    return function_arn.removesuffix(":" + arn.LATEST)


def _refuse_second(call: Call, mapping: EventSourceMapping, function_arn: str) -> None:
    """A function reads a source through one mapping, whatever its settings. Raises ResourceConflictException."""
    for other in call.resources.event_source_mappings.values():
        same_function = _without_latest(other.function_arn) == _without_latest(function_arn)
        if other is not mapping and same_function and _same_source(other, mapping):
            raise _conflict(mapping, function_arn, other.id)


def _same_source(one: EventSourceMapping, other: EventSourceMapping) -> bool:
    if one.event_source_arn != other.event_source_arn or _names(one) != _names(other):
        return False
    # Of a self-managed cluster one broker in common is enough [rec: test_create_event_source_self_managed, 2024-09-03].
    return one.kind is not SELF_MANAGED_KAFKA or not set(_servers(one)).isdisjoint(_servers(other))


def _names(mapping: EventSourceMapping) -> tuple[Any, Any]:
    """What is read of a cluster or of a broker."""
    return mapping.settings.get("Topics"), mapping.settings.get("Queues")


def _servers(mapping: EventSourceMapping) -> list[str]:
    servers: list[str] = (
        mapping.settings["SelfManagedEventSource"].get("Endpoints", {}).get("KAFKA_BOOTSTRAP_SERVERS", [])
    )
    return servers


def _conflict(mapping: EventSourceMapping, function_arn: str, other_id: str) -> ResourceConflictException:
    if mapping.event_source_arn is None:
        topics = mapping.settings["Topics"]
        return ResourceConflictException.kafka_mapping(_servers(mapping), function_arn, topics, other_id)
    function = function_arn.partition(":function:")[2]
    if mapping.kind is SQS:
        return ResourceConflictException.queue_mapping(mapping.event_source_arn, function, other_id)
    return ResourceConflictException.stream_mapping(mapping.event_source_arn, function, other_id)


def _settle_later(call: Call, mapping: EventSourceMapping) -> None:
    call.clock.call_later(call.settings.settle_seconds, _settle, call.clock, call.resources, mapping)


def _settle(clock: "Clock", resources: "RegionResources", mapping: EventSourceMapping) -> None:
    if mapping.id in resources.event_source_mappings:
        mapping.settle(clock.now())
