"""What functions and mappings need of other services is looked for where a companion is, and nowhere else."""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from subprocess import run
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.serving import Server, serving

ACCOUNT = "000000000000"
SETTINGS = {"Runtime": "python3.12", "Handler": "index.handler"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
OPTIONS = ("--allow-runtime-substitution", "--settle-seconds", "0")


def package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "handler = print")
    return buffer.getvalue()


def create(functions: Any, name: str, role: str = "anybody", **members: Any) -> Any:
    given = {"Role": f"arn:aws:iam::{ACCOUNT}:role/{role}", "Code": {"ZipFile": package()}, **SETTINGS}
    return functions.create_function(FunctionName=name, **given | members)


def refusal(ask: Any, *given: Any, **members: Any) -> str:
    with pytest.raises(ClientError) as caught:
        ask(*given, **members)
    return caught.value.response["Error"]["Message"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--services", "--check-roles", *OPTIONS) as server:
        iam = server.client("iam")
        for name, statement in {
            "trusting": TRUST,
            "listing": {**TRUST, "Principal": {"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}},
            "other": {**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}},
            "denying": {**TRUST, "Effect": "Deny"},
        }.items():
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.create_role(RoleName=name, Path="/service-role/", AssumeRolePolicyDocument=policy)
        yield server


@pytest.mark.slow
class TestWithServices:
    @pytest.mark.parametrize("role", ["service-role/trusting", "service-role/listing"])
    def test_a_role_that_trusts_lambda_is_taken(self, server, role):
        create(server.client("lambda"), role.rpartition("/")[2], role)

    @pytest.mark.parametrize("role", ["nobody", "service-role/other", "service-role/denying"])
    def test_any_other_role_is_refused_if_roles_are_looked_at(self, server, role):
        said = refusal(create, server.client("lambda"), "fn", role)
        assert said == "The role defined for the function cannot be assumed by Lambda."

    def test_a_function_in_a_vpc_shows_that_of_its_subnets(self, server):
        ec2, functions = server.client("ec2"), server.client("lambda")
        subnet = ec2.describe_subnets()["Subnets"][0]
        group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])
        vpc = {"SubnetIds": [subnet["SubnetId"]], "SecurityGroupIds": [group["SecurityGroups"][0]["GroupId"]]}
        assert create(functions, "private", "service-role/trusting", VpcConfig=vpc)["VpcConfig"] == {
            **vpc,
            "VpcId": subnet["VpcId"],
            "Ipv6AllowedForDualStack": False,
        }
        missing = {**vpc, "SubnetIds": [subnet["SubnetId"], "subnet-0123456789abcdef0"]}
        said = refusal(functions.update_function_configuration, FunctionName="private", VpcConfig=missing)
        assert said.endswith("The subnet ID 'subnet-0123456789abcdef0' does not exist")

    def test_a_mapping_of_a_stream_that_was_made_anew_is_refused(self, server):
        tables, functions = server.client("dynamodb"), server.client("lambda")
        create(functions, "reader", "service-role/trusting")
        made = tables.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        arn = made["TableDescription"]["LatestStreamArn"]
        old = arn.rpartition("/")[0] + "/2025-02-22T03:03:25.490"
        members = {"FunctionName": "reader", "StartingPosition": "LATEST"}
        assert (
            refusal(functions.create_event_source_mapping, EventSourceArn=old, **members) == f"Stream not found: {old}"
        )
        assert functions.create_event_source_mapping(EventSourceArn=arn, **members)["State"] == "Creating"

    def test_of_eight_mappings_of_one_queue_made_at_once_one_is_made(self, server):
        functions = server.client("lambda")
        create(functions, "worker", "service-role/trusting")
        server.client("sqs").create_queue(QueueName="jobs")
        source = {"FunctionName": "worker", "EventSourceArn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"}
        outcomes = server.at_once(8, lambda client: client.create_event_source_mapping(**source))
        assert sum(isinstance(outcome, ClientError) for outcome in outcomes) == 7
        assert len(functions.list_event_source_mappings(FunctionName="worker")["EventSourceMappings"]) == 1


def test_without_a_companion_everything_is_taken_to_be_there():
    with serving(*OPTIONS) as server:
        functions = server.client("lambda")
        vpc = {"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": ["sg-0123456789abcdef0"]}
        queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:nobody"
        create(functions, "fn", VpcConfig=vpc, DeadLetterConfig={"TargetArn": queue})
        assert functions.create_event_source_mapping(FunctionName="fn", EventSourceArn=queue)["State"] == "Creating"
        sides = {"OnSuccess": {"Destination": queue}}
        functions.put_function_event_invoke_config(FunctionName="fn", DestinationConfig=sides)


def test_starting_imports_no_sdk():
    code = "import emulator.app, sys; print(*{'boto3', 'botocore', 'moto'} & {*sys.modules})"
    assert run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=20).stdout == "\n"
