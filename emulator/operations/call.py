"""What an operation is given beside its input."""

from typing import TYPE_CHECKING, Any

import msgspec

from emulator import arn
from emulator.wire.messages import Request

if TYPE_CHECKING:
    from emulator.clock import Clock
    from emulator.companions.client import CompanionClient
    from emulator.execution.dispatcher import Dispatcher
    from emulator.execution.events import Events
    from emulator.resources.store import RegionResources
    from emulator.settings import Settings

Members = dict[str, Any]
"""Input or output of an operation: members by the names that AWS gives them, only those that are there."""


class Call(msgspec.Struct):
    """One API call: who calls, where, and what the operation may use.

    `companion` is asked for what other services know; None where there is none.
    """

    operation: str
    account_id: str
    region: str
    request_id: str
    request: Request
    resources: "RegionResources"
    dispatcher: "Dispatcher"
    events: "Events"
    settings: "Settings"
    clock: "Clock"
    companion: "CompanionClient | None" = None

    @property
    def partition(self) -> str:
        """That of the region: `aws`, `aws-cn`, ..."""
        return arn.partition_of(self.region)

    @property
    def base_url(self) -> str:
        """The URL under which the caller reached us (`http://127.0.0.1:4566`), for links in answers."""
        return f"http://{self.request.headers.get('host', self.settings.host)}"
