"""The log of one environment: its stream, and the part of it that a caller asked to see."""

import time

from emulator import arn, quotas
from emulator.execution.log_frames import Record, Splitter
from emulator.execution.logs import LogEvent, LogStore, Writer
from emulator.execution.platform_log import End, InitStart, PlatformEvent, Report, Start, runtime_version_name
from emulator.execution.telemetry import Telemetry, source_of
from emulator.execution.variables import ON_DEMAND
from emulator.resources.function import FunctionVersion
from emulator.resources.runtime import runtime_version


class EnvironmentLog:
    """Writes what the runtime says and what Lambda says about it, and keeps the tail of an invocation."""

    def __init__(self, version: FunctionVersion, logs: LogStore) -> None:
        self._stream = logs.open(version)
        self._splitter = Splitter()
        self._extension_splitters: dict[str, Splitter] = {}
        self._tail: list[LogEvent] | None = None
        self._telemetry: Telemetry | None = None

    @property
    def stream_name(self) -> str:
        return self._stream.name

    @property
    def keeps_tail(self) -> bool:
        return self._tail is not None

    def keep_tail(self) -> None:
        """From now on, keeps what is written."""
        self._tail = []

    def take_tail(self) -> bytes | None:
        """The last 4 KB of what was kept, as `LogResult` shows it; None if none was wanted."""
        events, self._tail = self._tail, None
        if events is None:
            return None
        return b"".join(self._stream.text(event) for event in events)[-quotas.LOG_TAIL :]

    def report_to(self, telemetry: Telemetry | None) -> None:
        """From now on, extensions hear of what is written through `telemetry`; None where nobody listens."""
        self._telemetry = telemetry

    def ask_before_reading(self, writer: Writer) -> None:
        """Has `writer` write what is due there whenever somebody reads the log."""
        self._stream.writer = writer

    def close(self) -> None:
        """Nothing will be due any more: the stream stays, and must not keep its environment."""
        self._stream.writer = None

    def start(self, content: Start, time_ms: int) -> None:
        """An invocation has started at `time_ms` (since 1970)."""
        event = self._stream.start(content, time_ms)
        if self._telemetry is not None or self._tail is not None:
            self._pass_on(event, "function")

    def end(self, end: End, report: Report, time_ms: int) -> None:
        """An invocation was over at `time_ms` (since 1970)."""
        self.end_of_invocation()
        events = self._stream.end(end, report, time_ms)
        if self._telemetry is not None or self._tail is not None:
            for event in events:
                self._pass_on(event, "function")

    def write(self, content: Record | PlatformEvent, source: str = "function") -> None:
        """Adds an event. `source` says whose line it is: the function's or an extension's."""
        self._pass_on(self._stream.write(content), source)

    def _pass_on(self, event: LogEvent, source: str) -> None:
        content = event.content
        if self._telemetry is not None:
            self._telemetry.add(event, source_of(content, source))
        # INIT_START is in the log, and never in LogResult [rec: test_invocation_with_qualifier, 2025-11-24].
        if self._tail is not None and not isinstance(content, InitStart):
            self._tail.append(event)

    def tell_subscribers(self, content: PlatformEvent) -> None:
        """What extensions hear of, and the log does not show."""
        if self._telemetry is not None:
            self._telemetry.add(LogEvent(time.time_ns() // 1_000_000, content), "platform")

    def output(self, data: bytes) -> None:
        """Adds what the runtime wrote, event by event as they become complete."""
        for record in self._splitter.feed(data):
            self.write(record)

    def extension_output(self, name: str, data: bytes) -> None:
        """Adds what an external extension wrote, line by line as they become complete."""
        splitter = self._extension_splitters.get(name)
        if splitter is None:
            splitter = self._extension_splitters[name] = Splitter()
        for record in splitter.feed(data):
            self.write(record, "extension")

    def end_of_invocation(self) -> None:
        """Adds the line that the function began and did not end: it is this invocation's, whatever comes next."""
        if self._splitter.size:
            for record in self._splitter.flush_line():
                self.write(record)

    def end_of_generation(self) -> None:
        """Adds what the runtime and the extensions began to write and did not end."""
        for record in self._splitter.flush():
            self.write(record)
        for splitter in self._extension_splitters.values():
            for record in splitter.flush():
                self.write(record, "extension")


def init_start(
    version: FunctionVersion, stream: str, initialization_type: str = ON_DEMAND, phase: str = "init"
) -> InitStart:
    """The first event of an init: of the log, or of another attempt inside an invocation (phase "invoke")."""
    runtime = version.runtime or "image"
    return InitStart(
        runtime_version_name(runtime),
        arn.runtime_version_arn(version.region, runtime_version(runtime, version.architectures[0])),
        version.name,
        version.version,
        stream,
        version.memory_size,
        initialization_type,
        phase,
    )
