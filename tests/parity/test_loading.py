"""Scenarios are loaded whole, or not at all: then everything that is wrong is said at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from parity.errors import BrokenScenarios, ParityError
from parity.loading import load_scenarios
from parity.scenario import NeededFunction, NeededResource
from tests.parity.scenario_folder import ALIAS, MINIMAL, Folder

BROKEN = Path(__file__).parent / "broken"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "scenarios")


# What is broken


@pytest.mark.parametrize("name", sorted(path.name for path in BROKEN.glob("*.y*ml")))
def test_a_broken_scenario_says_where_and_what(name: str) -> None:
    first_line = (BROKEN / name).read_bytes().split(b"\n")[0].decode()
    with pytest.raises(BrokenScenarios) as error:
        load_scenarios(BROKEN, [name])
    assert " | ".join(f"line {p.line}: {p.message}" for p in error.value.problems) == first_line.removeprefix("# ")
    assert error.value.exit_code == 2
    assert all(problem.path == BROKEN / name for problem in error.value.problems)


def test_all_problems_of_all_files_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN.parent)
    with pytest.raises(BrokenScenarios) as error:
        load_scenarios(BROKEN)
    lines = error.value.message.splitlines()
    assert {line.partition(":")[0] for line in lines} >= {f"broken/{path.name}" for path in BROKEN.glob("*.y*ml")}
    assert lines == [str(problem) for problem in sorted(error.value.problems)]


def test_several_mistakes_of_one_file_are_told_together(folder: Folder) -> None:
    folder.write(
        "alias/wrong",
        """\
        titel: Twice wrong
        needs: {function: echo-python, queu: true}
        steps:
          - id: one
            cal: GetFunction
            with: {FunctionName: "${function.name}", Qualifer: x}
          - id: two
            call: GetFunction
            with: {FunctionName: "${three.x}"}
            after: later
        """.replace("\n        ", "\n").lstrip(),
    )
    assert folder.problems() == [
        "alias/wrong.yaml:1: `title` is missing",
        "alias/wrong.yaml:1: unknown key `titel` (did you mean `title`?)",
        "alias/wrong.yaml:2: unknown key `queu` (did you mean `queue`?)",
        "alias/wrong.yaml:5: unknown key `cal` (did you mean `call`?)",
        'alias/wrong.yaml:10: `after`: expected a duration such as 500ms, 3s or 2m, found "later"',
    ]


def test_function_code_that_no_scenario_uses_is_a_problem(folder: Folder) -> None:
    folder.write("alias/create-alias", ALIAS)
    folder.code("forgotten-python")
    assert folder.problems() == [
        "_functions/forgotten-python/function.yaml:1: no scenario uses _functions/forgotten-python; use it or remove it"
    ]
    assert len(folder.load("alias")) == 1  # a part of the scenarios says nothing about the rest


def test_a_broken_file_of_function_defaults_is_one_problem(folder: Folder) -> None:
    folder.write("alias/create-alias", ALIAS)
    (folder.root / "_functions/echo-python/function.yaml").write_text("runtime: python3.12\nhandlr: x\ntimeout: 0\n")
    assert folder.problems() == [
        "_functions/echo-python/function.yaml:1: `handler` is missing",
        "_functions/echo-python/function.yaml:2: unknown key `handlr` (did you mean `handler`?)",
        "_functions/echo-python/function.yaml:3: `timeout`: expected 1 or more, found 0",
    ]


def test_an_empty_file_is_a_problem(folder: Folder) -> None:
    folder.write("alias/empty", "")
    assert folder.problems("alias/empty") == [
        "alias/empty.yaml:1: the file is empty; expected a mapping with `title` and `steps`"
    ]


def test_a_folder_without_scenarios_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParityError, match="no scenarios in"):
        load_scenarios(tmp_path)


# What is loaded


def test_a_scenario_is_loaded_with_its_defaults_filled_in(folder: Folder) -> None:
    path = folder.write("alias/create-alias", ALIAS)
    (scenario,) = folder.load()
    assert (scenario.id, scenario.path, scenario.root) == ("alias/create-alias", path, folder.root)
    assert scenario.title == "An alias names one published version"
    assert scenario.reference == ("API_CreateAlias",)
    assert scenario.tags == {"slow"}
    assert scenario.code == ("echo-python",)
    assert scenario.needs.role
    members = {"Runtime": "python3.12", "Handler": "handler.handler", "Timeout": 5, "MemorySize": 256}
    assert scenario.needs.functions == (NeededFunction("function", "echo-python", members),)


def test_each_becomes_one_step_for_each_set_of_values(folder: Folder) -> None:
    steps = {step.id: step for step in folder.only(ALIAS).steps}
    assert list(steps) == ["publish", "create", "bad-name[0]", "bad-name[1]", "bad-name[2]", "settle"]
    assert steps["bad-name[1]"].says == "A space is no name."
    assert steps["bad-name[1]"].variables == {"bad": "a b", "why": "A space"}
    assert steps["bad-name[1]"].with_ == {"FunctionName": "${function.name}", "Name": "a b", "FunctionVersion": "1"}
    assert steps["bad-name[2]"].with_["Name"] == {"repeat": "a", "times": 129}
    assert steps["bad-name[2]"].line == steps["bad-name[0]"].line == 15
    assert steps["bad-name[2]"].raises == "ValidationException"


def test_a_step_knows_its_times_in_seconds(folder: Folder) -> None:
    settle = folder.only(ALIAS).step("settle")
    assert (settle.after, settle.at_most) == (0.5, 120.0)
    assert settle.operation == "GetFunction"
    assert settle.with_ == {"FunctionName": "${function.name}"}


def test_a_variable_takes_the_place_of_anything_in_a_step(folder: Folder) -> None:
    scenario = folder.only("""\
title: Operations fail alike
steps:
  - id: unknown
    call: "${case.call}"
    with: "${case.with}"
    raises: "${case.raises}"
    parallel: "${n}"
    each:
      case:
        - {call: GetFunction, with: {FunctionName: "${prefix}"}, raises: ResourceNotFoundException}
        - {call: GetAccountSettings, with: {}, raises: null}
      n: [1, 2]
""")
    first, second = scenario.steps
    assert (first.call, first.with_, first.raises, first.parallel) == (
        "GetFunction",
        {"FunctionName": "${prefix}"},
        "ResourceNotFoundException",
        1,
    )
    assert (second.call, second.with_, second.raises, second.parallel) == ("GetAccountSettings", {}, None, 2)


def test_needs_are_put_in_the_order_in_which_they_are_made(folder: Folder) -> None:
    folder.code("layer-code")
    scenario = folder.only("""\
title: Everything is connected
tags: [services]
needs:
  function:
    - echo-python
    - code: echo-python
      as: second
      handler: handler.other
      with:
        Timeout: 9
        Layers: ["${layer.version_arn}"]
        DeadLetterConfig: {TargetArn: "${inbox.arn}"}
        Environment: {Variables: {FIRST: "${function.arn}"}}
  layer: layer-code
  queue: {as: inbox}
  stream: true
steps:
  - id: map
    call: CreateEventSourceMapping
    with: {FunctionName: "${second.name}", EventSourceArn: "${stream.arn}"}
""")
    assert scenario.needs.resources == (
        NeededResource("layer", "layer", {}, "layer-code"),
        NeededResource("queue", "inbox", {}),
        NeededResource("stream", "stream", {}),
    )
    first, second = scenario.needs.functions
    assert (first.as_, first.handler, first.members["Timeout"]) == ("function", "handler.handler", 5)
    assert (second.as_, second.handler, second.members["Timeout"]) == ("second", "handler.other", 9)
    assert scenario.code == ("echo-python", "layer-code")


def test_a_bucket_may_hold_code_and_nothing_else_may(folder: Folder) -> None:
    text = """\
title: Code is in S3
tags: [services]
needs:
  bucket: {code: echo-python}
steps:
  - id: create
    call: PublishLayerVersion
    with: {LayerName: "${prefix}", Content: {S3Bucket: "${bucket.name}", S3Key: echo-python.zip}}
"""
    scenario = folder.only(text)
    assert scenario.needs.resources == (NeededResource("bucket", "bucket", {}, "echo-python"),)
    assert scenario.code == ("echo-python",)
    with pytest.raises(BrokenScenarios, match="a queue holds no code; only a bucket does"):
        folder.only(text.replace("bucket: {", "bucket: true\n  queue: {"))
    with pytest.raises(BrokenScenarios, match="there is no folder `echo-pyton` in _functions"):
        folder.only(text.replace("{code: echo-python}", "{code: echo-pyton}"))


def test_a_role_is_implied_by_a_function_and_by_a_reference(folder: Folder) -> None:
    assert not folder.only(MINIMAL).needs.role
    assert folder.only(ALIAS).needs.role
    create = (
        '    call: CreateFunction\n    with: {FunctionName: "${prefix}-x", Role: "${role.arn}",'
        ' Code: {ZipFile: "${zip.echo-python}"}}\n'
    )
    assert folder.only(f"title: A role is used\nsteps:\n  - id: create\n{create}").needs.role


def test_a_function_that_is_only_listed_need_not_be_named(folder: Folder) -> None:
    scenario = folder.only(
        "title: Functions are listed\nneeds: {function: echo-python}\nsteps:\n  - {id: list, call: ListFunctions}\n"
    )
    assert len(scenario.needs.functions) == 1


def test_answers_of_several_requests_are_referred_to_by_index(folder: Folder) -> None:
    scenario = folder.only("""\
title: Versions are deleted
needs: {function: echo-python}
steps:
  - id: publish
    call: PublishVersion
    with: {FunctionName: "${function.name}", Description: "${text}"}
    each: {text: [a, b]}
    parallel: 2
  - id: delete
    call: DeleteFunction
    with: {FunctionName: "${function.name}", Qualifier: "${publish[1][0].Version}"}
  - id: trace
    http: {method: GET, path: "/x/${publish[0][1].headers.x-amzn-requestid}"}
""")
    assert scenario.step("delete").with_["Qualifier"] == "${publish[1][0].Version}"


def test_unordered_of_the_scenario_holds_for_every_step(folder: Folder) -> None:
    text = "title: Functions are listed\nunordered: [Functions]\nsteps:\n  - {id: list, call: ListFunctions}\n"
    assert folder.only(text).step("list").unordered == ("Functions",)


def test_own_names_lists_of_the_answer(folder: Folder) -> None:
    text = "title: Functions are listed\nsteps:\n  - {id: list, call: ListFunctions, own: [OWN]}\n"
    assert folder.only(text.replace("OWN", "Functions")).step("list").own == ("Functions",)
    folder.write("alias/only", text.replace("OWN", "NextMarker"))
    (problem,) = folder.problems("alias/only")
    assert "`NextMarker` is no list in the answer of ListFunctions" in problem


# The hash


def test_the_hash_stays_when_only_words_change(folder: Folder) -> None:
    before = folder.only(ALIAS).hash
    for old, new in (
        ("title: An alias names one published version", "title: Another title # and a comment"),
        ("The alias points at the version just published.", "Other words."),
        ("reference: API_CreateAlias", "reference: [API_GetAlias]"),
        ("tags: [slow]", "tags: []"),
        ("evidence: {documented: API_CreateAlias}", "evidence: {documented: elsewhere}"),
        ("why: [Nothing, A space, Too much]", "why: [This, That, Those]"),
    ):
        assert old in ALIAS
        assert folder.only(ALIAS.replace(old, new)).hash == before, new


def test_the_hash_changes_with_whatever_can_change_an_answer(folder: Folder) -> None:
    seen = {folder.only(ALIAS).hash}
    for old, new in (
        ("Name: live", "Name: other"),
        ("times: 129", "times: 130"),
        ("id: create", "id: created"),
        ("raises: ValidationException", "raises: InvalidParameterValueException"),
        ("at_most: 2m", "at_most: 3m"),
        ("function: echo-python", "function: {code: echo-python, handler: handler.other}"),
    ):
        assert old in ALIAS
        seen.add(folder.only(ALIAS.replace(old, new)).hash)
    folder.code("echo-python", handler="def handler(event, context):\n    return None\n")
    seen.add(folder.only(ALIAS).hash)
    assert len(seen) == 8


# The project's own


def test_the_scenarios_of_the_project_are_sound() -> None:
    assert load_scenarios()


def test_loading_needs_no_sdk() -> None:
    script = "import sys, parity.loading as l; l.load_scenarios(); print([m for m in sys.modules if 'boto' in m])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.strip() == "[]"


def test_loading_leaves_the_interpreter_alive() -> None:
    # msgspec 0.22 crashes on the way out over certain unions of types: see NeedsSection.
    script = "import parity.loading as l; l.load_scenarios()"
    for _ in range(3):
        subprocess.run(
            [sys.executable, "-c", script], timeout=20, check=True, env={**os.environ, "PYTHONMALLOC": "debug"}
        )


def test_a_hundred_scenarios_load_in_a_blink(folder: Folder) -> None:
    for number in range(100):
        folder.write(f"alias/alias-{number}", ALIAS)
    folder.load()  # reads the service model once
    taken = []
    for _ in range(3):
        began = time.process_time()
        assert len(folder.load()) == 100
        taken.append(time.process_time() - began)
    assert min(taken) < 0.3
