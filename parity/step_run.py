"""Carries out one step of a scenario: what is sent, how often, and which answer counts.

    pause → resolve references → ask (once, N times at once, or until a condition holds) → remember → observation

An answer that is only a mood of the target (AWS throttles, a new role is not known everywhere yet) is asked again and
never becomes an observation, unless the step says that this is what it is about.
"""

import re
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from parity.decoding import decode
from parity.deployment import Deployment
from parity.error_answers import error_code, is_throttled
from parity.observation import Answer, Observation
from parity.patience import Pause, until_settled
from parity.references import UnresolvedReference, remember, resolve
from parity.scenario import ExpandedStep
from parity.targets.wire_capture import CannotAsk, Exchange, Wire

_FIRST_POLL, _LONGEST_POLL = 0.05, 0.5  # seconds
_POLLS_ON_AWS = (1.0, 5.0)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_GRACE = 3.0  # seconds after which a member that a local target never sends is given up


class NotAsked(Exception):
    """The step could not be sent, or got no answer; the message says why."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step saw. `unmet` says which condition of a `wait` never came true."""

    observation: Observation
    unmet: str | None = None


@dataclass(slots=True)
class StepRun:
    """Carries out the steps of one scenario run. `pause` waits, and raises where the run is stopped."""

    deployment: Deployment
    pause: Pause

    def carry_out(self, step: ExpandedStep) -> StepResult:
        """Sends the step; later steps can refer to what came back. Raises NotAsked, TargetUnreachable."""
        if step.after:
            self.pause(step.after)
        try:
            exchanges, unmet = self._ask_until(step) if step.wait else (self._ask_all(step), None)
        except UnresolvedReference as error:
            raise NotAsked(error.message) from None
        except CannotAsk as error:
            raise NotAsked(str(error)) from None
        answers = tuple(exchange.answer for exchange in exchanges)
        self._learn(answers)
        remember(self.deployment.scope, step, [self._decoded(step, answer) for answer in answers])
        witness = self.deployment.target.witness(exchanges[0])
        return StepResult(Observation(step.id, step.operation, exchanges[0].sent, answers, witness), unmet)

    def _learn(self, answers: Iterable[Answer]) -> None:
        """AWS's request ids are UUIDs, which are known by their form; those of some emulators have none."""
        for answer in answers:
            request_id = answer.headers.get("x-amzn-requestid", "")
            if request_id and not _UUID.fullmatch(request_id):
                self.deployment.known[request_id] = "foreign-request-id"

    def _ask_all(self, step: ExpandedStep) -> list[Exchange]:
        """The exchanges of a plain step (one) or of `parallel: N`, which leave together from N threads."""
        request = _Request.of(step, self.deployment.scope)
        if step.parallel == 1:
            return [self._ask(step, request)]
        start = threading.Barrier(step.parallel)

        def ask_together(_: int) -> Exchange:
            start.wait()
            return self._ask(step, request)

        with ThreadPoolExecutor(step.parallel) as pool:
            return list(pool.map(ask_together, range(step.parallel)))

    def _ask(self, step: ExpandedStep, request: "_Request") -> Exchange:
        target, deployment = self.deployment.target, self.deployment

        def passing(exchange: Exchange) -> bool:
            answer = exchange.answer
            if deployment.role_is_settling(request.members, answer):
                return True
            return target.passes(answer) and error_code(answer) != step.raises

        def ask() -> Exchange:
            exchange = request.send(target.wire)
            deployment.note(step.operation, exchange)
            return exchange

        return until_settled(ask, passing, target.patience, self.pause)

    def _ask_until(self, step: ExpandedStep) -> tuple[list[Exchange], str | None]:
        """The first exchange that fulfils the `wait`, or the last one and what was missing in it."""
        assert step.wait is not None
        request = _Request.of(step, self.deployment.scope)
        wanted = resolve(step.wait.until, self.deployment.scope)
        local = self.deployment.target.settles_at_once
        poll, longest = (_FIRST_POLL, _LONGEST_POLL) if local else _POLLS_ON_AWS
        started = time.monotonic()
        self.pause(self.deployment.target.settling)
        while True:
            exchange = self._ask(step, request)
            unmet = self._unmet(step, exchange.answer, wanted)
            if unmet is None:
                return [exchange], None
            waited = time.monotonic() - started
            if waited + poll > step.at_most or (local and unmet.hopeless_after < waited):
                return [exchange], f"{unmet.text} after {waited:.0f} s"
            self.pause(poll)
            poll = min(poll * 1.5, longest)

    def _unmet(self, step: ExpandedStep, answer: Answer, wanted: Mapping[str, Any]) -> "_Unmet | None":
        """What of the condition the answer does not fulfil."""
        if answer.status >= 300:
            hopeless_after = float("inf") if is_throttled(answer) else 0.0
            return _Unmet(f"the answer was {answer.status} {error_code(answer) or ''}".rstrip(), hopeless_after)
        members = {"answer": self._decoded(step, answer)}
        for path, value in wanted.items():
            try:
                found = resolve(f"${{answer.{path}}}", members)
            except UnresolvedReference:
                return _Unmet(f"`{path}` was not in the answer", _GRACE)
            if found != value:
                return _Unmet(f"`{path}` was {found!r}, not {value!r}", float("inf"))
        return None

    def _decoded(self, step: ExpandedStep, answer: Answer) -> dict[str, Any]:
        """The members of an answer as references name them, and its `headers`."""
        bindings = self.deployment.target.wire.bindings(step.operation)
        decoded = decode(answer)
        body = decoded.get("body", decoded.get("text"))
        members = {bindings.payload: body} if bindings.payload and answer.status < 300 else body
        present = {member: name for member, name in bindings.headers.items() if name in answer.headers}
        in_headers = {member: answer.headers[name] for member, name in present.items()}
        status = {bindings.status: answer.status} if bindings.status else {}
        return {**(members if isinstance(members, dict) else {}), **in_headers, **status, "headers": answer.headers}


@dataclass(frozen=True, slots=True)
class _Unmet:
    """Why a wait goes on. On a local target there is no hope of change after `hopeless_after` seconds."""

    text: str
    hopeless_after: float


@dataclass(frozen=True, slots=True)
class _Request:
    """What a step sends, with its references resolved: a call's members, or a raw request."""

    operation: str | None
    members: Mapping[str, Any]
    raw: tuple[str, str, Mapping[str, str], Any] | None = None
    url: str | None = None  # whom to send a raw request to, if not to the API

    @classmethod
    def of(cls, step: ExpandedStep, scope: Mapping[str, Any]) -> "_Request":
        if step.http is None:
            return cls(step.operation, resolve(step.with_, scope))
        http = step.http
        path, headers, body = resolve(http.path, scope), resolve(http.headers, scope), resolve(http.body, scope)
        headers = {name: str(value) for name, value in headers.items()}
        url = None if http.url is None else str(resolve(http.url, scope))
        return cls(None, body if isinstance(body, dict) else {}, (http.method, str(path), headers, body), url)

    def send(self, wire: Wire) -> Exchange:
        """One exchange. Raises CannotAsk, TargetUnreachable."""
        if self.raw is not None:
            return wire.request(*self.raw, url=self.url)
        assert self.operation is not None
        return wire.call(self.operation, self.members)
