"""The gate bites: whatever one thing a candidate answers differently, verify names its exact path, and nothing else.

A saboteur stands between the harness and the emulator whose answers were recorded a moment before.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from parity import snapshot as snapshots
from parity.known_differences import load
from parity.recording import record
from parity.report import Report
from parity.report.wording import remarks
from parity.scenario import Scenario
from parity.targets import Emulator, Endpoint
from parity.verification import load_snapshots, verify
from tests.integration.saboteur import Saboteur, WireAnswer, between
from tests.parity.small_corpus import corpus

SCENARIO = """
    title: What the saboteur meddles with
    needs: {function: echo}
    steps:
      - id: configuration
        call: GetFunctionConfiguration
        with: {FunctionName: "${function.name}", Qualifier: $LATEST}
      - id: publish
        call: PublishVersion
        with: {FunctionName: "${function.name}"}
      - id: create
        call: CreateAlias
        with: {FunctionName: "${function.name}", Name: "${name}", FunctionVersion: "1"}
        each: {name: [alpha, beta]}
      - id: get
        call: GetAlias
        with: {FunctionName: "${function.name}", Name: alpha}
      - id: list
        call: ListAliases
        with: {FunctionName: "${function.name}"}
      - id: create-again
        call: CreateAlias
        with: {FunctionName: "${function.name}", Name: alpha, FunctionVersion: "1"}
        raises: ResourceConflictException
      - id: missing
        call: GetAlias
        with: {FunctionName: "${function.name}", Name: nobody}
        raises: ResourceNotFoundException
      - id: invoke
        call: Invoke
        with: {FunctionName: "${function.name}", Payload: {json: {order: 7, lines: [1, 2.5, "3"]}}}
"""


@pytest.fixture(scope="module")
def candidate() -> Iterator[Emulator]:
    with Emulator(arguments=("--settle-seconds", "0.02")) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> list[Scenario]:
    return corpus(tmp_path_factory.mktemp("corpus"), gate__sabotaged=SCENARIO)


@pytest.fixture(scope="module")
def recorded(
    candidate: Emulator, scenarios: list[Scenario], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, snapshots.Snapshot]:
    folder = tmp_path_factory.mktemp("snapshots")
    assert record(scenarios, candidate, folder).is_complete
    return load_snapshots(scenarios, folder)


Verify = Callable[..., Report]


@pytest.fixture
def verify_against(candidate: Emulator, scenarios: list[Scenario], recorded: dict[str, snapshots.Snapshot]) -> Verify:
    def against(saboteur: Saboteur, *, once: bool = True) -> Report:
        with between(candidate.url, saboteur) as url, Endpoint(url) as target:
            return verify(scenarios, recorded, target, known=load(None), whole=False, once=once)

    return against


def aliases(method: str, tail: str = "") -> Callable[[str, str], bool]:
    """Requests to `…/aliases<tail>` by method, without their query."""
    pattern = re.compile(rf"/2015-03-31/functions/[^/]+/aliases{tail}/?$")
    return lambda verb, path: verb == method and pattern.search(path.partition("?")[0]) is not None


def configuration(method: str, path: str) -> bool:
    """The scenario's own request: the harness, which waits for the function, asks without a qualifier."""
    return method == "GET" and path.endswith("/configuration?Qualifier=%24LATEST")


def invocations(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("/invocations")


def body(change: Callable[[dict], object]) -> Callable[[WireAnswer], WireAnswer]:
    """Alters the decoded JSON body in place, or replaces it by what `change` returns."""

    def alter(answer: WireAnswer) -> WireAnswer:
        value = msgspec.json.decode(answer.body)
        changed = change(value)
        return replace(answer, body=msgspec.json.encode(value if changed is None else changed))

    return alter


def header(name: str, value: str | None) -> Callable[[WireAnswer], WireAnswer]:
    return lambda answer: answer.with_header(name, value)


def renamed(old: str, new: str) -> Callable[[dict], object]:
    return lambda value: {new if key == old else key: member for key, member in value.items()}


OTHER_ID = "00000000-1111-4222-8333-444444444444"

SABOTAGE = [
    pytest.param(
        Saboteur(aliases("POST"), lambda answer: replace(answer, status=200)), ("create[0]", "status"), id="status"
    ),
    pytest.param(
        Saboteur(aliases("POST"), header("x-amzn-errortype", "ResourceInUseException"), nth=2),
        ("create-again", "headers.x-amzn-errortype"),
        id="error-type",
    ),
    pytest.param(
        Saboteur(aliases("POST"), body(renamed("message", "Message")), nth=2),
        ("create-again", "body.message"),
        id="casing-of-message",
    ),
    pytest.param(
        Saboteur(aliases("GET", "/nobody"), body(renamed("Message", "message"))),
        ("missing", "body.Message"),
        id="casing-of-Message",
    ),
    pytest.param(
        Saboteur(aliases("GET", "/nobody"), body(lambda it: it.update(Message=it["Message"] + "."))),
        ("missing", "body.Message"),
        id="one-character-of-a-text",
    ),
    pytest.param(
        Saboteur(configuration, body(lambda it: it["EphemeralStorage"].clear())),
        ("configuration", "body.EphemeralStorage.Size"),
        id="missing-member",
    ),
    pytest.param(
        Saboteur(aliases("GET", "/alpha"), body(lambda it: it.update(RoutingConfig=None))),
        ("get", "body.RoutingConfig"),
        id="extra-member-even-null",
    ),
    pytest.param(
        Saboteur(configuration, body(lambda it: it.update(MemorySize=str(it["MemorySize"])))),
        ("configuration", "body.MemorySize"),
        id="number-as-string",
    ),
    pytest.param(
        Saboteur(configuration, body(lambda it: it.update(Timeout=float(it["Timeout"])))),
        ("configuration", "body.Timeout"),
        id="number-as-float",
    ),
    pytest.param(
        Saboteur(aliases("GET", "/alpha"), body(lambda it: it.update(RevisionId=OTHER_ID))),
        ("get", "body.RevisionId"),
        id="an-id-that-should-repeat",
    ),
    pytest.param(
        Saboteur(aliases("GET", "/alpha"), header("Content-Type", "application/x-amz-json-1.1")),
        ("get", "headers.content-type"),
        id="a-header",
    ),
    pytest.param(
        Saboteur(aliases("GET", "/alpha"), header("x-amzn-requestid", None)),
        ("get", "headers.x-amzn-requestid"),
        id="a-header-gone",
    ),
    pytest.param(
        Saboteur(invocations, header("X-Amz-Function-Error", "Unhandled")),
        ("invoke", "headers.x-amz-function-error"),
        id="a-header-too-many",
    ),
    pytest.param(
        Saboteur(invocations, body(lambda it: it["lines"].__setitem__(1, 2.25))),
        ("invoke", "body.lines[1]"),
        id="a-number-deep-in-a-payload",
    ),
    pytest.param(
        Saboteur(aliases("GET", "/alpha"), lambda answer: replace(answer, body=b"")),
        ("get", "body"),
        id="an-empty-body",
    ),
]


@pytest.mark.parametrize(("saboteur", "place"), SABOTAGE)
def test_one_alteration_is_one_difference_at_its_place(
    saboteur: Saboteur, place: tuple[str, str], verify_against: Verify
) -> None:
    report = verify_against(saboteur)

    assert saboteur.struck == 1, "the saboteur met the answer that it was to alter"
    step, path = place
    assert [(d.step, d.path) for d in report.differences] == [(f"gate/sabotaged#{step}", path)]
    assert report.exit_code == 1


def test_a_list_in_another_order_differs_where_the_order_is_part_of_the_answer(verify_against: Verify) -> None:
    def turn(value: dict) -> None:
        value["Aliases"].reverse()

    report = verify_against(Saboteur(aliases("GET"), body(turn)))

    assert report.exit_code == 1
    assert [(d.step, d.path) for d in report.differences] == [("gate/sabotaged#list", "body.Aliases")]


def test_a_body_that_breaks_off_is_a_difference_of_that_step_alone(verify_against: Verify) -> None:
    def truncate(answer: WireAnswer) -> WireAnswer:
        return replace(answer, cut=len(answer.body) // 2)

    report = verify_against(Saboteur(aliases("GET", "/nobody"), truncate))

    assert report.exit_code == 1
    assert "missing" in str(report.scenarios[0])


@pytest.mark.parametrize(("nth", "exit_code", "unsteady"), [(0, 0, ["gate/sabotaged"]), (None, 1, [])])
def test_a_scenario_that_differs_is_asked_again_and_named_if_it_is_the_same_then(
    verify_against: Verify, nth: int | None, exit_code: int, unsteady: list[str]
) -> None:
    saboteur = Saboteur(aliases("GET", "/nobody"), body(renamed("Message", "message")), nth=nth)
    report = verify_against(saboteur, once=False)
    assert (report.exit_code, report.unsteady) == (exit_code, unsteady)
    assert len(report.scenarios) == 1
    assert any("differed at first" in remark for remark in remarks(report)) == bool(unsteady)


def test_without_a_saboteur_nothing_differs(verify_against: Verify, recorded: object, tmp_path: Path) -> None:
    report = verify_against(Saboteur(lambda *_: False, lambda answer: answer))

    assert report.differences == []
    assert report.exit_code == 0
