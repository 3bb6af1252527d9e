"""What the outlet asks of a queue service beside sending."""

from collections import Counter

import pytest

from benchmarks.queue_service import QueueService
from emulator.companions.client import CompanionClient
from emulator.companions.outlet import CompanionOutlet
from emulator.companions.passing_on import Address
from emulator.execution.events.delivery import OutletAwayError
from emulator.execution.events.event import QueuedEvent
from emulator.execution.invocation import Invocation

EVENT = QueuedEvent("000000000000", "us-east-1", "f", None, Invocation("r", b"{}", "arn"))
ARN = QueueService.arn("q")


class CountingService(QueueService):
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        super().__init__(lambda name, message: None)

    def _answer(self, target, asked):
        self.asked[target.partition(".")[2]] += 1
        return super()._answer(target, asked)


class Companion:
    """Answers with whichever service is there now."""

    name = "the companion"

    def __init__(self, url: str) -> None:
        self.url = url

    async def address(self) -> Address:
        return Address.of(self.url)


async def test_the_url_of_a_queue_is_asked_for_once_as_long_as_the_same_service_answers():
    with CountingService() as first:
        companion = Companion(first.url)
        client = CompanionClient(companion)
        outlet = CompanionOutlet(client)
        for _ in range(3):
            await outlet.deliver_record(ARN, b"{}", EVENT, "Root=1")
    assert first.asked == {"GetQueueUrl": 1, "SendMessage": 3}
    companion.url = "http://127.0.0.1:9"  # nobody is there
    with pytest.raises(OutletAwayError):
        await outlet.deliver_record(ARN, b"{}", EVENT, "Root=1")
    with CountingService() as second:
        companion.url = second.url
        await outlet.deliver_dead_letter(ARN, "{}", {"RequestID": ("String", "r")}, EVENT)
    assert second.asked == {"GetQueueUrl": 1, "SendMessage": 1}
    client.close()
