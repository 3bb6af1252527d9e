"""What AWS is recorded to have said holds for the rules, and what the probes claim to be recorded is."""

import json
import re
from pathlib import Path

import pytest

from parity.attestation.publication import open_publication
from parity.probing import recordings
from parity.probing.recorded import recorded
from tests.parity.running_parity import parity

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "aws-recordings"
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not here")


@needs_recordings
def test_every_recorded_message_of_validation_is_reproduced_to_the_letter():
    done = recordings.check(open_publication(RECORDINGS))
    assert done.contradictions == []
    assert len(done.reproduced) > 100


@needs_recordings
def test_none_is_overlooked():
    """Counted in another way: as text."""
    done = recordings.check(open_publication(RECORDINGS))
    told = {(found.where.test, found.where.key) for found in (*done.reproduced, *done.by_service)}
    files = [json.loads(path.read_text()) for path in RECORDINGS.rglob("*.snapshot.json")]
    holding = {
        (test.partition("::")[2], key)
        for file in files
        for test, one in file.items()
        for key, value in one["recorded-content"].items()
        if "failed to satisfy constraint" in json.dumps(value)
    }
    assert {(test, key.partition(".")[0]) for test, key in told} == holding


@needs_recordings
def test_all_that_is_attested_is_claimed_and_nothing_else():
    assert recordings.check(open_publication(RECORDINGS)).attested == set(recorded().attested)


@needs_recordings
def test_the_command_counts():
    result = parity("probe", "--check-recordings", RECORDINGS)
    assert result.exit_code == 0
    assert re.fullmatch(
        r"\d+ recorded messages of AWS's validation, \d+ sentences, are reproduced to the letter \(\d+ constraints\); "
        r"\d+ are the service's own; 0 contradict the rules\n",
        result.output,
    )


def folder_with(folder: Path, key: str, message: str, test: str = "TestX::test_list_functions") -> Path:
    manifest = {"source": "https://example.com/r", "commit": "c", "path": "p", "licence": "MIT"}
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    content = {key: {"Error": {"Code": "ValidationException", "Message": message}}}
    recording = {f"tests/x.py::{test}": {"recorded-date": "01-01-2026, 00:00:00", "recorded-content": content}}
    (folder / "test_lambda_api.snapshot.json").write_text(json.dumps(recording))
    return folder


ALL = "1 validation error detected: Value 'x' at 'functionVersion' failed to satisfy constraint: {}"


def test_a_recording_that_says_otherwise_is_a_contradiction(tmp_path: Path):
    said = ALL.format("Member must satisfy enum value set: [ALL, SOME]")
    result = parity("probe", "--check-recordings", folder_with(tmp_path, "invalid", said))
    assert result.exit_code == 1
    assert "test_list_functions, invalid (ListFunctions)" in result.stderr
    assert "AWS said:  1 validation error detected: Value 'x' at 'functionVersion'" in result.stderr


def test_a_claim_that_no_recording_shows_is_a_contradiction(tmp_path: Path):
    said = ALL.format("Member must satisfy enum value set: [ALL]")
    done = recordings.check(open_publication(folder_with(tmp_path, "invalid", said)))
    assert done.attested == {"ListFunctions/functionVersion/enum"}
    assert len(done.contradictions) == len(recorded().attested) - 1
    assert "recorded.toml claims CreateFunction/role/pattern, which no recording shows" in done.contradictions


def test_a_message_of_an_unknown_operation_is_told(tmp_path: Path):
    said = ALL.format("Member must not be null")
    done = recordings.check(open_publication(folder_with(tmp_path, "invalid", said, test="TestX::test_new")))
    assert "does not say of which operation this is" in done.contradictions[0]
