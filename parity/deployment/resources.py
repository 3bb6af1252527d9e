"""How each kind of resource that a scenario can need is made on a target, and how it is removed.

One function per kind. Each makes the resource, waits until it can be used, and returns its attributes: what
`${queue.url}` asks for. They raise what botocore raises.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from parity.error_answers import is_throttle_code
from parity.naming import TAG
from parity.patience import Pause
from parity.targets.target import Target

Members = Mapping[str, Any]

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes resources of one scenario run on one target, each under the given name.

    `pause` waits, and raises where the run is stopped. `on_made` is told what was made and what removes it, at once:
    what comes after may fail or be stopped.
    """

    target: Target
    prefix: str
    pause: Pause
    on_made: Callable[[str, Callable[[], None]], None]

    def role(self, name: str) -> dict[str, str]:
        """An IAM role that Lambda may assume, allowed to touch only what bears the run's prefix."""
        iam = self.target.client("iam")
        arguments = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(_TRUST), "Tags": self._tags()}
        made = self._patiently(lambda: iam.create_role(**arguments))

        def remove() -> None:
            with suppress(iam.exceptions.NoSuchEntityException):
                self._insistently(lambda: iam.delete_role_policy(RoleName=name, PolicyName="parity"))
            self._insistently(lambda: iam.delete_role(RoleName=name))

        self.on_made(f"role {name}", remove)
        policy = json.dumps(_policy(self.target, self.prefix))
        self._patiently(lambda: iam.put_role_policy(RoleName=name, PolicyName="parity", PolicyDocument=policy))
        return {"name": name, "arn": made["Role"]["Arn"]}

    def queue(self, name: str, members: Members) -> dict[str, str]:
        sqs = self.target.client("sqs")
        url = self._patiently(lambda: sqs.create_queue(QueueName=name, tags={TAG: self.prefix}, **members))["QueueUrl"]
        self.on_made(f"queue {name}", lambda: self._insistently(lambda: sqs.delete_queue(QueueUrl=url)))
        wanted = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
        arn = self._patiently(lambda: sqs.get_queue_attributes(**wanted))["Attributes"]["QueueArn"]
        return {"name": name, "arn": arn, "url": url}

    def topic(self, name: str, members: Members) -> dict[str, str]:
        sns = self.target.client("sns")
        arn = self._patiently(lambda: sns.create_topic(Name=name, Tags=self._tags(), **members))["TopicArn"]
        self.on_made(f"topic {name}", lambda: self._insistently(lambda: sns.delete_topic(TopicArn=arn)))
        return {"name": name, "arn": arn}

    def bucket(self, name: str, members: Members) -> dict[str, str]:
        s3 = self.target.client("s3")
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.target.region}}
        arguments = {"Bucket": name, **({} if self.target.region == "us-east-1" else where), **members}
        self._patiently(lambda: s3.create_bucket(**arguments))

        def remove() -> None:
            empty_bucket(s3, name)
            self._insistently(lambda: s3.delete_bucket(Bucket=name))

        self.on_made(f"bucket {name}", remove)
        self._patiently(lambda: s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": self._tags()}))
        return {"name": name, "arn": f"arn:{self.target.partition}:s3:::{name}"}

    def stored(self, bucket: str, key: str, body: bytes) -> None:
        """An object in a bucket, which is removed with it."""
        s3 = self.target.client("s3")
        self._patiently(lambda: s3.put_object(Bucket=bucket, Key=key, Body=body))

    def table(self, name: str, members: Members) -> dict[str, str]:
        dynamodb = self.target.client("dynamodb")
        arguments = {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            "Tags": self._tags(),
            **members,
        }
        made = self._patiently(lambda: dynamodb.create_table(**arguments))["TableDescription"]
        self.on_made(f"table {name}", lambda: self._insistently(lambda: dynamodb.delete_table(TableName=name)))
        self._wait(lambda: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
        return {"name": name, "arn": made["TableArn"], "stream_arn": made.get("LatestStreamArn", "")}

    def stream(self, name: str, members: Members) -> dict[str, str]:
        kinesis = self.target.client("kinesis")
        arguments = {"StreamName": name, "ShardCount": 1, "Tags": {TAG: self.prefix}, **members}
        self._patiently(lambda: kinesis.create_stream(**arguments))
        gone = {"StreamName": name, "EnforceConsumerDeletion": True}
        self.on_made(f"stream {name}", lambda: self._insistently(lambda: kinesis.delete_stream(**gone)))

        def described() -> dict[str, Any]:
            summary: dict[str, Any] = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
            return summary

        self._wait(lambda: described()["StreamStatus"] == "ACTIVE")
        return {"name": name, "arn": described()["StreamARN"]}

    def _tags(self) -> list[dict[str, str]]:
        return [{"Key": TAG, "Value": self.prefix}]

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        return ask_patiently(self.target, ask, self.pause)

    def _insistently(self, ask: Callable[[], Any]) -> None:
        """As patiently, but a stop does not cut it short: what is being removed must go."""
        ask_patiently(self.target, ask, time.sleep)

    def _wait(self, ready: Callable[[], bool]) -> None:
        for seconds in self.target.patience.pauses():
            if self._patiently(ready):
                return
            self.pause(seconds)
        raise TimeoutError(f"it was not ready after {self.target.patience.total:.0f} s")


def ask_patiently(target: Target, ask: Callable[[], Any], pause: Pause) -> Any:
    """What `ask` returns; while AWS throttles or fails inside (5xx), it is asked again. Raises what botocore raises."""
    if target.settles_at_once:
        return ask()
    for seconds in target.patience.pauses():
        try:
            return ask()
        except ClientError as error:
            if not _passes(error):
                raise
        pause(seconds)
    return ask()


def empty_bucket(s3: Any, name: str) -> None:
    """Deletes every version of every object of a bucket."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for entry in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
            s3.delete_object(Bucket=name, Key=entry["Key"], VersionId=entry["VersionId"])


def _passes(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or is_throttle_code(error.response.get("Error", {}).get("Code"))


def _policy(target: Target, prefix: str) -> dict[str, Any]:
    def own(service: str, rest: str) -> str:
        return f"arn:{target.partition}:{service}:{target.region}:{target.account_id}:{rest}"

    statements = [
        (["logs:*"], [own("logs", f"log-group:/aws/lambda/{prefix}*")]),
        (["sqs:*"], [own("sqs", f"{prefix}*")]),
        (["sns:Publish"], [own("sns", f"{prefix}*")]),
        (["dynamodb:*"], [own("dynamodb", f"table/{prefix}*")]),
        (["kinesis:*"], [own("kinesis", f"stream/{prefix}*")]),
        (["s3:*"], [f"arn:{target.partition}:s3:::{prefix}*"]),
        (["lambda:InvokeFunction"], [own("lambda", f"function:{prefix}*")]),
    ]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": on} for action, on in statements],
    }
