"""`parity record --aws` against a stand-in that answers at the HTTP layer under botocore (`fake_aws`).

What is proven here: who may be asked, what is created and removed, what passes by itself, what may be written and what
not. No snapshot of this project was recorded this way yet.
"""

import json
import os
import re
from pathlib import Path

import botocore.handlers
import pytest

from parity.errors import ParityError
from parity.patience import Patience
from parity.recording import Recording, plan, record, remove_orphans
from parity.sweeping import sweep
from parity.targets import Aws, Target
from tests.parity.fake_aws import ACCOUNT, CREDENTIALS, SECRETS, FakeAws, install
from tests.parity.small_corpus import GET, corpus

SOON = Patience(first=0.01, longest=0.02, total=2)
INVOKE = """
    title: A function tells secrets
    needs: {function: {code: echo, with: {Environment: {Variables: {A: b}}}}, queue: true}
    steps:
      - id: get
        call: GetFunction
        with: {FunctionName: "${function.name}"}
      - id: invoke
        call: Invoke
        with: {FunctionName: "${function.name}", Payload: {json: {queue: "${queue.url}"}}}
      - id: missing
        call: GetFunction
        with: {FunctionName: "${prefix}-none"}
        raises: ResourceNotFoundException
"""


@pytest.fixture(autouse=True)
def a_clean_machine(monkeypatch, tmp_path):
    """Only what the test sets: no settings and no credentials of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", list(botocore.handlers.BUILTIN_HANDLERS))
    fake = FakeAws()
    install(fake)
    return fake


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "snapshots"


def recorded(folder: Path, scenarios, target: Target | None = None) -> Recording:
    with target or Aws(patience=SOON) as entered:
        return record(scenarios, entered, folder)


class TestWhoIsAsked:
    def test_sts_tells_who_we_are_and_only_the_end_of_it_is_shown(self, fake):
        with Aws() as target:
            assert (target.account_id, target.region, target.partition) == (ACCOUNT, "eu-central-1", "aws")
            assert target.name == "AWS account ********3911 in eu-central-1"
        assert fake.hosts == {"sts.eu-central-1.amazonaws.com"}

    @pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL_STS"])
    def test_an_endpoint_in_the_environment_is_refused(self, fake, monkeypatch, name):
        monkeypatch.setenv(name, "http://localhost:4566")
        assert refused() == f"--aws asks AWS itself, but the environment variable {name} could lead elsewhere; unset it"
        assert not fake.calls

    @pytest.mark.parametrize(
        ("config", "named"),
        [
            ("[default]\nendpoint_url = http://localhost:4566\n", "endpoint_url in the AWS config file"),
            (
                "[default]\nservices = mine\n[services mine]\nlambda =\n  endpoint_url = http://localhost:4566\n",
                "endpoint_url of lambda in the AWS config file",
            ),
        ],
    )
    def test_an_endpoint_in_the_config_file_is_refused(self, fake, tmp_path, config, named):
        (tmp_path / "config").write_text(config)
        assert named in refused()
        assert not fake.calls

    def test_an_answer_from_another_host_is_refused(self, fake):
        fake.moods.answered_by = "localhost"
        assert refused() == "--aws asks AWS itself, but https://localhost is no host of AWS"

    def test_an_answer_from_another_host_is_refused_in_the_middle_too(self, fake, tmp_path, folder):
        raw = GET.replace("call: GetFunction", 'http: {method: GET, path: "/x/${function.name}"}').split("with:")[0]
        for text in (GET, raw):
            with Aws(patience=SOON) as target:
                fake.moods.answered_by = "lambda.eu-central-1.amazonaws.com.example.org"
                done = record(corpus(tmp_path / str(len(text)), f__get=text), target, folder)
                assert "is no host of AWS" in done.kept[0].reasons[0]
                fake.moods.answered_by = None
        assert not list(folder.rglob("*.json"))

    def test_no_credentials(self, fake, monkeypatch):
        for name in CREDENTIALS:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        assert refused() == "no AWS credentials were found; log in (aws sso login) or set AWS_PROFILE"

    def test_expired_credentials(self, fake):
        fake.moods.identity_error = "ExpiredToken"
        assert refused() == (
            "AWS does not accept the credentials: ExpiredToken (The security token included in the request is expired)"
        )

    def test_a_profile_that_is_not_there(self, monkeypatch):
        monkeypatch.setenv("AWS_PROFILE", "gone")
        assert refused() == "the AWS settings cannot be used: The config profile (gone) could not be found"

    def test_no_region(self, fake, monkeypatch):
        monkeypatch.delenv("AWS_REGION")
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        assert refused() == "no region is set; give --region or set AWS_REGION"

    def test_certificates_are_checked_against_the_public_authorities_alone(self, fake, monkeypatch, tmp_path):
        bundle = tmp_path / "bundle.pem"
        bundle.write_text("none")
        monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        with Aws() as target:
            assert target.client("lambda")._endpoint.http_session._verify is True


def refused() -> str:
    with pytest.raises(ParityError) as caught, Aws(patience=SOON):
        pass
    assert caught.value.exit_code == 2
    assert "\n" not in caught.value.message
    return caught.value.message


class TestWhatPassesByItself:
    def test_a_new_role_that_lambda_does_not_know_yet_is_waited_for(self, fake, tmp_path, folder):
        fake.moods.refusals_of_a_new_role = 4
        assert recorded(folder, corpus(tmp_path, f__get=GET)).is_complete
        assert fake.calls["lambda.CreateFunction"] == 5

    def test_in_steps_too(self, fake, tmp_path, folder):
        fake.moods.refusals_of_a_new_role = 3
        text = """
            title: A step creates a function
            needs: {role: true}
            steps:
              - id: make
                call: CreateFunction
                with:
                  FunctionName: "${prefix}-x"
                  Role: "${role.arn}"
                  Runtime: python3.12
                  Handler: index.handler
                  Code: {ZipFile: "${zip.echo}"}
        """
        assert recorded(folder, corpus(tmp_path, f__make=text)).is_complete
        assert fake.calls["lambda.CreateFunction"] == 4
        assert fake.holds.is_empty()

    def test_a_role_that_is_never_accepted_ends_the_scenario(self, fake, tmp_path, folder):
        fake.moods.refusals_of_a_new_role = 10_000
        impatient = Aws(patience=Patience(first=0.01, longest=0.01, total=0.1))
        done = recorded(folder, corpus(tmp_path, f__get=GET), impatient)
        assert "cannot be assumed by Lambda" in done.kept[0].reasons[0]
        assert fake.holds.is_empty()

    def test_throttling_is_waited_out_everywhere_and_never_recorded(self, fake, tmp_path, folder):
        throttled = ("iam.CreateRole", "iam.PutRolePolicy", "lambda.CreateFunction", "lambda.GetFunction")
        fake.moods.throttle = dict.fromkeys((*throttled, "lambda.DeleteFunction", "iam.DeleteRole"), 2)
        assert recorded(folder, corpus(tmp_path, f__get=GET)).is_complete
        assert {fake.calls[operation] for operation in throttled} == {3}
        assert b"TooManyRequests" not in (folder / "f/get.json").read_bytes()
        assert fake.holds.is_empty()

    def test_throttling_that_does_not_end_is_refused(self, fake, tmp_path, folder):
        fake.moods.throttle = {"lambda.GetFunction": 10_000}
        impatient = Aws(patience=Patience(first=0.01, longest=0.01, total=0.1))
        done = recorded(folder, corpus(tmp_path, f__get=GET), impatient)
        assert [kept.status for kept in done.kept] == ["refused"]
        assert "429 TooManyRequestsException (throttled)" in done.kept[0].reasons[0]
        assert not folder.joinpath("f/get.json").exists()

    def test_throttling_that_the_scenario_asks_for_is_an_answer(self, fake, tmp_path, folder):
        fake.moods.throttle = {"lambda.Invoke": 1}
        text = GET.replace("GetFunction", "Invoke") + "\n        raises: TooManyRequestsException\n"
        assert recorded(folder, corpus(tmp_path, f__throttled=text)).is_complete
        assert fake.calls["lambda.Invoke"] == 1


class TestWhatIsWritten:
    def test_a_snapshot_of_class_aws_says_when_and_where_and_under_which_request_id(self, fake, tmp_path, folder):
        recorded(folder, corpus(tmp_path, f__get=GET))
        evidence = json.loads((folder / "f/get.json").read_text())["steps"]["get"]["evidence"]
        assert evidence["class"] == "aws"
        assert evidence["region"] == "eu-central-1"
        assert re.fullmatch(r"[0-9a-f-]{36}", evidence["request_id"])
        assert evidence["sdk"].startswith("botocore ")

    def test_no_byte_of_a_secret(self, fake, tmp_path, folder):
        assert recorded(folder, corpus(tmp_path, f__secrets=INVOKE)).is_complete
        content = (folder / "f/secrets.json").read_bytes()
        assert b'"invoke"' in content
        assert [secret for secret in SECRETS if secret.encode() in content] == []

    def test_recording_again_changes_no_byte(self, fake, tmp_path, folder):
        scenarios = corpus(tmp_path, f__secrets=INVOKE)
        recorded(folder, scenarios)
        before = (folder / "f/secrets.json").stat()
        again = recorded(folder, scenarios)
        assert [kept.status for kept in again.kept] == ["unchanged"]
        assert (folder / "f/secrets.json").stat().st_mtime_ns == before.st_mtime_ns

    def test_what_changed_is_said(self, fake, tmp_path, folder):
        scenarios = corpus(tmp_path, f__get=GET)
        assert recorded(folder, scenarios).kept[0].status == "created"
        (folder / "f/get.json").write_text((folder / "f/get.json").read_text().replace("python3.12", "python3.11"))
        assert recorded(folder, scenarios).kept[0].status == "changed"

    @pytest.mark.parametrize(
        ("old", "new", "expected", "answered"),
        [
            ("with:", "raises: TooBad\n        with:", "TooBad", "200"),
            ("function.name}", "function.name}-x", "success", "404 ResourceNotFoundException: Function not found"),
            ("GetFunction\n", "Invoke\n        function_error: Unhandled\n", "the function error Unhandled", "200"),
        ],
    )
    def test_an_outcome_of_another_class_is_refused_and_the_old_snapshot_stays(
        self, fake, tmp_path, folder, old, new, expected, answered
    ):
        path = folder / "f/get.json"
        scenarios = corpus(tmp_path, f__get=GET.replace(old, new))
        recorded(folder, corpus(tmp_path / "good", f__get=GET))
        before = path.read_bytes()
        done = recorded(folder, scenarios)
        assert (done.kept[0].status, done.is_complete) == ("refused", False)
        reason = f"f/get#get: expected {expected}, but the answer was {answered}"
        assert done.kept[0].reasons[0].startswith(reason)
        assert ACCOUNT not in done.kept[0].reasons[0]
        assert path.read_bytes() == before

    def test_credentials_that_run_out_end_the_recording(self, fake, tmp_path, folder):
        fake.moods.lambda_error["GetFunction"] = "ExpiredTokenException"
        with pytest.raises(ParityError, match="credentials are no longer accepted \\(ExpiredTokenException"):
            recorded(folder, corpus(tmp_path, f__get=GET, g__get=GET))
        assert not list(folder.rglob("*.json"))
        assert fake.holds.is_empty()

    def test_a_snapshot_without_a_scenario_is_removed_unless_aws_answered_it(self, fake, tmp_path, folder):
        recorded(folder, corpus(tmp_path, f__gone=GET))
        ours = (folder / "f/gone.json").read_text().replace('"class": "aws"', '"class": "regression"')
        ours = re.sub(r'\n +"(date|question|region|request_id|sdk)": "[^"]*",?', "", ours).replace(
            '"regression",', '"regression"'
        )
        (folder / "f/ours.json").write_text(ours)
        removed = remove_orphans(corpus(tmp_path / "now", f__get=GET), folder)
        assert {kept.scenario: kept.status for kept in removed} == {"f/gone": "kept", "f/ours": "removed"}


class TestWhatIsLeft:
    def test_nothing(self, fake, tmp_path, folder):
        recorded(folder, corpus(tmp_path, f__secrets=INVOKE, g__get=GET))
        assert fake.holds.is_empty()

    def test_nothing_that_bears_no_name_of_ours_is_touched(self, fake, tmp_path, folder):
        theirs = {"refusals": 0, "policies": []}
        fake.holds.roles |= {"parity-role": theirs, "someone": theirs}
        fake.holds.queues.append("parity-queue")
        fake.holds.log_groups.append("/aws/lambda/parity-hello")
        recorded(folder, corpus(tmp_path, f__get=GET))
        with Aws(patience=SOON) as target:
            assert sweep(target, older_than=0, say=print, confirm=lambda _: True).removed == 0
        assert list(fake.holds.roles) == ["parity-role", "someone"]
        assert (fake.holds.queues, fake.holds.log_groups) == (["parity-queue"], ["/aws/lambda/parity-hello"])

    def test_what_a_teardown_could_not_remove_is_tried_once_more_at_the_end(self, fake, tmp_path, folder):
        fake.moods.throttle = {"lambda.DeleteFunction": 12}
        impatient = Aws(patience=Patience(first=0.01, longest=0.01, total=0.05))
        done = recorded(folder, corpus(tmp_path, f__get=GET), impatient)
        assert done.left_behind == []
        assert fake.holds.is_empty()

    def test_everything_that_takes_a_tag_bears_the_run(self, fake, tmp_path, folder):
        recorded(folder, corpus(tmp_path, f__secrets=INVOKE))
        assert len(fake.tags) == 2
        assert all(tags == {"lambda-parity": name.rpartition("-")[0]} for name, tags in fake.tags.items())


def test_the_plan_is_told_in_words(tmp_path):
    assert plan(corpus(tmp_path, a__get=GET, b__secrets=INVOKE)) == "2 roles, 2 functions, 1 queue"
