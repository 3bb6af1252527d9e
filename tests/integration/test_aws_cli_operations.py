"""One command of the AWS CLI for every operation that it has, in an order in which each finds what it needs.

The input of each goes through `--cli-input-json`, which the CLI holds against its own model. See test_aws_cli.py for
how the CLI comes to be here.
"""

import json
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from parity.targets import Emulator

AWS = shutil.which("aws")
ROLE = "arn:aws:iam::000000000000:role/any"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
EXECUTION = f"{ARN}:1/durable-execution/order/0d0f"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue"
PROFILE = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/any"
FUNCTION = {"FunctionName": "f"}
NETWORK = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
STATEMENT = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}

pytestmark = [
    pytest.mark.skipif(
        AWS is None and "AWS_CLI_REQUIRED" not in os.environ, reason="no `aws` on the PATH: pip install awscli"
    ),
    pytest.mark.slow,
]

Answers = dict[str, Any]


class Step(NamedTuple):
    """One command. `members` may depend on the answers so far; `fails` is the exception that it is to end with."""

    operation: str
    members: dict[str, Any] | Callable[[Answers], dict[str, Any]]
    fails: str | None = None
    blob: str | None = None  # the option that takes the package, or the event
    out: bool = False  # the answer's payload goes to a file
    wait: str | None = None  # for what to wait then


def _signing(seen: Answers) -> dict[str, Any]:
    arn: str = seen["CreateCodeSigningConfig"]["CodeSigningConfig"]["CodeSigningConfigArn"]
    return {"CodeSigningConfigArn": arn}


def _mapping(seen: Answers) -> dict[str, Any]:
    return {"UUID": seen["CreateEventSourceMapping"]["UUID"]}


FLOW = [
    Step("CreateFunction", FUNCTION | {"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE},
         blob="--zip-file", wait="function-active-v2"),
    Step("GetFunction", FUNCTION),
    Step("GetFunctionConfiguration", FUNCTION),
    Step("ListFunctions", {}),
    Step("UpdateFunctionConfiguration", FUNCTION | {"Timeout": 9}, wait="function-updated-v2"),
    Step("UpdateFunctionCode", FUNCTION, blob="--zip-file", wait="function-updated-v2"),
    Step("PublishVersion", FUNCTION),
    Step("ListVersionsByFunction", FUNCTION),
    Step("Invoke", FUNCTION, blob="--payload", out=True),
    Step("InvokeAsync", FUNCTION, blob="--invoke-args"),
    Step("CreateAlias", FUNCTION | {"Name": "live", "FunctionVersion": "1"}),
    Step("GetAlias", FUNCTION | {"Name": "live"}),
    Step("UpdateAlias", FUNCTION | {"Name": "live", "Description": "x"}),
    Step("ListAliases", FUNCTION),
    Step("AddPermission", FUNCTION | STATEMENT),
    Step("GetPolicy", FUNCTION),
    Step("RemovePermission", FUNCTION | {"StatementId": "s"}),
    Step("PutResourcePolicy", {"ResourceArn": ARN, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "lambda:GetFunction", "Resource": ARN}]})}),
    Step("GetResourcePolicy", {"ResourceArn": ARN}),
    Step("DeleteResourcePolicy", {"ResourceArn": ARN}),
    Step("PutFunctionConcurrency", FUNCTION | {"ReservedConcurrentExecutions": 3}),
    Step("GetFunctionConcurrency", FUNCTION),
    Step("DeleteFunctionConcurrency", FUNCTION),
    Step("PutProvisionedConcurrencyConfig", FUNCTION | {"Qualifier": "1", "ProvisionedConcurrentExecutions": 1}),
    Step("GetProvisionedConcurrencyConfig", FUNCTION | {"Qualifier": "1"}),
    Step("ListProvisionedConcurrencyConfigs", FUNCTION),
    Step("DeleteProvisionedConcurrencyConfig", FUNCTION | {"Qualifier": "1"}),
    Step("PutFunctionEventInvokeConfig", FUNCTION | {"MaximumRetryAttempts": 1}),
    Step("UpdateFunctionEventInvokeConfig", FUNCTION | {"MaximumEventAgeInSeconds": 60}),
    Step("GetFunctionEventInvokeConfig", FUNCTION),
    Step("ListFunctionEventInvokeConfigs", FUNCTION),
    Step("DeleteFunctionEventInvokeConfig", FUNCTION),
    Step("CreateFunctionUrlConfig", FUNCTION | {"AuthType": "NONE"}),
    Step("UpdateFunctionUrlConfig", FUNCTION | {"AuthType": "AWS_IAM"}),
    Step("GetFunctionUrlConfig", FUNCTION),
    Step("ListFunctionUrlConfigs", FUNCTION),
    Step("DeleteFunctionUrlConfig", FUNCTION),
    Step("PutFunctionRecursionConfig", FUNCTION | {"RecursiveLoop": "Allow"}),
    Step("GetFunctionRecursionConfig", FUNCTION),
    Step("PutRuntimeManagementConfig", FUNCTION | {"UpdateRuntimeOn": "FunctionUpdate"}),
    Step("GetRuntimeManagementConfig", FUNCTION),
    Step("TagResource", {"Resource": ARN, "Tags": {"team": "a"}}),
    Step("ListTags", {"Resource": ARN}),
    Step("UntagResource", {"Resource": ARN, "TagKeys": ["team"]}),
    Step("CreateCodeSigningConfig", {"AllowedPublishers": {"SigningProfileVersionArns": [PROFILE]}}),
    Step("GetCodeSigningConfig", _signing),
    Step("UpdateCodeSigningConfig", lambda seen: _signing(seen) | {"Description": "x"}),
    Step("ListCodeSigningConfigs", {}),
    Step("PutFunctionCodeSigningConfig", lambda seen: FUNCTION | _signing(seen)),
    Step("GetFunctionCodeSigningConfig", FUNCTION),
    Step("ListFunctionsByCodeSigningConfig", _signing),
    Step("DeleteFunctionCodeSigningConfig", FUNCTION),
    Step("DeleteCodeSigningConfig", _signing),
    Step("PublishLayerVersion", {"LayerName": "l"}, blob="--zip-file"),
    Step("GetLayerVersion", {"LayerName": "l", "VersionNumber": 1}),
    Step("GetLayerVersionByArn", lambda seen: {"Arn": seen["PublishLayerVersion"]["LayerVersionArn"]}),
    Step("ListLayers", {}),
    Step("ListLayerVersions", {"LayerName": "l"}),
    Step("AddLayerVersionPermission", {"LayerName": "l", "VersionNumber": 1, "StatementId": "s", "Principal": "*",
                                       "Action": "lambda:GetLayerVersion"}),
    Step("GetLayerVersionPolicy", {"LayerName": "l", "VersionNumber": 1}),
    Step("RemoveLayerVersionPermission", {"LayerName": "l", "VersionNumber": 1, "StatementId": "s"}),
    Step("DeleteLayerVersion", {"LayerName": "l", "VersionNumber": 1}),
    Step("CreateEventSourceMapping", FUNCTION | {"EventSourceArn": QUEUE, "Enabled": False}),
    Step("GetEventSourceMapping", _mapping),
    Step("ListEventSourceMappings", FUNCTION),
    Step("UpdateEventSourceMapping", lambda seen: _mapping(seen) | {"BatchSize": 5}),
    Step("DeleteEventSourceMapping", _mapping),
    Step("CreateCapacityProvider", {"CapacityProviderName": "c", "VpcConfig": NETWORK,
                                    "PermissionsConfig": {"CapacityProviderOperatorRoleArn": ROLE}}),
    Step("GetCapacityProvider", {"CapacityProviderName": "c"}),
    Step("ListCapacityProviders", {}),
    Step("ListFunctionVersionsByCapacityProvider", {"CapacityProviderName": "c"}),
    Step("UpdateCapacityProvider", {"CapacityProviderName": "nobody"}, fails="ResourceNotFoundException"),
    Step("DeleteCapacityProvider", {"CapacityProviderName": "nobody"}, fails="ResourceNotFoundException"),
    Step("PutFunctionScalingConfig", FUNCTION | {"Qualifier": "1"}, fails="AccessDeniedException"),
    Step("GetFunctionScalingConfig", FUNCTION | {"Qualifier": "1"}, fails="AccessDeniedException"),
    Step("GetAccountSettings", {}),
    # Nothing starts durable executions yet.
    Step("ListDurableExecutionsByFunction", FUNCTION),
    *(
        Step(operation, {"DurableExecutionArn": EXECUTION}, fails="ResourceNotFoundException")
        for operation in (
            *("GetDurableExecution", "GetDurableExecutionHistory", "StopDurableExecution", "PauseDurableExecution"),
            *("ResumeDurableExecution", "DeleteDurableExecution"),
        )
    ),
    *(
        Step(operation, {"DurableExecutionArn": EXECUTION, "CheckpointToken": "dG9rZW4="},
             fails="InvalidParameterValueException")
        for operation in ("GetDurableExecutionState", "CheckpointDurableExecution")
    ),
    *(
        Step(f"SendDurableExecutionCallback{end}", {"CallbackId": "dG9rZW4="}, fails="ResourceNotFoundException")
        for end in ("Success", "Failure", "Heartbeat")
    ),
    Step("DeleteAlias", FUNCTION | {"Name": "live"}),
    Step("DeleteFunction", FUNCTION),
]  # fmt: skip


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs `aws lambda …` and gives its exit code, what it printed, and what it complained of."""
    assert AWS, "AWS_CLI_REQUIRED is set, but no `aws` is on the PATH"
    script = subprocess.run([AWS, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert script.stdout.startswith("aws-cli/")
    driver = Path(__file__).with_name("aws_cli_driver.py")
    with Emulator(arguments=("--settle-seconds", "0.05")) as emulator:
        process = subprocess.Popen(
            [_interpreter(Path(AWS)), driver],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path_factory.mktemp("home")),
                "AWS_ENDPOINT_URL": emulator.url,
                "AWS_ACCESS_KEY_ID": "000000000000",
                "AWS_SECRET_ACCESS_KEY": "any",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_PAGER": "",
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin
        assert process.stdout

        def run(*arguments: str) -> tuple[int, str, str]:
            process.stdin.write(json.dumps(["lambda", *arguments]) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            return answer["code"], answer["out"], answer["error"]

        yield run
        process.stdin.close()
        process.wait(10)


def _interpreter(script: Path) -> str:
    """The Python in whose environment the CLI is installed."""
    script = script.resolve()
    if script.parent.name == "shims":  # pyenv's
        found = subprocess.run(["pyenv", "which", "aws"], capture_output=True, text=True, timeout=30, check=True)
        script = Path(found.stdout.strip())
    return script.open(encoding="utf-8").readline().removeprefix("#!").strip()


@pytest.fixture(scope="module")
def commands(aws: Run) -> set[str]:
    """The operations that this CLI has commands for, as `get-function`."""
    _, _, error = aws("no-such-command")
    listed = error.partition("valid choices are:")[2].replace("|", " ").split()
    return {word for word in listed if "-" in word or word in ("invoke", "wait")} - {"wait", "help"}


def test_every_command_is_run(commands: set[str]):
    assert len(commands) > 80
    assert commands <= {_command(step.operation) for step in FLOW}


def test_each_operation(aws: Run, commands: set[str], tmp_path: Path):
    package, event, out = tmp_path / "app.zip", tmp_path / "event.json", tmp_path / "out.json"
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo("app.py")
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, "def handler(event, context): return event")
    event.write_text('{"a": 1}')
    blobs = {"--zip-file": f"fileb://{package}", "--payload": f"fileb://{event}", "--invoke-args": str(event)}
    seen: Answers = {}
    for step in FLOW:
        command = _command(step.operation)
        if command not in commands:
            continue  # an older CLI
        members = step.members(seen) if callable(step.members) else step.members
        blob = [step.blob, blobs[step.blob]] if step.blob else []
        arguments = ["--cli-input-json", json.dumps(members)]
        if step.out:  # commands with such an answer take no JSON
            arguments = ["--function-name", members["FunctionName"], str(out)]
        code, printed, error = _settled(aws, command, *arguments, *blob)
        if step.fails:
            assert code != 0
            assert f"({step.fails})" in error, f"{step.operation}: {error}"
            continue
        assert code == 0, f"{step.operation}: {error}"
        seen[step.operation] = json.loads(printed) if printed.strip() else None
        if step.wait:
            assert aws("wait", step.wait, "--function-name", "f")[0] == 0
    assert json.loads(out.read_text()) == {"a": 1}
    assert seen["UpdateFunctionConfiguration"]["Timeout"] == 9
    assert seen["ListLayers"]["Layers"][0]["LayerName"] == "l"


def _settled(aws: Run, *arguments: str) -> tuple[int, str, str]:
    """The answer that does not depend on how quick we are: event source mappings have no waiter."""
    for _ in range(200):
        answer = aws(*arguments)
        if "(ResourceInUseException)" not in answer[2]:
            break
        time.sleep(0.02)
    return answer


def _command(operation: str) -> str:
    """`get-layer-version-by-arn` for GetLayerVersionByArn."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in operation).removeprefix("-")
