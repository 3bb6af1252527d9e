"""What the model's constraints refuse, and in which words. The recorded sentences are in test_recorded_sentences.py."""

from typing import Any

import pytest

from emulator.errors import ValidationException
from emulator.protocol.validation import Validator

ROLE = "arn:aws:iam::123456789012:role/r"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:l:1"


@pytest.fixture(scope="module")
def refusal(model):
    """`refusal(operation, given)`: the sentence about `given`, or None if it passes."""

    def of(operation: str, given: dict[str, Any]) -> str | None:
        try:
            Validator(model, model.operations[operation]).validate(given)
        except ValidationException as error:
            return error.message
        return None

    return of


@pytest.fixture(scope="module")
def create(refusal):
    """`create(Member=…)`: the sentence about a CreateFunction that is right but for what is given."""

    def of(**changed: Any) -> str | None:
        given = {"FunctionName": "f", "Role": ROLE, "Code": {}, **changed}
        return refusal("CreateFunction", {name: value for name, value in given.items() if value is not None})

    return of


def one(value: str, path: str, constraint: str) -> str:
    return f"1 validation error detected: Value {value} at '{path}' failed to satisfy constraint: {constraint}"


def test_every_operation_can_be_validated_and_needs_just_its_required_members(model, refusal, operation_name):
    shape = model.shapes[model.operations[operation_name].input]
    message = refusal(operation_name, {})
    if not shape.required:
        assert message is None
        return
    for name in shape.required:
        path = name[:1].lower() + name[1:]
        assert f"Value null at '{path}' failed to satisfy constraint: Member must not be null" in message
    assert message.startswith(f"{len(shape.required)} validation error{'s' * (len(shape.required) > 1)} detected: ")
    assert message.count("; Value ") == len(shape.required) - 1


class TestOneMember:
    def test_that_is_missing(self, create):
        assert create(Role=None) == one("null", "role", "Member must not be null")

    def test_that_breaks_its_pattern(self, refusal):
        assert refusal("GetAlias", {"FunctionName": "f", "Name": "12"}) == one(
            "'12'", "name", "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
        )

    def test_that_is_too_long(self, create):
        assert create(Description="é" * 257) == one(
            f"'{'é' * 257}'", "description", "Member must have length less than or equal to 256"
        )
        assert create(Description="🍋" * 256) is None

    def test_that_is_too_short(self, refusal):
        given = {"FunctionName": "f", "Name": "live", "FunctionVersion": "1"}
        assert refusal("CreateAlias", {**given, "FunctionVersion": "", "Name": "a b"}).count("; Value ") == 2
        assert refusal("GetEventSourceMapping", {"UUID": "u"}) == one(
            "'u'", "uUID", "Member must have length greater than or equal to 36"
        )

    def test_that_is_too_large(self, create):
        assert create(MemorySize=32769) == one(
            "'32769'", "memorySize", "Member must have value less than or equal to 32768"
        )

    def test_that_is_too_small(self, create):
        assert create(Timeout=0) == one("'0'", "timeout", "Member must have value greater than or equal to 1")

    def test_that_is_a_fraction_out_of_range(self, refusal):
        given = {"FunctionName": "f", "Name": "live", "FunctionVersion": "1"}
        weights = {"AdditionalVersionWeights": {"2": 1.5}}
        assert refusal("CreateAlias", {**given, "RoutingConfig": weights}) == one(
            "'{2=1.5}'",
            "routingConfig.additionalVersionWeights",
            "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
            "Member must have value greater than or equal to 0.0]",
        )

    def test_that_is_none_of_an_enumeration(self, create):
        assert create(PackageType="Tar") == one(
            "'Tar'", "packageType", "Member must satisfy enum value set: [Zip, Image]"
        )

    def test_that_breaks_two_constraints_is_reported_twice_length_first(self, create):
        message = create(FunctionName="x" * 140 + "!")
        first, second = message.removeprefix("2 validation errors detected: ").split("; ")
        assert first.endswith("Member must have length less than or equal to 140")
        assert "Member must satisfy regular expression pattern: (arn:" in second

    def test_whose_name_starts_with_several_capitals_loses_only_the_first(self, create):
        assert "at 'kMSKeyArn' failed" in create(KMSKeyArn="no arn")

    def test_that_may_be_secret_is_not_shown(self, create):
        assert create(Environment={"Variables": {"a": "secret"}}) == (
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must "
            "satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
        )


class TestLists:
    def test_are_reported_whole_for_a_bad_element(self, create):
        assert create(Layers=[LAYER, "bad"]).startswith(
            f"1 validation error detected: Value '[{LAYER}, bad]' at 'layers' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must have length less than or equal to 2048, "
        )

    def test_are_reported_once_for_two_bad_elements(self, create):
        assert create(Layers=["bad", "worse"]).startswith("1 validation error")

    def test_may_have_no_null(self, create):
        assert "'[null]' at 'layers'" in create(Layers=[None])

    def test_that_are_too_short_are_printed_empty(self, create):
        assert create(Architectures=[]) == one(
            "'[]'", "architectures", "Member must have length greater than or equal to 1"
        )

    def test_that_are_too_long_and_have_a_bad_element_are_reported_for_both(self, create):
        message = create(Architectures=["x86_64", "mips"])
        assert message.startswith("2 validation errors detected: ")
        assert "Member must have length less than or equal to 1; " in message

    def test_of_structures_name_the_member_by_its_number(self, create):
        # [issues: flock-lab/flock#391, 2021]
        message = create(FileSystemConfigs=[{"Arn": "x", "LocalMountPath": "/flock/q3-00"}])
        assert "Value '/flock/q3-00' at 'fileSystemConfigs.1.member.localMountPath' failed to satisfy" in message

    def test_of_structures_may_have_no_null(self, create):
        assert create(FileSystemConfigs=[None]) == one("null", "fileSystemConfigs.1.member", "Member must not be null")

    def test_of_too_many_structures_are_printed_as_java_does(self, create):
        config = {"Arn": "a", "LocalMountPath": "/mnt/a"}
        message = create(FileSystemConfigs=[config, config])
        printed = "FileSystemConfig(arn=a, localMountPath=/mnt/a, s3FilesConfig=null)"
        assert f"Value '[{printed}, {printed}]' at 'fileSystemConfigs' failed" in message


class TestMaps:
    def test_are_reported_whole_for_a_bad_value(self, refusal):
        # [issues: cloud-custodian#2520, 2018]
        arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
        assert refusal("TagResource", {"Resource": arn, "Tags": {"Creator": "a,b", "Other": "c"}}) == one(
            "'{Creator=a,b, Other=c}'",
            "tags",
            "Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have "
            "length greater than or equal to 0, Member must satisfy regular expression pattern: "
            r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)]",
        )

    def test_are_reported_whole_for_a_bad_key(self, create):
        assert "at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [" in create(Tags={"": "x"})

    def test_may_have_no_null(self, create):
        assert create(Environment={"Variables": {"AB": None}}).endswith(
            "Map value must satisfy constraint: [Member must not be null]"
        )

    def test_of_lists_have_the_constraint_of_the_elements_first(self, refusal):
        given = {"FunctionName": "f", "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["no port"]}}}
        message = refusal("CreateEventSourceMapping", given)
        assert "Value '{KAFKA_BOOTSTRAP_SERVERS=[no port]}' at 'selfManagedEventSource.endpoints' failed" in message
        assert "Map value must satisfy constraint: [Member must satisfy constraint: [Member must have length" in message
        assert message.endswith(
            "], Member must have length less than or equal to 10, Member must have length greater than or equal to 1]"
        )


class TestNesting:
    def test_is_a_path_with_dots(self, create):
        assert create(EphemeralStorage={"Size": 1}) == one(
            "'1'", "ephemeralStorage.size", "Member must have value greater than or equal to 512"
        )

    def test_reports_what_a_given_structure_misses_but_asks_for_no_structure(self, create):
        assert create(EphemeralStorage={}) == one("null", "ephemeralStorage.size", "Member must not be null")
        assert create() is None


class TestDrift:
    """Where a recording and the model disagree, what either accepts is accepted."""

    @pytest.mark.parametrize("kind", ["layer:l", "capacity-provider:c", "network-connector:n"])
    def test_tags_of_either(self, refusal, kind):
        resource = f"arn:aws:lambda:us-east-1:123456789012:{kind}"
        assert refusal("ListTags", {"Resource": resource}) is None

    @pytest.mark.parametrize("runtime", ["python3.7", "ruby4.0", "python3.12"])
    def test_layers_take_runtimes_that_the_sentence_does_not_list(self, refusal, runtime):
        given = {"LayerName": "l", "Content": {}, "CompatibleRuntimes": [runtime]}
        assert refusal("PublishLayerVersion", given) is None

    @pytest.mark.parametrize("runtime", ["nasa", "java17.al2023"])
    def test_list_layers_takes_runtimes_of_either(self, refusal, runtime):
        assert refusal("ListLayers", {"CompatibleRuntime": runtime}) is None


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionConfiguration"])
def test_the_runtime_of_a_function_is_left_to_the_service(refusal, operation):
    given = {"FunctionName": "f", "Role": ROLE, "Code": {}, "Runtime": "PYTHON3.12"}
    if operation != "CreateFunction":
        del given["Code"]
    assert refusal(operation, given) is None


def test_the_invocation_type_is_printed_as_once_recorded(refusal):
    # [issues: ex-aws/ex_aws#442, 2017]
    assert refusal("Invoke", {"FunctionName": "f", "InvocationType": "dry_run"}) == one(
        "'dry_run'", "invocationType", "Member must satisfy enum value set: [DryRun, RequestResponse, Event]"
    )
