"""What the recorded answers of a scenario show: which cells they cover, and on what evidence."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from parity.coverage.cells import Cell
from parity.coverage.constraints import Constraint, ServiceModel, constraints_of, sentences
from parity.coverage.held_members import held_members
from parity.evidence import StepEvidence, class_at
from parity.references import UnresolvedReference, resolve
from parity.scenario import ExpandedStep, Scenario
from parity.snapshot import Snapshot, StepSnapshot
from parity.value_forms import form_of

_ERROR_TYPE = "x-amzn-errortype"


@dataclass(frozen=True, slots=True)
class Claim:
    """A step (full id) whose recorded answer covers a cell, and the class of evidence of that part of the answer."""

    cell: Cell
    step: str
    evidence: str


class Reader:
    """Reads snapshots with the eyes of one service model."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._constraints: dict[str, list[Constraint]] = {}

    def claims(self, scenario: Scenario, snapshot: Snapshot) -> Iterator[Claim]:
        """What each step of the scenario shows. Steps that the snapshot does not have show nothing."""
        for step in scenario.steps:
            recorded = snapshot.steps.get(step.id)
            operation = recorded and (step.operation or self._routed(recorded.request))
            if not recorded or not operation or operation not in self._model["operations"]:
                continue
            answers = recorded.response if isinstance(recorded.response, list) else [recorded.response]
            for answer in answers:
                for cell, evidence in self._shown(operation, step, recorded, answer):
                    yield Claim(cell, f"{scenario.id}#{step.id}", evidence)

    def _shown(
        self, operation: str, step: ExpandedStep, recorded: StepSnapshot, answer: Mapping[str, Any]
    ) -> Iterator[tuple[Cell, str]]:
        if answer["status"] >= 300:
            yield from self._refusal(operation, step, recorded.evidence, answer)
            return
        yield Cell(operation, "success"), _class_at(recorded.evidence, "status", None)
        for held in held_members(self._model, operation, answer):
            yield Cell(operation, "response", held.member), _class_at(recorded.evidence, held.at, held.value)

    def _refusal(
        self, operation: str, step: ExpandedStep, evidence: StepEvidence, answer: Mapping[str, Any]
    ) -> Iterator[tuple[Cell, str]]:
        error = str(answer.get("headers", {}).get(_ERROR_TYPE, "")).partition(":")[0]
        yield Cell(operation, "error", error), _class_at(evidence, f"headers.{_ERROR_TYPE}", error)
        body = answer.get("body")
        for member, message in body.items() if isinstance(body, dict) else ():
            if member.lower() != "message" or not isinstance(message, str):
                continue
            given = _given(step)
            for sentence in sentences(message):
                for constraint in self._constraints_of(operation):
                    if constraint.is_named_by(sentence, given):
                        yield (
                            Cell(operation, "constraint", constraint.name),
                            _class_at(evidence, f"body.{member}", message),
                        )

    def _constraints_of(self, operation: str) -> list[Constraint]:
        if operation not in self._constraints:
            self._constraints[operation] = list(constraints_of(self._model, operation))
        return self._constraints[operation]

    def _routed(self, request: Mapping[str, str]) -> str | None:
        """The operation that a raw request means, None where it means none."""
        path = request["path"].partition("?")[0]
        return next(
            (name for method, pattern, name in self._routes if method == request["method"] and pattern.fullmatch(path)),
            None,
        )

    @cached_property
    def _routes(self) -> list[tuple[str, re.Pattern[str], str]]:
        """Method, path and operation; paths with more fixed parts first, for `/functions/{x}/…` also fits others."""
        routes = []
        for name, operation in self._model["operations"].items():
            uri = operation["http"]["requestUri"]
            parts = [
                "(.+)" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\+?\})", uri) if part
            ]
            routes.append((operation["http"]["method"], re.compile("".join(parts)), name))
        return sorted(routes, key=lambda route: -len(route[1].pattern))


def _class_at(evidence: StepEvidence, path: str, value: Any) -> str:
    return class_at(evidence, path, expects_text=isinstance(value, str), expects_nothing=False)


def _given(step: ExpandedStep) -> Mapping[str, Any]:
    """The input of a step as far as the scenario itself says it."""
    given = step.http.body if step.http else step.with_
    return _plain(given) if isinstance(given, dict) else {}


def _plain(value: Any) -> Any:
    """The value with its forms (`{repeat: a, times: 9}`) carried out; None for what is known only when it is asked."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and form_of(value) is None:
        return {key: _plain(item) for key, item in value.items()}
    try:
        return resolve(value, {})
    except UnresolvedReference:
        return None
