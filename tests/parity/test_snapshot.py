"""Snapshot files: canonical, whole or not at all, untouched while nothing changes; and what a recording may claim."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from parity import snapshot as snapshots
from parity.errors import ParityError
from parity.evidence import (
    CLASSES,
    AwsEvidence,
    AwsWitness,
    DocumentedEvidence,
    EndpointEvidence,
    PublishedEvidence,
    RegressionEvidence,
    class_of,
    is_at_least,
    questions,
)
from parity.scenario import Evidence
from parity.snapshot import (
    EvidenceWouldBeLost,
    FromAws,
    FromEmulator,
    FromEndpoint,
    StaleSnapshot,
    merge,
    with_evidence,
)
from parity.tokens import tokenise
from tests.parity.seen_answers import REQUEST_ID, answer, published, recorded, run, scenario, seen, step, uuid

PACKAGE = Path(__file__).parents[2] / "parity"
TWO = scenario(step("zulu"), step("alpha", evidence=Evidence(documented="API_GetFunction")))
WITNESS = AwsWitness("lambda.eu-west-1.amazonaws.com", REQUEST_ID, "eu-west-1", "2026-11-23", "botocore 1.44.5")


def steps_of(of=TWO, **bodies):
    return tokenise(run(*(seen(one.id, answer(bodies.get(one.id, 1))) for one in of.steps)), of)


def merged(old, source, of=TWO, **bodies):
    return merge(old, steps_of(of, **bodies), of, source)


def classes(snapshot):
    return {name: class_of(one.evidence) for name, one in snapshot.steps.items()}


class TestTheFile:
    def test_is_canonical_json_with_the_steps_in_their_order(self, tmp_path):
        snapshot = recorded(TWO, [seen("zulu", answer({"ü": 1.0, "a": None})), seen("alpha", answer(b""))])
        content = snapshot.encode().decode()
        assert list(json.loads(content)["steps"]) == ["zulu", "alpha"]
        assert list(json.loads(content)["steps"]["zulu"]) == ["evidence", "request", "response"]
        assert '"ü": 1.0' in content
        assert content.endswith("}\n")
        assert "body" not in json.loads(content)["steps"]["alpha"]["response"]

    def test_comes_back_as_it_was_written(self, tmp_path):
        snapshot = recorded(TWO, [seen("zulu", answer([1, 1.0, True, "1", None, 10**30])), seen("alpha", answer(b"x"))])
        path = snapshots.path_of(TWO.id, tmp_path)
        assert snapshots.write(snapshot, path)
        assert path == tmp_path / "alias" / "create-alias.json"
        assert snapshots.read(path).encode() == path.read_bytes() == snapshot.encode()

    def test_is_left_alone_while_its_bytes_are_the_same(self, tmp_path):
        snapshot = recorded(TWO, [seen("zulu", answer(1)), seen("alpha", answer(2))])
        path = tmp_path / "x.json"
        snapshots.write(snapshot, path)
        before = path.stat().st_mtime_ns, path.stat().st_ino
        assert snapshots.write(snapshot, path) is False
        assert (path.stat().st_mtime_ns, path.stat().st_ino) == before

    def test_is_written_whole_or_not_at_all(self, tmp_path, monkeypatch):
        path = tmp_path / "x.json"
        snapshots.write(recorded(TWO, [seen("zulu", answer(1)), seen("alpha", answer(2))]), path)
        before = path.read_bytes()

        def disk_full(self, target):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", disk_full)
        with pytest.raises(ParityError, match=r"x\.json: cannot be written: No space left on device"):
            snapshots.write(recorded(TWO, [seen("zulu", answer(8)), seen("alpha", answer(9))]), path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_a_place_that_cannot_be_written_to_is_one_line(self, tmp_path):
        (tmp_path / "file").write_text("")
        snapshot = recorded(TWO, [seen("zulu", answer(1)), seen("alpha", answer(2))])
        with pytest.raises(ParityError, match="cannot be written: ") as error:
            snapshots.write(snapshot, tmp_path / "file" / "x.json")
        assert "\n" not in error.value.message

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", '{"scenario": "a"}', '{"hash": "", "scenario": "", "steps": {"a": {}}}']
    )
    def test_what_is_no_snapshot_says_so(self, tmp_path, content):
        (tmp_path / "x.json").write_text(content)
        with pytest.raises(ParityError, match=r"x\.json: this is no snapshot: "):
            snapshots.read(tmp_path / "x.json")

    def test_evidence_that_does_not_exist_is_refused(self, tmp_path):
        content = recorded(TWO, [seen("zulu", answer(1)), seen("alpha", answer(2))]).encode()
        (tmp_path / "x.json").write_bytes(content.replace(b'"regression"', b'"certain"'))
        with pytest.raises(ParityError, match="certain"):
            snapshots.read(tmp_path / "x.json")

    def test_where_there_is_none_there_is_none(self, tmp_path):
        assert snapshots.read(tmp_path / "x.json") is None


class TestStaleness:
    def test_a_scenario_that_has_changed_needs_a_new_recording(self, tmp_path):
        snapshot = merged(None, FromEmulator()).snapshot
        snapshots.check_current(snapshot, TWO)
        with pytest.raises(StaleSnapshot, match="the scenario has changed since its snapshot was recorded"):
            snapshots.check_current(snapshot, dataclasses.replace(TWO, hash="1" * 64))

    def test_so_does_one_that_belongs_to_another_scenario(self):
        snapshot = merged(None, FromEmulator()).snapshot
        with pytest.raises(StaleSnapshot, match=r"its snapshot is that of alias/create-alias") as error:
            snapshots.check_current(snapshot, dataclasses.replace(TWO, id="alias/a"))
        assert error.value.exit_code == 2


class TestWhatARecordingMayClaim:
    def test_the_emulator_makes_regressions_and_what_the_scenario_documents(self):
        first = merged(None, FromEmulator())
        assert first.status == "created"
        assert first.snapshot.steps["zulu"].evidence == RegressionEvidence()
        assert first.snapshot.steps["alpha"].evidence == DocumentedEvidence("API_GetFunction")

    def test_an_endpoint_makes_nothing_else(self):
        assert classes(merged(None, FromEndpoint()).snapshot) == {"zulu": "endpoint", "alpha": "endpoint"}

    def test_aws_makes_evidence_of_aws_with_its_witness(self):
        snapshot = merged(None, FromAws({"zulu": WITNESS, "alpha": WITNESS})).snapshot
        assert snapshot.steps["zulu"].evidence == AwsEvidence(
            "2026-11-23", "eu-west-1", REQUEST_ID, "botocore 1.44.5", questions(TWO)["zulu"]
        )

    def test_aws_without_a_witness_makes_none(self):
        with pytest.raises(KeyError):
            merged(None, FromAws({"zulu": WITNESS}))

    @pytest.mark.parametrize("source", [FromEmulator(), FromEndpoint(), FromAws({"zulu": WITNESS, "alpha": WITNESS})])
    def test_recording_the_same_again_changes_nothing(self, source):
        first = merged(None, source, zulu={"Id": uuid(1)})
        again = merged(first.snapshot, source, zulu={"Id": uuid(2)})
        assert again.status == "unchanged"
        assert again.snapshot.encode() == first.snapshot.encode()

    def test_an_answer_of_aws_keeps_the_date_of_its_first_recording(self):
        first = merged(None, FromAws({"zulu": WITNESS, "alpha": WITNESS})).snapshot
        later = dataclasses.replace(WITNESS, date="2027-01-01", request_id=uuid(1))
        again = merged(first, FromAws({"zulu": later, "alpha": later}), zulu=2)
        assert again.status == "changed"
        assert [again.snapshot.steps[name].evidence.date for name in ("zulu", "alpha")] == ["2027-01-01", "2026-11-23"]

    def test_one_and_true_are_another_answer(self):
        assert merged(merged(None, FromEmulator(), zulu=1).snapshot, FromEmulator(), zulu=True).status == "changed"

    def test_what_the_emulator_answers_like_aws_stays_evidence_of_aws(self):
        first = merged(None, FromAws({"zulu": WITNESS, "alpha": WITNESS})).snapshot
        for source in (FromEmulator(), FromEndpoint()):
            assert merged(first, source).status == "unchanged"

    @pytest.mark.parametrize("source", [FromEmulator(), FromEndpoint()])
    def test_what_aws_answered_is_never_replaced_by_others_unless_forced(self, source):
        first = merged(None, FromAws({"zulu": WITNESS, "alpha": WITNESS})).snapshot
        with pytest.raises(EvidenceWouldBeLost, match="AWS answered zulu and this recording would replace it"):
            merged(first, source, zulu=2)
        forced = merge(first, steps_of(zulu=2), TWO, source, forced=True)
        assert classes(forced.snapshot)["zulu"] in ("regression", "endpoint")
        assert classes(forced.snapshot)["alpha"] == "aws"
        assert forced.weakened == ("zulu",)

    def test_an_answer_of_aws_does_not_speak_for_another_question(self):
        first = merged(None, FromAws({"zulu": WITNESS, "alpha": WITNESS})).snapshot
        changed = scenario(step("zulu"), step("alpha", with_={"FunctionName": "other"}))
        with pytest.raises(EvidenceWouldBeLost, match="AWS answered alpha"):
            merged(first, FromEmulator(), changed)

    def test_but_it_does_for_the_same_one_in_a_longer_scenario(self):
        first = merged(None, FromAws({"zulu": WITNESS, "alpha": WITNESS})).snapshot
        longer = scenario(*(one.source for one in TWO.steps), step("more"), digest="1" * 64)
        assert classes(merged(first, FromEmulator(), longer).snapshot) == {
            "zulu": "aws",
            "alpha": "aws",
            "more": "regression",
        }

    def test_published_evidence_falls_with_the_answer_it_was_about(self):
        link = published("TestX::test_y", "create")
        of = scenario(step("zulu", evidence=link))
        evidence = PublishedEvidence("r", "c", "p", "f.py::TestX::test_y", "create", "d", "l")
        first = with_evidence(merged(None, FromEmulator(), of).snapshot, {"zulu": evidence})
        assert merged(first, FromEmulator(), of).status == "unchanged"
        assert classes(merged(first, FromEmulator(), of, zulu=2).snapshot) == {"zulu": "regression"}
        assert merged(first, FromEmulator(), of, zulu=2).weakened == ("zulu",)
        unlinked = scenario(step("zulu"))
        assert classes(merged(first, FromEmulator(), unlinked).snapshot) == {"zulu": "regression"}

    def test_nothing_but_aws_is_ever_stronger_than_before(self):
        weak = with_evidence(merged(None, FromEndpoint()).snapshot, {"zulu": EndpointEvidence()})
        assert classes(merged(weak, FromEmulator()).snapshot) == {"zulu": "regression", "alpha": "documented"}


class TestClasses:
    def test_are_ordered(self):
        assert list(CLASSES) == ["aws", "published", "documented", "regression", "endpoint"]
        assert is_at_least("aws", "published")
        assert is_at_least("published", "published")
        assert not is_at_least("documented", "published")


class TestTheWitness:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "lambda.eu-west-1.amazonaws.com.evil.com",
            "s3.amazonaws.com",
            "x.elb.amazonaws.com",
            "lambda.amazonaws.com:80",
        ],
    )
    def test_is_no_other_host(self, host):
        with pytest.raises(ValueError, match="no host of AWS Lambda"):
            dataclasses.replace(WITNESS, host=host)

    @pytest.mark.parametrize(
        "host",
        [
            "lambda.us-gov-west-1.amazonaws.com",
            "lambda.cn-north-1.amazonaws.com.cn",
            "lambda-fips.us-east-1.api.aws",
            f"{'a1' * 16}.lambda-url.eu-west-1.on.aws",
        ],
    )
    def test_can_be_any_host_of_lambda(self, host):
        assert dataclasses.replace(WITNESS, host=host).host == host

    def test_needs_a_request_id(self):
        with pytest.raises(ValueError, match="no request id"):
            dataclasses.replace(WITNESS, request_id="")

    def test_is_made_by_the_aws_target_alone(self):
        making = {
            path.relative_to(PACKAGE).as_posix()
            for path in PACKAGE.rglob("*.py")
            if re.search(r"\bAwsWitness\(", path.read_text())
        }
        assert making <= {"targets/aws.py"}

    def test_evidence_of_aws_is_made_from_it_alone(self):
        making = {
            path.relative_to(PACKAGE).as_posix()
            for path in PACKAGE.rglob("*.py")
            if re.search(r"\bAwsEvidence\((?!msgspec)", path.read_text())
        }
        assert making == {"evidence.py"}
