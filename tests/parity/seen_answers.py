"""Makes scenarios and the runs of them out of plain values: what a step was answered, without a target."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from parity.observation import Answer, Observation, ScenarioRun, Sent
from parity.scenario import Evidence, ExpandedStep, Needs, Published, Scenario, Step
from parity.snapshot import FromEmulator, Snapshot, merge
from parity.tokens import tokenise

PREFIX = "parity-66f0a1b2-3c9d0e"
ACCOUNT = "123456789012"
REGION = "eu-west-1"
KNOWN = {PREFIX: "prefix", ACCOUNT: "account-id", REGION: "region", "aws": "partition"}
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{PREFIX}-one"
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
ROOT = Path(__file__).parent / "scenarios"


def uuid(n: int) -> str:
    """A UUID that is the n-th of its kind."""
    return f"{n:08x}-1111-4222-8333-444455556666"


def step(name: str, call: str = "GetFunctionConfiguration", **members: Any) -> Step:
    """A step of a scenario."""
    return Step(id=name, call=call, **members)


def published(test: str, key: str, **more: Any) -> Evidence:
    """The link of a step to a published recording."""
    return Evidence(published=Published(file="test_lambda_api", test=test, key=key, **more))


def scenario(*steps: Step, name: str = "alias/create-alias", digest: str = "0" * 64) -> Scenario:
    """A scenario of those steps, as if it stood in a file."""
    expanded = [
        ExpandedStep(one.id, one, line=4 + index, unordered=tuple(one.unordered)) for index, one in enumerate(steps)
    ]
    return Scenario(
        id=name,
        path=ROOT / f"{name}.yaml",
        root=ROOT,
        title="An alias names one published version",
        steps=tuple(expanded),
        needs=Needs(),
        hash=digest,
    )


def answer(body: Any = None, status: int = 200, **headers: str) -> Answer:
    """An answer: `body` is sent as it is where it is bytes, else as JSON. Underscores in header names are hyphens."""
    sent = {"content-type": "application/json", "x-amzn-requestid": REQUEST_ID}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, sent, body if isinstance(body, bytes) else json.dumps(body).encode())


def seen(
    name: str, *answers: Answer, path: str = "/2015-03-31/functions/x", call: str | None = "GetFunction"
) -> Observation:
    """What a step saw."""
    return Observation(name, call, Sent("GET", path), answers)


def run(*observations: Observation, known: dict[str, str] = KNOWN, **members: Any) -> ScenarioRun:
    """A run of the scenario that saw this."""
    return ScenarioRun("alias/create-alias", observations, dict(known), duration=0.5, **members)


def recorded(of: Scenario, observations: Sequence[Observation], known: dict[str, str] = KNOWN) -> Snapshot:
    """The snapshot that recording these observations makes."""
    return merge(None, tokenise(run(*observations, known=known), of), of, FromEmulator()).snapshot
