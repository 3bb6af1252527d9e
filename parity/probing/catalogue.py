"""All probes: of each constrained member of each operation, of several members at once, and of the protocol.

The service model makes them, so that a member that a new botocore brings is probed without a line here.
"""

import math
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

from parity.lambda_model import input_shape, operation_names, shape_named
from parity.probing import protocol
from parity.probing.printed_forms import printed_forms
from parity.probing.probe import Accepted, Answered, Expectation, Probe, Refused
from parity.probing.recorded import is_recorded
from parity.probing.request import has_json_body, request_of
from parity.probing.rules import Violation, is_checked_by_service, is_for_the_account, message, violations
from parity.probing.values import Case, Values

_STRENGTH = ("published", "documented", "regression")  # strongest first
_DOCUMENTED = "documented"


def all_probes(seed: int = 0) -> Iterator[Probe]:
    """Every probe there is, by operation, in a fixed order."""
    for operation in operation_names():
        yield from probes_of(operation, seed)
    yield from protocol.unknown_paths()


def probes_of(operation: str, seed: int = 0) -> list[Probe]:
    """The probes of one operation."""
    least = least_request(operation, seed)
    cases = list(_cases(operation, least, seed))
    found = [
        Probe(f"{operation}/valid/members/required-only", operation, "The least valid request.", _accepted(), least),
        *(_of_case(operation, member, case, members) for member, case, members in cases),
        *_of_several(operation, least, cases),
        *_of_types(operation, least, seed),
        *protocol.probes_of(operation, least),
    ]
    return list({probe.id: probe for probe in found}.values())


def least_request(operation: str, seed: int = 0) -> dict[str, Any]:
    """The least input that breaks no constraint: the required members alone. It names nothing that exists."""
    shape = input_shape(operation)
    values = Values(operation, seed)
    return {member: values.good(shape["members"][member]["shape"]) for member in shape.get("required", ())}


def expectation(operation: str, members: dict[str, Any]) -> Expectation:
    """What has to be answered to a request with these members, as far as the model's constraints go."""
    broken = violations(operation, members)
    if _is_too_large(operation, members):
        return Answered()
    if not broken:
        return Answered() if is_for_the_account(operation, members) else _accepted()
    return Refused(
        printed_forms().refusals["validation"],
        message(broken),
        weakest(_claim(operation, violation) for violation in broken),
        _order_claim(operation, broken),
    )


def _is_too_large(operation: str, members: dict[str, Any]) -> bool:
    limit = printed_forms().request_sizes.get(operation)
    return limit is not None and len(request_of(operation, members).body) > limit.most


def weakest(claims: Iterator[str]) -> str:
    """The class of evidence that holds for all of it."""
    return max(claims, key=_STRENGTH.index)


def _claim(operation: str, violation: Violation) -> str:
    return "published" if is_recorded(operation, violation.path, violation.rule) else violation.claim


def _order_claim(operation: str, broken: Sequence[Violation]) -> str:
    """In which order AWS lists violations, and the values of an enumeration, is known only where it is recorded."""
    listed = printed_forms().sentences["enum"].text.partition("{")[0]
    if len(broken) == 1 and (listed not in broken[0].sentence or _claim(operation, broken[0]) == "published"):
        return _claim(operation, broken[0])
    return "regression"


def _accepted() -> Accepted:
    return Accepted(_DOCUMENTED)  # the model states what is inside of its constraints


# --- of members ---

_Tried = tuple[str, Case, dict[str, Any]]  # member, what is tried in it, all members of the request


def _cases(operation: str, least: dict[str, Any], seed: int) -> Iterator[_Tried]:
    shape = input_shape(operation)
    for member, reference in shape["members"].items():
        location = reference.get("location", "body")
        values = Values(f"{operation}.{member}", seed, location)
        if member in least and location != "uri" and not _is_raw_body(operation, member):
            yield member, Case("", "null", "missing", None), {k: v for k, v in least.items() if k != member}
        if location == "body" and member != shape.get("payload"):
            yield member, Case("", "null", "null", None), {**least, member: None}
        for case in values.cases(reference["shape"]):
            if location == "querystring" and case.value == []:
                continue  # it leaves no parameter
            yield member, case, {**least, member: case.value}


def _is_raw_body(operation: str, member: str) -> bool:
    shape = input_shape(operation)
    return bool(member == shape.get("payload") and shape_named(shape["members"][member]["shape"])["type"] == "blob")


def _of_case(operation: str, member: str, case: Case, members: dict[str, Any]) -> Probe:
    return Probe(
        f"{operation}/{member}{case.within}/{case.rule}/{case.variant}",
        operation,
        _says(operation, member, case),
        _of_null(operation, members) if case.rule == "null" else expectation(operation, members),
        members,
    )


def _of_null(operation: str, members: dict[str, Any]) -> Expectation:
    """A null where nothing is required counts as nothing, which no SDK ever sends and no page speaks of."""
    expected = expectation(operation, members)
    return Accepted("regression") if isinstance(expected, Accepted) else expected


def _says(operation: str, member: str, case: Case) -> str:
    if is_checked_by_service(operation, member):
        return f"{member} is checked by the service itself, not by the model's validation."
    variant = case.variant.removesuffix("-second")
    meaning = next((text for name, text in _MEANINGS.items() if fnmatchcase(f"{case.rule}/{variant}", name)), "")
    second = " It stands behind one that is right." if variant != case.variant else ""
    return f"{member}{case.within}: {meaning.format(value=variant.partition('-')[2])}.{second}"


# What is tried, by family and variant of a probe's id.
_MEANINGS = {
    "length/at-m??": "a string of the {value}imum length",
    "length/above-max": "a string one longer than it may be",
    "length/below-min": "a string one shorter than it has to be",
    "size/at-m??": "as many as the {value}imum",
    "size/above-max": "one more than there may be",
    "size/below-min": "one less than there have to be",
    "range/at-m??": "the {value}imum",
    "range/middle": "a number between the bounds",
    "range/above": "a number just above the maximum",
    "range/far-above": "a number far above the maximum",
    "range/below": "a number just below the minimum",
    "range/far-below": "a number far below the minimum",
    "enum/value-*": "{value}, which the service model has",
    "enum/unknown": "a value that the service model does not have",
    "enum/other-case": "a value in upper case for lower, or lower for upper",
    "enum/padded": "a value with a space behind it",
    "enum/empty": "nothing, where a value has to be",
    "pattern/matching-*": "a string that matches the pattern",
    "pattern/foreign-*": "a foreign character at the {value} of a string that matches",
    "pattern/space-end": "a space behind a string that matches",
    "pattern/newline-*": "a line end at the {value} of a string that matches",
    "pattern/truncated": "a string that matches, without its last character",
    "pattern/beheaded": "a string that matches, without its first character",
    "pattern/twice": "a string that matches, twice in a row",
    "pattern/other-case": "a string that matches, in upper case for lower, or lower for upper",
    "pattern/non-ascii": "a letter beyond ASCII behind a string that matches",
    "null/missing": "required, and not there",
    "null/null": "null",
    "members/required-only": "only what has to be there",
    "value/*": "a right value",
}


# --- of several members at once ---


def _of_several(operation: str, least: dict[str, Any], cases: Sequence[_Tried]) -> Iterator[Probe]:
    """The shortest wrong value of each member: every two neighbours at once, and all at once."""
    wrong: dict[str, dict[str, Any]] = {}
    for member, _, members in cases:
        is_shorter = member in members and _length(members, member) < _length(wrong.get(member), member)
        if is_shorter and violations(operation, members):
            wrong[member] = {member: members[member]}
    for (first, one), (second, other) in pairwise(wrong.items()):
        members = {**least, **one, **other}
        yield Probe(
            f"{operation}/several/pair/{first}+{second}",
            operation,
            f"{first} and {second} are both wrong.",
            expectation(operation, members),
            members,
        )
    if len(wrong) > 1:
        members = dict(least)
        for one in wrong.values():
            members.update(one)
        yield Probe(
            f"{operation}/several/all/members",
            operation,
            f"All of {', '.join(wrong)} are wrong.",
            expectation(operation, members),
            members,
        )


def _length(members: dict[str, Any] | None, member: str) -> float:
    return len(str(members[member])) if members else math.inf


# --- of JSON types ---


def _of_types(operation: str, least: dict[str, Any], seed: int) -> Iterator[Probe]:
    if not has_json_body(operation):
        return
    values = Values(operation, seed)
    refusals = printed_forms().refusals
    for member, reference in input_shape(operation)["members"].items():
        if "location" in reference:
            continue
        for case in values.wrong_types(reference["shape"]):
            known = case.variant in ("string-for-integer", "string-for-long")
            refusal = refusals["text_for_number" if known else "serialization"]
            yield Probe(
                f"{operation}/{member}{case.within}/type/{case.variant}",
                operation,
                f"{member}{case.within} is of another JSON type: {case.variant.replace('-', ' ')}.",
                Refused(refusal, refusal.text, refusal.claim, refusal.claim),
                {**least, member: case.value},
            )
