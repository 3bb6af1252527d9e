"""GetDurableExecutionState."""

from operator import itemgetter
from typing import Any

from emulator import quotas
from emulator.operations.call import Call, Members
from emulator.operations.durable_execution import find_by_token, with_page_size
from emulator.operations.pages import page

Numbered = tuple[int, dict[str, Any]]


def get_durable_execution_state(call: Call, members: Members) -> Members:
    """The operations of an execution in the order of their start, for whoever has its checkpoint token."""
    execution = find_by_token(call, members)
    numbered: list[Numbered] = list(enumerate(execution.operations))
    shown, more = page(numbered, itemgetter(slice(1)), with_page_size(members), quotas.DURABLE_PER_PAGE)
    return {"Operations": [operation for _, operation in shown], **more}
