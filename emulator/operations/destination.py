"""Destinations: which resources may receive the records of invocations.

Whether queues, topics, buses and buckets are there is asked of the companion, where there is one.
"""

from collections.abc import Coroutine, Mapping
from typing import Any

from emulator import arn
from emulator.errors import InvalidParameterValueException
from emulator.operations.call import Call
from emulator.operations.existence import can_ask, is_there

# Of asynchronous invocations; buckets take records of failures only [model: OnSuccess, OnFailure documentation].
_INVOCATION_SERVICES = {
    "OnSuccess": frozenset({"sqs", "sns", "lambda", "events"}),
    "OnFailure": frozenset({"sqs", "sns", "lambda", "events", "s3"}),
}
_STREAM_SERVICES = frozenset({"sqs", "sns", "s3"})  # of batches that a mapping gives up [model: OnFailure]
_KAFKA_TOPIC = "kafka://"


def check_destination_services(config: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValueException if one side of a DestinationConfig is in a service that takes no records.

    FIFO queues are refused so [issues: aws/aws-cdk#13793, 2021], and topics are taken to be.
    """
    for side, services in _INVOCATION_SERVICES.items():
        destination = config.get(side, {}).get("Destination")
        if destination and not _is_in(destination, services):
            raise _invalid(config)


def check_destination(call: Call, destination: str | None, own_name: str) -> None:
    """Raises InvalidParameterValueException for the function `own_name` itself, and for one that does not exist."""
    if not destination or _service(destination) != "lambda":
        return
    reference = arn.parse_function(destination)
    here = reference is not None and (reference.account_id, reference.region) == (call.account_id, call.region)
    if reference is None or not here:
        raise InvalidParameterValueException.destination(destination)
    if reference.name == own_name:
        raise InvalidParameterValueException.own_destination()
    function = call.resources.functions.get(reference.name)
    if function is None or function.find(reference.qualifier) is None:
        raise InvalidParameterValueException.destination(destination)


def ask_for_destinations(call: Call, config: Mapping[str, Any]) -> Coroutine[Any, Any, None] | None:
    """Asks whether the destinations outside of Lambda are there; None where nobody is to be asked.

    Raises InvalidParameterValueException for the first that is not [issues: serverless/serverless#10799, 2022, for a
    topic; serverless/serverless#7507, 2020, for an event bus], in the words recorded for functions.
    """
    destinations = [config.get(side, {}).get("Destination") for side in _INVOCATION_SERVICES]
    asked = [destination for destination in destinations if destination and can_ask(call, destination)]
    return _refuse_missing(call, asked) if asked else None


async def _refuse_missing(call: Call, destinations: list[str]) -> None:
    for destination in destinations:
        if not await is_there(call, destination):
            raise InvalidParameterValueException.destination(destination)


def check_failure_destination(config: Mapping[str, Any], *, kafka: bool) -> None:
    """For an event source mapping: OnFailure alone, to a queue, a topic or a bucket; for Kafka also to a Kafka topic.

    Raises InvalidParameterValueException. That AWS words it as for asynchronous invocations is not known, and whether
    it looks for the destination neither: nobody is asked.
    """
    destination = config.get("OnFailure", {}).get("Destination")
    topic = kafka and destination is not None and destination.startswith(_KAFKA_TOPIC)
    refused = destination and not topic and not _is_in(destination, _STREAM_SERVICES)
    if refused or config.get("OnSuccess", {}).get("Destination"):
        raise _invalid(config)


def _is_in(destination: str, services: frozenset[str]) -> bool:
    return _service(destination) in services and not destination.endswith(".fifo")


def _service(destination: str) -> str | None:
    named = arn.parse_resource(destination)
    return named.service if named else None


def _invalid(config: Mapping[str, Any]) -> InvalidParameterValueException:
    printed = [
        config[side].get("Destination", "null") if side in config else None for side in ("OnSuccess", "OnFailure")
    ]
    return InvalidParameterValueException.destination_config(*printed)
