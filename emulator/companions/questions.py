"""What Lambda wants to know of other services, each question as botocore asks it.

Every function here takes the client of its service, asks in the thread that called it, and returns a plain fact. Where
something is not there, that is a fact; whatever else a service refuses is raised (botocore's ClientError).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

_MISSING = frozenset(
    {
        "404", "NotFound", "NoSuchEntity", "NoSuchBucket", "ResourceNotFoundException",
        "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in S3. `region` is that of its bucket, where S3 tells it; the `body` is None if that is another one."""

    body: bytes | None
    region: str | None = None


def stored_object(s3: Any, bucket: str, key: str, version: str | None, at_most: int) -> StoredObject:
    """The object, or its first `at_most` bytes. Raises ClientError with the code that GetObject answers."""
    region = _region_of_bucket(s3, bucket)
    if region not in (None, s3.meta.region_name):
        return StoredObject(None, region)
    chosen = {"VersionId": version} if version else {}
    body = s3.get_object(Bucket=bucket, Key=key, **chosen)["Body"]
    try:
        return StoredObject(body.read(at_most), region)
    finally:
        body.close()


def _region_of_bucket(s3: Any, bucket: str) -> str | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        region: str | None = s3.head_bucket(Bucket=bucket).get("BucketRegion")
    except ClientError:
        return None  # GetObject is about to tell why
    return region


def has_bucket(s3: Any, name: str) -> bool:
    """Whether there is such a bucket. One that may not be looked at is there."""
    return _is_there(lambda: s3.head_bucket(Bucket=name), also_if=("403",))


def visibility_timeout(sqs: Any, name: str, account_id: str) -> int | None:
    """For how many seconds a queue hides messages that were received; None if there is no such queue."""
    found: list[int] = []

    def ask() -> None:
        url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account_id)["QueueUrl"]
        wanted = {"QueueUrl": url, "AttributeNames": ["VisibilityTimeout"]}
        found.append(int(sqs.get_queue_attributes(**wanted)["Attributes"]["VisibilityTimeout"]))

    return found[0] if _is_there(ask) else None


def has_topic(sns: Any, arn: str) -> bool:
    """Whether there is such a topic."""
    return _is_there(lambda: sns.get_topic_attributes(TopicArn=arn))


def has_event_bus(events: Any, arn: str) -> bool:
    """Whether there is such an event bus."""
    return _is_there(lambda: events.describe_event_bus(Name=arn))


def has_stream(kinesis: Any, arn: str) -> bool:
    """Whether there is such a Kinesis stream, or such a consumer of one."""
    if "/consumer/" in arn:
        return _is_there(lambda: kinesis.describe_stream_consumer(ConsumerARN=arn))
    return _is_there(lambda: kinesis.describe_stream_summary(StreamARN=arn))


def has_table_stream(streams: Any, arn: str) -> bool:
    """Whether there is such a stream of a DynamoDB table. One of an earlier time, which its label tells, is gone."""
    labels: list[str] = []

    def ask() -> None:
        labels.append(streams.describe_stream(StreamArn=arn, Limit=1)["StreamDescription"]["StreamLabel"])

    return _is_there(ask) and arn.endswith(f"/stream/{labels[0]}")


def vpcs_of_subnets(ec2: Any, subnets: Sequence[str]) -> dict[str, str]:
    """The VPC of each of the subnets that are there."""
    wanted = [{"Name": "subnet-id", "Values": list(subnets)}]
    return {found["SubnetId"]: found["VpcId"] for found in ec2.describe_subnets(Filters=wanted)["Subnets"]}


def security_groups(ec2: Any, groups: Iterable[str]) -> frozenset[str]:
    """Those of the security groups that are there."""
    wanted = [{"Name": "group-id", "Values": list(groups)}]
    return frozenset(found["GroupId"] for found in ec2.describe_security_groups(Filters=wanted)["SecurityGroups"])


def trust_policy(iam: Any, role: str) -> Any:
    """The trust policy of a role as IAM has it decoded; None if there is no such role."""
    found: list[Any] = []
    there = _is_there(lambda: found.append(iam.get_role(RoleName=role)["Role"].get("AssumeRolePolicyDocument")))
    return found[0] if there else None


def _is_there(ask: Any, *, also_if: Sequence[str] = ()) -> bool:
    from botocore.exceptions import ClientError  # noqa: PLC0415 (slow; whoever asks here has imported it)

    try:
        ask()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _MISSING:
            return False
        if code not in also_if:
            raise
    return True
