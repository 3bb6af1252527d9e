"""What the log says of the invocations of one environment: START, END and REPORT.

END and REPORT of an invocation that went well are written once the runtime asks for more: until then it may write more
of its own, and the caller has his answer. They bear the time at which they were due. Whoever reads the log before that
has them written at once (logs.Writer).
"""

import time
from time import perf_counter  # the event loop's own clock counts whole milliseconds

from emulator.execution.environment_log import EnvironmentLog
from emulator.execution.environment_processes import EnvironmentProcesses
from emulator.execution.failures import Failure
from emulator.execution.invocation import Invocation
from emulator.execution.platform_log import End, Report, Span, Start
from emulator.execution.telemetry_events import Fault
from emulator.resources.function import FunctionVersion

_MEMORY_SAMPLE_SECONDS = 0.1  # reading it costs more than all the rest of a warm call's log
_MEGABYTE = 1024 * 1024


class InvocationLog:
    """Of one environment."""

    def __init__(self, version: FunctionVersion, log: EnvironmentLog, processes: EnvironmentProcesses) -> None:
        self._version = version
        self._log = log
        self._processes = processes
        self._ended: tuple[End, float | None, int] | None = None  # what is due, with init_ms; and since when
        self._memory_mb = 0
        self._memory_sampled = 0.0
        log.ask_before_reading(self)

    def started(self, invocation: Invocation, time_ms: int) -> None:
        """It is given to the runtime now."""
        arn, tenant = invocation.function_arn, invocation.tenant_id
        self._log.start(Start(invocation.request_id, self._version.version, arn, tenant), time_ms)

    def ended(self, request_id: str, milliseconds: float, produced_bytes: int, init_ms: float | None) -> None:
        """It went well, and is over now; `catch_up` is to be called once the runtime asks for more."""
        self._ended = End(request_id, milliseconds, produced_bytes), init_ms, time.time_ns() // 1_000_000

    def catch_up(self) -> None:
        """Writes what is due."""
        if self._ended is None:
            return
        (end, init_ms, time_ms), self._ended = self._ended, None
        size, memory = self._version.memory_size, self.memory_used_mb(exactly=False)
        self._log.end(end, Report(end.request_id, end.milliseconds, size, memory, init_ms), time_ms)

    def write_due(self) -> None:
        """Somebody reads the log (logs.Writer). What the function wrote until now stands before its END."""
        if self._ended is not None:
            self._processes.pass_on_output()
            self.catch_up()

    # --- At once ---

    def write_end(
        self,
        request_id: str,
        milliseconds: float,
        produced_bytes: int,
        failure: Failure | None,
        spans: tuple[Span, ...] = (),
    ) -> None:
        """The runtime is done with it, or lost."""
        self._log.end_of_invocation()
        status, error_type = _verdict(failure)
        self._log.write(End(request_id, milliseconds, produced_bytes, status, error_type, spans))
        if failure is not None and failure.cause:
            self._log.tell_subscribers(Fault(request_id, failure.cause, failure.error_type))

    def write_report(
        self,
        request_id: str,
        milliseconds: float,
        init_ms: float | None,
        failure: Failure | None,
        spans: tuple[Span, ...] = (),
    ) -> None:
        """All are done with it."""
        status, error_type = _verdict(failure)
        memory = self.memory_used_mb(exactly=self._log.keeps_tail or failure is not None)
        size = self._version.memory_size
        self._log.write(Report(request_id, milliseconds, size, memory, init_ms, status, error_type, spans))

    def memory_used_mb(self, *, exactly: bool) -> int:
        """The most memory that the environment has used so far; of a little while ago, unless `exactly`."""
        now = perf_counter()
        if exactly or now - self._memory_sampled > _MEMORY_SAMPLE_SECONDS:
            self._sample_memory(now)
        return self._memory_mb

    def _sample_memory(self, now: float) -> None:
        if (sandbox := self._processes.sandbox) is not None:
            self._memory_sampled = now
            self._memory_mb = max(self._memory_mb, -(-sandbox.memory_used() // _MEGABYTE))


def _verdict(failure: Failure | None) -> tuple[str, str | None]:
    """Status and error type. A timeout has no error type: it is one."""
    if failure is None:
        return "success", None
    return failure.status, None if failure.status == "timeout" else failure.error_type
