"""One execution environment: a sandbox, what runs in it, and the invocation that is being served.

Everything that happens is an event of the lifecycle table; this class does what the table's transitions mean. The warm
path goes through `invoke`, `runtime_responded` and `runtime_ready` and creates neither task nor thread nor file.

Times are those of environment.md and logs.md: Init has ten seconds of its own, an invocation has the function's
timeout, and an init inside an invocation (after a failure) is part of it and of its duration. So is the time that
extensions take after the runtime has answered; the caller has the answer by then, unless he asked for the tail of the
log, which ends with the REPORT of all of it.
"""

import asyncio
from typing import Protocol

from emulator import quotas
from emulator.errors import EmulatorError
from emulator.execution import failures, telemetry_events
from emulator.execution.deadline import Deadline
from emulator.execution.environment_log import EnvironmentLog
from emulator.execution.environment_processes import EnvironmentProcesses
from emulator.execution.failures import Failure
from emulator.execution.freezing import Freezer
from emulator.execution.function_endpoint import FunctionEndpoint
from emulator.execution.generation import Generation
from emulator.execution.init_report import report_init
from emulator.execution.invocation import Outcome
from emulator.execution.lifecycle import TRANSITIONS, Event, State, after
from emulator.execution.logs import LogStore
from emulator.execution.serving import Serving
from emulator.execution.shutdown import FAILURE, SPINDOWN, TIMEOUT
from emulator.execution.start_gate import StartGate
from emulator.execution.ticket import Ticket
from emulator.execution.variables import ON_DEMAND
from emulator.execution.wakefulness import Wakefulness
from emulator.executors.executor import Executor, ExtensionExit, RuntimeExit
from emulator.resources.function import FunctionVersion
from emulator.runtime_api.event import event_for
from emulator.runtime_api.extension import Extension, invoke_event
from emulator.runtime_api.response_upload import Sink
from emulator.runtime_api.subscription import Subscription
from emulator.wire.incoming_body import IncomingBody

_COLD_STATES = (State.INITIALIZING, State.REINITIALIZING)
_BUSY_STATES = (State.RUNNING, State.FINISHING)
_OVER = (State.STOPPING, State.STOPPED)
_GETTING_READY = (State.RESETTING, State.INITIALIZING)


class Owner(Protocol):
    """The pool, as an environment sees it."""

    def environment_finishing(self, environment: "ExecutionEnvironment") -> None:
        """It has answered, or is being reset, and is about to be available."""

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
        endpoint: FunctionEndpoint,
        freezer: Freezer,
        wakefulness: Wakefulness,
        initialization_type: str = ON_DEMAND,
    ) -> None:
        self.version = version
        self.initialization_type = initialization_type
        self.state = State.NEW
        self.idle_since = 0.0
        self._freezer = freezer
        self._wakefulness = wakefulness
        self._frozen = False
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._log = EnvironmentLog(version, logs)
        self._processes = EnvironmentProcesses(
            version, executor, gate, self._log, self, endpoint=endpoint, initialization_type=initialization_type
        )
        self._serving = Serving(version, self._log, self._processes)
        self._extended = False  # there are extensions, and Init is over
        self._subscribers: set[str] = set()  # names of extensions that have subscribed to telemetry, once at least
        self._stored: Failure | None = None  # of the last init
        self._offered = False  # its owner has it among those that are available
        self._stale = False  # the code has changed since what runs was started
        self._deadline = Deadline()

    # --- What the pool says ---

    def start(self, ticket: Ticket | None = None) -> None:
        """Starts the environment, for an invocation that is served as soon as it is ready; or ahead of any."""
        if ticket is not None:
            self._serving.assign(ticket)
        self._start()

    def _start(self) -> None:
        self._move(Event.START)
        self._launch("init")

    def _launch(self, phase: str) -> None:
        self._stale = False
        self._processes.start(phase)

    def invoke(self, ticket: Ticket) -> None:
        """Serves an invocation. The environment must be available."""
        self._offered = False
        self._serving.assign(ticket)
        # What died while it was idle must be cleared away first; what is started for changed code gets ready first.
        if self.state not in _GETTING_READY:
            self._begin()

    def _begin(self) -> None:
        self._serving.begin()
        if self._frozen:
            self._thaw()
        self._deadline.set(self.version.timeout, self._timed_out)
        self._move(Event.INVOKE)
        if self.state is State.RUNNING:
            self._give_event()
        else:
            self._launch("invoke")

    def code_changed(self) -> None:
        """The code is another one now: what runs is replaced, as soon as no invocation needs it any more."""
        if self.state is State.IDLE:
            self._reload()
        elif self.state is State.COLD:
            self._start()
        elif self.state not in _OVER:
            self._stale = True

    def _reload(self) -> None:
        self._stale = True
        self._move(Event.CHANGED)
        self._end_processes(SPINDOWN)

    def stop(self) -> None:
        """Ends the environment; what runs in it is cut off, but that extensions are told and have some time to end.

        To its owner it is gone at once.
        """
        self._stop(None)

    def _stop(self, error: EmulatorError | None) -> None:
        """`error` is for the caller of the present invocation; without one he hears that the emulator stops."""
        if self.state in _OVER:
            return
        self._move(Event.STOP)
        self._end_processes(SPINDOWN)
        self._owner.environment_gone(self)
        self._serving.abandon(error)

    async def closed(self) -> None:
        """Waits until nothing of a stopped environment is left, no socket either."""
        await self._processes.closed()

    # --- Starting (environment_processes.Owner) ---

    def processes_starting(self) -> None:
        """Outside of an invocation, Init has a limit of its own."""
        if self.state is State.INITIALIZING:
            self._deadline.set(self._init_limit(), self._init_timed_out)

    def processes_started(self) -> None:
        """From now on there is something to freeze."""
        self._freezer.watch(self)

    def launch_failed(self, error_type: str, cause: str) -> None:
        """There is nothing to be started in the code, or in a layer."""
        self._init_over(failures.platform_failure(error_type, self._serving.request_id, cause))

    def machine_failed(self, error: EmulatorError) -> None:
        """The machine cannot run this function; nobody is to blame but us."""
        if self._serving.ticket is None and self.state is State.INITIALIZING:
            self._owner.environment_failed(self, str(error))
        self._stop(error)

    # --- What the runtime does (runtime_api.session.Listener) ---

    def runtime_ready(self) -> None:
        """The runtime asked for an event."""
        if self.state is State.FINISHING:
            if self._extended:
                self._serving.runtime_done()
                self._look_whether_over()
            else:
                self._processes.pass_on_output()  # what was written before it asked is of the invocation that is over
                self._serving.catch_up()
                self._deadline.lift()
                self._move(Event.READY)
                self._become_available()
        elif self.state in _COLD_STATES:
            assert self._processes.generation is not None
            self._processes.generation.close_registration()
            self._look_whether_ready()

    def _look_whether_ready(self) -> None:
        generation = self._processes.generation
        if generation is not None and generation.all_wait:
            self._init_succeeded(generation)

    def _init_succeeded(self, generation: Generation) -> None:
        self._processes.pass_on_output()  # what was written before it asked comes before START
        self._stored = None
        self._extended = bool(generation.extensions)
        self._report_init(generation)
        generation.init_over()
        if not generation.telemetry.wanted:
            self._log.report_to(None)
        if self.state is State.INITIALIZING:
            self._serving.init_ms = generation.init_ms
            self._deadline.lift()
            self._move(Event.READY)
            self._become_available()
        else:
            self._move(Event.READY)
            self._give_event()

    def runtime_responded(self, body: bytes, content_type: str) -> None:
        """The function returned."""
        self._answered(Outcome(body, content_type=content_type), len(body))

    def response_begun(self, body: IncomingBody, content_type: str) -> Sink:
        """The function begins to return something."""
        return self._serving.respond(body, content_type)

    def response_ended(self, size: int) -> None:
        """The function has returned all of it."""
        self._answered(self._serving.response(), size)

    def runtime_errored(self, body: bytes, content_type: str, error_type: str) -> None:
        """The function raised; its environment is as good as before."""
        failure = failures.posted_failure(error_type, body, content_type)
        self._answered(Outcome(failure.body, "Unhandled"), len(body))

    def response_refused(self, error_type: str, message: str) -> None:
        """The function's answer cannot be passed on."""
        self._answered(Outcome(failures.refused_response(error_type, message).body, "Unhandled"), 0)

    def init_failed(self, body: bytes, content_type: str, error_type: str) -> None:
        """The runtime could not get ready. It is about to end by itself, and is not waited for."""
        if self.state in _COLD_STATES:
            self._stored = failures.posted_failure(error_type, body, content_type)
            self._init_over(self._stored)

    # --- What the extensions do (runtime_api.extensions_api.Listener, runtime_api.telemetry_api.Listener) ---

    def extension_registered(self, extension: Extension) -> None:  # noqa: ARG002
        """One registered; if it was the last one to be waited for, the runtime is started."""
        self._processes.extension_registered()

    def extension_ready(self, extension: Extension) -> None:  # noqa: ARG002
        """One asked for an event: perhaps all are done with a phase now."""
        if self.state in _COLD_STATES:
            self._look_whether_ready()
        elif self.state is State.FINISHING:
            self._look_whether_over()

    def extension_failed(self, extension: Extension, fatal: str) -> None:
        """One cannot go on, and nothing can without it."""
        self._lost(failures.platform_failure(fatal, self._serving.request_id, extension.error_type or ""))

    def extension_subscribed(self, extension: Extension, subscription: Subscription) -> None:
        """One wants telemetry."""
        assert self._processes.generation is not None
        again = extension.name in self._subscribers
        self._subscribers.add(extension.name)
        self._processes.generation.telemetry.subscribe(extension.identifier, subscription)
        state = "Already subscribed" if again else "Subscribed"
        kind, types = subscription.api.log_kind, subscription.types
        self._log.write(telemetry_events.Subscribed(kind, extension.name, types, state))

    # --- What ends without being told to (environment_processes.Owner) ---

    def runtime_lost(self, how: RuntimeExit) -> None:
        """The runtime ended. If one has said why, in this init or the one before, the caller gets that."""
        said = self._stored if self.state in _COLD_STATES else None
        self._lost(said or failures.runtime_exited(self._serving.request_id, how))

    def extension_lost(self, how: ExtensionExit) -> None:
        """An extension ended. None may, whatever its exit code."""
        self._lost(failures.platform_failure(failures.EXTENSION_CRASH, self._serving.request_id, how.sentence))

    def _lost(self, failure: Failure) -> None:
        """Something that cannot be done without is gone: all that runs goes with it. Only the first loss counts."""
        if self.state in _COLD_STATES:
            self._init_over(failure)
        elif self.state in _BUSY_STATES:
            settle = self._serving.fail(failure)
            self._reset(_reason(failure))
            settle()
        elif self.state is State.IDLE:
            self._reset(FAILURE)

    # --- Limits ---

    def _init_limit(self) -> float:
        if self.initialization_type == ON_DEMAND:
            return quotas.INIT_SECONDS
        return max(quotas.PROVISIONED_INIT_SECONDS, self.version.timeout)

    def _init_timed_out(self) -> None:
        self._init_over(Failure("", b"", "timeout"))

    def _timed_out(self) -> None:
        self._lost(failures.timed_out(self._serving.request_id, self.version.timeout))

    # --- An invocation, from its event to its outcome ---

    def _give_event(self) -> None:
        generation = self._processes.generation
        assert generation is not None
        invocation, deadline_ms = self._serving.start()
        event = event_for(invocation, deadline_ms)
        if self._extended:
            trace = event.headers["Lambda-Runtime-Trace-Id"]
            told = invoke_event(deadline_ms, invocation.request_id, invocation.function_arn, trace)
            generation.tell_extensions(told)
        generation.give(event)
        self._wakefulness.stay()

    def _answered(self, outcome: Outcome, produced_bytes: int) -> None:
        """The runtime is done, or all but: it will ask for the next event."""
        self._move(Event.ANSWERED)
        self._owner.environment_finishing(self)
        if self._extended:
            self._serving.answer(outcome, produced_bytes)
        else:
            self._serving.finish(outcome, produced_bytes)
        self._wakefulness.stay()

    def _look_whether_over(self) -> None:
        """Whether the extensions are done as well, and with them the invocation."""
        generation = self._processes.generation
        if generation is not None and generation.all_wait:
            self._deadline.lift()
            settle = self._serving.finish_answered()
            self._move(Event.READY)
            self._become_available()
            settle()

    def _init_over(self, failure: Failure) -> None:
        """An init has failed. One outside an invocation is tried again inside of it (environment.md §2)."""
        self._processes.pass_on_output()
        self._report_init(self._processes.generation, failure)
        if self.state is State.REINITIALIZING:
            self._serving.start()
            settle = self._serving.fail(failure)
            self._reset(_reason(failure))
            settle()
            return
        if self._serving.ticket is None:
            self._owner.environment_failed(self, failures.PROVISIONED_INIT)
        if self.state is State.INITIALIZING:  # else its owner has ended it
            self._reset(_reason(failure))

    def _report_init(self, generation: Generation | None, failure: Failure | None = None) -> None:
        kind = self.initialization_type
        report_init(self._log, generation, phase=self._phase(), initialization_type=kind, failure=failure)

    def _become_available(self) -> None:
        self.idle_since = self._loop.time()
        if self._stale and self.state is State.IDLE:
            self._reload()
        if self._serving.ticket is None:
            if not self._offered:
                self._offered = True
                self._owner.environment_available(self)
        elif self.state not in _GETTING_READY:
            self._begin()  # it was started for this invocation, or has been reset since it was given it

    # --- Freezing ---

    def freeze(self) -> None:
        """Stops everything in the environment, which must be IDLE, until it is thawed (freezing.Freezable)."""
        self._frozen = True
        self._processes.freeze()

    def _thaw(self) -> None:
        self._frozen = False
        self._processes.thaw()
        self._freezer.watch(self)

    # --- The end of what runs ---

    def _reset(self, reason: str) -> None:
        """Ends all that runs; the environment is COLD as soon as nothing does, and then available."""
        self._move(Event.FAILED)
        self._serving.memory_used_mb(exactly=True)
        self._end_processes(reason)
        if self.state is State.RESETTING and not self._offered:
            self._owner.environment_finishing(self)  # it has /tmp, and what else may be wanted next

    def _end_processes(self, reason: str) -> None:
        self._serving.catch_up()
        self._deadline.close()
        if self._frozen and self._extended:
            self._thaw()  # to be told something
        self._processes.end(reason)

    def processes_ended(self) -> None:
        """Nothing runs any more (environment_processes.Owner)."""
        self._extended = self._frozen = False
        if self.state is State.RESETTING:
            self._move(Event.CLEARED)
            if self._stale:
                self._start()
            if self._serving.ticket is not None or not self._offered:
                self._become_available()
        elif self.state is State.STOPPING:
            self._processes.close()
            self._move(Event.ENDED)

    # --- Small things ---

    def _phase(self) -> str:
        return "init" if self.state is State.INITIALIZING else "invoke"

    def _move(self, event: Event) -> None:
        self.state = TRANSITIONS[self.state].get(event) or after(self.state, event)  # which says what is wrong


def _reason(failure: Failure) -> str:
    """What extensions are told (extensions-api.md §2)."""
    return TIMEOUT if failure.status == "timeout" else FAILURE
