"""What was in progress when the process died is over when the next one starts."""

from datetime import datetime

from emulator.resources import capacity_provider, durable_execution, event_source_mapping
from emulator.resources.condition import Condition
from emulator.resources.function import Function
from emulator.resources.store import RegionResources


def finish(resources: RegionResources, moment: datetime) -> None:
    """Ends every transition as time would have ended it."""
    for function in resources.functions.values():
        _finish_function(function)
    for mapping in list(resources.event_source_mappings.values()):
        if mapping.state is event_source_mapping.State.DELETING:
            del resources.event_source_mappings[mapping.id]
        elif mapping.state not in {event_source_mapping.State.ENABLED, event_source_mapping.State.DISABLED}:
            mapping.settle(moment)
    for provider in list(resources.capacity_providers.values()):
        if provider.state is capacity_provider.State.DELETING:
            del resources.capacity_providers[provider.name]
        elif provider.state is capacity_provider.State.PENDING:
            provider.meet(capacity_provider.Event.SETTLED)
    for execution in list(resources.durable_executions.values()):
        if execution.status is durable_execution.Status.DELETING:
            del resources.durable_executions[execution.arn]


def _finish_function(function: Function) -> None:
    for version in function.all_versions():
        if version.condition is not Condition.READY:
            function.settle(version)
    for scaling in function.scaling.values():
        scaling.applied = scaling.requested
