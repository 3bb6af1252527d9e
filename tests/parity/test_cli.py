"""The command line: what each command says, the exit codes, and that no failure shows more than one line."""

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.parity.fake_aws import FakeAws
from tests.parity.running_parity import one_line, parity
from tests.parity.small_corpus import GET, NOT_THERE, write_corpus
from tests.parity.stand_in_endpoint import endpoint


class TestHelp:
    def test_names_every_command_and_the_exit_codes(self):
        text = parity("--help").output
        for name in ("serve", "verify", "record", "attest", "sweep", "list", "check", "schema"):
            assert f"\n  {name} " in text
        assert "0 same, 1 different, 2 wrong usage" in " ".join(text.split())

    def test_imports_nothing_heavy(self):
        code = (
            "import sys, parity.cli; print([m for m in ('botocore', 'rich', 'deepdiff', 'yaml') if m in sys.modules])"
        )
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

    def test_answers_within_a_fifth_of_a_second(self):
        command = [sys.executable, "-m", "parity", "--help"]
        assert min(_seconds_of_work(command) for _ in range(5)) < 0.2

    @pytest.mark.parametrize("arguments", [["nonsense"], ["record", "--nonsense"], ["verify", "-j", "0"]])
    def test_wrong_usage_is_exit_2(self, arguments):
        assert parity(*arguments).exit_code == 2


def _seconds_of_work(command: list[str]) -> float:
    """The processor time that the command takes: what it takes on a machine that does nothing else."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


class TestScenarios:
    def test_list_shows_ids_steps_titles_and_tags(self, tmp_path):
        folder = write_corpus(tmp_path, a__get=GET, b__slow=GET + "\n    tags: [slow]\n")
        assert parity("list", "--scenarios", folder).output.splitlines() == [
            "a/get     1  A function can be described",
            "b/slow    1  A function can be described  [slow]",
            "2 scenarios, 2 steps",
        ]

    def test_tags_choose(self, tmp_path):
        folder = write_corpus(tmp_path, a__get=GET, b__slow=GET + "\n    tags: [slow]\n")
        assert "a/get" not in parity("list", "--scenarios", folder, "--tag", "slow").output
        assert "b/slow" not in parity("list", "--scenarios", folder, "--skip-tag", "slow").output
        none = parity("list", "--scenarios", folder, "--tag", "docker")
        assert (none.exit_code, one_line(none)) == (2, "parity: none of the 2 scenarios has such tags")

    def test_check_names_file_and_line_of_what_is_broken(self, tmp_path):
        folder = write_corpus(tmp_path, a__get=GET.replace("call:", "cal:"))
        result = parity("check", "--scenarios", folder)
        assert result.exit_code == 2
        assert "a/get.yaml:6: " in result.stderr
        assert "did you mean `call`?" in result.stderr

    def test_check_of_what_is_whole(self, tmp_path):
        folder = write_corpus(tmp_path, a__get=GET)
        assert parity("check", "--scenarios", folder).output == "1 scenario, 1 step: nothing wrong\n"

    def test_schema_is_json(self):
        assert json.loads(parity("schema").output)["$defs"]


class TestVerify:
    @pytest.fixture
    def common(self, tmp_path):
        folder, snapshots = write_corpus(tmp_path, a__get=NOT_THERE, b__get=NOT_THERE), tmp_path / "s"
        with endpoint(FakeAws()) as url:
            common = ("--scenarios", folder, "--snapshots", snapshots, "--endpoint-url", url)
            assert parity("record", *common).exit_code == 0
            yield common

    def test_the_same_is_exit_0(self, common):
        result = parity("verify", *common)
        assert result.exit_code == 0, result.output
        assert "2 scenarios, 2 steps: 2 same, 0 different" in result.stdout
        assert sorted(line.split(" (")[0] for line in result.stderr.splitlines()) == [
            "same       a/get",
            "same       b/get",
        ]

    def test_different_is_exit_1_at_its_path_in_every_report(self, common, tmp_path):
        snapshot = tmp_path / "s/a/get.json"
        snapshot.write_text(snapshot.read_text().replace("not found", "gone"))
        reports = ("--report", f"json={tmp_path / 'r.json'}", "--report", f"junit={tmp_path / 'r.xml'}")
        result = parity("verify", *common, *reports)
        assert result.exit_code == 1
        assert "body.Message" in result.stdout
        assert '"Function gone: arn:' in result.stdout
        assert "different  a/get" in result.stderr
        assert "body.Message" in (tmp_path / "r.json").read_text()
        assert "body.Message" in (tmp_path / "r.xml").read_text()

    def test_known_differences_are_excused_until_they_are_gone(self, common, tmp_path):
        known = tmp_path / "known.toml"
        known.write_text('[[difference]]\nstep = "a/get#get"\npath = "body.Message"\nreason = "its own words"\n')
        assert parity("verify", *common, "--known-differences", known).exit_code == 1
        snapshot = tmp_path / "s/a/get.json"
        snapshot.write_text(snapshot.read_text().replace("not found", "gone"))
        assert parity("verify", *common, "--known-differences", known).exit_code == 0

    def test_annotations_and_a_summary_where_github_runs_it(self, common, tmp_path):
        snapshot = tmp_path / "s/a/get.json"
        snapshot.write_text(snapshot.read_text().replace("not found", "gone"))
        github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
        result = parity("verify", *common, GITHUB_WORKSPACE=str(tmp_path), **github)
        assert "::error file=scenarios/a/get.yaml,line=4" in result.stdout
        assert "a/get#get" in (tmp_path / "summary.md").read_text()

    def test_only_evidence_that_is_strong_enough_counts(self, common):
        nothing = parity("verify", *common, "--min-evidence", "published")
        assert nothing.exit_code == 2
        assert "no step of these scenarios has evidence that strong" in one_line(nothing)
        assert parity("verify", *common, "--min-evidence", "endpoint").exit_code == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--min-evidence", "strong"], "--min-evidence strong: expected one of aws, published"),
            (["--report", "xml=x"], "--report xml=x: expected json=FILE or junit=FILE"),
            (["c"], "c"),
        ],
    )
    def test_wrong_usage_is_exit_2_before_anything_runs(self, common, arguments, said):
        result = parity("verify", *common, *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in one_line(result)

    def test_missing_and_stale_snapshots_are_named_and_nothing_runs(self, common, tmp_path):
        (tmp_path / "s/a/get.json").unlink()
        path = tmp_path / "scenarios/b/get.yaml"
        path.write_text(path.read_text().replace("-none", "-nothing"))
        result = parity("verify", *common)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "a/get: it has no snapshot; record it first" in result.stderr
        assert "b/get: the scenario has changed since its snapshot was recorded" in result.stderr

    def test_a_scenario_that_needs_services_may_have_no_snapshot_until_it_can_be_asked(self, common, tmp_path):
        text = NOT_THERE.replace("steps:", "needs: {kind: true}\n    steps:").replace("-none", "-${kind.name}")
        write_corpus(tmp_path, c__table=text.replace("kind", "table"))
        skipped = parity("verify", *common)
        assert skipped.exit_code == 0, skipped.output
        assert "skipped    c/table: needs services: " in skipped.stderr
        write_corpus(tmp_path, c__queue=text.replace("kind", "queue"))
        asked = parity("verify", *common)
        assert asked.exit_code == 1
        assert "c/queue: it has no snapshot; record it first" in asked.stdout

    def test_an_endpoint_that_is_not_there_is_exit_3(self, common):
        result = parity("verify", *common[:-1], "http://127.0.0.1:9")
        assert (result.exit_code, result.stdout) == (3, "")
        assert "nothing answers at http://127.0.0.1:9" in one_line(result)


class TestAttest:
    def test_what_are_no_recordings_is_one_line(self, tmp_path):
        folder = write_corpus(tmp_path, a__get=NOT_THERE)
        result = parity("attest", "--check", "--recordings", tmp_path, "--scenarios", folder)
        assert result.exit_code == 2
        assert str(tmp_path) in one_line(result)


@pytest.mark.slow
class TestTheEmbeddedEmulator:
    SLOW = NOT_THERE.replace("call:", "after: 60s\n        call:")

    def test_is_what_is_verified_by_default(self, tmp_path):
        common = ("--scenarios", write_corpus(tmp_path, a__get=GET), "--snapshots", tmp_path / "s")
        recorded = parity("record", "--emulator", *common)
        assert recorded.exit_code == 0, recorded.output
        evidence = json.loads((tmp_path / "s/a/get.json").read_text())["steps"]["get"]["evidence"]
        assert evidence == {"class": "regression"}
        assert parity("verify", *common).exit_code == 0

    def test_skips_what_needs_other_services_without_the_extra(self, tmp_path, monkeypatch):
        monkeypatch.setattr("parity.commands.can_serve", lambda _: False)
        queue = NOT_THERE.replace("steps:", "needs: {queue: true}\n    steps:").replace("-none", "-${queue.name}")
        common = (
            "--scenarios",
            write_corpus(tmp_path, a__get=NOT_THERE, b__queue=queue),
            "--snapshots",
            tmp_path / "s",
        )
        recorded = parity("record", "--emulator", *common)
        assert recorded.exit_code == 0, recorded.output
        assert recorded.stdout.endswith("1 created, 0 changed, 0 unchanged, 0 removed, 1 skipped\n")
        verified = parity("verify", *common)
        assert verified.exit_code == 0, verified.output
        assert 'skipped    b/queue: needs companion services: pip install "lambda-parity[services]"' in verified.stderr

    def test_asks_its_companion_where_the_extra_is_installed(self, tmp_path):
        queue = NOT_THERE.replace("steps:", "needs: {queue: true}\n    steps:").replace("-none", "-${queue.name}")
        common = ("--scenarios", write_corpus(tmp_path, b__queue=queue), "--snapshots", tmp_path / "s")
        recorded = parity("record", "--emulator", *common)
        assert recorded.exit_code == 0, recorded.output
        assert recorded.stdout.endswith("1 created, 0 changed, 0 unchanged, 0 removed\n")
        assert parity("verify", *common).exit_code == 0

    def test_is_stopped_where_the_user_interrupts(self, tmp_path):
        process, emulator = self._recording(tmp_path)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert (process.returncode, said.count("\n")) == (130, 1)
        assert not emulator.exists()

    def test_does_not_outlive_a_harness_that_was_killed(self, tmp_path):
        process, emulator = self._recording(tmp_path)
        process.kill()
        process.communicate(timeout=20)
        deadline = time.monotonic() + 10
        while emulator.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _recording(self, folder: Path) -> tuple[subprocess.Popen[str], Path]:
        """A recording that takes a minute, and the entry in /proc of the emulator that it has started."""
        where = ["--scenarios", write_corpus(folder, a__slow=self.SLOW), "--snapshots", folder / "s"]
        command = [sys.executable, "-m", "parity", "record", "--emulator", *where]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not children.read_text().split():
            time.sleep(0.05)
        time.sleep(0.7)  # until it serves
        return process, Path("/proc", children.read_text().split()[0])
