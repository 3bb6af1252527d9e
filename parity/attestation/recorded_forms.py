"""The forms that published recordings have, and how each is laid against an answer of ours.

Most are answers as an SDK parsed them: the members of the body and of headers side by side, nulls and unknown members
dropped, an error's code and message under `Error`. Others are what a test made of an answer: the code and message
alone, the sentences of a validation error, the lines of a log.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from parity.attestation.agreement import ABSENT, Agreement, Comparison, decoded
from parity.attestation.foreign_tokens import Terms
from parity.decoding import LOG_RESULT
from parity.snapshot import StepSnapshot
from parity.tokens import runs_the_function


def agree(
    recorded: Any, step: StepSnapshot, terms: Terms, reading: Mapping[str, str], unordered: frozenset[tuple[str, ...]]
) -> Agreement:
    """Compares a recorded answer with a step. `terms` is kept over all steps that one recording is linked to."""
    comparison = Comparison(terms, reading, unordered)
    refused = _misread(reading)
    if isinstance(step.response, list):
        refused = "several answers at once cannot be attested by one recording"
    if refused is None:
        refused = _form_of(recorded)(comparison, recorded, step)
    comparison.found.refused = refused
    if not refused:
        comparison.found.left_out.setdefault("headers", "the publishers drop them")
    return comparison.found


def not_compared(agreement: Agreement, step: StepSnapshot) -> tuple[str, ...]:
    """The parts of our answer that a recording does not hold, as paths of differences, sorted."""
    compared = {*agreement.literal, *agreement.kinds}
    headers = {name for member, name in _BOUND.items() if member in compared or f"{member}[0]" in compared}
    if {"Code", "Error.Code"} & compared:
        headers.add("x-amzn-errortype")
    headers |= {member.removeprefix("headers.") for member in compared if member.startswith("headers.")}
    paths = {f"headers.{name}" for name in step.response["headers"] if name not in headers}
    return tuple(sorted(paths | {_path(member) for member in agreement.left_out if not member.startswith("headers")}))


def _path(left_out: str) -> str:
    """Where in our answer that is which a recording leaves out."""
    if left_out.startswith("the line "):
        return f"headers.{LOG_RESULT}"
    if left_out in _BOUND:
        return f"headers.{_BOUND[left_out]}"
    return _WHERE.get(left_out) or f"body.{left_out.removeprefix('Payload.')}"


_WHERE = {
    "status": "status",
    "Payload": "body",
    "the rest of the body": "body",
    "order of the errors": "body.message",
}


def _misread(reading: Mapping[str, str]) -> str | None:
    """A literal may be read as what a scenario chose in its place, never as another literal."""
    for literal, said in reading.items():
        if not literal.startswith("<") and "${" not in said:
            return f"the reading of `{literal}` replaces one literal by another; expected a reference"
    return None


_NOT_BODY = frozenset({"ResponseMetadata", "Error"})
_NOT_HELD = "the recording does not hold it"
_Form = Callable[[Comparison, Any, StepSnapshot], str | None]


def _form_of(recorded: Any) -> _Form:
    if isinstance(recorded, str):
        return _text
    if isinstance(recorded, list):
        return _lines if all(isinstance(line, str) for line in recorded) else _unknown
    if not isinstance(recorded, dict):
        return _unknown
    keys = recorded.keys()
    for form, (needed, allowed) in _FORMS.items():
        if needed <= keys and (allowed is None or keys <= allowed):
            return form
    return _members_alone


def _response(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> str | None:
    _status(comparison, recorded, step)
    theirs = {key: value for key, value in recorded.items() if key not in _NOT_BODY}
    if runs_the_function(step.request["path"]):
        return _invocation(comparison, theirs, step)
    ours = step.response.get("body", {})
    if not isinstance(ours, dict) or "text" in step.response:
        return "our answer is no JSON object"
    if "StatusCode" in theirs:
        ours = {**ours, "StatusCode": step.response["status"]}
    comparison.value(theirs, ours, ())
    return None


def _invocation(comparison: Comparison, theirs: dict[str, Any], step: StepSnapshot) -> str | None:
    headers = step.response["headers"]
    ours = {"StatusCode": step.response["status"]}
    ours |= {member: headers[name] for member, name in _BOUND.items() if name in headers}
    payload = theirs.pop("Payload", ABSENT)
    comparison.value(theirs, ours, ())
    if payload is ABSENT:
        comparison.found.left_out["Payload"] = _NOT_HELD
    else:
        _payload(comparison, payload, step)
    return None


def _payload(comparison: Comparison, theirs: Any, step: StepSnapshot) -> None:
    ours = step.response.get("body", step.response.get("text", ABSENT))
    if isinstance(theirs, str):  # the publishers decode payloads that are objects or lists, and leave others as text
        theirs = ABSENT if theirs == "" else decoded(theirs)
    if theirs is ABSENT and ours is ABSENT:
        comparison.found.literal.append("Payload")
    else:
        comparison.value(theirs, ours, ("Payload",), parsed=False)


def _error(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> str | None:
    body = step.response.get("body")
    if not isinstance(body, dict):
        return "our answer is no JSON object"
    _status(comparison, recorded, step)
    _code_and_message(comparison, recorded["Error"], step, "Error.")
    theirs = {key: value for key, value in recorded.items() if key not in _NOT_BODY}
    if not theirs:
        comparison.found.left_out["the rest of the body"] = "SDKs drop it for exceptions outside the model"
        return None
    if "retryAfterSeconds" in theirs:
        body = {**body, "retryAfterSeconds": step.response["headers"].get("retry-after", ABSENT)}
    comparison.value(theirs, body, ())
    return None


def _error_summary(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> str | None:
    comparison.found.left_out |= {"status": _NOT_HELD, "the rest of the body": _NOT_HELD}
    return _code_and_message(comparison, recorded, step, "")


def _validation_summary(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> str | None:
    """`{Code, Count, Errors}`: the sentences of a validation message, sorted."""
    comparison.found.left_out |= {
        "status": _NOT_HELD,
        "the rest of the body": _NOT_HELD,
        "order of the errors": "sorted",
    }
    message = _message(step)
    match = (
        re.fullmatch(r"(\d+) validation errors? detected: (.*)", message, re.DOTALL)
        if isinstance(message, str)
        else None
    )
    if match is None:
        return f"our answer is no validation error: {message}"
    sentences = re.split(r"; (?=Value )", match[2])
    comparison.value(recorded["Code"], _code(step), ("Code",))
    comparison.value(recorded["Count"], int(match[1]), ("Count",))
    listed = Comparison(comparison.terms, comparison.reading, frozenset({("body", "Errors")}), comparison.found)
    listed.value(recorded["Errors"], sentences, ("Errors",))
    return None


def _http(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> str | None:
    """`{statuscode, headers, content}` of an answer that no SDK parsed, or what is kept of it."""
    status = recorded.get("statuscode", recorded.get("status_code", ABSENT))
    if status is not ABSENT:
        comparison.value(status, step.response["status"], ("status",))
    held = {name.lower(): value for name, value in recorded.get("headers", {}).items()}
    for name, value in held.items():
        if name in step.response["headers"]:
            comparison.value(value, step.response["headers"][name], ("headers", name))
        else:
            comparison.found.left_out[f"headers.{name}"] = "our snapshots do not hold it"
    if "content" in recorded:
        _payload(comparison, recorded["content"], step)
    else:
        comparison.found.left_out["Payload"] = _NOT_HELD
    return None


def _lines(comparison: Comparison, recorded: list[str], step: StepSnapshot) -> str | None:
    """The lines of a log. Publishers leave out platform lines that differ each time; those are not compared."""
    ours = step.response["headers"].get(LOG_RESULT)
    if not isinstance(ours, list):
        return "our answer has no log"
    kept = [line.rstrip("\t") for line in ours if line]
    for start in ("REPORT ", "INIT_START "):
        if not any(line.startswith(start) for line in recorded) and any(line.startswith(start) for line in kept):
            comparison.found.left_out[f"the line {start.strip()}"] = _NOT_HELD
            kept = [line for line in kept if not line.startswith(start)]
    comparison.value([line.rstrip("\t\n") for line in recorded], kept, ("LogResult",), parsed=False)
    return None


def _listed_lines(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> str | None:
    lines = [line for value in recorded.values() if isinstance(value, list) for line in value]
    return _lines(comparison, lines, step)


def _text(comparison: Comparison, recorded: str, step: StepSnapshot) -> str | None:
    """A text alone: the message of an error, or else what the function returned."""
    comparison.found.left_out["status"] = _NOT_HELD
    if step.response["status"] >= 300:
        comparison.value(recorded, _message(step), ("Message",))
    else:
        _payload(comparison, json.dumps(recorded), step)
    return None


def _members_alone(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> str | None:
    comparison.found.left_out["status"] = _NOT_HELD
    ours = step.response.get("body")
    if not isinstance(ours, dict):
        return "our answer is no JSON object"
    comparison.value(recorded, ours, ())
    return None


def _unknown(_comparison: Comparison, _recorded: Any, _step: StepSnapshot) -> str | None:
    return "the recording has no form that an answer has"


_BOUND = {
    "FunctionError": "x-amz-function-error",
    "ExecutedVersion": "x-amz-executed-version",
    "LogResult": LOG_RESULT,
    "DurableExecutionArn": "x-amz-durable-execution-arn",
}
_FORMS: dict[_Form, tuple[set[str], set[str] | None]] = {
    _error: ({"Error", "ResponseMetadata"}, None),
    _response: ({"ResponseMetadata"}, None),
    _error_summary: ({"Code", "Message"}, {"Code", "Message"}),
    _validation_summary: ({"Code", "Count", "Errors"}, {"Code", "Count", "Errors"}),
    _http: (set(), {"content", "headers", "statuscode", "status_code"}),
    _listed_lines: (set(), {"logs", "log_result"}),
}


def _status(comparison: Comparison, recorded: dict[str, Any], step: StepSnapshot) -> None:
    theirs = recorded["ResponseMetadata"].get("HTTPStatusCode", ABSENT)
    if theirs is ABSENT:
        comparison.found.left_out["status"] = _NOT_HELD
    else:
        comparison.value(theirs, step.response["status"], ("status",))


def _code_and_message(comparison: Comparison, theirs: Mapping[str, Any], step: StepSnapshot, way: str) -> str | None:
    comparison.value(theirs.get("Code", ABSENT), _code(step), (f"{way}Code",))
    comparison.value(theirs.get("Message", ABSENT), _message(step), (f"{way}Message",))
    return None


def _code(step: StepSnapshot) -> Any:
    """The exception that our answer names, as an SDK reads it."""
    body = step.response.get("body")
    named = step.response["headers"].get("x-amzn-errortype")
    if named is None and isinstance(body, dict):
        named = next((body[name] for name in ("__type", "code", "Code") if isinstance(body.get(name), str)), None)
    return ABSENT if named is None else named.partition(":")[0].rpartition("#")[2]


def _message(step: StepSnapshot) -> Any:
    body = step.response.get("body")
    members = body if isinstance(body, dict) else {}
    return members.get("message", members.get("Message", ABSENT))
