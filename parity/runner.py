"""Runs scenarios on a target, many at once, each by itself.

Scenarios mostly wait (for a state, for a function), so there are more threads than cores. A scenario run has a name
prefix, a scope and a deployment of its own, and whatever goes wrong in it stays in its ScenarioRun. Threads are never
interrupted: a stop is noticed between two requests and in every pause, and the teardown comes after it all the same.
"""

import logging
import os
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from parity.deployment import Deployment, NeedNotMet, NeedsServices
from parity.errors import ParityError, TargetUnreachable
from parity.function_code import FunctionCode
from parity.naming import new_prefix
from parity.observation import Observation, ScenarioRun
from parity.patience import Pause
from parity.scenario import Scenario
from parity.step_run import NotAsked, StepRun
from parity.targets.target import Target

_THREADS_PER_CORE = 8
_RUNNING = frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"})  # they may have to start something
_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The run is being stopped; the scenario ends before its next request."""


def default_jobs() -> int:
    """How many scenarios run at once unless the user says otherwise: eight for each core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores * _THREADS_PER_CORE


def run_scenarios(
    scenarios: Sequence[Scenario], target: Target, *, jobs: int | None = None, stop: threading.Event | None = None
) -> Generator[ScenarioRun, None, None]:
    """Runs all scenarios on the (entered) target and yields each run when it is complete and torn down.

    Closing the iterator, or an exception at a `yield` (Ctrl-C), stops what is running, waits for its teardown and
    cancels the rest; close it (`contextlib.closing`) wherever the loop over it may end early. A stopped scenario yields
    nothing.
    """
    stop = stop or threading.Event()
    code = {root: FunctionCode(root) for root in {scenario.root for scenario in scenarios}}
    pool = ThreadPoolExecutor(jobs or default_jobs(), thread_name_prefix="scenario")
    try:
        runs = [
            pool.submit(run_scenario, scenario, target, code[scenario.root], stop) for scenario in _in_order(scenarios)
        ]
        yield from _completed(runs)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def run_scenario(
    scenario: Scenario, target: Target, code: FunctionCode | None = None, stop: threading.Event | None = None
) -> ScenarioRun:
    """Runs one scenario and tears down what it made. Raises Stopped, and nothing else."""
    pause = _stoppable(stop or threading.Event())
    started = time.monotonic()
    deployment = Deployment(target, scenario, new_prefix(), code or FunctionCode(scenario.root), pause)
    progress = _Progress()
    try:
        pause(0)
        _go_through(scenario, deployment, pause, progress)
    except NeedsServices as error:
        progress.skipped = str(error)
    except NeedNotMet as error:
        progress.failure = str(error)
    except TargetUnreachable as error:
        progress.failure, progress.extra["unreachable"] = error.message, True
    except ParityError as error:
        progress.failure = error.message
    except Stopped:
        raise
    except Exception as error:
        _log.debug("scenario %s", scenario.id, exc_info=True)
        progress.failure = f"the harness failed: {type(error).__name__}: {error}"
    finally:
        left = deployment.tear_down()
        if left:
            progress.extra["left_behind"] = left
    return progress.as_run(scenario, deployment, time.monotonic() - started)


def _in_order(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """Those that need services come last: these may be starting still.

    The others are those that have functions run, which keeps the processors busy, and those that mostly wait until
    something has settled or a long time has passed, which leaves them idle. They are spread evenly, for neither kind
    should be among itself. Of each kind, who has most to do begins first: started late, it would be waited for at the
    end.
    """
    last = [one for one in scenarios if "services" in one.tags]
    others = [one for one in scenarios if "services" not in one.tags]
    busy = sorted((one for one in others if _is_busy(one)), key=_invocations, reverse=True)
    waiting = sorted((one for one in others if not _is_busy(one)), key=_waits, reverse=True)
    places = [(place / len(row), one) for row in (waiting, busy) for place, one in enumerate(row)]
    return [one for _, one in sorted(places, key=lambda placed: placed[0])] + last


def _is_busy(scenario: Scenario) -> bool:
    return "slow" not in scenario.tags and _invocations(scenario) > 0


def _invocations(scenario: Scenario) -> int:
    return sum(step.call in _RUNNING for step in scenario.steps)


def _waits(scenario: Scenario) -> tuple[bool, bool, int]:
    # A list of all functions shows 50 at once, and soon there are as many: who asks for it does so while there are few.
    lists = any(step.operation == "ListFunctions" for step in scenario.steps)
    waits = sum(step.wait is not None for step in scenario.steps) + bool(scenario.needs.functions)
    return lists, "slow" in scenario.tags, waits


class _Progress:
    """What a scenario run has come to so far."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self.not_asked: dict[str, str] = {}
        self.failure: str | None = None
        self.skipped: str | None = None
        self.extra: dict[str, object] = {}

    def as_run(self, scenario: Scenario, deployment: Deployment, duration: float) -> ScenarioRun:
        return ScenarioRun(
            scenario=scenario.id,
            observations=tuple(self.observations),
            known=dict(deployment.known),
            failure=self.failure,
            skipped=self.skipped,
            not_asked=dict(self.not_asked),
            duration=duration,
            extra=dict(self.extra),
        )


def _go_through(scenario: Scenario, deployment: Deployment, pause: Pause, progress: _Progress) -> None:
    target = deployment.target
    progress.skipped = (
        target.unmet(scenario.needs) or target.unfit(scenario.tags) or target.unable(scenario.invoked_runtimes)
    )
    if progress.skipped:
        return
    deployment.deploy()
    steps = StepRun(deployment, pause)
    unmet: dict[str, str] = {}
    for step in scenario.steps:
        pause(0)
        try:
            result = steps.carry_out(step)
        except NotAsked as error:  # the steps after it may well be answered
            progress.not_asked[step.id] = str(error)
            continue
        progress.observations.append(result.observation)
        if result.unmet:
            unmet[step.id] = result.unmet
            progress.extra["unmet"] = unmet


def _completed(runs: list[Future[ScenarioRun]]) -> Iterator[ScenarioRun]:
    for future in as_completed(runs):
        try:
            run = future.result()
        except Stopped:
            continue
        yield run
        if run.extra.get("unreachable"):
            return  # nothing answers there any more: the others would only say so again


def _stoppable(stop: threading.Event) -> Pause:
    def pause(seconds: float) -> None:
        if stop.wait(seconds) if seconds else stop.is_set():
            raise Stopped

    return pause
