"""Where records and dead letters go: queues, topics, event buses and buckets of the companion.

What each carrier looks like is what AWS was seen to send, or documents (async.md §2, §3).
"""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from emulator.companions.client import CompanionClient, Refusal
from emulator.errors import EmulatorError
from emulator.execution.events.delivery import OutletAwayError
from emulator.execution.events.event import QueuedEvent

Attributes = dict[str, tuple[str, str]]  # of a message: name to type and value
_Send = Callable[[Any], None]

_KNOWN_QUEUES = 1_000
_DETAIL_TYPE = "Lambda Function Invocation Result - {}"


class CompanionOutlet:
    """See Outlet. Everything is sent as the account that the event belongs to."""

    def __init__(self, client: CompanionClient) -> None:
        self._client = client
        self._queue_urls: dict[str, str] = {}  # by ARN

    async def deliver_record(self, destination: str, record: bytes, event: QueuedEvent, trace_header: str) -> None:
        """See Outlet.deliver_record."""
        _, _, service, region, account_id, resource = destination.split(":", 5)
        text = record.decode()

        def to_queue(sqs: Any) -> None:
            _send_message(sqs, self._queue_url(sqs, destination), text, {}, trace_header)

        def to_topic(sns: Any) -> None:
            sns.publish(TopicArn=destination, Message=text)

        def to_bus(events: Any) -> None:
            _put_event(events, destination, text)

        def to_bucket(s3: Any) -> None:
            s3.put_object(Bucket=resource, Key=_key_of(event), Body=record)

        ways: dict[str, _Send] = {"sqs": to_queue, "sns": to_topic, "events": to_bus, "s3": to_bucket}
        await self._send(service, account_id or event.account_id, region or event.region, ways, resource)

    async def deliver_dead_letter(self, target: str, body: str, attributes: Attributes, event: QueuedEvent) -> None:
        """See Outlet.deliver_dead_letter."""
        _, _, service, region, account_id, resource = target.split(":", 5)

        def to_queue(sqs: Any) -> None:
            _send_message(sqs, self._queue_url(sqs, target), body, attributes, event.invocation.trace_header)

        def to_topic(sns: Any) -> None:
            sns.publish(TopicArn=target, Message=body, MessageAttributes=_message_attributes(attributes))

        await self._send(service, account_id, region, {"sqs": to_queue, "sns": to_topic}, resource)

    async def _send(self, service: str, account_id: str, region: str, ways: dict[str, _Send], resource: str) -> None:
        send = ways.get(service)
        if send is None:
            raise EmulatorError(f"Lambda sends nothing to `{service}`.")
        if resource.endswith(".fifo"):
            raise EmulatorError("FIFO queues and topics take nothing of asynchronous invocations.")
        try:
            await self._client.ask(service, account_id, region, send)
        except Refusal as refusal:
            self._queue_urls.clear()  # one of them may be what is wrong
            raise EmulatorError(f"it was refused: {refusal}") from refusal
        except OutletAwayError:
            raise
        except EmulatorError as error:
            self._queue_urls.clear()  # whoever answers next may have others
            raise OutletAwayError(str(error)) from error

    def _queue_url(self, sqs: Any, queue_arn: str) -> str:
        url = self._queue_urls.get(queue_arn)
        if url is None:
            account_id, name = queue_arn.split(":")[4:6]
            url = str(sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account_id)["QueueUrl"])
            if len(self._queue_urls) >= _KNOWN_QUEUES:
                self._queue_urls.clear()
            self._queue_urls[queue_arn] = url
        return url


def _send_message(sqs: Any, url: str, body: str, attributes: Attributes, trace_header: str | None) -> None:
    # The header tells the chain of invocations to whoever reads the queue [rec: test_retries, 2025-11-25].
    system = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace_header}} if trace_header else {}
    sqs.send_message(
        QueueUrl=url,
        MessageBody=body,
        MessageAttributes=_message_attributes(attributes),
        MessageSystemAttributes=system,
    )


def _message_attributes(attributes: Attributes) -> dict[str, dict[str, str]]:
    return {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()}


def _put_event(events: Any, bus_arn: str, record: str) -> None:
    """[rec: test_invoke_lambda_eventbridge, 2025-11-24]"""
    context = json.loads(record)["requestContext"]
    entry = {
        "Source": "lambda",
        "DetailType": _DETAIL_TYPE.format("Success" if context["condition"] == "Success" else "Failure"),
        "Detail": record,
        "Resources": [bus_arn, context["functionArn"]],
        "EventBusName": bus_arn,
    }
    answer = events.put_events(Entries=[entry])
    if answer.get("FailedEntryCount"):
        failed = answer["Entries"][0]
        raise Refusal(failed.get("ErrorCode", ""), failed.get("ErrorMessage", ""), 200)


def _key_of(event: QueuedEvent) -> str:
    """[docs: invocation-async-retain-records] `aws/lambda/async/<function>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`"""
    now = datetime.now(UTC)
    return f"aws/lambda/async/{event.function_name}/{now:%Y/%m/%d}/{now:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
