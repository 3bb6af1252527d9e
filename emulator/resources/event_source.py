"""The kinds of event sources: how each is recognised, what can be said of it, and what holds unless it is said.

One row of `KINDS` is all that tells one kind from another. Members and values are as AWS spells them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

QUEUE_BATCH_WITHOUT_WINDOW = 10  # messages [rec: test_event_source_mapping_default_batch_size, 2025-11-25]

# What every mapping may be told [model: CreateEventSourceMapping, UpdateEventSourceMapping].
_COMMON = frozenset(
    {
        "UUID", "EventSourceArn", "FunctionName", "Enabled", "BatchSize", "FilterCriteria", "KMSKeyArn",
        "MetricsConfig", "Tags",
    }
)  # fmt: skip
STARTING = frozenset({"StartingPosition", "StartingPositionTimestamp"})
_RECORDS = frozenset(
    {
        "DestinationConfig", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts",
        "FunctionResponseTypes", "MaximumBatchingWindowInSeconds",
    }
)  # fmt: skip
_KAFKA = frozenset({"Topics", "SourceAccessConfigurations", "ProvisionedPollerConfig", "LoggingConfig"})


@dataclass(slots=True, frozen=True)
class SourceKind:
    """One kind of event source.

    `arn` matches what follows `arn:<partition>:`; None for a source that has no ARN. `reason` is the mapping's
    StateTransitionReason and `processing_result` its LastProcessingResult before anything was processed. `defaults`
    are the members that every answer has. `members` may be given, `required` must be. `consumer_group` is the
    member that holds a ConsumerGroupId.
    """

    name: str
    arn: re.Pattern[str] | None
    reason: str
    processing_result: str | None
    defaults: Mapping[str, Any]
    members: frozenset[str]
    required: tuple[str, ...] = ()
    consumer_group: str | None = None
    pollers: Mapping[str, int] = field(default_factory=dict)  # what ProvisionedPollerConfig holds unless it is said

    def takes(self, member: str) -> bool:
        """Whether a mapping of this kind may be given `member`."""
        return member in _COMMON or member in self.members


_WHERE = r"[a-z0-9-]+:\d{12}:"
_NONE_PROCESSED = "No records processed"

SQS = SourceKind(
    name="SQS",
    arn=re.compile(rf"sqs:{_WHERE}[a-zA-Z0-9_-]+(\.fifo)?"),
    reason="USER_INITIATED",
    processing_result=None,
    # [rec: test_function_name_variations, 2025-11-25]
    defaults={"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": []},
    members=frozenset(
        {"MaximumBatchingWindowInSeconds", "FunctionResponseTypes", "ScalingConfig", "ProvisionedPollerConfig"}
    ),
    pollers={"MinimumPollers": 2, "MaximumPollers": 200},
)

# [rec: test_create_kinesis_event_source_mapping_multiple_lambdas_single_kinesis_event_stream, 2025-11-25]
_STREAM_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
_STREAM_MEMBERS = STARTING | _RECORDS | {"ParallelizationFactor", "TumblingWindowInSeconds"}

KINESIS = SourceKind(
    name="Kinesis",
    arn=re.compile(rf"kinesis:{_WHERE}stream/[a-zA-Z0-9_.-]+(/consumer/[a-zA-Z0-9_.-]+:\d+)?"),
    reason="User action",
    processing_result=_NONE_PROCESSED,
    defaults=_STREAM_DEFAULTS,
    members=_STREAM_MEMBERS,
)

DYNAMODB = SourceKind(
    name="DynamoDB",
    arn=re.compile(rf"dynamodb:{_WHERE}table/[a-zA-Z0-9_.-]+/stream/.+"),
    reason="User action",
    processing_result=_NONE_PROCESSED,
    defaults=_STREAM_DEFAULTS,
    members=_STREAM_MEMBERS,
)

# [rec: test_create_event_source_self_managed, 2024-09-03]; Amazon's own Kafka by analogy.
_KAFKA_DEFAULTS: Mapping[str, Any] = {"BatchSize": 100, "StartingPosition": "TRIM_HORIZON"}
_KAFKA_POLLERS = {"MinimumPollers": 1, "MaximumPollers": 200}

SELF_MANAGED_KAFKA = SourceKind(
    name="self-managed Apache Kafka",
    arn=None,
    reason="USER_INITIATED",
    processing_result=_NONE_PROCESSED,
    defaults=_KAFKA_DEFAULTS,
    members=STARTING | _RECORDS | _KAFKA | {"SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig"},
    required=("SourceAccessConfigurations", "Topics"),
    consumer_group="SelfManagedKafkaEventSourceConfig",
    pollers=_KAFKA_POLLERS,
)

MANAGED_KAFKA = SourceKind(
    name="Amazon MSK",
    arn=re.compile(rf"kafka:{_WHERE}(cluster|vpc-connection)/.+"),
    reason="USER_INITIATED",
    processing_result=_NONE_PROCESSED,
    defaults=_KAFKA_DEFAULTS,
    members=STARTING | _RECORDS | _KAFKA | {"AmazonManagedKafkaEventSourceConfig"},
    required=("Topics",),
    consumer_group="AmazonManagedKafkaEventSourceConfig",
    pollers=_KAFKA_POLLERS,
)

MQ = SourceKind(
    name="Amazon MQ",
    arn=re.compile(rf"mq:{_WHERE}broker:.+"),
    reason="USER_INITIATED",
    processing_result=_NONE_PROCESSED,  # [docs: with-mq]
    defaults={"BatchSize": 100},
    members=frozenset({"MaximumBatchingWindowInSeconds", "Queues", "SourceAccessConfigurations"}),
    required=("SourceAccessConfigurations", "Queues"),
)

DOCUMENT_DB = SourceKind(
    name="Amazon DocumentDB",
    arn=re.compile(rf"rds:{_WHERE}cluster:.+"),
    reason="USER_INITIATED",
    processing_result=_NONE_PROCESSED,
    defaults={"BatchSize": 100},
    members=STARTING | {"MaximumBatchingWindowInSeconds", "SourceAccessConfigurations", "DocumentDBEventSourceConfig"},
    required=("SourceAccessConfigurations", "DocumentDBEventSourceConfig"),
)

KINDS = (SQS, KINESIS, DYNAMODB, MANAGED_KAFKA, MQ, DOCUMENT_DB)  # those that have an ARN

STREAMS = frozenset({KINESIS.name, DYNAMODB.name})
KAFKA = frozenset({MANAGED_KAFKA.name, SELF_MANAGED_KAFKA.name})


def kind_of(event_source_arn: str) -> SourceKind | None:
    """The kind of source that an ARN names; None for a service or a resource that Lambda does not read from."""
    _, _, rest = event_source_arn.partition(":")  # arn
    _, _, rest = rest.partition(":")  # partition
    return next((kind for kind in KINDS if kind.arn is not None and kind.arn.fullmatch(rest)), None)
