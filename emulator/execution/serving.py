"""The invocation that an environment serves: its caller, its times, and what the log says of it.

The caller has the answer as soon as the runtime has given it. Where extensions take more time for the invocation, that
time is part of it; a caller who asked for the tail of the log waits for its end, because the tail has the REPORT.
"""

import time
from collections.abc import Callable
from functools import partial
from time import perf_counter  # the event loop's own clock counts whole milliseconds
from typing import NamedTuple

from msgspec.structs import replace

from emulator.execution.environment_log import EnvironmentLog
from emulator.execution.environment_processes import EnvironmentProcesses
from emulator.execution.failures import Failure
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.invocation_log import InvocationLog
from emulator.execution.platform_log import Span
from emulator.execution.response_stream import CollectedResponse, ResponseStream, Source
from emulator.execution.ticket import Ticket
from emulator.resources.function import FunctionVersion

Settle = Callable[[], None]
"""Tells the caller what came of it. To be called last, because he may call again at once (pending.py)."""


class _Answer(NamedTuple):
    """What the runtime answered, while extensions are still to be waited for. The two times are perf_counter's."""

    outcome: Outcome
    produced_bytes: int
    given_at: float


class Serving:
    """Of one environment, one invocation after the other. `ticket` is the present one's, or of one that waits to begin.

    `init_ms` is the length of an init that no REPORT has told of yet.
    """

    def __init__(self, version: FunctionVersion, log: EnvironmentLog, processes: EnvironmentProcesses) -> None:
        self.ticket: Ticket | None = None
        self.init_ms: float | None = None
        self._version = version
        self._log = log
        self._lines = InvocationLog(version, log, processes)
        self._processes = processes
        self._began = self._started = 0.0
        self._response: ResponseStream | CollectedResponse | None = None  # while the runtime streams it
        self._answer: _Answer | None = None
        self._runtime_done_at: float | None = None

    @property
    def request_id(self) -> str:
        """Of the invocation; empty if there is none."""
        return self.ticket.invocation.request_id if self.ticket is not None else ""

    def assign(self, ticket: Ticket) -> None:
        """This is the next one. From now on the log's tail is its."""
        self.ticket = ticket
        if ticket.invocation.tail:
            self._log.keep_tail()

    def begin(self) -> None:
        """It begins, perhaps with an init of its own."""
        self._began = perf_counter()

    def start(self) -> tuple[Invocation, int]:
        """It is given to the runtime. Returns what to give, and when its time is over, in milliseconds since 1970."""
        assert self.ticket is not None
        invocation = self.ticket.invocation
        now = time.time()
        self._started = started = perf_counter()
        self._lines.started(invocation, int(now * 1000))
        return invocation, int((now + self._began + self._version.timeout - started) * 1000)

    def catch_up(self) -> None:
        """Has all in the log that is due there."""
        self._lines.catch_up()

    def respond(self, source: Source, content_type: str) -> ResponseStream | CollectedResponse:
        """The runtime begins to stream its response. Returns where it goes."""
        assert self.ticket is not None
        if self.ticket.invocation.streamed:
            self._response = stream = ResponseStream(source, content_type)
            self.ticket.respond(stream)
        else:
            self._response = CollectedResponse(content_type)
        return self._response

    def response(self) -> Outcome:
        """What the streamed response has come to, if all went well."""
        response, self._response = self._response, None
        assert response is not None
        return Outcome(response.payload, content_type=response.content_type)

    # --- Its end, where nothing but the runtime is to be waited for ---

    def finish(self, outcome: Outcome, produced_bytes: int) -> None:
        """Ends it, for its caller and in the log. Only who asked for the log's tail has to wait for the log."""
        if self._log.keeps_tail:
            self._finish(outcome, produced_bytes, None)()
            return
        ticket, self.ticket = self.ticket, None
        assert ticket is not None
        elapsed_ms, init_ms = self._elapsed_ms(None), self._take_init_ms()
        ticket.settle(outcome)
        self._lines.ended(ticket.invocation.request_id, elapsed_ms, produced_bytes, init_ms)

    def fail(self, failure: Failure) -> Settle:
        """Ends it, because something was lost that it cannot do without. An answer that was given stays given."""
        self._response = None
        if self._answer is not None:
            return self.finish_answered(failure)
        if self.ticket is not None:
            return self._finish(Outcome(failure.body, "Unhandled"), 0, failure)
        return _nobody_waits

    def _finish(self, outcome: Outcome, produced_bytes: int, failure: Failure | None) -> Settle:
        ticket, self.ticket = self.ticket, None
        assert ticket is not None
        self._processes.pass_on_output()
        request_id = ticket.invocation.request_id
        self._write_end(request_id, produced_bytes, failure)
        self._write_report(request_id, failure)
        tail = self._log.take_tail()
        return partial(ticket.settle, outcome if tail is None else replace(outcome, log_tail=tail))

    # --- Its end, where there are extensions ---

    def answer(self, outcome: Outcome, produced_bytes: int) -> None:
        """The runtime answered."""
        assert self.ticket is not None
        self._answer = _Answer(outcome, produced_bytes, perf_counter())
        if not self._log.keeps_tail:
            self.ticket.settle(outcome)

    def runtime_done(self) -> None:
        """The runtime asked for the next event."""
        assert self._answer is not None
        self._processes.pass_on_output()
        now = self._runtime_done_at = perf_counter()
        latency = _span("responseLatency", self._started, self._answer.given_at)
        overhead = _span("runtimeOverhead", self._answer.given_at, now)
        self._write_end(self.request_id, self._answer.produced_bytes, None, (latency, overhead))

    def finish_answered(self, failure: Failure | None = None) -> Settle:
        """The extensions are done as well, or something was lost."""
        ticket, self.ticket = self.ticket, None
        answer, self._answer = self._answer, None
        done_at, self._runtime_done_at = self._runtime_done_at, None
        assert ticket is not None
        assert answer is not None
        request_id = ticket.invocation.request_id
        if done_at is None:
            self._processes.pass_on_output()
            self._write_end(request_id, answer.produced_bytes, failure)
        spans = () if done_at is None else (_span("extensionOverhead", done_at, perf_counter()),)
        self._write_report(request_id, failure, spans)
        tail = self._log.take_tail()
        return _nobody_waits if tail is None else partial(ticket.settle, replace(answer.outcome, log_tail=tail))

    # --- Its end with that of the environment ---

    def abandon(self, error: Exception | None) -> None:
        """Nobody will serve it: its caller gets `error`, or hears that the emulator stops."""
        ticket, self.ticket = self.ticket, None
        answer, self._answer = self._answer, None
        if ticket is None:
            return
        if answer is not None:
            if self._log.keeps_tail:  # else the caller has the answer
                ticket.settle(answer.outcome)
        elif error is not None:
            ticket.fail(error)
        else:
            ticket.cancel()

    # --- The log ---

    def _write_end(
        self, request_id: str, produced_bytes: int, failure: Failure | None, spans: tuple[Span, ...] = ()
    ) -> None:
        self._lines.write_end(request_id, self._elapsed_ms(failure), produced_bytes, failure, spans)

    def _write_report(self, request_id: str, failure: Failure | None, spans: tuple[Span, ...] = ()) -> None:
        self._lines.write_report(request_id, self._elapsed_ms(failure), self._take_init_ms(), failure, spans)

    def memory_used_mb(self, *, exactly: bool) -> int:
        """The most memory that the environment has used so far; of a little while ago, unless `exactly`."""
        return self._lines.memory_used_mb(exactly=exactly)

    def _take_init_ms(self) -> float | None:
        init_ms, self.init_ms = self.init_ms, None
        return init_ms

    def _elapsed_ms(self, failure: Failure | None) -> float:
        if failure is not None and failure.status == "timeout":
            return self._version.timeout * 1000.0
        return (perf_counter() - self._began) * 1000


def _nobody_waits() -> None:
    """The caller has had the answer for long, or there is none."""


def _span(name: str, start: float, end: float) -> Span:
    return Span(name, int((time.time() - (perf_counter() - start)) * 1000), (end - start) * 1000)
