"""`parity record` and `parity sweep` on the command line: asking first, failing in one line, leaving nothing behind."""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import botocore.handlers
import pytest
from click.testing import CliRunner

from parity.cli import main
from tests.parity.fake_aws import ACCOUNT, CREDENTIALS, FakeAws, Holdings, install
from tests.parity.running_parity import one_line, parity
from tests.parity.small_corpus import GET, NOT_THERE, write_corpus
from tests.parity.stand_in_endpoint import endpoint

SLOW = GET.replace("call: GetFunction", "after: 60s\n        call: GetFunction")


@pytest.fixture
def aws(monkeypatch, tmp_path):
    """The fake account under every session of this process, and nothing of the user's own settings."""
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", list(botocore.handlers.BUILTIN_HANDLERS))
    for name, value in _environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    for name in set(os.environ) - set(_environment(tmp_path)):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    fake = FakeAws()
    install(fake)
    return fake


def _environment(folder: Path) -> dict[str, str]:
    nowhere = str(folder / "nowhere")
    files = {"AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere}
    return {**CREDENTIALS, **files, "AWS_EC2_METADATA_DISABLED": "true"}


class TestRecordOnAws:
    def test_says_where_and_what_and_asks(self, aws, tmp_path):
        folder = write_corpus(tmp_path, a__get=GET)
        snapshots = tmp_path / "snapshots"
        result = parity("record", "--aws", "--scenarios", folder, "--snapshots", snapshots)
        assert "Recording 1 scenario on AWS account ********3911 in eu-central-1." in result.output
        assert "They will create, and remove when done: 1 role, 1 function" in result.output
        assert ACCOUNT not in result.output
        assert result.exit_code == 2  # nobody answered
        assert result.stderr.endswith("parity: nothing was created (--yes does not ask)\n")
        assert aws.holds == Holdings()
        assert set(aws.calls) == {"sts.GetCallerIdentity"}

    def test_records_what_is_agreed_to(self, aws, tmp_path):
        folder, snapshots = write_corpus(tmp_path, a__get=GET), tmp_path / "snapshots"
        arguments = ("record", "--aws", "--scenarios", folder, "--snapshots", snapshots)
        result = CliRunner().invoke(main, list(map(str, arguments)), input="y\n")
        assert result.exit_code == 0, result.output
        assert "created   a/get" in result.stderr
        assert result.stdout.endswith("1 created, 0 changed, 0 unchanged, 0 removed\n")
        assert json.loads((snapshots / "a/get.json").read_text())["steps"]["get"]["evidence"]["class"] == "aws"
        again = parity(*arguments, "--yes")
        assert again.stdout.endswith("0 created, 0 changed, 1 unchanged, 0 removed\n")

    def test_declined_is_nothing_done(self, aws, tmp_path):
        folder, snapshots = write_corpus(tmp_path, a__get=GET), tmp_path / "snapshots"
        arguments = ["record", "--aws", "--scenarios", str(folder), "--snapshots", str(snapshots)]
        result = CliRunner().invoke(main, arguments, input="n\n")
        assert result.exit_code == 2

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            (
                {"AWS_ENDPOINT_URL": "http://localhost:4566"},
                "the environment variable AWS_ENDPOINT_URL could lead elsewhere",
            ),
            ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no AWS credentials were found"),
            ({"AWS_PROFILE": "gone"}, "The config profile (gone) could not be found"),
        ],
    )
    def test_what_stands_in_the_way_is_one_line(self, aws, tmp_path, settings, said):
        folder = write_corpus(tmp_path, a__get=GET)
        result = parity("record", "--aws", "--yes", "--scenarios", folder, "--snapshots", tmp_path / "s", **settings)
        assert result.exit_code == 2
        assert said in one_line(result)
        assert not list((tmp_path / "s").rglob("*.json"))

    def test_expired_credentials_are_one_line(self, aws, tmp_path):
        aws.moods.identity_error = "ExpiredToken"
        folder = write_corpus(tmp_path, a__get=GET)
        result = parity("record", "--aws", "--yes", "--scenarios", folder, "--snapshots", tmp_path / "s")
        assert "AWS does not accept the credentials: ExpiredToken" in one_line(result)

    def test_a_refused_scenario_is_exit_1_and_says_why(self, aws, tmp_path):
        folder = write_corpus(tmp_path, a__get=GET.replace("with:", "raises: TooBad\n        with:"))
        result = parity("record", "--aws", "--yes", "--scenarios", folder, "--snapshots", tmp_path / "s")
        assert result.exit_code == 1
        assert "a/get#get: expected TooBad, but the answer was 200" in result.stderr

    def test_a_full_recording_removes_what_no_scenario_asks_any_more(self, aws, tmp_path):
        with endpoint(FakeAws()) as url:
            source = ("record", "--endpoint-url", url, "--snapshots", tmp_path / "s")
            assert (
                parity(
                    *source, "--scenarios", write_corpus(tmp_path / "1", a__get=NOT_THERE, b__get=NOT_THERE)
                ).exit_code
                == 0
            )
            now = write_corpus(tmp_path / "2", a__get=NOT_THERE)
            assert "0 removed" in parity(*source, "--scenarios", now, "a").stdout
            assert "1 removed" in parity(*source, "--scenarios", now).stdout
        assert [path.name for path in (tmp_path / "s").rglob("*.json")] == ["get.json"]

    def test_one_source_must_be_named(self, tmp_path):
        folder = write_corpus(tmp_path, a__get=GET)
        for sources in ([], ["--aws", "--endpoint-url", "http://x"]):
            result = parity("record", "--scenarios", folder, *sources)
            assert result.exit_code == 2
            assert "one of --aws, --emulator and --endpoint-url URL" in result.stderr


class TestRecordFromAnEndpoint:
    def test_is_of_class_endpoint_and_never_aws(self, aws, tmp_path):
        folder = write_corpus(tmp_path, a__get=NOT_THERE)
        with endpoint(FakeAws()) as url:
            result = parity("record", "--endpoint-url", url, "--scenarios", folder, "--snapshots", tmp_path / "s")
        assert result.exit_code == 0
        assert json.loads((tmp_path / "s/a/get.json").read_text())["steps"]["get"]["evidence"] == {"class": "endpoint"}

    def test_does_not_replace_what_aws_answered(self, aws, tmp_path):
        folder = write_corpus(tmp_path, a__get=NOT_THERE)
        common = ("--scenarios", folder, "--snapshots", tmp_path / "s")
        parity("record", "--aws", "--yes", *common)
        before = (tmp_path / "s/a/get.json").read_bytes()
        with endpoint(FakeAws()) as url:
            recorded = tmp_path / "s/a/get.json"
            recorded.write_bytes(before.replace(b"not found", b"gone"))
            before = recorded.read_bytes()
            result = parity("record", "--endpoint-url", url, *common)
            assert result.exit_code == 1
            assert (tmp_path / "s/a/get.json").read_bytes() == before
            assert parity("record", "--endpoint-url", url, *common, "--force").exit_code == 0
        assert (tmp_path / "s/a/get.json").read_bytes() != before

    def test_nothing_listens(self, tmp_path):
        folder = write_corpus(tmp_path, a__get=NOT_THERE)
        result = parity(
            "record", "--endpoint-url", "http://127.0.0.1:9", "--scenarios", folder, "--snapshots", tmp_path / "s"
        )
        assert result.exit_code == 3
        assert "nothing answers at http://127.0.0.1:9" in one_line(result)


class Recording:
    """`parity record --aws` in a process of its own, on an account that outlives it."""

    def __init__(self, folder: Path, **scenarios: str) -> None:
        self.scenarios = write_corpus(folder, **scenarios)
        self.snapshots = folder / "snapshots"
        self.state = folder / "account.json"
        self.environment = {**os.environ, **_environment(folder)}
        self.environment |= {"PYTHONPATH": str(Path(__file__).parents[2])}

    def start(self, *arguments: str, state: str | None = None, **options: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.parity.fake_aws", state or str(self.state), *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        environment = {name: value for name, value in self.environment.items() if name not in _OTHER_SETTINGS}
        return subprocess.Popen(command, env=environment, **pipes, **options)

    def record(self, **options: object) -> subprocess.Popen[str]:
        folders = ("--scenarios", str(self.scenarios), "--snapshots", str(self.snapshots))
        return self.start("record", "--aws", "--yes", *folders, **options)

    @property
    def holds(self) -> Holdings:
        return Holdings(**json.loads(self.state.read_text())["holds"]) if self.state.exists() else Holdings()

    def until_deployed(self) -> None:
        deadline = time.monotonic() + 20
        while not self.holds.functions:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.snapshots.rglob("*") if path.is_file()}


_OTHER_SETTINGS = {"AWS_PROFILE", "AWS_ENDPOINT_URL"}


@pytest.mark.slow
class TestInterruptedRecordings:
    def test_ctrl_c_removes_everything_and_leaves_the_old_snapshots(self, tmp_path):
        recording = Recording(tmp_path, a__slow=SLOW)
        recording.snapshots.joinpath("a").mkdir(parents=True)
        recording.snapshots.joinpath("a/slow.json").write_bytes(b"old")
        before = recording.files()
        process = recording.record()
        recording.until_deployed()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 130
        assert said == "parity: interrupted; removing what was made; nothing unfinished was written\n"
        assert recording.holds.is_empty()
        assert recording.files() == before

    def test_what_was_finished_before_stays_and_the_rest_can_be_done_later(self, tmp_path):
        recording = Recording(tmp_path, a__get=GET, b__slow=SLOW)
        process = recording.record()
        while not recording.snapshots.joinpath("a/get.json").exists():
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert [Path(name).name for name in recording.files()] == ["get.json"]
        assert recording.holds.is_empty()

    def test_what_a_killed_one_left_is_swept(self, tmp_path):
        recording = Recording(tmp_path, a__slow=SLOW)
        process = recording.record()
        recording.until_deployed()
        process.kill()
        process.communicate()
        assert recording.holds.functions
        assert recording.holds.roles
        assert recording.files() == {}

        young = recording.start("sweep", "--aws", "--yes", "--older-than", "1")
        assert young.communicate(timeout=20)[0] == "nothing of ours is there\n"
        sweep = recording.start("sweep", "--aws", "--yes")
        said, problems = sweep.communicate(timeout=20)
        assert (sweep.returncode, problems) == (0, "")
        assert "function" in said
        assert said.endswith("2 removed\n")
        assert recording.holds.is_empty()


def _obey_permissions() -> None:
    """Takes from the process that is about to start what lets root write everywhere."""
    drop_capability, override_permissions = 24, 1  # prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)
    ctypes.CDLL(None).prctl(drop_capability, override_permissions, 0, 0, 0)


@pytest.mark.slow
class TestWhereNothingCanBeWritten:
    def test_a_read_only_folder_is_said_before_anything_is_created(self, tmp_path):
        recording = Recording(tmp_path, a__get=GET)
        recording.snapshots.mkdir()
        recording.snapshots.joinpath("old.json").write_bytes(b"old")
        recording.snapshots.chmod(0o555)
        process = recording.record(preexec_fn=_obey_permissions)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 2
        assert said == f"parity: {recording.snapshots}: snapshots cannot be written here: Permission denied\n"
        assert not recording.state.exists()
        assert [path.name for path in recording.snapshots.iterdir()] == ["old.json"]

    def test_a_full_disk_too(self, tmp_path):
        recording = Recording(tmp_path, a__get=GET)
        recording.snapshots.mkdir()
        full = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))}
        process = recording.record(state="-", **full)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 2
        assert said == f"parity: {recording.snapshots}: snapshots cannot be written here: File too large\n"
        assert list(recording.snapshots.iterdir()) == []

    def test_a_place_that_is_taken_ends_the_recording_with_nothing_left(self, aws, tmp_path):
        folder, snapshots = write_corpus(tmp_path, a__get=GET), tmp_path / "s"
        (snapshots / "a" / "get.json" / "taken").mkdir(parents=True)
        result = parity("record", "--aws", "--yes", "--scenarios", folder, "--snapshots", snapshots)
        assert result.exit_code == 2
        assert str(snapshots / "a" / "get.json") in one_line(result)
        assert aws.holds.is_empty()
        assert [path.name for path in (snapshots / "a").iterdir()] == ["get.json"]


class TestSweep:
    def test_lists_and_asks(self, aws, tmp_path):
        aws.holds = Holdings(**asdict(Holdings(queues=["parity-66f0a1b2-3c9d0e-queue", "theirs"])))
        result = CliRunner().invoke(main, ["sweep", "--aws"], input="n\n")
        assert "queue                 parity-66f0a1b2-3c9d0e-queue" in result.stdout
        assert "Remove 1 thing from AWS account ********3911 in eu-central-1?" in result.stdout
        assert result.exit_code == 2
        assert parity("sweep", "--aws", "--yes").stdout.endswith("1 removed\n")
        assert aws.holds.queues == ["theirs"]

    def test_what_cannot_be_listed_is_said(self, aws):
        aws.moods.lambda_error["ListFunctions"] = "AccessDeniedException"
        result = parity("sweep", "--aws", "--yes")
        assert result.exit_code == 1
        assert one_line(result).startswith("functions could not be listed: ")
