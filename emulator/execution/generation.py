"""What runs in an environment between two resets: a runtime, the extensions beside it, and the APIs they talk to.

Each generation has sessions and a port of its own. So nothing that a process still sends when it has been given up can
be taken for something that its successor says.
"""

from collections.abc import Mapping
from functools import partial
from time import perf_counter  # the event loop's own clock counts whole milliseconds
from typing import Any, Protocol

from emulator import quotas
from emulator.errors import EmulatorError
from emulator.execution.start_gate import Pass, StartGate
from emulator.execution.telemetry import Telemetry
from emulator.execution.telemetry_delivery import Delivery
from emulator.executors.executor import ExtensionLaunchError, Sandbox
from emulator.resources.function import FunctionVersion
from emulator.runtime_api import extensions_api, session, states, telemetry_api
from emulator.runtime_api.extension import INVOKE, Extension
from emulator.runtime_api.extension_states import Call, State
from emulator.runtime_api.extensions_api import ExtensionsApi, Function
from emulator.runtime_api.paths import EnvironmentApi
from emulator.runtime_api.session import Event, RuntimeSession
from emulator.runtime_api.telemetry_api import TelemetryApi
from emulator.wire.server import HttpServer


class Listener(session.Listener, extensions_api.Listener, telemetry_api.Listener, Protocol):
    """Who hears what runtime and extensions do."""


class Generation:
    """The runtime `number` of a sandbox, and the extensions of its time."""

    def __init__(self, number: int, sandbox: Sandbox, version: FunctionVersion, listener: Listener) -> None:
        self.number = number
        make_delivery = partial(Delivery, host=sandbox.address)
        self.telemetry = Telemetry(logs_json=version.log_format == "JSON", make_delivery=make_delivery)
        self.launched = False  # the runtime
        self._sandbox = sandbox
        function = Function(version.name, version.version, version.handler or "", version.account_id)
        self._external = sandbox.extensions()
        self._session = RuntimeSession(listener)
        self._extensions = ExtensionsApi(function, self._external, listener)
        self._subscribing = TelemetryApi(self._extensions, listener)
        self._api = EnvironmentApi(self._session, self._extensions, self._subscribing)
        self._server: HttpServer | None = None
        self._pass: Pass | None = None
        self._began = 0.0
        self._ended = False

    @property
    def began(self) -> bool:
        """Whether anything has been started."""
        return bool(self._began)

    @property
    def init_ms(self) -> float:
        """Milliseconds since the first of its processes was started; 0 if none was."""
        return (perf_counter() - self._began) * 1000 if self._began else 0.0

    # --- Starting ---

    async def open(self, host: str, gate: StartGate) -> str | None:
        """Waits for its turn and opens the APIs. Returns `host:port`, or None if it was ended meanwhile.

        Raises EmulatorError if there is no port.
        """
        admitted = await gate.enter()
        server = HttpServer(self._api.handle, repeats=True, streamed_if=session.RESPONSE_MODE)  # `next` repeats
        try:
            port = await server.start(host, 0)
        except OSError as error:
            admitted.give_back()
            raise EmulatorError(f"No port is free for the function's Runtime API: {error}.") from error
        if self._ended:
            admitted.give_back()
            await server.close()
            return None
        self._server, self._pass = server, admitted
        return f"{host}:{port}"

    def launch_extensions(self, variables: Mapping[str, str]) -> None:
        """Starts the external extensions, all at once. Raises ExtensionLaunchError if one cannot be."""
        self._began = perf_counter()
        for position, name in enumerate(self._external):
            try:
                self._launch_extension(position, name, variables)
            except ExtensionLaunchError as error:
                self._extensions.named(name).failed(Call.LAUNCH_FAILED, error.error_type)
                raise

    def _launch_extension(self, position: int, name: str, variables: Mapping[str, str]) -> None:
        if position == quotas.EXTENSIONS:
            raise ExtensionLaunchError(f"Extension limit ({quotas.EXTENSIONS}) reached", "TooManyExtensions")
        self._sandbox.start_extension(name, variables)

    @property
    def extensions_registered(self) -> bool:
        """Whether all external extensions have: until then the runtime is not started."""
        return all(extension.state is not State.STARTED for extension in self._extensions.all)

    def launch_runtime(self, variables: dict[str, str]) -> None:
        """Starts the runtime. Raises EntryPointError if the code has none, EmulatorError if the machine cannot."""
        self.launched = True
        self._sandbox.start_runtime(self.number, variables)

    def close_registration(self) -> None:
        """The runtime asked for its first event: no extension can register any more."""
        self._extensions.close_registration()

    def init_over(self) -> None:
        """Another environment's runtime may start, and nobody subscribes to telemetry any more."""
        self.leave_gate()
        self._subscribing.close()
        self.telemetry.close_subscriptions()

    def leave_gate(self) -> None:
        """Its start is over: another runtime may start."""
        admitted, self._pass = self._pass, None
        if admitted is not None:
            admitted.give_back()

    # --- Serving ---

    @property
    def extensions(self) -> list[Extension]:
        """All that are known: the external ones, and the internal ones that registered."""
        return self._extensions.all

    def give(self, event: Event) -> None:
        """Gives the runtime an event. It must be waiting for one, or about to."""
        self._session.give(event)

    def tell_extensions(self, event: Mapping[str, Any]) -> None:
        """Gives an INVOKE event to those who subscribed to it."""
        for extension in self._extensions.all:
            if INVOKE in extension.events:
                extension.give(event)

    @property
    def runtime_waits(self) -> bool:
        """Whether the runtime has asked for an event and has none."""
        return self._session.state is states.State.READY

    @property
    def all_wait(self) -> bool:
        """Whether the runtime and every extension wait for an event: the phase is over."""
        return self.runtime_waits and all(extension.idle for extension in self._extensions.all)

    def extension_ended(self, name: str) -> None:
        """The process of an external extension has ended."""
        self._extensions.named(name).ended()

    # --- Ending ---

    def end_runtime(self) -> None:
        """Listens to the runtime no more. Extensions are still heard, so that they can say that they are done."""
        self._ended = True
        self._session.end()
        self.leave_gate()

    def take_server(self) -> HttpServer | None:
        """The server of its port, which is to be closed; None if there is none, or if it was taken already."""
        server, self._server = self._server, None
        return server
