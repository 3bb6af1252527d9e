"""A scenario whose function cannot run on this host is skipped, with the reason; one that runs no function is not."""

import pytest

from parity.loading import load_scenarios
from parity.runner import run_scenarios
from parity.targets import Emulator, Endpoint
from tests.parity.fake_aws import FakeAws
from tests.parity.scenario_folder import Folder
from tests.parity.stand_in_endpoint import endpoint

NEEDS = """\
title: A function runs
needs:
  function:
    - {code: echo-python, as: python}
    - {code: echo-python, as: node, runtime: nodejs20.x}
    - {code: echo-python, as: java, runtime: java21}
steps:
"""
NAMED = """\
  - id: invoke
    call: Invoke
    with: {FunctionName: "${%s.name}"}
"""
RAW = """\
  - id: invoke
    http: {method: POST, path: "/2015-03-31/functions/${node.name}/invocations"}
"""
DRY = """\
  - id: invoke
    call: Invoke
    with: {FunctionName: "${node.name}", InvocationType: DryRun}
"""
DESCRIBED = """\
  - id: get
    call: GetFunction
    with: {FunctionName: "${node.name}"}
"""
BY_EACH = """\
  - id: invoke
    call: Invoke
    with: {FunctionName: "${name}"}
    each: {name: ["${python.name}", "${node.name}"]}
"""
BY_ANSWER = """\
  - id: get
    call: GetFunction
    with: {FunctionName: "${java.name}"}
  - id: invoke
    call: Invoke
    with: {FunctionName: "${get.Configuration.FunctionArn}"}
"""
CREATED = """\
  - id: create
    call: CreateFunction
    with: {FunctionName: "${prefix}-f", Runtime: nodejs22.x, Role: "${role.arn}", Handler: a.b, Code: {ZipFile: ""}}
  - id: invoke
    call: Invoke
    with: {FunctionName: "${prefix}-f"}
"""


@pytest.fixture
def load(tmp_path):
    folder = Folder(tmp_path / "scenarios")

    def load_one(*steps: str):
        (folder.root / "a").mkdir(exist_ok=True)
        unused = "  - id: others\n    call: ListFunctions\n"
        (folder.root / "a" / "s.yaml").write_text(NEEDS + "".join(steps) + unused)
        return load_scenarios(folder.root)[0]

    return load_one


@pytest.mark.parametrize(
    ("steps", "runtimes"),
    [
        (NAMED % "node", {"nodejs20.x"}),
        (NAMED % "python", {"python3.12"}),
        (RAW, {"nodejs20.x"}),
        (BY_EACH, {"python3.12", "nodejs20.x"}),
        (DRY, set()),
        (DESCRIBED, set()),
        (BY_ANSWER, {"python3.12", "nodejs20.x", "java21"}),  # which one cannot be told, so all of them
        (CREATED, {"python3.12", "nodejs20.x", "java21", "nodejs22.x"}),
    ],
)
def test_a_scenario_knows_which_runtimes_it_runs(load, steps, runtimes):
    assert load(steps).invoked_runtimes == runtimes


@pytest.mark.parametrize(
    ("can_run", "runtimes", "reason"),
    [
        (["python3.12"], ["nodejs20.x", "python3.12"], "no Node.js on this host: needs nodejs20.x"),
        (["nodejs20.x"], ["python3.13"], "no Python on this host: needs python3.13"),
        ([], ["java21"], "the embedded emulator cannot run it: needs java21"),
        (["python3.12"], ["python3.12"], None),
        ([], [], None),
        (None, ["nodejs20.x"], None),  # it does not say what it can run
    ],
)
def test_the_embedded_emulator_says_why_it_cannot_run_one(can_run, runtimes, reason):
    emulator = Emulator()
    emulator._can_run = can_run
    assert emulator.unable(runtimes) == reason


def test_a_scenario_that_cannot_run_is_skipped_before_anything_is_deployed(load):
    class WithoutNode(Endpoint):
        def unable(self, runtimes):
            return "no Node.js on this host" if "nodejs20.x" in runtimes else None

    fake = FakeAws()
    with endpoint(fake) as url, WithoutNode(url) as target:
        (run,) = run_scenarios([load(NAMED % "node")], target)
    assert (run.skipped, run.failure, run.observations) == ("no Node.js on this host", None, ())
    assert not fake.calls["lambda.CreateFunction"]
