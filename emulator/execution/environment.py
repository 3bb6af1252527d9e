"""One execution environment: a sandbox, the Runtime API beside it, and the invocation that is running in it.

Everything that happens is an event of the lifecycle table; this class does what the table's transitions mean. The warm
path goes through `invoke`, `runtime_responded` and `runtime_ready` and creates neither task nor thread nor file.

Times are those of environment.md and logs.md: Init has ten seconds of its own, an invocation has the function's
timeout, and an init inside an invocation (after a failure) is part of it and of its duration.
"""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import replace
from time import perf_counter  # the loop's own clock counts whole milliseconds
from typing import Protocol

from emulator import quotas
from emulator.errors import EmulatorError
from emulator.execution import failures, platform_log
from emulator.execution.environment_log import EnvironmentLog, init_start
from emulator.execution.failures import Failure
from emulator.execution.freezing import Freezer
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.lifecycle import Event, State, after
from emulator.execution.logs import LogStore
from emulator.execution.runtime_process import RuntimeProcess
from emulator.execution.start_gate import StartGate
from emulator.execution.ticket import Ticket
from emulator.execution.variables import ON_DEMAND, function_variables
from emulator.executors.executor import EntryPointError, Executor, ExtensionExit, RuntimeExit, Sandbox
from emulator.resources.function import FunctionVersion
from emulator.runtime_api.event import event_for

_MEMORY_SAMPLE_SECONDS = 0.1  # reading it costs more than all the rest of a warm call's log
_MEGABYTE = 1024 * 1024
_COLD_STATES = (State.INITIALIZING, State.REINITIALIZING)


class Owner(Protocol):
    """The pool, as an environment sees it."""

    def environment_finishing(self, environment: "ExecutionEnvironment") -> None:
        """It has answered, and is about to be available."""

    def environment_available(self, environment: "ExecutionEnvironment") -> None:
        """It waits for an invocation: IDLE, or COLD."""

    def environment_gone(self, environment: "ExecutionEnvironment") -> None:
        """It has stopped."""

    def environment_failed(self, environment: "ExecutionEnvironment", reason: str) -> None:
        """It was started ahead of any invocation and did not get ready: AWS's code, or our words, say why."""


class ExecutionEnvironment:
    """An environment of one function version. It belongs to a pool and serves one invocation at a time."""

    def __init__(
        self,
        version: FunctionVersion,
        executor: Executor,
        logs: LogStore,
        gate: StartGate,
        owner: Owner,
        *,
        freezer: Freezer,
        initialization_type: str = ON_DEMAND,
    ) -> None:
        self.version = version
        self.initialization_type = initialization_type
        self.state = State.NEW
        self.idle_since = 0.0
        self._executor = executor
        self._gate = gate
        self._freezer = freezer
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = EnvironmentLog(version, logs)
        # the runtime
        self._sandbox: Sandbox | None = None
        self._runtime: RuntimeProcess | None = None
        self._runtimes = 0
        self._frozen = False
        self._init_ms: float | None = None  # of an init that no REPORT has told of yet
        self._stored: Failure | None = None  # of the last init
        self._memory = 0
        self._memory_sampled = 0.0
        # the invocation
        self._ticket: Ticket | None = None
        self._began = 0.0
        self._deadline: asyncio.TimerHandle | None = None

    # --- What the pool says ---

    def start(self, ticket: Ticket | None = None) -> None:
        """Starts the environment, for an invocation that is served as soon as it is ready; or ahead of any."""
        self._move(Event.START)
        self._ticket = ticket
        if ticket is not None:
            self._log.keep_tail(ticket.invocation.tail)
        self._run(self._create())

    def invoke(self, ticket: Ticket) -> None:
        """Serves an invocation. The environment must be available."""
        self._log.keep_tail(ticket.invocation.tail)
        self._begin(ticket)

    def _begin(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._began = perf_counter()
        if self._frozen:
            self._thaw()
        self._deadline = self._loop.call_later(self.version.timeout, self._timed_out)
        self._move(Event.INVOKE)
        if self.state is State.RUNNING:
            self._give_event(ticket.invocation)
        else:
            self._run(self._start_runtime())

    def stop(self) -> None:
        """Ends the environment; what runs in it is cut off."""
        if self.state is State.STOPPED:
            return
        self._move(Event.STOP)
        for task in self._tasks:
            task.cancel()
        self._cancel_timer()
        self._end_runtime()
        if self._sandbox is not None:
            self._sandbox.stop()
        ticket, self._ticket = self._ticket, None
        if ticket is not None:
            ticket.cancel()
        self._owner.environment_gone(self)

    async def closed(self) -> None:
        """Waits until a stopped environment's sockets are closed."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- Starting ---

    async def _create(self) -> None:
        try:
            sandbox = await self._executor.create(self.version, self)
        except EmulatorError as error:
            self._give_up(error)
            return
        except OSError as error:
            self._give_up(EmulatorError(f"The function's environment cannot be made: {error}."))
            return
        self._sandbox = sandbox
        self._log.write(init_start(self.version, self._log.stream_name, self.initialization_type))
        await self._start_runtime()

    async def _start_runtime(self) -> None:
        """Starts a runtime: the first one, or a new one in place of one that is gone."""
        assert self._sandbox is not None
        self._runtimes += 1
        runtime = self._runtime = RuntimeProcess(self._runtimes, self._sandbox, self)
        try:
            api = await runtime.open(self._executor.runtime_api_host, self._gate)
            if api is None:
                return
            if self.state is State.INITIALIZING:
                self._deadline = self._loop.call_later(self._init_limit(), self._init_timed_out)
            stream, places = self._log.stream_name, self._sandbox.places
            runtime.start(function_variables(self.version, places, api, stream, self.initialization_type))
            self._freezer.watch(self)
        except EntryPointError as error:
            self._init_over(failures.platform_failure(failures.INVALID_ENTRY_POINT, self._request_id(), str(error)))
        except EmulatorError as error:
            self._give_up(error)

    def _give_up(self, error: EmulatorError) -> None:
        """The machine cannot run this function; nobody is to blame but us."""
        ticket, self._ticket = self._ticket, None
        if ticket is not None:
            ticket.fail(error)
        elif self.state is State.INITIALIZING:
            self._owner.environment_failed(self, str(error))
        self.stop()

    # --- What the runtime does (runtime_api.session.Listener) ---

    def runtime_ready(self) -> None:
        """The runtime asked for an event."""
        if self.state in _COLD_STATES:
            self._init_succeeded()
        elif self.state is State.FINISHING:
            self._move(Event.READY)
            self._become_available()

    def _init_succeeded(self) -> None:
        assert self._sandbox is not None
        assert self._runtime is not None
        self._sandbox.pass_on_output()  # what was written before it asked comes before START
        self._runtime.leave_gate()
        self._stored = None
        elapsed = self._runtime.init_ms
        if self.state is State.INITIALIZING:
            self._init_ms = elapsed
            self._cancel_timer()
            self._log.write(platform_log.InitReport(elapsed, "init", "success", None, self.initialization_type))
            self._move(Event.READY)
            self._become_available()
        else:
            self._log.write(platform_log.InitReport(elapsed, "invoke", "success", None, self.initialization_type))
            self._move(Event.READY)
            assert self._ticket is not None
            self._give_event(self._ticket.invocation)

    def runtime_responded(self, body: bytes, content_type: str) -> None:
        """The function returned."""
        self._move(Event.ANSWERED)
        self._owner.environment_finishing(self)
        self._finish(Outcome(body, content_type=content_type), len(body))

    def runtime_errored(self, body: bytes, content_type: str, error_type: str) -> None:
        """The function raised; its environment is as good as before."""
        failure = failures.posted_failure(error_type, body, content_type)
        self._move(Event.ANSWERED)
        self._owner.environment_finishing(self)
        self._finish(Outcome(failure.body, "Unhandled"), len(body))

    def response_refused(self, error_type: str, message: str) -> None:
        """The function's answer cannot be passed on."""
        self._move(Event.ANSWERED)
        self._owner.environment_finishing(self)
        self._finish(Outcome(failures.refused_response(error_type, message).body, "Unhandled"), 0)

    def init_failed(self, body: bytes, content_type: str, error_type: str) -> None:
        """The runtime could not get ready. It is about to end by itself, and is not waited for."""
        if self.state in _COLD_STATES:
            self._stored = failures.posted_failure(error_type, body, content_type)
            self._init_over(self._stored)

    # --- What the sandbox tells (executors.executor.SandboxListener) ---

    def output(self, data: bytes) -> None:
        """The runtime wrote something."""
        self._log.output(data)

    def runtime_ended(self, number: int, how: RuntimeExit) -> None:
        """The runtime ended without being told to."""
        if self._runtime is None or number != self._runtime.number:
            return
        failure = failures.runtime_exited(self._request_id(), how)
        if self.state in _COLD_STATES:
            self._init_over(self._stored or failure)
        elif self.state is State.RUNNING:
            self._fail_invocation(failure)
        else:
            was_finishing = self.state is State.FINISHING
            self._end_runtime()
            self._move(Event.FAILED)
            if was_finishing:
                self._become_available()

    def extension_output(self, name: str, data: bytes) -> None:
        """An extension wrote something. None is started yet."""

    def extension_ended(self, name: str, how: ExtensionExit) -> None:
        """An extension ended. None is started yet."""

    def sandbox_failed(self, reason: str) -> None:
        """There is no sandbox."""
        self._give_up(EmulatorError(f"The function's sandbox cannot be built: {reason}."))

    # --- Limits ---

    def _init_limit(self) -> float:
        if self.initialization_type == ON_DEMAND:
            return quotas.INIT_SECONDS
        return max(quotas.PROVISIONED_INIT_SECONDS, self.version.timeout)

    def _init_timed_out(self) -> None:
        self._init_over(Failure("", b"", "timeout"))

    def _timed_out(self) -> None:
        failure = failures.timed_out(self._request_id(), self.version.timeout)
        if self.state is State.REINITIALIZING:
            self._init_over(failure)
        else:
            self._fail_invocation(failure)

    # --- An invocation, from its event to its outcome ---

    def _give_event(self, invocation: Invocation) -> None:
        assert self._runtime is not None
        self._log.write(self._start_line(invocation))
        remaining = self._began + self.version.timeout - perf_counter()
        self._runtime.give(event_for(invocation, int((time.time() + remaining) * 1000)))

    def _finish(self, outcome: Outcome, produced_bytes: int, failure: Failure | None = None) -> None:
        """Ends the present invocation, in the log and for its caller."""
        ticket, self._ticket = self._ticket, None
        assert ticket is not None
        self._cancel_timer()
        if self._sandbox is not None:
            self._sandbox.pass_on_output()
        self._log.end_of_invocation()
        status, error_type = (failure.status, failure.error_type) if failure is not None else ("success", None)
        timed_out = status == "timeout"
        elapsed = self.version.timeout * 1000.0 if timed_out else (perf_counter() - self._began) * 1000
        error_type = None if timed_out else error_type
        request_id = ticket.invocation.request_id
        self._log.write(platform_log.End(request_id, elapsed, produced_bytes, status, error_type))
        memory = self._memory_used_mb(exactly=self._log.keeps_tail)
        init_ms, self._init_ms = self._init_ms, None
        self._log.write(
            platform_log.Report(request_id, elapsed, self.version.memory_size, memory, init_ms, status, error_type)
        )
        tail = self._log.take_tail()
        ticket.settle(outcome if tail is None else replace(outcome, log_tail=tail))

    def _fail_invocation(self, failure: Failure) -> None:
        """The runtime is lost in the middle of an invocation, or has to go: it is all that is lost."""
        if self._sandbox is not None:
            self._sandbox.pass_on_output()
        self._end_runtime()
        self._move(Event.FAILED)
        self._finish(Outcome(failure.body, "Unhandled"), 0, failure)
        self._become_available()

    def _init_over(self, failure: Failure) -> None:
        """An init has failed. One outside an invocation is tried again inside of it (environment.md §2)."""
        phase = "invoke" if self.state is State.REINITIALIZING else "init"
        if self._sandbox is not None:
            self._sandbox.pass_on_output()
        elapsed = self._runtime.init_ms if self._runtime is not None else 0.0
        self._end_runtime()
        error_type = None if failure.status == "timeout" else failure.error_type
        self._log.write(platform_log.InitReport(elapsed, phase, failure.status, error_type, self.initialization_type))
        self._move(Event.FAILED)
        ticket = self._ticket
        if phase == "init":
            self._cancel_timer()
            if ticket is not None:
                self._begin(ticket)  # the log of the first attempt belongs to this invocation's tail too
            else:
                self._owner.environment_failed(self, failures.PROVISIONED_INIT)
        elif ticket is not None:
            invocation = ticket.invocation
            self._log.write(self._start_line(invocation))
            self._finish(Outcome(failure.body, "Unhandled"), 0, failure)
            self._become_available()

    def _become_available(self) -> None:
        self.idle_since = self._loop.time()
        ticket = self._ticket
        if ticket is None:
            self._owner.environment_available(self)
        else:  # the invocation for which this environment was started
            self._begin(ticket)

    # --- Freezing ---

    def freeze(self) -> None:
        """Stops everything in the environment, which must be IDLE, until it is thawed (freezing.Freezable)."""
        assert self._sandbox is not None
        self._frozen = True
        self._sandbox.freeze()

    def _thaw(self) -> None:
        assert self._sandbox is not None
        self._frozen = False
        self._sandbox.thaw()
        self._freezer.watch(self)

    # --- The runtime's end ---

    def _end_runtime(self) -> None:
        """Kills the runtime, if there is one. What is still told of it concerns nobody."""
        runtime, self._runtime = self._runtime, None
        if runtime is not None and (server := runtime.end()) is not None:
            self._run(server.close())
        if self._sandbox is not None and self.state is not State.STOPPED:
            self._memory_used_mb(exactly=True)
            self._sandbox.kill_all()
            self._frozen = False
        self._log.end_of_runtime()

    def _cancel_timer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    # --- Small things ---

    def _memory_used_mb(self, *, exactly: bool) -> int:
        now = self._loop.time()
        if self._sandbox is not None and (exactly or now - self._memory_sampled > _MEMORY_SAMPLE_SECONDS):
            self._memory_sampled = now
            self._memory = max(self._memory, self._sandbox.memory_used())
        return -(-self._memory // _MEGABYTE)

    def _start_line(self, invocation: Invocation) -> platform_log.Start:
        arn, tenant_id = invocation.function_arn, invocation.tenant_id
        return platform_log.Start(invocation.request_id, self.version.version, arn, tenant_id)

    def _request_id(self) -> str:
        return self._ticket.invocation.request_id if self._ticket is not None else ""

    def _move(self, event: Event) -> None:
        self.state = after(self.state, event)

    def _run(self, work: Coroutine[object, object, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
