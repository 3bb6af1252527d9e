"""GetDurableExecutionHistory."""

from typing import Any

from emulator import quotas
from emulator.operations.call import Call, Members
from emulator.operations.durable_execution import find_durable_execution, with_page_size
from emulator.operations.pages import page


def get_durable_execution_history(call: Call, members: Members) -> Members:
    """What happened in an execution, the oldest first unless reversed; without data no payloads."""
    execution = find_durable_execution(call, members["DurableExecutionArn"])
    direction = -1 if members.get("ReverseOrder") else 1

    def place(event: dict[str, Any]) -> tuple[int]:
        return (direction * event["EventId"],)

    shown, more = page(sorted(execution.events, key=place), place, with_page_size(members), quotas.DURABLE_PER_PAGE)
    if not members.get("IncludeExecutionData", True):
        shown = [_without_payloads(event) for event in shown]
    return {"Events": shown, **more}


def _without_payloads(event: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_payloads(value) if isinstance(value, dict) else value
        for name, value in event.items()
        if name != "Payload"
    }
