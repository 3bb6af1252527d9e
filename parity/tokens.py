"""Tokens: what stands in a snapshot where an answer holds a value that is another one each time.

`token_kinds` is the table of their kinds and `templates` the way they are written; here, what a run saw is turned into
what a snapshot holds: answers decoded, tokens in place of volatile values.
"""

import json
import re
from typing import Any
from urllib.parse import unquote

import msgspec

from parity.decoding import decode
from parity.observation import Observation, ScenarioRun
from parity.own_entries import own_entries, prefix_of
from parity.scenario import Scenario
from parity.snapshot import StepSnapshot
from parity.templates import Numbering, Vocabulary
from parity.token_kinds import KINDS, kind_of_member, looks_like

_REQUEST_ID = "x-amzn-requestid"
_RUNS_THE_FUNCTION = re.compile(r"/functions/.*/(invocations|invoke-async|response-streaming-invocations)(\?|$)")
_THE_USERS_OWN = frozenset({"Variables", "Tags"})  # what stands in these members, no model places


def tokenise(run: ScenarioRun, scenario: Scenario) -> dict[str, StepSnapshot]:
    """What each step of a run was answered, by expanded step id, in the order of the run.

    The evidence in them is the weakest there is; `snapshot.merge` gives them what they may claim.
    """
    numbering = Numbering(vocabulary(run, scenario))
    prefix = prefix_of(run)
    return {seen.step: _step(seen, scenario, numbering, prefix) for seen in run.observations}


def vocabulary(run: ScenarioRun, scenario: Scenario) -> Vocabulary:
    """What is known of the answers of a run before they are read."""
    return Vocabulary(
        run.known, msgspec.json.encode([scenario.needs, [step.source for step in scenario.steps]]).decode()
    )


def request_line(seen: Observation) -> tuple[str, str]:
    """Method and path of a step's request, the path percent-decoded so that it can be read."""
    return seen.sent.method, unquote(seen.sent.path)


def runs_the_function(path: str) -> bool:
    """Whether a request of that path is answered with what function code returned, of which no model knows anything."""
    return _RUNS_THE_FUNCTION.search(path) is not None


def _step(seen: Observation, scenario: Scenario, numbering: Numbering, prefix: str) -> StepSnapshot:
    step = scenario.step(seen.step)
    method, path = request_line(seen)
    request = {"method": method, "path": numbering.text(path)}
    placed = not runs_the_function(path)
    answers = [own_entries(decode(answer), step.own, prefix) for answer in seen.answers]
    if step.parallel == 1:
        return StepSnapshot(request=request, response=_answer(answers[0], numbering, placed=placed))
    answers.sort(key=lambda answer: _rank(_answer(answer, Numbering(numbering.vocabulary), placed=placed)))
    return StepSnapshot(request=request, response=[_answer(answer, numbering, placed=placed) for answer in answers])


def _rank(answer: dict[str, Any]) -> str:
    """What sorts answers that came at once: themselves, whichever values they happen to bear."""
    return json.dumps(answer, sort_keys=True)


def _answer(answer: dict[str, Any], numbering: Numbering, *, placed: bool) -> dict[str, Any]:
    # The request's id comes first, for wherever else it stands it is the request's id.
    by_name = sorted(answer["headers"].items(), key=lambda header: (header[0] != _REQUEST_ID, header[0]))
    headers = {name: _header(name, value, numbering) for name, value in by_name}
    rest = {form: _value(answer[form], (), numbering, placed=placed) for form in answer if form not in _ENVELOPE}
    return {"status": answer["status"], "headers": headers, **rest}


_ENVELOPE = ("status", "headers")


def _header(name: str, value: str | list[str], numbering: Numbering) -> str | list[str]:
    if isinstance(value, list):
        return [numbering.text(line) for line in value]
    if name == _REQUEST_ID and looks_like(KINDS["request-id"], value):
        return numbering.token(value, "request-id").text
    return numbering.text(value)


def _value(value: Any, path: tuple[str | int, ...], numbering: Numbering, *, placed: bool) -> Any:
    if isinstance(value, dict):
        return {
            numbering.text(key): _value(
                value[key], (*path, key), numbering, placed=placed and key not in _THE_USERS_OWN
            )
            for key in sorted(value)
        }
    if isinstance(value, list):
        return [_value(item, (*path, index), numbering, placed=placed) for index, item in enumerate(value)]
    kind = kind_of_member(path, value) if placed else None
    if kind is not None:
        return numbering.token(str(value), kind.name).text
    return numbering.text(value) if isinstance(value, str) else value
