"""Reports show every difference with what was expected and what came, and what the claims rest on."""

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rich.console import Console

from parity.attestation import ABSENT, Agreement, Attestation, AttestedStep, Mismatch
from parity.attestation.publication import Publication, Recorded
from parity.errors import ParityError
from parity.evidence import PublishedEvidence
from parity.known_differences import KnownDifference, KnownDifferences
from parity.report import Report, attested, conclude, github, judge, terminal
from parity.report.files import Destination, destination, write
from parity.report.json_file import as_json
from parity.report.junit import as_junit
from parity.report.page import Page
from parity.report.wording import value_text
from parity.scenario import Evidence, Published
from parity.snapshot import with_evidence
from tests.parity.seen_answers import FUNCTION_ARN, ROOT, answer, recorded, run, scenario, seen, step, uuid

OF = scenario(
    step("create", says="The alias points at the version just published."),
    step(
        "create-again",
        says="A second alias of the same name is refused.",
        evidence=Evidence(documented="API_CreateAlias"),
    ),
    step("get"),
    step("list", says="Aliases are listed in order."),
)
MESSAGE = f"Alias already exists: {FUNCTION_ARN}:live"
ALIAS = {"Name": "live", "Routing": {"2": 0.5}, "RevisionId": uuid(1), "Names": ["a", "b"]}
EXPECTED = {
    "create": answer(ALIAS, 201),
    "create-again": answer({"Message": MESSAGE}, 409),
    "get": answer(ALIAS),
    "list": answer({"Names": ["a", "b", "c"]}),
}
ALTERED = {
    "create": answer({**ALIAS, "Routing": {"2": "0.5"}, "Extra": None}, 200),
    "create-again": answer({"message": MESSAGE + "!"}, 409),
    "get": answer({**ALIAS, "RevisionId": uuid(2)}),
    "list": answer({"Names": ["b", "a", "c"]}),
}
ENTRY = KnownDifference(step="alias/create-alias#get", path="body.RevisionId", reason="it changes on every read")
GONE = KnownDifference(step="alias/create-alias#list", path="body.Count", reason="it was counted once")
ELSEWHERE = KnownDifference(step="alias/no-such#step", path="status", reason="x")
CITED = PublishedEvidence("https://example.org/x", "c0ffee", "p", "t", "k", "2025-11-25", "Apache-2.0")


def report(answers=ALTERED, known=(ENTRY, GONE, ELSEWHERE), min_evidence=None, **members) -> Report:
    """A report on one scenario, with fixed times."""
    snapshot = with_evidence(recorded(OF, [seen(name, one) for name, one in EXPECTED.items()]), {"create": CITED})
    listed = KnownDifferences(tuple(known))
    observed = run(*(seen(name, one) for name, one in answers.items()), **members)
    made = Report(
        "http://127.0.0.1:5000",
        runtimes={
            "python3.12": {"interpreter": "/usr/bin/python3.11", "version": "3.11.7", "substituted": True},
            "provided": {"substituted": False},
        },
    )
    made.scenarios.append(judge(OF, snapshot, observed, listed, min_evidence))
    return conclude(made, listed, [f"{OF.id}#{one.id}" for one in OF.steps], whole=True, duration=21.34)


def printed(of: Report, width=100, is_terminal=True) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=is_terminal, color_system=None, highlight=False)
    terminal.show(of, Page(console=console))
    return stream.getvalue()


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    """Paths are shown from here."""
    monkeypatch.chdir(ROOT.parent)


class TestTheModel:
    def test_counts_steps_by_evidence_and_status(self):
        counts = report().counts()
        assert counts["published"] == {
            "same": 0,
            "different": 1,
            "excused": 0,
            "not asked": 0,
            "not judged": 0,
            "skipped": 0,
        }
        assert counts["regression"] == {
            "same": 0,
            "different": 1,
            "excused": 1,
            "not asked": 0,
            "not judged": 0,
            "skipped": 0,
        }
        assert list(counts) == ["aws", "published", "documented", "regression", "endpoint"]

    def test_an_equal_run_is_the_same(self):
        same = report(EXPECTED, known=())
        assert same.exit_code == 0
        assert same.differences == []

    @pytest.mark.parametrize("known", [(GONE,), (ELSEWHERE,), (ENTRY,)])
    def test_a_known_difference_that_is_gone_fails_it(self, known):
        assert report(EXPECTED, known=known).exit_code == 1

    def test_a_known_difference_that_is_there_does_not(self):
        answers = {**EXPECTED, "get": ALTERED["get"]}
        assert report(answers, known=(ENTRY,)).exit_code == 0
        assert report(answers, known=()).exit_code == 1

    def test_only_evidence_that_is_strong_enough_counts(self):
        everything = report(ALTERED, known=())
        strong = report(ALTERED, known=(), min_evidence="published")
        assert [one.status for one in strong.steps if one.evidence != "published"] == ["not judged"] * 3
        published = {one.step for one in strong.steps if one.evidence == "published"}
        assert strong.differences == [one for one in everything.differences if one.step in published]

    def test_a_step_that_was_not_asked_is_neither_same_nor_different(self):
        answers = {name: one for name, one in EXPECTED.items() if name != "get"}
        half = report(answers, known=(), not_asked={"get": "`${create.Version}`: `create` has no `Version`"})
        assert [one.status for one in half.steps] == ["same", "same", "not asked", "same"]
        assert half.differences == []
        assert half.exit_code == 1

    def test_a_run_that_ended_early_fails_without_differences(self):
        ended = report({}, known=(), failure="the function could not be deployed")
        assert ended.exit_code == 1
        assert ended.differences == []

    def test_an_unreachable_target_is_exit_code_3(self):
        assert report({}, known=(), failure="nothing answers", extra={"unreachable": True}).exit_code == 3

    def test_a_skipped_scenario_is_fine(self):
        skipped = report({}, known=(ENTRY,), skipped="needs services: queue")
        assert skipped.exit_code == 0
        assert {one.status for one in skipped.steps} == {"skipped"}


class TestTheTerminal:
    def test_shows_what_differs_on_a_wide_one(self, snapshot):
        assert printed(report(), 100) == snapshot

    def test_shows_what_differs_on_a_narrow_one(self, snapshot):
        text = printed(report(), 60)
        assert text == snapshot
        assert max(map(len, text.splitlines())) <= 60

    def test_cuts_and_colours_nothing_where_there_is_none(self, snapshot):
        text = printed(report(), 80, is_terminal=False)
        assert text == snapshot
        assert "\x1b" not in text
        assert not any(line.endswith(" ") for line in text.splitlines())
        assert f"{value_text(MESSAGE)[:6]}" in text

    def test_says_little_where_all_is_the_same(self, snapshot):
        assert printed(report(EXPECTED, known=())) == snapshot

    def test_says_why_steps_were_not_asked_and_runs_ended(self, snapshot):
        lacking = report({"create": EXPECTED["create"]}, known=(), not_asked={"get": "`create` has no `Version`"})
        ended = report({}, known=(), failure="nothing answers at http://127.0.0.1:5000", extra={"unreachable": True})
        assert printed(lacking) + printed(ended) == snapshot

    def test_a_pipe_is_no_terminal(self, capsys):
        terminal.show(report(EXPECTED, known=()))
        assert "\x1b" not in capsys.readouterr().out

    def test_colours_the_part_that_differs(self):
        stream = io.StringIO()
        console = Console(file=stream, width=100, force_terminal=True, color_system="standard", highlight=False)
        terminal.show(report(), Page(console=console))
        assert 'live\x1b[31m!\x1b[0m"' in stream.getvalue()


class TestValues:
    def test_long_ones_are_cut_in_the_middle(self):
        text = value_text({"x": "y" * 10_000})
        assert len(text) < 2100
        assert " characters … " in text

    @pytest.mark.parametrize(
        ("value", "text"), [("1", '"1"'), (1, "1"), (1.0, "1.0"), (True, "true"), (None, "null"), ("ü\n", '"ü\\n"')]
    )
    def test_their_type_can_be_seen(self, value, text):
        assert value_text(value) == text


class TestFiles:
    def test_json(self, snapshot):
        content = as_json(report()).decode()
        assert content.replace(str(ROOT), "ROOT") == snapshot
        assert json.loads(content)["result"] == "different"

    def test_junit(self, snapshot):
        content = as_junit(report()).decode()
        assert content.replace(str(ROOT), "ROOT") == snapshot
        suite = ET.fromstring(content).find("testsuite")
        assert suite is not None
        assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "3", "0")

    def test_junit_holds_what_xml_cannot(self):
        answers = {**EXPECTED, "list": answer({"Names": "\x00\x1b\ud7ff & <x>"})}
        assert ET.fromstring(as_junit(report(answers, known=())))

    def test_are_written_where_they_are_wanted(self, tmp_path):
        wanted = destination(f"junit={tmp_path / 'x.xml'}")
        assert wanted == Destination("junit", tmp_path / "x.xml")
        write(report(), wanted)
        assert (tmp_path / "x.xml").read_bytes() == as_junit(report())

    @pytest.mark.parametrize("option", ["html=x", "json", "json=", "=x", "json=/no/such/folder/x.json"])
    def test_an_option_that_makes_no_sense_is_one_line(self, option):
        with pytest.raises(ParityError, match="--report ") as error:
            destination(option)
        assert "\n" not in error.value.message

    def test_a_file_that_cannot_be_written_is_one_line(self, tmp_path):
        with pytest.raises(ParityError, match="the report cannot be written"):
            write(report(), Destination("json", tmp_path))


class TestGitHub:
    def told(self, tmp_path, **environment) -> list[str]:
        said: list[str] = []
        github.tell(report(), said.append, {"GITHUB_WORKSPACE": str(ROOT.parent), **environment})
        return said

    def test_gets_an_annotation_at_the_line_of_each_step(self, tmp_path, snapshot):
        said = self.told(tmp_path, GITHUB_ACTIONS="true")
        assert said == snapshot
        assert said[0].startswith(
            "::error file=scenarios/alias/create-alias.yaml,line=4,title=alias/create-alias#create::"
        )
        assert not any("\n" in line for line in said)

    def test_gets_a_summary(self, tmp_path, snapshot):
        summary = tmp_path / "summary.md"
        summary.write_text("before\n")
        self.told(tmp_path, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
        assert summary.read_text() == snapshot

    def test_gets_no_more_than_it_takes(self):
        large = report()
        large.scenarios *= 3000
        assert len(github.summary(large).encode()) < 1_000_000
        assert "and more; the log of this job has them all" in github.summary(large)

    def test_elsewhere_nothing_is_said(self, tmp_path):
        assert self.told(tmp_path) == []

    def test_a_corpus_that_is_not_in_the_checkout_has_no_place(self, tmp_path):
        assert next(github.annotations(report(), tmp_path)).startswith("::error title=alias/create-alias#create::")


class TestAttestation:
    LINK = Published(file="test_lambda_api", test="TestX::test_y", key="create")

    def attestation(self) -> Attestation:
        source = Publication(Path(), "https://example.org/x", "c0ffee", "tests", "Apache-2.0")
        recording = Recorded({}, "f.py::TestX::test_y", "2025-11-25T02:46:42", "tests/x.json")
        good = Agreement(["status", "Name"], ["RevisionId"], {"headers": "the publishers drop them"})
        bad = Agreement(["status"], mismatches=[Mismatch("Name", "live", ABSENT), Mismatch("Extra", ABSENT, [1])])
        steps = [
            AttestedStep("alias/create-alias#create", "attested", self.LINK, recording, good),
            AttestedStep("alias/create-alias#get", "mismatch", self.LINK, recording, bad),
            AttestedStep("alias/create-alias#list", "refused", self.LINK, reason="the recording has nothing at create"),
        ]
        return Attestation(source, steps, [Path("x.json")])

    @pytest.mark.parametrize("detailed", [False, True])
    def test_shows_what_was_compared(self, detailed, snapshot):
        stream = io.StringIO()
        attested.show(self.attestation(), Page(stream), detailed=detailed)
        assert stream.getvalue() == snapshot

    def test_as_json(self, snapshot):
        assert attested.as_json(self.attestation()).decode() == snapshot
