"""What came of a probe: the differences between the answer and what had to be answered, as `parity.report` shows them.

A message is held to the letter. How its member is spelled, and what stands beside it, no recording of AWS shows. Where
it says the right things in another order, and AWS's order is known from no recording, the difference is of that weaker
class of evidence.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from parity.comparison import MISSING, Difference, MemberName
from parity.error_answers import error_code
from parity.observation import Answer
from parity.probing.printed_forms import printed_forms
from parity.probing.probe import Accepted, Answered, Probe, Refused

_REFUSED, _FAILED = 400, 500  # the first status of each kind
_BESIDE_THE_TEXT = "regression"
_ENUM = re.compile(r"(?<=enum value set: \[)[^\]]*(?=\])")
_VIOLATION = re.compile(r"; (?=Value (?:'|null at|at))")


def differences(probe: Probe, answer: Answer) -> list[Difference]:
    """Everything that is not as it had to be; empty where all is."""
    match probe.expected:
        case Refused() as expected:
            return list(_of_refusal(probe.id, expected, answer))
        case Accepted(claim):
            return list(_of_acceptance(probe, claim, answer))
        case Answered(claim):
            return list(_of_failure(probe.id, claim, answer))


def _of_refusal(id_: str, expected: Refused, answer: Answer) -> Iterator[Difference]:
    refusal = expected.refusal
    if error_code(answer) != refusal.type:
        yield Difference(id_, "refusal", str(expected), _outcome(answer), expected.claim)
        return
    if answer.status != refusal.status:
        yield Difference(id_, "status", refusal.status, answer.status, expected.claim)
    if not answer.headers.get("x-amzn-errortype"):
        yield Difference(id_, "headers.x-amzn-errortype", refusal.type, MISSING, expected.claim)
    yield from _of_body(id_, expected, _decoded(answer))


def _of_body(id_: str, expected: Refused, body: Any) -> Iterator[Difference]:
    key, text = expected.refusal.key, expected.text
    if key is None or text is None:
        return
    members = body if isinstance(body, dict) else {}
    if not isinstance(body, dict):
        yield Difference(id_, "body", {key: text}, body, expected.claim)
        return
    spelled = next((name for name in members if name.lower() == key.lower()), None)
    if spelled is None:
        yield Difference(id_, f"body.{key}", text, MISSING, expected.claim)
    elif spelled != key:
        yield Difference(id_, f"body.{key}", MemberName(key), MemberName(spelled), _BESIDE_THE_TEXT)
    said = members.get(spelled) if spelled else text
    if said != text:
        same_but_for_order = isinstance(said, str) and unordered(said) == unordered(text)
        claim = expected.order_claim if same_but_for_order else expected.claim
        yield Difference(id_, f"body.{key}", text, said, claim)
    for name in sorted(members.keys() - {spelled}):
        yield Difference(id_, f"body.{name}", MISSING, members[name], _BESIDE_THE_TEXT)


def unordered(message: str) -> tuple[str, ...]:
    """What a message says, whatever the order of its violations and of the values of enumerations."""
    head, separator, tail = message.partition("detected: ")
    sentences = _VIOLATION.split(tail) if separator else [head]
    return (head, *sorted(_ENUM.sub(lambda found: " ".join(sorted(found[0].split(", "))), one) for one in sentences))


def _of_acceptance(probe: Probe, claim: str, answer: Answer) -> Iterator[Difference]:
    yield from _of_failure(probe.id, claim, answer)
    refusals = printed_forms().refusals
    unknown = refusals["unknown_operation"]
    is_unknown = (error_code(answer), _said(answer)) == (unknown.type, unknown.text)
    is_nameless = _REFUSED <= answer.status < _FAILED and error_code(answer) is None  # as no refusal of AWS is
    if is_unknown or is_nameless or error_code(answer) in (refusals["validation"].type, refusals["serialization"].type):
        yield Difference(probe.id, "refusal", MISSING, _outcome(answer), claim)


def _of_failure(id_: str, claim: str, answer: Answer) -> Iterator[Difference]:
    if answer.status >= _FAILED:
        yield Difference(id_, "status", "less than 500", answer.status, claim)


def _outcome(answer: Answer) -> str:
    """An answer in one line, as an expectation is shown."""
    code, said = error_code(answer), _said(answer)
    return f"{answer.status} {code}: {said}" if code else str(answer.status)


def _said(answer: Answer) -> Any:
    body = _decoded(answer)
    return (body.get("message") or body.get("Message")) if isinstance(body, dict) else body


def _decoded(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return answer.body.decode("utf-8", "replace") or MISSING
