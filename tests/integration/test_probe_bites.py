"""Probing bites: whatever a candidate's validation does wrong, the probes that break are exactly those it is wrong for.

A saboteur stands between the probes and the emulator, which answers all of them as it has to.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from parity.patience import Patience
from parity.probing.choice import chosen
from parity.probing.probe import Accepted, Probe, Refused
from parity.probing.rules import violations
from parity.probing.running import run
from parity.report import Report
from parity.targets import Emulator, Endpoint
from tests.integration.saboteur import Saboteur, WireAnswer, between

Alter = Callable[[WireAnswer], WireAnswer]
RETRIES = "PutFunctionEventInvokeConfig/MaximumRetryAttempts"
NEXT = re.compile(r"; (?=Value )")


@pytest.fixture(scope="module")
def candidate() -> Iterator[Emulator]:
    with Emulator(arguments=("--settle-seconds", "0.02")) as emulator:
        yield emulator


ProbeAgainst = Callable[..., Report]


@pytest.fixture
def probe_against(candidate: Emulator) -> ProbeAgainst:
    def against(saboteur: Saboteur, *select: str, min_evidence: str | None = None) -> Report:
        with between(candidate.url, saboteur) as url, Endpoint(url) as target:
            return run(chosen(select, 0), target, min_evidence=min_evidence, settling=Patience(0.05, total=2))

    return against


def everywhere(alter: Alter, match: Callable[[str, str], bool] = lambda *_: True) -> Saboteur:
    return Saboteur(match, alter, nth=None)


def where_it_says(text: str, alter: Alter) -> Saboteur:
    """Alters each answer whose message holds the text."""
    return everywhere(lambda answer: alter(answer) if text.encode() in answer.body else answer)


def sentences(change: Callable[[list[str]], list[str]]) -> Alter:
    """Changes what a message of validation lists; its count and its plural follow."""

    def alter(answer: WireAnswer) -> WireAnswer:
        said = json.loads(answer.body or b"{}").get("message") or ""
        if "detected: " not in said:
            return answer
        changed = change(NEXT.split(said.partition("detected: ")[2]))
        plural = "s" if len(changed) > 1 else ""
        message = f"{len(changed)} validation error{plural} detected: {'; '.join(changed)}"
        return replace(answer, body=json.dumps({"message": message}).encode())

    return alter


def accepted(answer: WireAnswer) -> WireAnswer:
    return replace(answer, status=200, headers=[("Content-Type", "application/json")], body=b"{}")


def refused(answer: WireAnswer) -> WireAnswer:
    body = b'{"message": "1 validation error detected: no"}'
    return replace(answer, status=400, headers=[("x-amzn-errortype", "ValidationException")], body=body)


def body(old: str, new: str) -> Alter:
    return lambda answer: replace(answer, body=answer.body.replace(old.encode(), new.encode()))


def different(report: Report) -> dict[str, set[str]]:
    """The probes that break, each with the places where its answer differs."""
    return {step.step: {one.path for one in step.differences} for step in report.steps if step.status == "different"}


def these(select: str, which: Callable[[Probe], bool]) -> set[str]:
    found = {probe.id for probe in chosen([select], 0) if which(probe)}
    assert found, "the test is about something"
    return found


def broken_paths(probe: Probe) -> list[str]:
    """The members of which a probe breaks constraints, as AWS names them."""
    if probe.raw is not None or "/type/" in probe.id:
        return []
    return [violation.path for violation in violations(probe.operation, probe.members)]


def test_without_a_saboteur_every_probe_is_answered_as_it_has_to_be(probe_against: ProbeAgainst):
    report = probe_against(everywhere(lambda answer: answer), "CreateAlias", "CreateCodeSigningConfig", "ListLayers")
    assert different(report) == {}
    assert (report.exit_code, len(report.steps) > 250) == (0, True)


def test_a_constraint_that_is_missing(probe_against: ProbeAgainst):
    report = probe_against(where_it_says("less than or equal to 2", accepted), RETRIES)
    wrong = {f"{RETRIES}/range/above", f"{RETRIES}/range/far-above"}
    assert different(report) == {id_: {"refusal"} for id_ in wrong}
    assert report.exit_code == 1


def test_another_limit(probe_against: ProbeAgainst):
    saboteur = where_it_says("maximumRetryAttempts", body("less than or equal to 2", "less than or equal to 3"))
    assert different(probe_against(saboteur, RETRIES)) == {
        f"{RETRIES}/range/above": {"body.message"},
        f"{RETRIES}/range/far-above": {"body.message"},
    }


def test_one_of_several_violations_is_dropped(probe_against: ProbeAgainst):
    def drop(listed: list[str]) -> list[str]:
        return [one for one in listed if "'functionVersion'" not in one] if len(listed) > 1 else listed

    wrong = these(
        "CreateAlias", lambda probe: "functionVersion" in broken_paths(probe) and len(broken_paths(probe)) > 1
    )
    assert different(probe_against(everywhere(sentences(drop)), "CreateAlias")) == {
        id_: {"body.message"} for id_ in wrong
    }


def test_several_violations_in_another_order(probe_against: ProbeAgainst):
    saboteur = everywhere(sentences(lambda listed: listed[::-1]))
    wrong = these("CreateAlias", lambda probe: len(broken_paths(probe)) > 1)
    report = probe_against(saboteur, "CreateAlias")
    assert different(report) == {id_: {"body.message"} for id_ in wrong}
    assert {one.evidence for one in report.differences} == {"regression"}, "no recording shows the order"
    assert different(probe_against(saboteur, "CreateAlias", min_evidence="documented")) == {}


def test_a_value_that_no_enumeration_has_is_accepted(probe_against: ProbeAgainst):
    select = "CreateFunctionUrlConfig/AuthType/enum"
    wrong = these(select, lambda probe: isinstance(probe.expected, Refused))
    report = probe_against(where_it_says("enum value set: [NONE, AWS_IAM]", accepted), select)
    assert set(different(report)) == wrong


def test_a_value_that_is_right_is_refused(probe_against: ProbeAgainst):
    saboteur = everywhere(refused, lambda _, path: path.endswith("MaxItems=10000"))
    assert different(probe_against(saboteur, "ListFunctions")) == {"ListFunctions/MaxItems/range/at-max": {"refusal"}}


@pytest.mark.parametrize(
    ("alter", "place"),
    [
        (lambda answer: replace(answer, status=422), "status"),
        (lambda answer: answer.with_header("x-amzn-errortype", None), "refusal"),
        (lambda answer: answer.with_header("x-amzn-errortype", "ClientError"), "refusal"),
        (body('"message"', '"Message"'), "body.message"),
        (body('{"message"', '{"Type":"User","message"'), "body.Type"),
        (body("detected: ", "detected:  "), "body.message"),
        (lambda answer: replace(answer, body=b""), "body"),
    ],
    ids=["status", "no-type", "type", "casing", "a-member-too-many", "a-space", "no-body"],
)
def test_another_form_of_a_refusal(alter: Alter, place: str, probe_against: ProbeAgainst):
    probe = f"{RETRIES}/range/below"
    assert different(probe_against(everywhere(alter), probe)) == {probe: {place}}


def test_a_failure_where_anything_else_would_do(probe_against: ProbeAgainst):
    select = "GetAlias/Name/pattern"
    report = probe_against(
        everywhere(lambda answer: replace(answer, status=500) if answer.status == 404 else answer), select
    )
    wrong = these(select, lambda probe: isinstance(probe.expected, Accepted))
    assert different(report) == {id_: {"status"} for id_ in wrong}


def test_a_request_that_is_refused_and_creates_something_all_the_same(probe_against: ProbeAgainst, candidate: Emulator):
    lambda_ = candidate.boto3_client()
    profile = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/1"
    made: list[str] = []

    def create(answer: WireAnswer) -> WireAnswer:
        config = lambda_.create_code_signing_config(AllowedPublishers={"SigningProfileVersionArns": [profile]})
        made.append(config["CodeSigningConfig"]["CodeSigningConfigArn"])
        return answer

    saboteur = Saboteur(lambda method, path: (method, path[-7:]) == ("POST", "configs"), create)
    try:
        report = probe_against(saboteur, "CreateCodeSigningConfig/Description/length/above-max")
    finally:
        lambda_.delete_code_signing_config(CodeSigningConfigArn=made[0])
    by_step = {step.step: step for step in report.steps}
    left = by_step["CreateCodeSigningConfig/census/after-refusals"]
    assert [one.actual for one in left.differences] == [[f"new: {made[0]}"]]


def test_a_candidate_that_goes_away(candidate: Emulator):
    with between(candidate.url, everywhere(lambda answer: answer)) as url, Endpoint(url) as target:
        pass
    report = run(chosen(["ListFunctions"], 0), target)
    assert report.exit_code == 3
