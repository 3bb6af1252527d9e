"""The runtime alone: how long it takes from its start to its first request for an event."""

import socket
import subprocess
import time

from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import MeasuringError
from benchmarks.runtime import Runtime

_PATIENCE = 30.0


class Bare(Candidate):
    """No server, but a socket that waits for `next`."""

    name = "bare runtime"
    says = "the interpreter with awslambdaric, started by itself"

    groups = frozenset({"cold"})

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def start(self) -> float:
        return 0.0

    def new_function(self) -> str:
        raise MeasuringError("the bare runtime cannot be called")

    def first_next(self) -> float:
        """Seconds from the start of the process until it asks for its first event."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(_PATIENCE)
            port = listener.getsockname()[1]
            variables = self._runtime.variables | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}"}
            began = time.perf_counter()
            process = subprocess.Popen(self._runtime.arguments, env=variables, stdin=subprocess.DEVNULL)
            connection = None
            try:
                connection, _ = listener.accept()
                connection.settimeout(_PATIENCE)
                asked = connection.recv(65536)
                taken = time.perf_counter() - began
            except OSError as error:
                raise MeasuringError(f"the runtime did not ask for an event: {error}") from error
            finally:
                process.kill()
                process.wait()
                if connection is not None:  # not before: the runtime would complain
                    connection.close()
        if not asked.startswith(b"GET /2018-06-01/runtime/invocation/next "):
            raise MeasuringError("the runtime asked for something else than an event")
        return taken
