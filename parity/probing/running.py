"""Asks the probes of a target, many at once, and makes a report of the answers.

Operations take turns. Of each, what must be refused is asked first; where the operation creates things, what there is
is counted then, and has to be what there was before. What is accepted after that and creates something is removed.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from parity.comparison import Difference
from parity.errors import TargetUnreachable
from parity.observation import Answer
from parity.patience import Patience, until_settled
from parity.probing.census import CREATING, Found, census, changes, removal_of
from parity.probing.judgement import differences
from parity.probing.probe import Probe, Refused
from parity.probing.request import Request
from parity.report import Report, ScenarioResult, StepResult, StepStatus, is_strong_enough
from parity.targets.target import Target
from parity.targets.wire_capture import CannotAsk

_CONNECTIONS = 8  # more is no faster: the harness itself is what takes the time
SETTLING = Patience(first=0.2, longest=1.0, total=20.0)  # what is being deleted is still listed for a while
_CONFLICT = 409


def run(
    probes: Sequence[Probe],
    target: Target,
    *,
    jobs: int | None = None,
    min_evidence: str | None = None,
    on_result: Callable[[ScenarioResult], None] = lambda _: None,
    settling: Patience = SETTLING,
) -> Report:
    """Asks all of the probes, which come by operation, and judges the answers.

    Differences with weaker evidence than `min_evidence` do not count. `settling` is the patience with what is still
    being made or deleted when it is to be gone.
    """
    started = time.monotonic()
    report = Report(target.name, min_evidence=min_evidence, nouns=("operation", "probe"))
    asker = _Asker(target, jobs or _CONNECTIONS, min_evidence, settling)
    with asker:
        for operation, group in groupby(probes, key=lambda probe: probe.operation):
            result = asker.ask_all(operation, list(group))
            report.scenarios.append(result)
            on_result(result)
            if result.unreachable:
                break
    report.duration = time.monotonic() - started
    return report


class _Asker:
    """A target, with the threads that ask it."""

    def __init__(self, target: Target, jobs: int, min_evidence: str | None, settling: Patience) -> None:
        self._target = target
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="probe")
        self._min_evidence = min_evidence
        self._settling = settling
        self._removals: list[Request] = []  # of what the current operation has made; appending is atomic

    def __enter__(self) -> "_Asker":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        with contextlib.suppress(CannotAsk, TargetUnreachable):  # where the run ended early
            self._remove_what_was_made()

    def ask(self, request: Request) -> Answer:
        """The answer to one request. Raises CannotAsk, TargetUnreachable."""
        return self._target.wire.request(request.method, request.path, request.headers, request.body).answer

    def census(self) -> Found:
        """What there is."""
        return census(self.ask)

    def ask_all(self, operation: str, probes: list[Probe]) -> ScenarioResult:
        """What came of the probes of one operation."""
        started = time.monotonic()
        steps: dict[str, StepResult] = {}
        failure, unreachable = None, False
        try:
            before = self.census() if operation in CREATING else {}
            steps.update(self._each([probe for probe in probes if isinstance(probe.expected, Refused)]))
            if operation in CREATING:
                steps.update(_changed(f"{operation}/census/after-refusals", changes(before, self.census())))
            steps.update(self._each([probe for probe in probes if probe.id not in steps]))
            if operation in CREATING:
                self._remove_what_was_made()
                steps.update(_changed(f"{operation}/census/after-removal", self._what_is_left(before)))
        except TargetUnreachable as error:
            failure, unreachable = error.message, True
        except CannotAsk as error:  # what there is cannot be counted, or what was made cannot be removed
            failure = str(error)
        return ScenarioResult(
            scenario=operation,
            title=operation,
            path=None,
            steps=tuple(sorted(steps.values(), key=lambda step: step.step)),
            failure=failure,
            unreachable=unreachable,
            duration=time.monotonic() - started,
        )

    def _what_is_left(self, before: Found) -> Found:
        """What is there that was not there before, or no longer: what is being deleted goes after a while."""
        return until_settled(lambda: changes(before, self.census()), bool, self._settling)

    def _remove_what_was_made(self) -> None:
        """What is still being made cannot be removed yet: it is asked for again."""
        while self._removals:
            removal = self._removals.pop()
            until_settled(lambda removal=removal: self.ask(removal), _is_in_the_way, self._settling)  # type: ignore[misc]

    def _each(self, probes: list[Probe]) -> dict[str, StepResult]:
        return {result.step: result for result in self._pool.map(self._one, probes)}

    def _one(self, probe: Probe) -> StepResult:
        request = probe.request
        evidence = probe.expected.claim
        try:
            answer = self.ask(request)
        except CannotAsk as error:
            return StepResult(probe.id, probe.says, 0, evidence, "not asked", reason=str(error))
        if removal := removal_of(probe.operation, answer):
            self._removals.append(removal)
        found = [one for one in differences(probe, answer) if is_strong_enough(one.evidence, self._min_evidence)]
        judged = is_strong_enough(evidence, self._min_evidence)
        status: StepStatus = "different" if found else "same" if judged else "not judged"
        asked = request.as_curl(self._target.wire.url, self._target.region, self._target.account_id) if found else None
        return StepResult(probe.id, probe.says, 0, evidence, status, tuple(found), asked=asked, is_probe=True)


def _is_in_the_way(answer: Answer) -> bool:
    return answer.status == _CONFLICT


def _changed(step: str, left: Found) -> dict[str, StepResult]:
    """A step that differs, where there is something that should not be, or no longer is."""
    if not left:
        return {}
    found = [Difference(step, kind, [], list(names), "documented") for kind, names in left.items()]
    says = "What is refused changes nothing, and what was made has been removed."
    return {step: StepResult(step, says, 0, "documented", "different", tuple(found), is_probe=True)}
