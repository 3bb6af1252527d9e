"""Whether the source of a mapping is there, and can be read by its function: what Lambda asks before it makes one."""

from collections.abc import Coroutine
from typing import Any

from emulator import arn
from emulator.arn import NamedResource
from emulator.companions import questions
from emulator.companions.client import CompanionClient, Refusal
from emulator.errors import InvalidParameterValueException
from emulator.operations.call import Call
from emulator.operations.existence import can_ask, is_there


def ask_for_source(call: Call, event_source_arn: str | None, timeout: int) -> Coroutine[Any, Any, None] | None:
    """Asks for the source of a function whose invocations take up to `timeout` seconds; None if nobody can be asked.

    Raises InvalidParameterValueException for a queue or a stream that is not there, and for a queue that would give out
    a message again while the function still has it.
    """
    if event_source_arn is None or call.companion is None or not can_ask(call, event_source_arn):
        return None
    named = arn.parse_resource(event_source_arn)
    if named is not None and named.service == "sqs":
        return _ask_for_queue(call.companion, named, timeout)
    return _ask_for_stream(call, event_source_arn)


async def _ask_for_queue(companion: CompanionClient, queue: NamedResource, timeout: int) -> None:
    def ask(sqs: Any) -> int | None:
        return questions.visibility_timeout(sqs, queue.resource, queue.account_id)

    try:
        hidden = await companion.ask("sqs", queue.account_id, queue.region, ask)
    except Refusal:
        return  # it does not tell
    if hidden is None:
        raise InvalidParameterValueException.missing_queue("ReceiveMessage")
    if hidden < timeout:
        raise InvalidParameterValueException.visibility_timeout(hidden, timeout)


async def _ask_for_stream(call: Call, event_source_arn: str) -> None:
    if not await is_there(call, event_source_arn):
        raise InvalidParameterValueException.missing_stream(event_source_arn)
