"""Who answers for the other services: moto in a process of ours, an endpoint of the user's, or nobody."""

import asyncio
from typing import Protocol

import msgspec

from emulator.companions.client import CompanionClient
from emulator.companions.moto_server import MotoServer
from emulator.companions.passing_on import Address, BrokeOff, NotThere, pass_on
from emulator.errors import EmulatorError
from emulator.protocol.signature import caller_of
from emulator.settings import Settings
from emulator.wire.messages import Request, Response

_HOW = "start with --services, or with --companion-endpoint URL"


class _Server(Protocol):
    @property
    def name(self) -> str: ...
    def headers_of_account(self, account_id: str) -> dict[str, str]: ...
    def start(self) -> None: ...
    async def address(self) -> Address: ...
    def describe(self) -> dict[str, str]: ...
    async def close(self) -> None: ...


class Companion:
    """Answers requests that are not for Lambda, as the settings say.

    `client` asks the same companion on Lambda's own behalf; None where there is none.

    Failures of ours are plain JSON messages that name the companion and are dressed as no service's answer: 501 where
    there is no companion, 502 where nothing answers there. Raises EmulatorError for settings that cannot be.
    """

    def __init__(self, settings: Settings) -> None:
        self._server = _server(settings)
        self.client = CompanionClient(self._server) if self._server is not None else None

    def start(self) -> None:
        """Starts what is to be started; a running event loop is needed. Waits for nothing."""
        if self._server is not None:
            self._server.start()

    def handle(self, request: Request, service: str) -> "Response | asyncio.Future[Response]":
        """The answer to a request for the service of that name (as signatures write it), or a future of it."""
        if self._server is None:
            return _plain(501, f"This endpoint serves Lambda, and the request is for `{service}`: {_HOW}.")
        return asyncio.ensure_future(_answer(request, service, self._server))

    def describe(self) -> dict[str, str] | None:
        """`kind` (moto or endpoint), `state` and `url` for the health report; None where there is no companion."""
        return self._server.describe() if self._server is not None else None

    async def close(self) -> None:
        """Ends what was started."""
        if self.client is not None:
            self.client.close()
        if self._server is not None:
            await self._server.close()


class _ForeignServer:
    """An endpoint that the user runs."""

    def __init__(self, url: str) -> None:
        self.name = f"the companion endpoint {url}"
        self._url = url
        try:
            self._address = Address.of(url)
        except ValueError as error:
            raise EmulatorError(f"--companion-endpoint: {error}.") from None

    def headers_of_account(self, account_id: str) -> dict[str, str]:
        """None: the request is the user's, and goes on as it came."""
        del account_id
        return {}

    def start(self) -> None:
        pass

    async def address(self) -> Address:
        return self._address

    def describe(self) -> dict[str, str]:
        return {"kind": "endpoint", "url": self._url}

    async def close(self) -> None:
        pass


def _server(settings: Settings) -> _Server | None:
    if settings.services and settings.companion_endpoint:
        raise EmulatorError("--services and --companion-endpoint both say who the companion is; give one of them.")
    if settings.services:
        return MotoServer(settings.account_id)
    return _ForeignServer(settings.companion_endpoint) if settings.companion_endpoint else None


async def _answer(request: Request, service: str, server: _Server) -> Response:
    caller = caller_of(request)
    added = server.headers_of_account(caller.account_id) if caller is not None and caller.account_id else {}
    try:
        return await pass_on(request, await server.address(), added)
    except NotThere as error:
        return _plain(502, f"The request is for `{service}`, and {server.name} is not there: {error}.")
    except BrokeOff as error:
        return _plain(502, f"The request is for `{service}`, and {server.name} gave no answer: {error}.")


def _plain(status: int, message: str) -> Response:
    return Response(status, {"Content-Type": "application/json"}, msgspec.json.encode({"message": message}))
