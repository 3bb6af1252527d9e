"""What the outlet asks of a queue service beside sending."""

from collections import Counter

import pytest

from benchmarks.queue_service import QueueService
from emulator.companions.client import CompanionClient
from emulator.companions.outlet import CompanionOutlet
from emulator.companions.passing_on import Address
from emulator.errors import EmulatorError
from emulator.execution.events.event import QueuedEvent
from emulator.execution.invocation import Invocation

EVENT = QueuedEvent("000000000000", "us-east-1", "f", None, Invocation("r", b"{}", "arn"))
ARN = QueueService.arn("q")


class CountingService(QueueService):
    """Counts what it is asked, and refuses messages while it is to."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.refuses = False
        super().__init__(lambda name, message: None)

    def _answer(self, target, asked):
        operation = target.partition(".")[2]
        self.asked[operation] += 1
        return None if self.refuses and operation == "SendMessage" else super()._answer(target, asked)


class Companion:
    """A companion whose services are at `url`."""

    name = "the companion"

    def __init__(self, url: str) -> None:
        self.url = url

    async def address(self) -> Address:
        return Address.of(self.url)


async def test_the_url_of_a_queue_is_asked_for_once_as_long_as_all_goes_well():
    with CountingService() as service:
        client = CompanionClient(Companion(service.url))
        outlet = CompanionOutlet(client)
        await outlet.deliver_record(ARN, b"{}", EVENT, "Root=1")
        await outlet.deliver_record(ARN, b"{}", EVENT, "Root=1")
        await outlet.deliver_dead_letter(ARN, "{}", {"RequestID": ("String", "r")}, EVENT)
        assert service.asked == {"GetQueueUrl": 1, "SendMessage": 3}
        service.refuses = True
        with pytest.raises(EmulatorError, match="it was refused"):
            await outlet.deliver_record(ARN, b"{}", EVENT, "Root=1")
        service.refuses = False
        await outlet.deliver_record(ARN, b"{}", EVENT, "Root=1")
        assert service.asked == {"GetQueueUrl": 2, "SendMessage": 5}
        client.close()


async def test_nothing_in_order_takes_events():
    """FIFO queues and topics [docs: invocation-async-retain-records]: nobody is asked."""
    with CountingService() as service:
        client = CompanionClient(Companion(service.url))
        for arn in (f"{ARN}.fifo", "arn:aws:sns:us-east-1:000000000000:t.fifo"):
            with pytest.raises(EmulatorError, match="FIFO queues and topics take nothing"):
                await CompanionOutlet(client).deliver_record(arn, b"{}", EVENT, "Root=1")
        assert service.asked == {}
        client.close()
