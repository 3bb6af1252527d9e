"""What Lambda itself asks of the other services: for a package in S3, for a queue's settings, to keep log events.

botocore asks, in threads of its own, because it waits as it asks; nothing of it is imported before the first question.
Questions are asked as the account that they are about: its id is the access key, and a header that moto understands.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Any, Protocol, TypeVar

from emulator.companions.moto_program import account_headers
from emulator.companions.passing_on import Address, NotThere
from emulator.errors import EmulatorError

T = TypeVar("T")
Question = Callable[[Any], T]
"""Asks a botocore client, in a thread, and returns what is to be known. It lets botocore's exceptions pass."""

_THREADS = 8
_CONNECT_SECONDS, _ANSWER_SECONDS = 5, 60
_CLIENTS = 64  # that are kept: one for each service, account and region


class Refusal(Exception):
    """What a service answered instead: its error `code`, its words (`message`) and the HTTP `status`."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


class Answering(Protocol):
    """The server that answers, as the client sees it."""

    @property
    def name(self) -> str: ...
    async def address(self) -> Address: ...


class CompanionClient:
    """Asks the services of one companion. It belongs to one event loop."""

    def __init__(self, server: Answering) -> None:
        self._server = server
        self._threads: ThreadPoolExecutor | None = None
        self._lock = Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str, str], Any] = {}

    async def ask(self, service: str, account_id: str, region: str, question: Question[T]) -> T:
        """What `question` returns when it has asked the service (as botocore calls it: `s3`) in an account and region.

        Raises Refusal where the service refuses, EmulatorError where it does not answer or fails.
        """
        try:
            url = (await self._server.address()).url
        except NotThere as error:
            raise self._silent(service, error) from error
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, "companion")
        ask = partial(self._ask, url, service, account_id, region, question)
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    def close(self) -> None:
        """Waits for no answer any more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, url: str, service: str, account_id: str, region: str, question: Question[T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (slow, and seldom needed)

        try:
            return question(self._client(url, service, account_id, region))
        except ClientError as error:
            given = error.response.get("Error", {})
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status >= 500:
                raise self._silent(service, f"it failed: {status} {given.get('Message')}") from error
            raise Refusal(given.get("Code", ""), given.get("Message", ""), status) from error
        except BotoCoreError as error:
            raise self._silent(service, error) from error

    def _silent(self, service: str, reason: object) -> EmulatorError:
        return EmulatorError(f"Lambda asked `{service}` of {self._server.name}, which gave no answer: {reason}")

    def _client(self, url: str, service: str, account_id: str, region: str) -> Any:
        key = (service, account_id, region)
        with self._lock:  # sessions are not for several threads; clients are
            if key not in self._clients:
                while len(self._clients) >= _CLIENTS:
                    del self._clients[next(iter(self._clients))]
                self._clients[key] = self._make_client(url, service, account_id, region)
            return self._clients[key]

    def _make_client(self, url: str, service: str, account_id: str, region: str) -> Any:
        import botocore.session  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        if self._session is None:
            # The user's AWS settings are for his own programs: a profile, a proxy or a region of his is not for ours.
            own = {
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
            self._session = botocore.session.Session(session_vars=own)
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_ANSWER_SECONDS,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            parameter_validation=False,
            max_pool_connections=_THREADS,
            proxies={},
        )
        client = self._session.create_client(
            service,
            region_name=region,
            endpoint_url=url,
            aws_access_key_id=account_id,
            aws_secret_access_key="lambda-parity",  # noqa: S106 (it opens nothing)
            config=config,
        )
        headers = account_headers(account_id)
        client.meta.events.register("before-call", lambda params, **_: params["headers"].update(headers))
        return client
