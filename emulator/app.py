"""Puts the emulator together, and runs it until it is told to stop."""

import asyncio
import contextlib
import errno
import gc
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from emulator import quotas
from emulator.clock import Clock
from emulator.companions.companion import Companion
from emulator.companions.log_delivery import LogDelivery
from emulator.companions.outlet import CompanionOutlet
from emulator.errors import EmulatorError
from emulator.execution.credentials import secret_of
from emulator.execution.dispatcher import Dispatcher
from emulator.execution.events import Events
from emulator.execution.events.event import finding
from emulator.execution.events.journal import EventJournal, NoJournal
from emulator.execution.logs import LogStore
from emulator.executors.executor import Executor
from emulator.executors.process import ProcessExecutor
from emulator.function_urls.address import HOST_MARK
from emulator.function_urls.address import PATH as URLS_PATH
from emulator.function_urls.endpoint import FunctionUrls
from emulator.gateway import Gateway
from emulator.operations import NOT_YET, OPERATIONS
from emulator.operations.call import Call
from emulator.operations.function_code import code_download
from emulator.operations.function_log import PATH as LOGS_PATH
from emulator.operations.function_log import function_log
from emulator.operations.provisioned_concurrency_config import provision_again
from emulator.protocol.model import Operation, load_model
from emulator.protocol.signature import Caller
from emulator.resources.code_links import PATH as CODE_PATH
from emulator.resources.interrupted import finish
from emulator.resources.saved_state import SavedState
from emulator.resources.store import Store
from emulator.settings import Settings
from emulator.wire.messages import Request, Response
from emulator.wire.server import HttpServer

HEALTH_PATH = "/_parity/health"
_LARGEST_REQUEST = 256 * quotas.MEGABYTE  # above what any operation takes, so that operations word their own refusals
_OPEN_FILES = 65_536  # a hundred environments hold about eight hundred
_JSON = {"Content-Type": "application/json"}


class Emulator:
    """One emulator: resources, execution, and the HTTP server in front of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clock = Clock(settings.time_scale)
        self._store = Store()
        self._companion = Companion(settings)
        self._state, self._journal = _open_state(settings, self._store, self._clock)
        self._executor = _executor(settings)
        self._executor.start()
        logs = LogStore()
        self.dispatcher = Dispatcher(settings, self._clock, self._executor, logs, self._taken)
        self.events = Events(
            self.dispatcher.invoke_event,
            finding(self._store),
            self._clock,
            at_once=settings.max_environments,
            outlet=None if self._companion.client is None else CompanionOutlet(self._companion.client),
            journal=self._journal or NoJournal(),
        )
        client = self._companion.client
        self._log_delivery = LogDelivery(client, logs) if client is not None else None
        urls = FunctionUrls(self._store, self.dispatcher, settings.account_id, secret_of)
        self._gateway = Gateway(
            load_model(),
            OPERATIONS,
            NOT_YET,
            self._make_call,
            routes={
                HEALTH_PATH: self._health,
                CODE_PATH: code_download(self._store.code_links, self._clock),
                LOGS_PATH: function_log(self._store, logs),
                URLS_PATH: urls.handle,
            },
            by_host=(HOST_MARK, urls.handle),
            request_limits=quotas.REQUEST_SIZES,
            elsewhere=self._companion.handle,
            changed=self._state.save if self._state is not None else None,
        )
        self._server = HttpServer(self._gateway.handle, max_body=_LARGEST_REQUEST)

    async def start(self) -> str:
        """Listens, and returns the URL. Raises EmulatorError if it cannot."""
        host = self._settings.host
        try:
            port = await self._server.start(host, self._settings.port)
        except OSError as error:
            raise EmulatorError(_cannot_listen(host, self._settings.port, error)) from error
        self.dispatcher.endpoint.port = port
        self._companion.start()
        for resources in self._store.regions():
            provision_again(resources, self.dispatcher)
        if self._journal is not None:
            self.events.resume(self._journal.events())
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def remarks(self) -> str:
        """What a user should know of how functions run on this machine, in one line."""
        remarks = (await self._executor.remarks(), self.dispatcher.endpoint.remark(self._settings.executor))
        return " ".join(filter(None, remarks))

    async def close(self) -> None:
        """Stops everything. No process, port or file is left."""
        await self.events.close()
        await asyncio.gather(self._server.close(), self.dispatcher.close())
        if self._log_delivery is not None:
            await self._log_delivery.close()
        await self._companion.close()
        for kept in (self._journal, self._state):
            if kept is not None:
                kept.close()

    def _taken(self, account_id: str, region: str) -> int:
        resources = self._store.region(account_id, region)
        return resources.reserved_concurrency() + resources.provisioned_concurrency()

    def _make_call(self, operation: Operation, caller: Caller, request_id: str, request: Request) -> Call:
        account_id = caller.account_id or self._settings.account_id
        region = caller.region or self._settings.region
        return Call(
            operation=operation.name,
            account_id=account_id,
            region=region,
            request_id=request_id,
            request=request,
            resources=self._store.region(account_id, region),
            dispatcher=self.dispatcher,
            events=self.events,
            settings=self._settings,
            clock=self._clock,
            companion=self._companion.client,
        )

    def _health(self, _request: Request) -> asyncio.Future[Response]:
        return asyncio.ensure_future(self._describe_health())

    async def _describe_health(self) -> Response:
        from importlib.metadata import version  # noqa: PLC0415 (slow to import, and seldom needed)

        own = {"status": "ok", "version": version("lambda-parity"), "companions": self._companion.describe()}
        described: dict[str, Any] = {**own, **await self.dispatcher.health()}
        return Response(200, _JSON, msgspec.json.encode(described))


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use; choose another one with --port."
    return f"Cannot listen on port {port} on {host}: {os.strerror(error.errno or 0)}."


def _open_state(settings: Settings, store: Store, clock: Clock) -> tuple[SavedState | None, EventJournal | None]:
    """Fills the store from the folder of `--state`, if there is one, and opens the journal of events in it."""
    if settings.state is None:
        return None, None
    folder = Path(settings.state)
    state = SavedState(folder, store)
    state.load()
    for resources in store.regions():
        finish(resources, clock.now())
    try:
        return state, EventJournal(folder / "events")
    except OSError as error:
        state.close()
        raise EmulatorError(f"The journal of events cannot be used: {error}.") from error


def _executor(settings: Settings) -> Executor:
    if settings.executor == "process":
        return ProcessExecutor(settings)
    from emulator.executors.docker.executor import DockerExecutor  # noqa: PLC0415 (its SDK takes long to import)
    from emulator.executors.either import EitherExecutor  # noqa: PLC0415

    docker = DockerExecutor(settings)
    return docker if settings.executor == "docker" else EitherExecutor(ProcessExecutor(settings), docker)


def serve(settings: Settings, tell: Callable[[str], None], warn: Callable[[str], None]) -> int:
    """Serves until SIGINT or SIGTERM; a second one ends it without any ceremony. Returns the exit code.

    `tell` gets the one line that says where it listens, `warn` what the user should know beside that.
    Raises EmulatorError if it cannot start.
    """
    _raise_open_files_limit()
    os.umask(0o022)  # code that is unpacked must be readable to those who run it
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, tell, warn))


async def _serve(settings: Settings, tell: Callable[[str], None], warn: Callable[[str], None]) -> int:
    stopped = _stop_signal()
    emulator = Emulator(settings)
    try:
        tell(f"Ready at {await emulator.start()}")
        warn(await emulator.remarks())
        gc.collect()
        gc.freeze()  # what is here now stays; collections need not look at it again
        return await stopped
    finally:
        await emulator.close()


def _stop_signal() -> asyncio.Future[int]:
    """A future of the exit code, which the first signal to stop sets."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(number: int) -> None:
        if stopped.done():
            os._exit(128 + number)  # the helper process cleans up behind us
        stopped.set_result(130 if number == signal.SIGINT else 0)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    return stopped


def _raise_open_files_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
