"""Event source mappings beyond what recordings show."""

from datetime import timedelta
from functools import partial

import pytest

QUEUE = "arn:aws:sqs:us-east-1:111111111111:inbox"
STREAM = "arn:aws:kinesis:us-east-1:111111111111:stream/clicks"
TABLE = "arn:aws:dynamodb:us-east-1:111111111111:table/orders/stream/2025-11-25T15:47:40.123"
CLUSTER = "arn:aws:kafka:us-east-1:111111111111:cluster/clicks/0d0f0d0f-1"
BROKER = "arn:aws:mq:us-east-1:111111111111:broker:orders:b-1"
DATABASE = "arn:aws:rds:us-east-1:111111111111:cluster:orders"
ACCESS = [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:111111111111:secret:kafka"}]


@pytest.fixture
def mapped(world):
    world.create()
    return partial(world.do, "CreateEventSourceMapping", FunctionName="fn")


@pytest.fixture
def refused(world, mapped):
    def refuse(**members):
        refusal = world.refusal("CreateEventSourceMapping", **({"FunctionName": "fn"} | members))
        assert refusal.code == "InvalidParameterValueException"
        return refusal.message

    return refuse


class TestTheirStates:
    @pytest.mark.parametrize(("enabled", "settled"), [(True, "Enabled"), (False, "Disabled")])
    def test_after_creation(self, world, mapped, enabled, settled):
        created = mapped(EventSourceArn=QUEUE, Enabled=enabled)
        assert created["State"] == "Creating"
        world.settle()
        assert world.do("GetEventSourceMapping", UUID=created["UUID"])["State"] == settled

    def test_switching_off_and_on(self, world, mapped):
        mapping = mapped(EventSourceArn=QUEUE)["UUID"]
        update, get = (partial(world.do, f"{verb}EventSourceMapping", UUID=mapping) for verb in ("Update", "Get"))
        world.settle()
        assert update(Enabled=False)["State"] == "Disabling"
        world.settle()
        assert get()["State"] == "Disabled"
        assert update(BatchSize=5)["State"] == "Updating"
        world.settle()
        assert get()["State"] == "Disabled"
        assert update(Enabled=True)["State"] == "Enabling"
        world.settle()
        assert get()["State"] == "Enabled"

    def test_a_mapping_on_its_way_takes_no_change(self, world, mapped):
        mapping = mapped(EventSourceArn=QUEUE)["UUID"]
        update = partial(world.refusal, "UpdateEventSourceMapping", UUID=mapping)
        delete = partial(world.refusal, "DeleteEventSourceMapping", UUID=mapping)
        assert (update(BatchSize=5).code, delete().code) == ("ResourceInUseException",) * 2  # Creating
        world.settle()
        world.do("UpdateEventSourceMapping", UUID=mapping, BatchSize=5)
        assert (update(BatchSize=6).code, delete().code) == ("ResourceInUseException",) * 2  # Updating
        world.settle()
        assert world.do("DeleteEventSourceMapping", UUID=mapping)["State"] == "Deleting"
        assert (update(BatchSize=6).code, delete().code) == ("ResourceInUseException",) * 2  # Deleting
        world.settle()
        assert (update(BatchSize=6).code, delete().code) == ("ResourceNotFoundException",) * 2

    def test_the_date_follows_the_state(self, world, mapped):
        created = mapped(EventSourceArn=QUEUE)
        world.settle()
        settled = world.do("GetEventSourceMapping", UUID=created["UUID"])
        assert settled["LastModified"] == created["LastModified"] + timedelta(seconds=1)


class TestSources:
    @pytest.mark.parametrize(
        "source",
        [
            "arn:aws:s3:::bucket",
            "arn:aws:sns:us-east-1:111111111111:topic",
            "arn:aws:dynamodb:us-east-1:111111111111:table/orders",
            "arn:aws:kinesis:us-east-1:111111111111:clicks",
        ],
    )
    def test_that_lambda_does_not_read(self, refused, source):
        assert refused(EventSourceArn=source) == f"Unsupported source arn : {source}"

    def test_none_at_all(self, refused):
        assert refused() == "Unsupported source arn : null"

    def test_a_cluster_has_topics_and_a_consumer_group(self, mapped, refused):
        assert refused(EventSourceArn=CLUSTER) == "Required 'topics' parameter is missing."
        created = mapped(EventSourceArn=CLUSTER, Topics=["clicks"])
        assert created["AmazonManagedKafkaEventSourceConfig"] == {"ConsumerGroupId": created["UUID"]}
        assert created["StartingPosition"] == "TRIM_HORIZON"
        mapped(EventSourceArn=CLUSTER, Topics=["others"])  # another topic is another source

    def test_a_broker_has_queues(self, mapped, refused):
        message = refused(EventSourceArn=BROKER, SourceAccessConfigurations=ACCESS)
        assert message == "Required 'queues' parameter is missing."
        created = mapped(EventSourceArn=BROKER, SourceAccessConfigurations=ACCESS, Queues=["orders"])
        assert (created["BatchSize"], created["Queues"]) == (100, ["orders"])

    def test_a_database(self, mapped):
        config = {"DatabaseName": "orders"}
        created = mapped(EventSourceArn=DATABASE, SourceAccessConfigurations=ACCESS, DocumentDBEventSourceConfig=config)
        assert created["DocumentDBEventSourceConfig"] == config

    def test_a_consumer_of_a_stream(self, mapped):
        consumer = f"{STREAM}/consumer/reader:1571934300"
        assert mapped(EventSourceArn=consumer, StartingPosition="LATEST")["EventSourceArn"] == consumer

    @pytest.mark.parametrize(
        ("source", "given", "member"),
        [
            (QUEUE, {"MaximumRetryAttempts": 1}, "maximumRetryAttempts"),
            (QUEUE, {"Topics": ["a"]}, "topics"),
            (STREAM, {"ScalingConfig": {"MaximumConcurrency": 2}, "StartingPosition": "LATEST"}, "scalingConfig"),
            (BROKER, {"ParallelizationFactor": 1}, "parallelizationFactor"),
        ],
    )
    def test_settings_of_other_sources(self, refused, source, given, member):
        message = refused(EventSourceArn=source, **given)
        assert message == f"Unsupported '{member}' parameter for given event source mapping type."


class TestStartingPositions:
    def test_a_queue_has_none(self, refused):
        message = refused(EventSourceArn=QUEUE, StartingPosition="LATEST")
        assert message == "StartingPosition is not valid for SQS event sources."

    def test_from_a_moment(self, world, mapped, refused):
        now = world.clock.now()
        at = {"EventSourceArn": STREAM, "StartingPosition": "AT_TIMESTAMP"}
        assert refused(**at) == "Need to specify a timestamp"
        assert "future" in refused(**at, StartingPositionTimestamp=now + timedelta(seconds=1))
        assert "AT_TIMESTAMP" in refused(
            EventSourceArn=STREAM, StartingPosition="LATEST", StartingPositionTimestamp=now
        )
        assert "DynamoDB" in refused(
            EventSourceArn=TABLE, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=now
        )
        assert mapped(**at, StartingPositionTimestamp=now)["StartingPositionTimestamp"] == now


class TestSettings:
    def test_fifo_queues_have_small_batches_and_no_window(self, mapped, refused):
        fifo = f"{QUEUE}.fifo"
        assert refused(EventSourceArn=fifo, BatchSize=100, MaximumBatchingWindowInSeconds=5) == (
            "Batching window is not supported for FIFO queues"
        )
        assert "FIFO" in refused(EventSourceArn=fifo, BatchSize=11)
        assert mapped(EventSourceArn=fifo, BatchSize=10)["BatchSize"] == 10

    def test_records_live_forever_or_a_minute(self, mapped, refused):
        stream = {"EventSourceArn": STREAM, "StartingPosition": "LATEST"}
        for age in (0, 59):
            assert "MaximumRecordAgeInSeconds" in refused(**stream, MaximumRecordAgeInSeconds=age)
        assert mapped(**stream, MaximumRecordAgeInSeconds=60)["MaximumRecordAgeInSeconds"] == 60

    def test_five_filters(self, mapped, refused):
        filters = [{"Pattern": '{"body": ["a"]}'}] * 5
        assert "5" in refused(EventSourceArn=QUEUE, FilterCriteria={"Filters": [*filters, filters[0]]})
        assert mapped(EventSourceArn=QUEUE, FilterCriteria={"Filters": filters})["FilterCriteria"]["Filters"] == filters

    @pytest.mark.parametrize(
        "given",
        [
            {"OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:111111111111:q"}},
            {"OnFailure": {"Destination": "arn:aws:lambda:us-east-1:111111111111:function:fn"}},
            {"OnFailure": {"Destination": "kafka://topic"}},
            {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:111111111111:q.fifo"}},
        ],
    )
    def test_destinations(self, refused, given):
        message = refused(EventSourceArn=STREAM, StartingPosition="LATEST", DestinationConfig=given)
        assert message.startswith("The provided destination config DestinationConfig(")

    def test_a_kafka_topic_takes_the_failures_of_kafka(self, mapped):
        given = {"OnFailure": {"Destination": "kafka://failures"}}
        created = mapped(EventSourceArn=CLUSTER, Topics=["clicks"], DestinationConfig=given)
        assert created["DestinationConfig"] == given

    def test_pollers(self, mapped, refused):
        pollers = {"EventSourceArn": QUEUE, "ProvisionedPollerConfig": {"MinimumPollers": 3}}
        assert "ScalingConfig" in refused(**pollers, ScalingConfig={"MaximumConcurrency": 2})
        assert "2 MinimumPollers" in refused(EventSourceArn=QUEUE, ProvisionedPollerConfig={"MinimumPollers": 1})
        more_than_most = {"MinimumPollers": 5, "MaximumPollers": 4}
        assert "more" in refused(EventSourceArn=QUEUE, ProvisionedPollerConfig=more_than_most)
        assert mapped(**pollers)["ProvisionedPollerConfig"] == {"MinimumPollers": 3, "MaximumPollers": 200}

    def test_an_update_keeps_what_is_not_given(self, world, mapped):
        created = mapped(
            EventSourceArn=QUEUE,
            BatchSize=50,
            MaximumBatchingWindowInSeconds=5,
            ScalingConfig={"MaximumConcurrency": 2},
            FilterCriteria={"Filters": [{"Pattern": '{"body": ["a"]}'}]},
        )
        world.settle()
        updated = world.do("UpdateEventSourceMapping", UUID=created["UUID"], BatchSize=60)
        assert {**created, "State": "Updating", "BatchSize": 60, "LastModified": updated["LastModified"]} == updated
        world.settle()
        taken_away = world.do(
            "UpdateEventSourceMapping", UUID=created["UUID"], ScalingConfig={}, FilterCriteria={"Filters": []}
        )
        assert not {"ScalingConfig", "FilterCriteria"} & taken_away.keys()

    def test_a_consumer_group_stays(self, world, mapped):
        created = mapped(EventSourceArn=CLUSTER, Topics=["clicks"])
        world.settle()
        refused = world.refusal(
            "UpdateEventSourceMapping",
            UUID=created["UUID"],
            AmazonManagedKafkaEventSourceConfig={"ConsumerGroupId": "another"},
        )
        assert refused.code == "InvalidParameterValueException"

    def test_encrypted_filters_are_not_listed(self, world, mapped):
        filters = {"Filters": [{"Pattern": '{"body": ["a"]}'}]}
        key = "arn:aws:kms:us-east-1:111111111111:key/1"
        created = mapped(EventSourceArn=QUEUE, FilterCriteria=filters, KMSKeyArn=key)
        assert world.do("GetEventSourceMapping", UUID=created["UUID"])["FilterCriteria"] == filters
        (listed,) = world.do("ListEventSourceMappings")["EventSourceMappings"]
        assert "FilterCriteria" not in listed


class TestFunctions:
    def test_a_missing_one(self, world, refused):
        for name in ("doesnotexist", "fn:1", "fn:noalias"):
            assert refused(FunctionName=name, EventSourceArn=QUEUE) == "Function does not exist"

    def test_one_mapping_for_a_source_and_a_version(self, world, mapped):
        world.do("PublishVersion", FunctionName="fn")
        mapped(EventSourceArn=QUEUE)
        again = {"FunctionName": "fn:$LATEST", "EventSourceArn": QUEUE}
        assert world.refusal("CreateEventSourceMapping", **again).code == "ResourceConflictException"
        second = world.do("CreateEventSourceMapping", FunctionName="fn:1", EventSourceArn=QUEUE)
        world.settle()
        refused = world.refusal("UpdateEventSourceMapping", UUID=second["UUID"], FunctionName="fn")
        assert refused.code == "ResourceConflictException"
        assert '(" fn ")' in refused.message

    def test_mappings_outlive_their_function(self, world, mapped):
        mapping = mapped(EventSourceArn=QUEUE)["UUID"]
        world.do("DeleteFunction", FunctionName="fn")
        world.settle()
        assert world.do("GetEventSourceMapping", UUID=mapping)["State"] == "Enabled"
        assert [
            entry["UUID"] for entry in world.do("ListEventSourceMappings", FunctionName="fn")["EventSourceMappings"]
        ] == [mapping]


def test_listing_by_source_and_function_page_by_page(world, mapped):
    world.do("PublishVersion", FunctionName="fn")
    sources = [f"{QUEUE}-{number}" for number in range(3)]
    made = []
    for source in sources:
        made.append(mapped(EventSourceArn=source)["UUID"])
        world.clock.move(1)
    version = world.do("CreateEventSourceMapping", FunctionName="fn:1", EventSourceArn=sources[0])["UUID"]

    def listed(**members):
        answer = world.do("ListEventSourceMappings", **members)
        return [entry["UUID"] for entry in answer["EventSourceMappings"]], answer.get("NextMarker")

    assert listed() == ([*made, version], None)
    assert listed(EventSourceArn=sources[0]) == ([made[0], version], None)
    assert listed(FunctionName="fn:$LATEST") == (made, None)
    assert listed(FunctionName=world.arn("fn", "1")) == ([version], None)
    first, marker = listed(MaxItems=3)
    assert first == made
    assert listed(MaxItems=3, Marker=marker) == ([version], None)


def test_tags_at_creation(world, mapped):
    created = mapped(EventSourceArn=QUEUE, Tags={"a": "1"})
    assert "Tags" not in created
    assert world.do("ListTags", Resource=created["EventSourceMappingArn"]) == {"Tags": {"a": "1"}}
