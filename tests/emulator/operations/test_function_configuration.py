"""UpdateFunctionConfiguration beyond what recordings show."""

import pytest


def update(world, **members):
    answer = world.do("UpdateFunctionConfiguration", FunctionName="fn", **members)
    world.settle()
    return answer


def test_members_not_given_are_kept(world):
    world.create(Description="kept", MemorySize=256, Environment={"Variables": {"A": "1", "B": "2"}})
    answer = update(world, Timeout=9)
    assert (answer["Description"], answer["MemorySize"], answer["Timeout"]) == ("kept", 256, 9)
    assert answer["Environment"] == {"Variables": {"A": "1", "B": "2"}}


def test_variables_are_replaced_as_a_whole(world):
    world.create(Environment={"Variables": {"A": "1", "B": "2"}})
    assert update(world, Environment={"Variables": {"C": "3"}})["Environment"] == {"Variables": {"C": "3"}}
    assert update(world, Environment={})["Environment"] == {"Variables": {}}


def test_empty_arns_take_queue_and_key_away(world):
    world.create(
        DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:111111111111:q"}, KMSKeyArn="arn:aws:kms:::key/1"
    )
    answer = update(world, DeadLetterConfig={"TargetArn": ""}, KMSKeyArn="", FileSystemConfigs=[])
    assert not {"DeadLetterConfig", "KMSKeyArn", "FileSystemConfigs"} & answer.keys()


def test_the_old_configuration_runs_until_the_update_has_settled(world):
    world.create(Timeout=3)
    world.do("UpdateFunctionConfiguration", FunctionName="fn", Timeout=9)
    assert world.function().running.timeout == 3
    world.settle()
    assert world.function().running.timeout == 9


def test_log_levels_are_merged(world):
    world.create(LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "ERROR"})
    answer = update(world, LoggingConfig={"SystemLogLevel": "WARN"})
    assert answer["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "ERROR",
        "SystemLogLevel": "WARN",
        "LogGroup": "/aws/lambda/fn",
    }
    update(world, LoggingConfig={"LogFormat": "Text"})
    assert world.refusal(
        "UpdateFunctionConfiguration", FunctionName="fn", LoggingConfig={"ApplicationLogLevel": "INFO"}
    )


def test_only_creation_makes_a_function_durable(world):
    world.create()
    config = {"ExecutionTimeout": 60}
    assert world.refusal("UpdateFunctionConfiguration", FunctionName="fn", DurableConfig=config)
    world.create("durable", DurableConfig=config)
    longer = world.do("UpdateFunctionConfiguration", FunctionName="durable", DurableConfig={"ExecutionTimeout": 90})
    assert longer["DurableConfig"] == {"ExecutionTimeout": 90}


def test_snap_start_stays_within_its_bounds(world):
    on = {"SnapStart": {"ApplyOn": "PublishedVersions"}}
    world.create(**on)
    for members in ({"Runtime": "python3.11"}, {"EphemeralStorage": {"Size": 513}}, {"FileSystemConfigs": [{}]}):
        refused = world.refusal("UpdateFunctionConfiguration", FunctionName="fn", **members)
        assert refused.code == "InvalidParameterValueException"


def test_an_image_has_no_runtime_and_a_zip_no_image(world):
    world.create("image", PackageType="Image", Code={"ImageUri": "one:latest"})
    world.create("zip")
    assert world.refusal("UpdateFunctionConfiguration", FunctionName="image", Handler="a.b")
    assert world.refusal("UpdateFunctionConfiguration", FunctionName="zip", ImageConfig={"Command": ["a"]})


class TestLayers:
    def arn(self, name, version=1, region="us-east-1"):
        return f"arn:aws:lambda:{region}:111111111111:layer:{name}:{version}"

    @pytest.fixture(autouse=True)
    def layers(self, world):
        for name in "abcdef":
            for _ in range(3):
                world.publish_layer(name)
        world.create()

    def refusal(self, world, *arns):
        return world.refusal("UpdateFunctionConfiguration", FunctionName="fn", Layers=list(arns)).message

    def test_are_listed_with_their_sizes_and_can_be_taken_away(self, world):
        answer = update(world, Layers=[self.arn("b", 2), self.arn("a")])
        size = len(world.code)
        assert answer["Layers"] == [
            {"Arn": self.arn("b", 2), "CodeSize": size},
            {"Arn": self.arn("a"), "CodeSize": size},
        ]
        assert "Layers" not in update(world, Layers=[])

    def test_refusals_as_recorded(self, world, recording):
        recorded = recording("test_layer_function_exceptions")
        elsewhere = world.refusal(
            "UpdateFunctionConfiguration", FunctionName="fn", Layers=[self.arn("a", region="eu-west-1")]
        )
        recorded.check("create_function_with_layer_in_different_region", elsewhere)
        for key, versions in (
            ("two_layer_versions_single_function_exc", [1, 2]),
            ("three_layer_versions_single_function_exc", [1, 2, 3]),
            ("two_identical_layer_versions_single_function_exc", [1, 1]),
            ("add_nonexistent_layer_version_exc", [9]),
        ):
            refused = world.refusal(
                "UpdateFunctionConfiguration", FunctionName="fn", Layers=[self.arn("a", number) for number in versions]
            )
            recorded.check(key, refused)
        missing = world.refusal("UpdateFunctionConfiguration", FunctionName="fn", Layers=[self.arn("doesnotexist")])
        recorded.check("add_nonexistent_layer_exc", missing)

    def test_five_at_most(self, world, recording):
        recorded = recording("test_layer_function_quota_exception")
        refused = world.refusal(
            "UpdateFunctionConfiguration", FunctionName="fn", Layers=[self.arn(name) for name in "abcdef"]
        )
        recorded.check("create_function_with_six_layers", refused)

    def test_aws_own_layers_are_not_here(self, world):
        own = "arn:aws:lambda:::awslayer:AmazonLinux1803"
        assert self.refusal(world, own) == f"Layer version {own} does not exist."

    def test_count_towards_the_unzipped_size(self, world):
        world.publish_layer("big", Content={"ZipFile": world.zip_of_size(262_143_990)})
        unzipped = world.function().latest.code.unzipped_size
        assert self.refusal(world, self.arn("big")) == (
            "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. "
            f"The actual size is {262_143_990 + unzipped} bytes."
        )
        refused = world.refusal(
            "CreateFunction",
            FunctionName="other",
            Role=world.role,
            Runtime="python3.12",
            Handler="index.handler",
            Layers=[self.arn("big")],
            Code={"ZipFile": world.code},
        )
        assert refused.message == "Unzipped size must be smaller than 10 bytes"
        assert self.refusal(world, self.arn("a"), self.arn("big")) == (
            "Layers consume more than the available size of 262144000 bytes"
        )
