"""Every published recording is cited by a step or has its reason, and no reason outlives its need."""

import json
from pathlib import Path

import pytest

from parity.attestation.publication import RecordedKey, open_publication
from parity.corpus import scenarios_dir
from parity.coverage.recordings import COVERED_FILES, NAME, Unused, load, use
from parity.errors import ParityError
from parity.loading import load_scenarios
from tests.parity.recorded_answers import FOLDER
from tests.parity.running_parity import parity
from tests.parity.seen_answers import published, scenario, step
from tests.parity.small_corpus import NOT_THERE, write_corpus

OK = {"ResponseMetadata": {"HTTPStatusCode": 200}}
CONTENT = {
    "TestAlias::test_one": {"create": OK, "nested": {"First": {**OK, "A": {"B": 1}}, "Second": None}, "nothing": {}},
    "TestAlias::test_many[a]": {"create": OK},
    "TestAlias::test_many[b]": {"create": OK, "text": "said"},
}
CITING = scenario(step("create", evidence=published("TestAlias::test_one", "create")))


def key(test: str, name: str) -> RecordedKey:
    return RecordedKey("test_lambda_api", f"TestAlias::{test}", name)


def unused(test: str, *keys: str) -> Unused:
    return Unused(file="test_lambda_api", test=f"TestAlias::{test}", keys=keys or ("*",), reason="no answer of Lambda")


@pytest.fixture
def recordings(tmp_path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    manifest = {"source": "https://example.org/them", "commit": "c0ffee", "path": "tests", "licence": "Apache-2.0"}
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    for file in COVERED_FILES:
        content = CONTENT if file == "test_lambda_api" else {}
        entries = {
            f"tests/{file}.py::{test}": {"recorded-date": "25-11-2025, 02:46:42", "recorded-content": answers}
            for test, answers in content.items()
        }
        (folder / f"{file}.snapshot.json").write_text(json.dumps(entries))
    return folder


def test_each_answer_is_a_recording_and_what_holds_nothing_is_none(recordings):
    found = open_publication(recordings).keys("test_lambda_api")
    assert found == [
        key("test_one", "create"),
        key("test_one", "nested.First"),
        key("test_many[a]", "create"),
        key("test_many[b]", "create"),
        key("test_many[b]", "text"),
    ]


def test_what_is_neither_cited_nor_listed_is_told(recordings):
    found = use(open_publication(recordings), [CITING], [unused("test_many[b]")])
    assert found.used == (key("test_one", "create"),)
    assert set(found.listed) == {key("test_many[b]", "create"), key("test_many[b]", "text")}
    assert found.unlisted == (key("test_one", "nested.First"), key("test_many[a]", "create"))
    assert found.exit_code == 1


def test_with_a_reason_for_each_all_is_well(recordings):
    entries = [unused("test_many[*"), unused("test_one", "nested.*")]
    found = use(open_publication(recordings), [CITING], entries)
    assert (found.unlisted, found.problems, found.exit_code) == ((), (), 0)


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (unused("test_one", "create"), "a step uses TestAlias::test_one create"),
        (unused("test_two"), "there is no such recording"),
        (unused("test_many[a]", "other"), "there is no such recording"),
    ],
)
def test_a_reason_that_is_not_needed_is_wrong(recordings, entry, wrong):
    found = use(open_publication(recordings), [CITING], [unused("test_many[*"), unused("test_one", "nested.*"), entry])
    assert found.exit_code == 1
    assert any(problem.endswith(wrong) for problem in found.problems)


def test_every_entry_gives_a_reason(tmp_path):
    (tmp_path / NAME).write_text('[[unused]]\nfile = "test_lambda"\ntest = "T::t"\nreason = ""\n')
    with pytest.raises(ParityError, match="needs a reason"):
        load(tmp_path)


def test_the_command_names_what_is_open(recordings, tmp_path):
    folder = write_corpus(tmp_path, one=NOT_THERE)
    (folder / NAME).write_text("")
    result = parity("coverage", "--recordings", recordings, "--scenarios", folder)
    assert result.exit_code == 1
    assert "no reason is listed: test_lambda_api TestAlias::test_one nested.First" in result.stdout
    assert "0 recordings used, 0 listed as unused, 5 neither" in result.stdout


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no published recordings here")
def test_the_corpus_cites_each_recording_or_says_why_not():
    found = use(open_publication(FOLDER), load_scenarios(), load(scenarios_dir()))
    assert (found.unlisted, found.problems) == ((), ())
