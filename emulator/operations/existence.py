"""Whether what an ARN names is there, as the companion knows it.

Only of some services is anything known here. What cannot be asked is taken to be there, and so is what its service does
not want to talk about: a refusal proves nothing.
"""

from collections.abc import Callable
from typing import Any

from emulator import arn
from emulator.arn import NamedResource
from emulator.companions import questions
from emulator.companions.client import Refusal
from emulator.operations.call import Call

Asking = Callable[[Any, NamedResource, str], bool]  # client, what is named, its ARN

# By the service in an ARN: the service that is asked, as botocore calls it, and how.
_QUESTIONS: dict[str, tuple[str, Asking]] = {
    "sqs": ("sqs", lambda sqs, named, _: _has_queue(sqs, named)),
    "sns": ("sns", lambda sns, _, arn_of_topic: questions.has_topic(sns, arn_of_topic)),
    "events": ("events", lambda events, _, arn_of_bus: questions.has_event_bus(events, arn_of_bus)),
    "s3": ("s3", lambda s3, named, _: questions.has_bucket(s3, named.resource.partition("/")[0])),
    "kinesis": ("kinesis", lambda kinesis, _, arn_of_stream: questions.has_stream(kinesis, arn_of_stream)),
    "dynamodb": (
        "dynamodbstreams",
        lambda streams, _, arn_of_stream: questions.has_table_stream(streams, arn_of_stream),
    ),
}


def can_ask(call: Call, arn_of_resource: str) -> bool:
    """Whether there is anybody to ask for it."""
    named = arn.parse_resource(arn_of_resource)
    return call.companion is not None and named is not None and named.service in _QUESTIONS


async def is_there(call: Call, arn_of_resource: str) -> bool:
    """Whether it is there, in the account and the region that its ARN names.

    Raises EmulatorError where the companion does not answer.
    """
    named = arn.parse_resource(arn_of_resource)
    if call.companion is None or named is None or named.service not in _QUESTIONS:
        return True
    service, ask = _QUESTIONS[named.service]
    account_id, region = named.account_id or call.account_id, named.region or call.region
    try:
        return await call.companion.ask(service, account_id, region, lambda client: ask(client, named, arn_of_resource))
    except Refusal:
        return True


def _has_queue(sqs: Any, named: NamedResource) -> bool:
    return questions.visibility_timeout(sqs, named.resource, named.account_id) is not None
