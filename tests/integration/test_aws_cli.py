"""The AWS CLI, unchanged, against `parity serve`: the operations of functions, versions, aliases, tags and Invoke.

The CLI pins a botocore of its own, so it cannot live in the environment of the tests: `.ci/run` installs it in one
beside, and says with AWS_CLI_REQUIRED that these tests may not be skipped for want of it.
"""

import base64
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from parity.targets import Emulator

AWS = shutil.which("aws")
HANDLER = """\
import os

def handler(event, context):
    print("seen")
    return {"hello": event["name"], "at": os.environ.get("PLACE")}
"""
ROLE = "arn:aws:iam::000000000000:role/any"

pytestmark = pytest.mark.skipif(
    AWS is None and "AWS_CLI_REQUIRED" not in os.environ, reason="no `aws` on the PATH: pip install awscli"
)

Aws = Callable[..., Any]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Emulator(arguments=("--settle-seconds", "0.05")) as emulator:
        yield emulator.url


@pytest.fixture(scope="module")
def aws(url: str, tmp_path_factory: pytest.TempPathFactory) -> Aws:
    """Runs `aws lambda …` and gives the decoded answer; `fails=True` gives what it said instead."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert AWS, "AWS_CLI_REQUIRED is set, but no `aws` is on the PATH"

    def run(*arguments: str, fails: bool = False) -> Any:
        done = subprocess.run(
            [AWS, "lambda", *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr.strip() if fails else json.loads(done.stdout or "null")

    return run


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> str:
    code = tmp_path_factory.mktemp("code")
    (code / "app.py").write_text(HANDLER)
    with zipfile.ZipFile(code / "app.zip", "w") as archive:
        archive.write(code / "app.py", "app.py")  # with its permissions: AWS gives a function no others
    return f"fileb://{code / 'app.zip'}"


@pytest.fixture(scope="module")
def function(aws: Aws, package: str) -> str:
    name = "cli"
    aws(
        "create-function", "--function-name", name, "--runtime", "python3.12", "--handler", "app.handler",
        "--role", ROLE, "--zip-file", package, "--environment", "Variables={PLACE=here}", "--tags", "team=a",
    )  # fmt: skip
    aws("wait", "function-active-v2", "--function-name", name)
    return name


def test_invoke(aws: Aws, function: str, tmp_path: Path) -> None:
    event, out = tmp_path / "event.json", tmp_path / "out.json"
    event.write_text('{"name": "you"}')
    answer = aws("invoke", "--function-name", function, "--log-type", "Tail", "--payload", f"fileb://{event}", str(out))
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer
    assert "seen" in base64.b64decode(answer["LogResult"]).decode()
    assert json.loads(out.read_text()) == {"hello": "you", "at": "here"}


def test_update_publish_and_alias(aws: Aws, function: str, package: str) -> None:
    aws("update-function-configuration", "--function-name", function, "--timeout", "7")
    aws("wait", "function-updated-v2", "--function-name", function)
    assert aws("get-function-configuration", "--function-name", function)["Timeout"] == 7
    aws("update-function-code", "--function-name", function, "--zip-file", package)
    aws("wait", "function-updated", "--function-name", function)
    assert aws("publish-version", "--function-name", function)["Version"] == "1"
    alias = aws("create-alias", "--function-name", function, "--name", "live", "--function-version", "1")
    assert alias["AliasArn"].endswith(f":function:{function}:live")
    assert aws("list-aliases", "--function-name", function)["Aliases"] == [alias]
    versions = aws("list-versions-by-function", "--function-name", function, "--page-size", "1")["Versions"]
    assert [one["Version"] for one in versions] == ["$LATEST", "1"]
    aws("wait", "published-version-active", "--function-name", function, "--qualifier", "1")
    aws("delete-alias", "--function-name", function, "--name", "live")


def test_tags(aws: Aws, function: str) -> None:
    arn = aws("get-function", "--function-name", function)["Configuration"]["FunctionArn"]
    aws("tag-resource", "--resource", arn, "--tags", "stage=test")
    aws("untag-resource", "--resource", arn, "--tag-keys", "team")
    assert aws("list-tags", "--resource", arn) == {"Tags": {"stage": "test"}}


def test_pages(aws: Aws, function: str) -> None:
    names = [one["FunctionName"] for one in aws("list-functions", "--page-size", "1")["Functions"]]
    assert function in names


def test_refusals_read_as_those_of_aws(aws: Aws, function: str, package: str) -> None:
    missing = aws("get-function", "--function-name", "nobody", fails=True)
    assert missing.endswith(
        "An error occurred (ResourceNotFoundException) when calling the GetFunction operation: "
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody"
    )
    role = aws(
        "create-function", "--function-name", "no", "--runtime", "python3.12", "--handler", "app.handler",
        "--role", "r1", "--zip-file", package, fails=True,
    )  # fmt: skip
    assert "(ValidationException)" in role
    assert "Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern" in role
    again = aws(
        "create-function", "--function-name", function, "--runtime", "python3.12", "--handler", "app.handler",
        "--role", ROLE, "--zip-file", package, fails=True,
    )  # fmt: skip
    assert "(ResourceConflictException)" in again
    assert "Function already exist: cli" in again


def test_delete(aws: Aws, package: str) -> None:
    name = "short-lived"
    aws(
        "create-function", "--function-name", name, "--runtime", "python3.12", "--handler", "app.handler",
        "--role", ROLE, "--zip-file", package,
    )  # fmt: skip
    aws("wait", "function-exists", "--function-name", name)
    aws("delete-function", "--function-name", name)
    assert "ResourceNotFoundException" in aws("get-function", "--function-name", name, fails=True)
