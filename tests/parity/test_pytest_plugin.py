"""The pytest plugin: scenarios as tests, their snapshots through syrupy, and the fixtures for other projects."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import syrupy
from syrupy.extensions.base import SnapshotCollectionStorage

import parity.pytest_plugin.collection  # noqa: F401 - pytester forgets what an inner session imports, every time
from parity.loading import load_scenarios
from parity.pytest_plugin import scenarios_root
from parity.recording import record
from parity.targets import Endpoint
from tests.parity.fake_aws import FakeAws
from tests.parity.small_corpus import NOT_THERE, write_corpus
from tests.parity.stand_in_endpoint import endpoint

pytest_plugins = ["pytester"]

TWO_STEPS = (
    NOT_THERE
    + """
      - id: missing
        says: A function that is not there is not found.
        call: GetFunction
        with: {FunctionName: "${prefix}-none-either"}
        raises: ResourceNotFoundException
"""
)


@pytest.fixture(autouse=True)
def one_syrupy_for_each(monkeypatch):
    """The inner sessions must not leave their snapshots in the outer one's hands."""
    monkeypatch.setattr(syrupy, "_syrupy", syrupy._syrupy)
    monkeypatch.setattr(SnapshotCollectionStorage, "snapshot_dirname", SnapshotCollectionStorage.snapshot_dirname)


@pytest.fixture
def fake():
    return FakeAws()


class Project:
    """A folder with scenarios and snapshots, and an endpoint to run them on."""

    def __init__(self, pytester: pytest.Pytester, url: str) -> None:
        self.pytester, self.url = pytester, url
        self.snapshots = pytester.path / "snapshots"

    def write(self, **scenarios: str) -> None:
        folder = write_corpus(self.pytester.path, **scenarios)
        (folder / "scenario.schema.json").write_text("{}")

    def run(self, *arguments: str) -> pytest.RunResult:
        return self.run_only("scenarios", "-v", *arguments)

    def run_only(self, *arguments: str) -> pytest.RunResult:
        plugins = ("-p", "no:cacheprovider", "-p", "syrupy", "-p", "parity.pytest_plugin")
        return self.pytester.runpytest_inprocess(*plugins, "--parity-endpoint-url", self.url, *arguments)

    def snapshot(self, name: str) -> Path:
        return self.snapshots / f"{name}.json"


@pytest.fixture
def project(pytester, fake, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the plugins of this machine take longer than the tests
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # the inner session is no worker: it reports for itself
    with endpoint(fake) as url:
        yield Project(pytester, url)


class TestScenariosAsTests:
    def test_each_step_is_an_item_and_its_scenario_runs_once(self, project, fake):
        project.write(f__two=TWO_STEPS)
        project.run("--snapshot-update").assert_outcomes(passed=2)
        before = fake.calls["lambda.GetFunction"]
        result = project.run()
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines(["scenarios/f/two.yaml::get PASSED*", "scenarios/f/two.yaml::missing PASSED*"])
        assert fake.calls["lambda.GetFunction"] == before + 2

    def test_a_difference_shows_what_the_step_says_the_path_and_both_sides(self, project):
        project.write(f__two=TWO_STEPS)
        project.run("--snapshot-update")
        recorded = project.snapshot("f/two")
        recorded.write_text(recorded.read_text().replace("not found: arn:<partition:1>", "gone: arn:<partition:1>", 2))
        result = project.run()
        result.assert_outcomes(failed=2)
        result.stdout.fnmatch_lines(
            ["A function that is not there is not found.", "body.Message", "*Function gone*", "*Function not found*"]
        )
        assert "Traceback" not in result.stdout.str()

    def test_a_known_difference_is_an_expected_failure(self, project):
        project.write(f__two=TWO_STEPS)
        project.run("--snapshot-update")
        recorded = project.snapshot("f/two")
        recorded.write_text(recorded.read_text().replace("not found: arn:<partition:1>", "gone: arn:<partition:1>", 1))
        known = project.pytester.path / "known.toml"
        known.write_text('[[difference]]\nstep = "f/two#get"\npath = "body.Message"\nreason = "its own words"\n')
        project.run("--parity-known-differences", str(known)).assert_outcomes(passed=1, xfailed=1)

    def test_one_step_can_be_asked_for(self, project):
        project.write(f__two=TWO_STEPS)
        project.run("--snapshot-update")
        project.run_only("scenarios/f/two.yaml::missing").assert_outcomes(passed=1)

    def test_without_a_snapshot_it_fails_and_says_what_to_do(self, project):
        project.write(f__get=NOT_THERE)
        result = project.run()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*has no snapshot; record it, or run with --snapshot-update"])

    def test_a_stale_snapshot_fails(self, project):
        project.write(f__get=NOT_THERE)
        project.run("--snapshot-update")
        recorded = project.snapshot("f/get")
        recorded.write_text(recorded.read_text().replace('"hash": "', '"hash": "0'))
        project.run().stdout.fnmatch_lines(["f/get: the scenario has changed since its snapshot was recorded*"])

    def test_a_broken_scenario_breaks_no_other(self, project):
        project.write(f__get=NOT_THERE)
        project.run("--snapshot-update")
        broken = project.pytester.path / "scenarios/f/broken.yaml"
        broken.write_text("title: Broken\nsteps:\n  - id: a\n    cal: GetFunction\n")
        result = project.run("--continue-on-collection-errors")
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(["*f/broken.yaml:4: unknown key `cal`*"])
        assert "Traceback" not in result.stdout.str()

    def test_tags_are_marks(self, project):
        project.write(f__get=NOT_THERE, f__slow=NOT_THERE + "\n    tags: [slow]\n")
        project.run("--snapshot-update").assert_outcomes(passed=2)
        project.run("-m", "not slow", "--strict-markers").assert_outcomes(passed=1, deselected=1)

    def test_an_endpoint_that_is_not_there_ends_the_session(self, project):
        project.write(f__get=NOT_THERE)
        project.url = "http://127.0.0.1:9"
        result = project.run()
        assert result.ret == 3
        assert "nothing answers at http://127.0.0.1:9" in result.stdout.str() + result.stderr.str()


class TestSnapshotsThroughSyrupy:
    def test_an_update_writes_the_bytes_that_a_recording_writes(self, project, tmp_path):
        project.write(f__two=TWO_STEPS)
        project.run("--snapshot-update").stdout.fnmatch_lines(["*2 snapshots generated.*"])
        with Endpoint(project.url) as target:
            record(load_scenarios(project.pytester.path / "scenarios"), target, tmp_path / "recorded")
        assert project.snapshot("f/two").read_bytes() == (tmp_path / "recorded/f/two.json").read_bytes()
        assert json.loads(project.snapshot("f/two").read_text())["steps"]["get"]["evidence"] == {"class": "endpoint"}

    def test_an_update_without_a_change_changes_no_byte(self, project):
        project.write(f__two=TWO_STEPS)
        project.run("--snapshot-update")
        before = project.snapshot("f/two").stat()
        project.run("--snapshot-update").stdout.fnmatch_lines(["*2 snapshots passed.*"])
        assert project.snapshot("f/two").stat().st_mtime_ns == before.st_mtime_ns

    def test_an_update_changes_what_is_different(self, project):
        project.write(f__two=TWO_STEPS)
        project.run("--snapshot-update")
        right = project.snapshot("f/two").read_bytes()
        project.snapshot("f/two").write_bytes(right.replace(b"Function not found", b"No such function", 1))
        project.run("--snapshot-update").stdout.fnmatch_lines(["*1 snapshot passed. 1 snapshot updated.*"])
        assert project.snapshot("f/two").read_bytes() == right

    def test_an_update_refuses_an_outcome_of_another_class(self, project):
        project.write(f__get=NOT_THERE.replace("ResourceNotFound", "TooBad"))
        result = project.run("--snapshot-update")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["f/get#get: expected TooBadException, but the answer was 404*"])
        assert not project.snapshot("f/get").exists()

    def test_nothing_is_deleted(self, project):
        project.write(f__get=NOT_THERE)
        project.run("--snapshot-update")
        other = project.snapshot("f/other")
        other.write_bytes(b"{}")
        project.run("--snapshot-update").assert_outcomes(passed=1)
        assert other.exists()


class TestOtherProjects:
    def test_their_yaml_files_are_not_ours(self, pytester, monkeypatch):
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        pytester.path.joinpath("compose.yaml").write_text("services: {}")
        assert scenarios_root(pytester.path / "compose.yaml") is None
        pytester.runpytest_inprocess("-p", "syrupy", "-p", "parity.pytest_plugin").assert_outcomes()

    def test_function_settings_are_no_scenarios(self, tmp_path):
        folder = write_corpus(tmp_path, f__get=NOT_THERE + "# echo")
        (folder / "scenario.schema.json").write_text("{}")
        assert scenarios_root(folder / "f/get.yaml") == folder
        assert scenarios_root(folder / "_functions/echo/function.yaml") is None

    def test_importing_the_plugin_imports_nothing_else_of_ours(self):
        code = (
            "import sys, pytest, parity.pytest_plugin\n"
            "print([m for m in sys.modules if m.startswith(('parity.', 'botocore', 'msgspec', 'rich.', 'yaml'))])"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert found == "['parity.pytest_plugin']\n"

    @pytest.mark.slow
    def test_the_fixtures_lend_a_local_lambda(self, pytester):
        pytester.makepyfile(
            """
            import io, json, zipfile

            def test_invoke(lambda_emulator, lambda_client):
                archive = io.BytesIO()
                with zipfile.ZipFile(archive, "w") as file:
                    entry = zipfile.ZipInfo("app.py")
                    entry.external_attr = 0o644 << 16  # Lambda is another user, which must be able to read it
                    file.writestr(entry, "def handler(event, context): return {'hello': event['name']}")
                lambda_client.create_function(
                    FunctionName="hello", Runtime="python3.12", Handler="app.handler",
                    Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": archive.getvalue()},
                )
                lambda_client.get_waiter("function_active_v2").wait(FunctionName="hello", WaiterConfig={"Delay": 1})
                answer = lambda_client.invoke(FunctionName="hello", Payload=b'{"name": "you"}')
                assert json.load(answer["Payload"]) == {"hello": "you"}
                assert lambda_emulator.url.startswith("http://127.0.0.1:")
                assert lambda_emulator.region == "us-east-1"

            def test_shared(lambda_client):
                assert [f["FunctionName"] for f in lambda_client.list_functions()["Functions"]] == ["hello"]
            """
        )
        pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
