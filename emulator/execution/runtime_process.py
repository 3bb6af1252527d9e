"""One runtime process of an environment, and the Runtime API that it alone talks to.

Each process gets a session and a port of its own. So nothing that a process still sends when it has been given up can
be taken for something that its successor says.
"""

from time import perf_counter  # the event loop's own clock counts whole milliseconds

from emulator.errors import EmulatorError
from emulator.execution.start_gate import Pass, StartGate
from emulator.executors.executor import Sandbox
from emulator.runtime_api.session import Event, Listener, RuntimeSession
from emulator.wire.server import HttpServer


class RuntimeProcess:
    """The process `number` of a sandbox. `listener` hears what it does, until `end` is called."""

    def __init__(self, number: int, sandbox: Sandbox, listener: Listener) -> None:
        self.number = number
        self._sandbox = sandbox
        self._session = RuntimeSession(listener)
        self._server: HttpServer | None = None
        self._pass: Pass | None = None
        self._began = 0.0
        self._ended = False

    @property
    def init_ms(self) -> float:
        """Milliseconds since it was started; 0 if it was not."""
        return (perf_counter() - self._began) * 1000 if self._began else 0.0

    async def open(self, host: str, gate: StartGate) -> str | None:
        """Waits for its turn and opens the Runtime API. Returns `host:port`, or None if it was ended meanwhile.

        Raises EmulatorError if there is no port.
        """
        admitted = await gate.enter()
        server = HttpServer(self._session.handle, repeats=True)  # `next` is always the same
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

    def start(self, variables: dict[str, str]) -> None:
        """Starts the process. Raises EntryPointError if the code has none, EmulatorError if the machine cannot."""
        self._began = perf_counter()
        self._sandbox.start_runtime(self.number, variables)

    def give(self, event: Event) -> None:
        """Gives it an event. It must be waiting for one, or about to."""
        self._session.give(event)

    def leave_gate(self) -> None:
        """Its init is over: another runtime may start."""
        admitted, self._pass = self._pass, None
        if admitted is not None:
            admitted.give_back()

    def end(self) -> HttpServer | None:
        """Listens to it no more. Returns the server of its port, which is to be closed."""
        self._ended = True
        self._session.end()
        self.leave_gate()
        server, self._server = self._server, None
        return server
