"""What every candidate is to the measures."""

from abc import ABC, abstractmethod

from benchmarks.http_client import Address, http_request
from benchmarks.processes import StartedProcess, family


class Candidate(ABC):
    """A server that runs the function of functions.py. `name` is its column, `says` what it is, in one line."""

    name: str
    says: str
    address: Address
    groups: frozenset[str]  # of the measures that make sense for it
    in_parallel = True  # serves more than one call at a time

    _process: StartedProcess | None = None

    @abstractmethod
    def start(self) -> float:
        """Starts it and returns the seconds until it accepts requests. Raises MeasuringError."""

    def stop(self) -> None:
        """Ends it; nothing is left. Twice does no harm."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    @abstractmethod
    def new_function(self) -> str:
        """The name of a function that can be called and never was."""

    def delete_function(self, name: str) -> None:  # noqa: B027 - most have but one
        """Removes a function that `new_function` made."""

    def function(self) -> str:
        """The function for warm calls."""
        return "function"

    def invocation(self, function: str, event: bytes) -> bytes:
        """The request that calls it."""
        return http_request("POST", f"/2015-03-31/functions/{function}/invocations", event)

    def processes(self) -> list[int]:
        """Its processes, none if they cannot be known."""
        return family(self._process.id) if self._process is not None else []
