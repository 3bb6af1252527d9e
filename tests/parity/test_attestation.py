"""A step is `published` only where every member that a recording of AWS holds agrees with its snapshot."""

import json
import subprocess
from pathlib import Path

import pytest

from parity import snapshot as snapshots
from parity.attestation import Mismatch, attest
from parity.attestation.publication import open_publication
from parity.errors import ParityError
from parity.evidence import PublishedEvidence, RegressionEvidence, class_of
from parity.scenario import Evidence, Published
from tests.parity.seen_answers import (
    answer,
    published,
    recorded,
    scenario,
    seen,
    step,
    uuid,
)

OK = {"ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 200}}


TEST = "TestLambdaAlias::test_alias"
CONTENT = {
    "create": {"ResponseMetadata": {"HTTPStatusCode": 201}, "Name": "live", "RevisionId": "<uuid:1>"},
    "nested": {"CreateFunctionResponse": {**OK, "A": 1}, "CreateEventSourceMappingResponse": None},
    "nothing": {},
}
LINK = published(TEST, "create")


@pytest.fixture
def recordings(tmp_path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    manifest = {
        "source": "https://example.org/them/tests",
        "commit": "c0ffee",
        "path": "tests/aws",
        "licence": "Apache-2.0",
    }
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    write_recordings(folder)
    return folder


def write_recordings(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    entry = {"recorded-date": "25-11-2025, 02:46:42", "recorded-content": CONTENT}
    content = {
        f"tests/aws/test_lambda_api.py::{TEST}": entry,
        "tests/aws/test_lambda_api.py::TestEmpty::test": {**entry, "recorded-content": {}},
    }
    (folder / "test_lambda_api.snapshot.json").write_text(json.dumps(content))


def corpus(tmp_path, link=LINK, body=None, status=201, evidence=None):
    """A scenario of one linked step, and the folder in which its snapshot is."""
    of = scenario(step("create", evidence=link))
    snapshot = recorded(of, [seen("create", answer(body or {"Name": "live", "RevisionId": uuid(1)}, status))])
    if evidence is not None:
        snapshot = snapshots.with_evidence(snapshot, {"create": evidence})
    snapshots.write(snapshot, snapshots.path_of(of.id, tmp_path / "snapshots"))
    return of, tmp_path / "snapshots"


def evidence_in(of, folder):
    return snapshots.read(snapshots.path_of(of.id, folder)).steps["create"].evidence


CLAIM = PublishedEvidence("r", "c", "p", f"tests/aws/test_lambda_api.py::{TEST}", "create", "d", "l")


class TestTheFlow:
    def test_full_agreement_is_written_with_its_source(self, tmp_path, recordings):
        of, folder = corpus(tmp_path)
        done = attest([of], folder, recordings)
        assert [(one.step, one.outcome) for one in done.steps] == [("alias/create-alias#create", "attested")]
        assert done.exit_code == 0
        assert done.written == [snapshots.path_of(of.id, folder)]
        assert evidence_in(of, folder) == PublishedEvidence(
            repository="https://example.org/them/tests",
            commit="c0ffee",
            path="tests/aws/test_lambda_api.snapshot.json",
            test=f"tests/aws/test_lambda_api.py::{TEST}",
            key="create",
            date="2025-11-25T02:46:42",
            licence="Apache-2.0",
            not_compared=("headers.content-type", "headers.x-amzn-requestid"),
        )

    def test_doing_it_again_changes_nothing(self, tmp_path, recordings):
        of, folder = corpus(tmp_path)
        attest([of], folder, recordings)
        again = attest([of], folder, recordings)
        assert [one.outcome for one in again.steps] == ["confirmed"]
        assert again.written == []

    def test_a_mismatch_is_listed_and_written_nowhere(self, tmp_path, recordings):
        of, folder = corpus(tmp_path, body={"Name": "dead", "RevisionId": uuid(1)})
        done = attest([of], folder, recordings)
        assert done.exit_code == 1
        assert done.wrong[0].agreement.mismatches == [Mismatch("Name", "live", "dead")]
        assert evidence_in(of, folder) == RegressionEvidence()

    def test_a_claim_that_no_longer_holds_is_taken_back(self, tmp_path, recordings):
        of, folder = corpus(tmp_path, status=200, evidence=CLAIM)
        assert attest([of], folder, recordings).exit_code == 1
        assert evidence_in(of, folder) == RegressionEvidence()

    def test_a_claim_without_a_link_is_taken_back(self, tmp_path, recordings):
        of, folder = corpus(tmp_path, link=Evidence(documented="API_CreateAlias"), evidence=CLAIM)
        done = attest([of], folder, recordings)
        assert (done.steps[0].outcome, done.exit_code) == ("unlinked", 1)
        assert class_of(evidence_in(of, folder)) == "documented"

    def test_checking_writes_nothing(self, tmp_path, recordings):
        of, folder = corpus(tmp_path, status=200, evidence=CLAIM)
        assert attest([of], folder, recordings, check=True).exit_code == 1
        assert evidence_in(of, folder) == CLAIM
        of, folder = corpus(tmp_path)
        done = attest([of], folder, recordings, check=True)
        assert (done.steps[0].outcome, done.exit_code) == ("unclaimed", 0)
        assert evidence_in(of, folder) == RegressionEvidence()

    @pytest.mark.parametrize(
        ("link", "reason"),
        [
            (published(TEST, "delete"), "the recording has nothing at delete"),
            (published(TEST, "nothing"), f"the recording of {TEST} holds nothing at nothing"),
            (
                published(TEST, "nested.CreateEventSourceMappingResponse"),
                f"the recording of {TEST} holds nothing at nested.CreateEventSourceMappingResponse",
            ),
            (
                published(TEST, "create.ResponseMetadata"),
                "create.ResponseMetadata lies inside an answer; link the whole answer",
            ),
            (published("TestEmpty::test", "create"), "the recording has nothing at create"),
            (published("TestLambda::test", "create"), "test_lambda_api.snapshot.json has no test TestLambda::test"),
            (
                Evidence(published=Published(file="../x", test=TEST, key="create")),
                "there is no file ../x.snapshot.json among the recordings",
            ),
        ],
    )
    def test_what_is_not_there_attests_nothing(self, tmp_path, recordings, link, reason):
        of, folder = corpus(tmp_path, link=link)
        done = attest([of], folder, recordings)
        assert [(one.outcome, one.reason) for one in done.steps] == [("refused", reason)]
        assert done.exit_code == 1
        assert evidence_in(of, folder) == RegressionEvidence()

    def test_a_linked_scenario_needs_a_snapshot(self, tmp_path, recordings):
        of, _ = corpus(tmp_path)
        with pytest.raises(ParityError, match="has no snapshot; record it first"):
            attest([of], tmp_path / "elsewhere", recordings)


class TestWhereRecordingsComeFrom:
    def test_of_two_recordings_of_one_test_the_last_counts(self, tmp_path, recordings):
        file = recordings / "test_lambda_api.snapshot.json"
        content = json.loads(file.read_text())
        older = {"recorded-date": "30-12-2022, 23:59:59", "recorded-content": {"create": {"Name": "as it was then"}}}
        file.write_text(json.dumps({f"tests/older/test_lambda_api.py::{TEST}": older, **content}))
        of, folder = corpus(tmp_path)
        assert attest([of], folder, recordings).exit_code == 0
        assert evidence_in(of, folder).date == "2025-11-25T02:46:42"

    @pytest.mark.parametrize("make", [lambda folder: None, lambda folder: folder.mkdir()])
    def test_a_folder_without_any_is_refused(self, tmp_path, make):
        make(tmp_path / "x")
        with pytest.raises(ParityError, match=r"no such folder|no recordings here"):
            open_publication(tmp_path / "x")

    def test_a_checkout_tells_its_own_source(self, tmp_path):
        checkout = self.checkout(tmp_path)
        publication = open_publication(checkout)
        head = subprocess.run(["git", "-C", checkout, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        assert publication.commit == head.stdout.strip()
        assert publication.repository == "https://example.org/them/tests"
        assert publication.path == "tests/aws/services/lambda_"
        assert publication.licence == "Apache-2.0"
        of, folder = corpus(tmp_path)
        assert attest([of], folder, checkout).exit_code == 0
        assert evidence_in(of, folder).path == "tests/aws/services/lambda_/test_lambda_api.snapshot.json"

    def test_a_checkout_with_changes_has_no_source(self, tmp_path):
        checkout = self.checkout(tmp_path)
        (checkout / "tests/aws/services/lambda_/more.snapshot.json").write_text("{}")
        with pytest.raises(ParityError, match="has changes that no commit holds"):
            open_publication(checkout)

    def test_without_git_it_can_only_be_checked(self, tmp_path):
        write_recordings(tmp_path / "tests/aws/services/lambda_")
        of, folder = corpus(tmp_path)
        with pytest.raises(ParityError, match="git does not know its commit"):
            attest([of], folder, tmp_path)
        assert attest([of], folder, tmp_path, check=True).exit_code == 0

    @staticmethod
    def checkout(tmp_path) -> Path:
        checkout = tmp_path / "checkout"
        write_recordings(checkout / "tests/aws/services/lambda_")
        (checkout / "LICENSE.txt").write_text(
            "                                 Apache License\n                           Version 2.0, January 2004\n"
        )
        for command in (
            ["init", "-q"],
            ["remote", "add", "origin", "https://user:token@example.org/them/tests.git"],
            ["add", "."],
            ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x"],
        ):
            subprocess.run(["git", "-C", checkout, *command], check=True, capture_output=True)
        return checkout
