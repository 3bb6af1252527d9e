"""Compares the answers of a run with a snapshot. The differences are values, each at its exact path.

Alignment puts both sides in the same terms; DeepDiff, whose only door this is, finds where they are not equal.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from deepdiff import DeepDiff

from parity.alignment import Aligner, At, Body, Pair, Renamed, Unlike, count, way_of
from parity.bindings import Bindings
from parity.decoding import BODY_FORMS, decode
from parity.evidence import PublishedEvidence, RegressionEvidence, class_at, class_of
from parity.observation import Observation, ScenarioRun
from parity.own_entries import own_entries, prefix_of
from parity.scenario import ExpandedStep, Scenario
from parity.snapshot import Snapshot, StepSnapshot
from parity.tokens import request_line, vocabulary


class Missing(Enum):
    """What stands on the side of a difference that has nothing at the path."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class MemberName:
    """The name of a member, where the two sides differ in its case alone."""

    name: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where an answer is not what the snapshot holds.

    `step` is the full id ("alias/create-alias#create"). `path` leads to the place: "status",
    "headers.x-amzn-errortype", "body.Functions[2].Version", "[1].body.x" in the second answer of a `parallel` step.
    `expected` is the snapshot's value and `actual` the candidate's, both in the terms of the snapshot (with its
    tokens), or MISSING, or MemberName. `evidence` is the class of evidence of the step at this path.
    """

    step: str
    path: str
    expected: Any
    actual: Any
    evidence: str


def compare(snapshot: Snapshot, run: ScenarioRun, scenario: Scenario) -> list[Difference]:
    """All differences between the answers of a run and the snapshot of its scenario, in the order of the steps.

    Steps that were not asked are not compared. Whether the snapshot is that of the scenario as it is now is not checked
    here (see `snapshot.check_current`).
    """
    known = vocabulary(run, scenario)
    bindings = Bindings(known)
    pairs = _align(snapshot, run, scenario, bindings)
    if _count(pairs) > 0:
        elected = _align(snapshot, run, scenario, Bindings(known, bindings.election()))
        pairs = min(elected, pairs, key=_count)
    return [
        Difference(
            f"{scenario.id}#{step}", path, expected, actual, _class_at(snapshot.steps[step], path, expected, actual)
        )
        for step, (left, right) in pairs.items()
        for path, expected, actual in _differences(left, right)
    ]


def _class_at(step: StepSnapshot, path: str, expected: Any, actual: Any) -> str:
    is_no_claim = expected is MISSING and actual is None  # of a member that is null no SDK says anything
    if is_no_claim and isinstance(step.evidence, PublishedEvidence):
        return class_of(RegressionEvidence())
    is_text, is_nothing = isinstance(expected, str), expected is MISSING
    return class_at(step.evidence, path, expects_text=is_text, expects_nothing=is_nothing)


def _count(pairs: dict[str, Pair]) -> int:
    return sum(count(*pair) for pair in pairs.values())


def _align(snapshot: Snapshot, run: ScenarioRun, scenario: Scenario, bindings: Bindings) -> dict[str, Pair]:
    pairs = {}
    prefix = prefix_of(run)
    for seen in run.observations:
        if seen.step in snapshot.steps:
            answers = [own_entries(decode(answer), scenario.step(seen.step).own, prefix) for answer in seen.answers]
            pairs[seen.step] = _align_step(snapshot.steps[seen.step], seen, answers, scenario.step(seen.step), bindings)
    return pairs


def _align_step(
    recorded: StepSnapshot, seen: Observation, answers: list[dict[str, Any]], step: ExpandedStep, bindings: Bindings
) -> Pair:
    # What was sent is no answer, but it tells which function is <function-name:1> and which <function-name:2>.
    bindings.text(recorded.request["path"], request_line(seen)[1])
    aligner = Aligner(bindings, frozenset(way_of(path) for path in step.unordered))
    if isinstance(recorded.response, list):
        return aligner.items(
            list(map(_with_body, recorded.response)), list(map(_with_body, answers)), (), ordered=False
        )
    return aligner.align(_with_body(recorded.response), _with_body(answers[0]))


def _with_body(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with its body under the name `body`, whichever form it has."""
    form = next((form for form in BODY_FORMS if form in answer), None)
    if form is None:
        return answer
    return {"status": answer["status"], "headers": answer["headers"], "body": Body(form, answer[form])}


def _differences(left: Any, right: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """Path, expected and actual value of each difference between two aligned sides, in the order of the paths."""
    if count(left, right) == 0:
        return
    found = DeepDiff({"": left}, {"": right}, view="tree", **_EXACTLY)
    levels = [level for kind in _KINDS for level in found.get(kind, ())]
    for way, level in sorted(((tuple(level.path(output_format="list"))[1:], level) for level in levels), key=_rank):
        expected = MISSING if level in found.get("dictionary_item_added", ()) else level.t1
        actual = MISSING if level in found.get("dictionary_item_removed", ()) else level.t2
        if isinstance(actual, Renamed):
            yield path_text((*path, *way)), MemberName(str(way[-1])), MemberName(actual.name)
            yield from _differences(expected, actual.value, (*path, *way))
        else:
            yield path_text((*path, *way)), plain(expected), plain(actual)


_EXACTLY: dict[str, Any] = {
    "ignore_private_variables": False,  # members whose names begin with two underscores
    "threshold_to_diff_deeper": 0,  # go down to the members, however few of them are there on both sides
    "verbose_level": 2,
}
_KINDS = ("values_changed", "type_changes", "dictionary_item_removed", "dictionary_item_added")
_SECTIONS = {"status": 0, "headers": 1, "body": 2}


def _rank(found: tuple[tuple[Any, ...], Any]) -> list[tuple[int, int, str]]:
    return [
        (key.index, int(key.extra), "") if isinstance(key, At) else (_SECTIONS.get(key, 3), 0, key) for key in found[0]
    ]


def plain(side: Any) -> Any:
    """One side of a difference as the JSON value that it stands for."""
    match side:
        case Unlike(value):
            return plain(value)
        case Body("body", value):
            return value
        case Body(form, value):
            return {form: value}
        case _:
            return side


def path_text(path: tuple[Any, ...]) -> str:
    """The path as it is shown and listed: "body.Functions[2].Version", `body.Tags["a.b"]`, "[1].status"."""
    text = ""
    for key in path:
        if isinstance(key, At):
            text += f"[{key.index}]"
        elif re.fullmatch(r"[^.\[\]\"\s]+", key):
            text += f".{key}" if text else key
        else:
            text += f"[{json.dumps(key, ensure_ascii=False)}]"
    return text
