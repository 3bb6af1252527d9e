"""Coverage is read from recorded answers alone: what no answer shows stays open, whatever a scenario says it asks."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from parity.corpus import snapshots_dir
from parity.coverage import headline, unprovokable
from parity.coverage.cells import Cell, cells_of
from parity.coverage.claims import Reader
from parity.coverage.matrix import Matrix, matrix
from parity.coverage.survey import Survey
from parity.coverage.unprovokable import Unprovokable
from parity.errors import ParityError
from parity.evidence import DocumentedEvidence, PublishedEvidence, RegressionEvidence, StepEvidence
from parity.loading import load_scenarios
from parity.report.coverage_page import as_html
from parity.report.coverage_table import as_json
from parity.scenario import Http, Scenario, Step
from parity.snapshot import Snapshot, StepSnapshot
from tests.parity.running_parity import parity
from tests.parity.seen_answers import scenario, step
from tests.parity.small_corpus import write_corpus

MODEL = {
    "operations": {
        "CreateAlias": {
            "http": {"method": "POST", "requestUri": "/2015-03-31/functions/{FunctionName}/aliases"},
            "input": {"shape": "Input"},
            "output": {"shape": "Alias"},
            "errors": [{"shape": "ResourceConflictException"}, {"shape": "ServiceException"}],
        },
        "DeleteAlias": {
            "http": {"method": "DELETE", "requestUri": "/2015-03-31/functions/{FunctionName}/aliases/{Name}"}
        },
    },
    "shapes": {
        "Input": {
            "type": "structure",
            "required": ["FunctionName", "Name"],
            "members": {
                "FunctionName": {"shape": "FunctionName", "location": "uri"},
                "Name": {"shape": "Name"},
                "Description": {"shape": "Text"},
                "Tags": {"shape": "Tags"},
            },
        },
        "FunctionName": {"type": "string", "min": 1},
        "Name": {"type": "string", "min": 1, "max": 8, "pattern": "[a-z]+"},
        "Text": {"type": "string"},
        "Tags": {"type": "list", "member": {"shape": "Tag"}, "max": 2},
        "Tag": {"type": "string", "max": 4, "pattern": "[a-z]+"},
        "Alias": {
            "type": "structure",
            "members": {
                "Name": {"shape": "Text"},
                "Description": {"shape": "Text"},
                "Routing": {"shape": "Routing"},
                "Histories": {"shape": "Histories"},
            },
        },
        "Routing": {"type": "structure", "members": {"Weights": {"shape": "Weights"}}},
        "Weights": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
        "Histories": {"type": "list", "member": {"shape": "History"}},
        "History": {"type": "structure", "members": {"At": {"shape": "Text"}, "Earlier": {"shape": "Histories"}}},
    },
}

NAMED = {"FunctionName": "f", "Name": {"repeat": "A", "times": 9}}


def asked(*tags: str) -> Scenario:
    """The steps; `tags` are those of the refused one."""
    return scenario(
        step("create", "CreateAlias", with_={"FunctionName": "f", "Name": "live"}),
        step("refused", "CreateAlias", with_={**NAMED, "Tags": ["ok", "${prefix}", *tags]}),
        Step(id="raw", http=Http(method="POST", path="/2015-03-31/functions/f/aliases")),
    )


PUBLISHED = PublishedEvidence("them", "c0ffee", "path", "test", "key", "2025", "Apache-2.0", ("body.Description",))
CREATED = {"status": 201, "headers": {}, "body": {"Name": "live", "Description": "", "Routing": None}}


def refusal(error: str, **body: object) -> dict[str, object]:
    return {"status": 400, "headers": {"x-amzn-errortype": f"{error}:http://internal"}, "body": body}


TOO_LONG = "Value 'AAAAAAAAA' at 'name' failed to satisfy constraint: Member must have length less than or equal to 8"
TAGS = (
    "Value '[ok, too-long, x]' at 'tags' failed to satisfy constraint: Member must satisfy constraint: [Member must "
    "have length less than or equal to 4, Member must satisfy regular expression pattern: [a-z]+, Member must not be "
    "null]"
)
ANSWERS = {
    "create": (CREATED, PUBLISHED),
    "refused": (
        refusal("ValidationException", message=f"2 validation errors detected: {TOO_LONG}; {TAGS}"),
        DocumentedEvidence("API_CreateAlias"),
    ),
    "raw": (refusal("ResourceConflictException", Message="There is one."), RegressionEvidence()),
}


def snapshot_of(answers: dict[str, tuple[dict[str, object], StepEvidence]], hash_: str = "") -> Snapshot:
    request = {"method": "POST", "path": "/2015-03-31/functions/f/aliases"}
    steps = {
        name: StepSnapshot(request=request, response=answer, evidence=why) for name, (answer, why) in answers.items()
    }
    return Snapshot(scenario="alias/aliases", hash=hash_, steps=steps)


@pytest.fixture
def covered() -> Matrix:
    return matrix(MODEL, Reader(MODEL).claims(asked("too-long"), snapshot_of(ANSWERS)))


def evidence_of(covered: Matrix, kind: str) -> dict[str, str | None]:
    return {one.cell.name: one.evidence for one in covered.cells if one.cell.kind == kind}


class TestCells:
    def test_every_constraint_of_every_member_has_one(self):
        names = [cell.name for cell in cells_of(MODEL, "CreateAlias") if cell.kind == "constraint"]
        assert names == [
            "FunctionName required (path)",
            "FunctionName length >= 1 (path)",
            "Name required",
            "Name length <= 8",
            "Name length >= 1",
            "Name pattern",
            "Tags length <= 2",
            "Tags[] length <= 4",
            "Tags[] pattern",
        ]

    def test_members_of_answers_end_where_a_shape_holds_itself(self):
        names = [cell.name for cell in cells_of(MODEL, "CreateAlias") if cell.kind == "response"]
        assert names[-3:] == ["Histories", "Histories[].At", "Histories[].Earlier"]
        assert "Routing.Weights" in names

    def test_an_operation_without_input_or_output_has_its_success(self):
        assert cells_of(MODEL, "DeleteAlias") == [Cell("DeleteAlias", "success")]


class TestClaims:
    def test_a_success_and_the_members_that_it_holds(self, covered: Matrix):
        assert evidence_of(covered, "success")[""] is None  # DeleteAlias, the last one
        assert covered.by_operation["CreateAlias"]["success"][0].evidence == "published"
        held = evidence_of(covered, "response")
        assert held["Name"] == "published"
        assert held["Routing"] is None, "null is no member"
        assert held["Histories"] is None

    def test_a_recording_speaks_only_for_the_members_that_it_holds(self, covered: Matrix):
        assert evidence_of(covered, "response")["Description"] == "regression"

    def test_a_constraint_counts_where_the_answer_names_it(self, covered: Matrix):
        named = evidence_of(covered, "constraint")
        assert named["Name length <= 8"] == "documented"
        assert named["Name pattern"] is None, "AWS named the length alone"

    def test_of_the_elements_of_a_list_only_what_the_request_breaks(self, covered: Matrix):
        named = evidence_of(covered, "constraint")
        assert named["Tags[] length <= 4"] == "documented"
        assert named["Tags[] pattern"] == "documented"  # `too-long` has a hyphen
        assert named["Tags length <= 2"] is None

    def test_a_reference_breaks_nothing_by_its_spelling(self):
        named = evidence_of(matrix(MODEL, Reader(MODEL).claims(asked("fine"), snapshot_of(ANSWERS))), "constraint")
        assert named["Tags[] pattern"] is None

    def test_a_raw_request_counts_for_the_operation_that_it_means(self, covered: Matrix):
        assert evidence_of(covered, "error")["ResourceConflictException"] == "regression"
        [error, *_] = covered.by_operation["CreateAlias"]["error"]
        assert error.steps == {"regression": ("alias/create-alias#raw",)}

    def test_of_several_steps_the_strongest_decides(self):
        first = list(Reader(MODEL).claims(asked("too-long"), snapshot_of(ANSWERS)))
        weaker = list(Reader(MODEL).claims(asked("too-long"), snapshot_of({"create": (CREATED, RegressionEvidence())})))
        assert evidence_of(matrix(MODEL, [*weaker, *first]), "response")["Name"] == "published"


class TestUnprovokable:
    ENTRY = Unprovokable(kind="error", name="Service*", reason="AWS's own fault")

    def test_it_excuses_what_nothing_shows(self):
        claims = Reader(MODEL).claims(asked("too-long"), snapshot_of(ANSWERS))
        excused = matrix(MODEL, claims, [self.ENTRY])
        assert excused.problems == ()
        assert {one.cell.name: one.standing for one in excused.by_operation["CreateAlias"]["error"]} == {
            "ResourceConflictException": "covered",
            "ServiceException": "excused",
        }
        assert excused.count("error").missing == 0

    def test_an_entry_about_what_is_covered_is_wrong(self):
        entry = Unprovokable(kind="error", name="ResourceConflictException", reason="…")
        [problem] = matrix(MODEL, Reader(MODEL).claims(asked("too-long"), snapshot_of(ANSWERS)), [entry]).problems
        assert problem.endswith("is listed as unprovokable, and alias/create-alias#raw shows it")

    @pytest.mark.parametrize(
        ("entry", "wrong"),
        [
            (Unprovokable(kind="error", name="Other", reason="…"), "there is no such cell"),
            (
                Unprovokable(kind="error", name="ServiceException", reason="…", operations=("DeleteAlias",)),
                "DeleteAlias has no such cell",
            ),
        ],
    )
    def test_an_entry_about_nothing_is_wrong(self, entry: Unprovokable, wrong: str):
        [problem] = matrix(MODEL, [], [entry]).problems
        assert problem.endswith(wrong)

    def test_one_cell_needs_one_reason(self):
        [problem] = matrix(MODEL, [], [self.ENTRY, self.ENTRY]).problems
        assert problem.endswith("is listed twice")

    def test_every_entry_gives_a_reason(self, tmp_path):
        file = tmp_path / "list.toml"
        file.write_text('[[cell]]\nkind = "error"\nname = "X"\nreason = " "\n')
        with pytest.raises(ParityError, match="needs a reason"):
            unprovokable.load(file)


class _Page(HTMLParser):
    """Reads a page as strictly as needed: every element is closed in its order, nothing is fetched from elsewhere."""

    VOID = frozenset({"meta", "input", "link", "img", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[dict[str, str | None]] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        if given.get("role") == "img":
            self.cells.append(given)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class TestForms:
    def test_the_page_is_well_formed_and_fetches_nothing(self, covered: Matrix):
        text = as_html(covered)
        page = _Page()
        page.feed(text)
        page.close()
        assert page.open == []
        assert page.fetched == []
        assert "@import" not in text
        assert "url(" not in text
        assert "http" not in text.partition("<script>")[2]

    def test_every_cell_of_the_page_tells_what_it_is_and_who_shows_it(self, covered: Matrix):
        page = _Page()
        page.feed(as_html(covered))
        titles = [cell["title"] or "" for cell in page.cells]
        assert len(titles) == len(covered.cells)
        [conflict] = [title for title in titles if "ResourceConflictException" in title]
        assert conflict.startswith("CreateAlias · Error ResourceConflictException\nregression")
        assert conflict.endswith("alias/create-alias#raw")

    def test_markup_in_a_name_stays_text(self):
        model = {"operations": {"Get<b>": {"http": {"method": "GET", "requestUri": "/"}}}, "shapes": {}}
        assert "Get<b>" not in as_html(matrix(model, []))

    def test_json_holds_every_cell(self, covered: Matrix):
        found = json.loads(as_json(covered))
        assert found["totals"]["error"] == {
            "cells": 2,
            "covered": 1,
            "excused": 0,
            "missing": 1,
            "by_class": {"aws": 0, "published": 0, "documented": 0, "regression": 1, "endpoint": 0},
        }
        [success] = found["operations"]["CreateAlias"]["success"]
        assert success["steps"] == {"published": ["alias/create-alias#create"]}


class TestReadme:
    def survey(self, covered: Matrix) -> Survey:
        return Survey(covered, headline.numbers(covered, 1, ["published", "regression"]))

    def test_numbers_go_between_the_markers_and_nothing_else_changes(self, covered: Matrix, tmp_path):
        readme = tmp_path / "README.md"
        readme.write_text(f"# Ours\n\n{headline.BEGIN}\nold\n{headline.END}\n\nThe rest.\n")
        self.survey(covered).write_readme(readme)
        text = readme.read_text()
        assert text.startswith(f"# Ours\n\n{headline.BEGIN}\nThe corpus asks 2 questions in 1 scenarios; ")
        assert text.endswith(f"|\n{headline.END}\n\nThe rest.\n")
        assert "| errors that operations declare | 2 | 1 | 0 | 0 |" in text

    def test_old_numbers_are_found(self, covered: Matrix, tmp_path):
        readme = tmp_path / "README.md"
        readme.write_text(f"{headline.BEGIN}\nold\n{headline.END}\n")
        survey = self.survey(covered)
        assert any("its numbers are old" in problem for problem in survey.problems(readme))
        survey.write_readme(readme)
        assert not any("its numbers are old" in problem for problem in survey.problems(readme))

    def test_an_error_that_nothing_shows_and_nothing_excuses_is_found(self, covered: Matrix, tmp_path):
        readme = tmp_path / "README.md"
        readme.write_text(f"{headline.BEGIN}{headline.END}")
        assert "CreateAlias error ServiceException: no answer shows it, and no reason is listed" in self.survey(
            covered
        ).problems(readme)

    def test_a_file_without_markers_is_told(self, covered: Matrix, tmp_path):
        readme = tmp_path / "README.md"
        readme.write_text("# Ours\n")
        with pytest.raises(ParityError, match="has no markers"):
            self.survey(covered).write_readme(readme)


class TestCommand:
    def test_it_shows_operations_of_the_built_in_corpus(self):
        result = parity("coverage", "GetAlias")
        assert result.exit_code == 0, result.output
        assert "GetAlias" in result.stdout
        assert "AliasArn" in result.stdout

    def test_an_unknown_operation_is_told(self):
        result = parity("coverage", "GetAlais")
        assert result.exit_code == 2
        assert "did you mean `GetAlias`" in result.stderr

    def test_files_and_the_list_of_what_is_missing(self, tmp_path: Path):
        folder = write_corpus(
            tmp_path, one="title: One\nsteps: [{id: a, call: GetAccountSettings}]\n"
        )  # and no snapshot: it shows nothing
        page, data = tmp_path / "page.html", tmp_path / "data.json"
        options = ("--scenarios", folder, "--snapshots", tmp_path / "none", "--html", page, "--json", data)
        result = parity("coverage", "GetAccountSettings", "--missing", *options)
        assert "GetAccountSettings success\n" in result.stdout
        assert page.read_text().startswith("<!doctype html>")
        assert list(json.loads(data.read_text())["operations"]) == ["GetAccountSettings"]


def test_the_built_in_corpus_shows_every_success_and_every_error_or_says_why_not():
    matrix_of_all = Survey.of(load_scenarios(), snapshots_dir()).matrix
    assert matrix_of_all.problems == ()
    assert matrix_of_all.missing("success", "error") == []
