"""Event source mappings, replayed as recorded on AWS: every member, every text, every identity."""

import json
from functools import partial

import pytest

QUEUE = "arn:aws:sqs:us-east-1:111111111111:inbox"
STREAM = "arn:aws:kinesis:us-east-1:111111111111:stream/clicks"
TABLE = "arn:aws:dynamodb:us-east-1:111111111111:table/orders/stream/2025-11-25T15:47:40.123"
FAILURES = "arn:aws:sqs:us-east-1:111111111111:failures"
SECRET = "arn:aws:secretsmanager:us-east-1:111111111111:secret:kafka"
SQS, KINESIS, DYNAMODB = (
    f"event_source_mapping/test_lambda_integration_{kind}" for kind in ("sqs", "kinesis", "dynamodbstreams")
)


@pytest.fixture
def mapped(world):
    """Creates mappings of the function `fn`."""
    world.create()
    return partial(world.do, "CreateEventSourceMapping", FunctionName="fn")


@pytest.fixture
def refused(world, mapped):
    return partial(world.refusal, "CreateEventSourceMapping", FunctionName="fn")


def test_ways_to_name_the_function(world, recording):
    recorded = recording("test_function_name_variations")
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="myalias", FunctionVersion="1")
    named = {
        "name_only": "fn",
        "partial_arn_latest": "function:fn:$LATEST",
        "partial_arn_version": "function:fn:1",
        "partial_arn_alias": "function:fn:myalias",
        "full_arn_latest": world.arn("fn"),
        "full_arn_version": world.arn("fn", "1"),
        "full_arn_alias": world.arn("fn", "myalias"),
    }
    for key, name in named.items():
        created = world.do("CreateEventSourceMapping", FunctionName=name, EventSourceArn=QUEUE)
        recorded.check(f"{key}_create_esm", created)
        world.settle()
        world.do("DeleteEventSourceMapping", UUID=created["UUID"])
        world.settle()
        gone = world.refusal("GetEventSourceMapping", UUID=created["UUID"])
        assert gone.code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("file", "source", "given"),
    [
        (SQS, QUEUE, {}),
        (KINESIS, STREAM, {"StartingPosition": "LATEST"}),
        (
            DYNAMODB,
            TABLE,
            {"StartingPosition": "TRIM_HORIZON", "MaximumBatchingWindowInSeconds": 1, "MaximumRetryAttempts": 1},
        ),
    ],
)
def test_the_same_mapping_twice(recording, mapped, refused, file, source, given):
    recorded = recording("test_duplicate_event_source_mappings", file)
    recorded.check("create", mapped(EventSourceArn=source, **given))
    recorded.check("error", refused(EventSourceArn=source, **given))


def test_queues_in_batches(world, recording, mapped, refused):
    recorded = recording("test_event_source_mapping_default_batch_size", SQS)
    created = mapped(EventSourceArn=QUEUE)
    recorded.check("create-event-source-mapping", created)
    other = QUEUE.replace("inbox", "other")
    recorded.check("invalid-create-event-source-mapping", refused(EventSourceArn=other, BatchSize=11))
    world.settle()
    too_large = world.refusal("UpdateEventSourceMapping", UUID=created["UUID"], BatchSize=11)
    recorded.check("invalid-update-event-source-mapping", too_large)


@pytest.mark.parametrize("size", [15, 100, 1000, 10000])
def test_large_batches(recording, mapped, size):
    recorded = recording(f"test_sqs_event_source_mapping_batch_size[{size}]", SQS)
    created = mapped(EventSourceArn=QUEUE, BatchSize=size, MaximumBatchingWindowInSeconds=3)
    recorded.check("create-event-source-mapping-response", created)


def test_another_version_for_a_queue(world, recording):
    recorded = recording("test_sqs_event_source_mapping_update", SQS)
    world.create(Publish=True)
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True)
    world.settle()
    created = world.do(
        "CreateEventSourceMapping",
        FunctionName=world.arn("fn", "1"),
        EventSourceArn=QUEUE,
        MaximumBatchingWindowInSeconds=1,
    )
    recorded.check("create-event-source-mapping-response", created)
    world.settle()
    updated = world.do("UpdateEventSourceMapping", UUID=created["UUID"], FunctionName=world.arn("fn", "2"))
    recorded.check("updated_esm", updated)
    world.settle()
    recorded.check("updated_event_source_mapping", world.do("GetEventSourceMapping", UUID=created["UUID"]))


@pytest.mark.parametrize("case", ["single", "or", "and", "exists", "numeric-bigger", "numeric-range", "prefix"])
def test_filters(recording, mapped, case):
    recorded = recording(f"test_sqs_event_filter[{case}]", SQS)
    pattern = recorded.answer("create_event_source_mapping_response.FilterCriteria.Filters")[0]["Pattern"]
    created = mapped(
        EventSourceArn=QUEUE,
        MaximumBatchingWindowInSeconds=1,
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
    )
    created["FilterCriteria"]["Filters"][0]["Pattern"] = pattern  # the recording shows it decoded
    recorded.check("create_event_source_mapping_response", created)


@pytest.mark.parametrize("pattern", ["single-string", '[{"eventName": ["INSERT"=123}]'])
def test_bad_filters(recording, refused, pattern):
    recorded = recording(f"test_dynamodb_invalid_event_filter[{pattern}]", DYNAMODB)
    members = {"EventSourceArn": TABLE, "StartingPosition": "LATEST"}
    filters = {"Filters": [{"Pattern": pattern}]}
    recorded.check("exception_event_source_creation", refused(**members, FilterCriteria=filters))


def test_no_filters(recording, mapped):
    recorded = recording("test_create_event_filter_criteria_validation")
    created = mapped(EventSourceArn=TABLE, StartingPosition="LATEST", FilterCriteria={"Filters": []})
    recorded.check("response-with-empty-filters", created)


def test_partial_failures_of_a_queue(recording, mapped):
    recorded = recording("test_report_batch_item_failures", SQS)
    created = mapped(EventSourceArn=QUEUE, FunctionResponseTypes=["ReportBatchItemFailures"])
    recorded.check("create_event_source_mapping", created)


def test_two_functions_on_one_stream(world, recording):
    recorded = recording(
        "test_create_kinesis_event_source_mapping_multiple_lambdas_single_kinesis_event_stream", KINESIS
    )
    for name in ("a", "b"):
        world.create(name)
        created = world.do(
            "CreateEventSourceMapping", FunctionName=name, EventSourceArn=STREAM, StartingPosition="TRIM_HORIZON"
        )
        recorded.check(f"create_event_source_mapping_response-{name}", created)


@pytest.mark.parametrize(
    ("test", "given"),
    [
        ("test_disable_kinesis_event_source_mapping", {"BatchSize": 10, "StartingPosition": "LATEST"}),
        ("test_kinesis_event_source_mapping_with_async_invocation", {"BatchSize": 10, "StartingPosition": "LATEST"}),
        (
            "test_kinesis_event_source_mapping_with_s3_on_failure_destination",
            {
                "BatchSize": 1,
                "MaximumBatchingWindowInSeconds": 1,
                "MaximumRetryAttempts": 1,
                "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::failures"}},
            },
        ),
        (
            "test_kinesis_event_source_mapping_with_sns_on_failure_destination_config",
            {
                "BatchSize": 1,
                "MaximumBatchingWindowInSeconds": 1,
                "MaximumRetryAttempts": 1,
                "DestinationConfig": {"OnFailure": {"Destination": FAILURES.replace("sqs", "sns")}},
            },
        ),
        (
            "test_kinesis_maximum_record_age_exceeded[expire-while-retrying]",
            {
                "BatchSize": 1,
                "MaximumBatchingWindowInSeconds": 1,
                "MaximumRecordAgeInSeconds": 60,
                "DestinationConfig": {"OnFailure": {"Destination": FAILURES}},
            },
        ),
        (
            "test_kinesis_report_batch_item_failures",
            {
                "BatchSize": 3,
                "MaximumBatchingWindowInSeconds": 1,
                "MaximumRetryAttempts": 3,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "DestinationConfig": {"OnFailure": {"Destination": FAILURES}},
            },
        ),
    ],
)
def test_settings_of_a_stream(recording, mapped, test, given):
    recorded = recording(test, KINESIS)
    created = mapped(EventSourceArn=STREAM, **({"StartingPosition": "TRIM_HORIZON"} | given))
    recorded.check("create_event_source_mapping_response", created)


def test_switching_a_table_off(world, recording, mapped):
    recorded = recording("test_disabled_dynamodb_event_source_mapping", DYNAMODB)
    created = mapped(EventSourceArn=TABLE, StartingPosition="TRIM_HORIZON", MaximumBatchingWindowInSeconds=1)
    recorded.check("create_event_source_mapping_result", created)
    world.settle()
    mapping = world.store.region("111111111111", "us-east-1").event_source_mappings[created["UUID"]]
    mapping.processing_result = "OK"  # as whoever reads the stream would say
    updated = world.do("UpdateEventSourceMapping", UUID=created["UUID"], Enabled=False)
    recorded.check("update_event_source_mapping_result", updated)


def test_listing_a_table(world, recording, mapped):
    recorded = recording("test_deletion_event_source_mapping_with_dynamodb", DYNAMODB)
    created = mapped(EventSourceArn=TABLE, StartingPosition="TRIM_HORIZON")
    recorded.check("create_event_source_mapping_result", created)
    world.settle()
    world.do("DeleteFunction", FunctionName="fn")
    listed = world.do("ListEventSourceMappings", EventSourceArn=TABLE)
    recorded.check("list_event_source_mapping_result", listed)


def test_a_stream_needs_a_starting_position(recording, refused):
    recorded = recording("test_create_event_source_validation_kinesis")
    recorded.check("no_starting_position", refused(EventSourceArn=STREAM))


def test_self_managed_kafka(recording, mapped, refused):
    recorded = recording("test_create_event_source_self_managed")
    access = [{"Type": "BASIC_AUTH", "URI": SECRET}]

    def cluster(*servers, topic="topic"):
        endpoints = {"KAFKA_BOOTSTRAP_SERVERS": list(servers)}
        return {"SelfManagedEventSource": {"Endpoints": endpoints}, "Topics": [topic]}

    def check(key, created):
        # The recording is of 2024, when answers did not have the ARN yet; those of 2025 have it.
        recorded.check(key, {name: value for name, value in created.items() if name != "EventSourceMappingArn"})

    recorded.check("missing-source-access-configuration", refused(**cluster("kafka:1000")))
    check("event-source-mapping-default", mapped(**cluster("kafka:1000"), SourceAccessConfigurations=access))
    check(
        "event-source-mapping-values",
        mapped(
            **cluster("kafka:1000", topic="topic_2"),
            SourceAccessConfigurations=access,
            BatchSize=1,
            StartingPosition="LATEST",
            SelfManagedKafkaEventSourceConfig={"ConsumerGroupId": "random_id"},
        ),
    )
    again = refused(**cluster("kafka:1000"), SourceAccessConfigurations=access)
    recorded.check("duplicate-source", again)
    again = refused(**cluster("kafka:1000", "kafka:2000"), SourceAccessConfigurations=access)
    recorded.check("multiple-duplicate-source", again)


def test_tags(world, recording, mapped):
    recorded = recording("TestLambdaTag::test_tag_lifecycle[event_source_mapping]")
    resource = mapped(EventSourceArn=QUEUE)["EventSourceMappingArn"]

    def check(key, answer):
        recorded.check(f"{key}_response", answer)
        recorded.check(f"{key}_response_listtags", world.do("ListTags", Resource=resource))

    tag, untag = (partial(world.do, f"{verb}Resource", Resource=resource) for verb in ("Tag", "Untag"))
    check("tag_single", tag(Tags={"A": "tag-a"}))
    check("tag_multiple", tag(Tags={"B": "tag-b", "C": "tag-c"}))
    check("tag_overlap", tag(Tags={"C": "tag-c-newsuffix", "D": "tag-d"}))
    check("untag_single", untag(TagKeys=["A"]))
    check("untag_multiple", untag(TagKeys=["B", "C"]))
    check("untag_nonexisting", untag(TagKeys=["F"]))
    check("untag_existing_and_nonexisting", untag(TagKeys=["D", "F"]))
