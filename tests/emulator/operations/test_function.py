"""CreateFunction, GetFunction, DeleteFunction, ListFunctions beyond what recordings show."""

import pytest

from emulator.errors import CodeFolderError, NotYetError
from emulator.operations import OPERATIONS

MANDATORY = "Runtime and Handler are mandatory parameters for functions created with deployment packages."


def test_a_name_can_be_taken_once(world):
    world.create()
    refused = world.refusal(
        "CreateFunction",
        FunctionName=world.arn(),
        Role=world.role,
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": world.code},
    )
    assert (refused.code, refused.message) == ("ResourceConflictException", "Function already exist: fn")


def test_a_deleted_name_is_free_again(world):
    world.create(settled=False)
    world.do("DeleteFunction", FunctionName="fn")
    world.clock.move(0.5)
    world.create(settled=False, Description="second")
    world.clock.move(0.5)  # the first one would have settled now
    assert world.do("GetFunctionConfiguration", FunctionName="fn")["State"] == "Pending"
    world.clock.move(0.5)
    assert world.do("GetFunctionConfiguration", FunctionName="fn")["State"] == "Active"


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"Handler": None}, MANDATORY),
        ({"Runtime": None}, MANDATORY),
        ({"Code": {}}, "Please provide a source for function code."),
        ({"Code": {"ZipFile": b"PK", "S3Bucket": "b"}}, "Please provide only one source for function code."),
        ({"Code": {"ZipFile": b""}}, "Uploaded file must be a non-empty zip"),
        (
            {"PackageType": "Image", "Code": {"ImageUri": "one"}},
            "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
        ),
        (
            {"Code": {"ImageUri": "one"}},
            "Please don't provide ImageUri or ImageConfig when the intended function PackageType is Zip.",
        ),
        ({"Tags": {str(n): "" for n in range(51)}}, "Number of tags exceeds resource tag limit of 50."),
        (
            {"Environment": {"Variables": {"TZ": "UTC", "AWS_REGION": "x", "_HANDLER": "y"}}},
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            "Reserved keys used in this request: AWS_REGION, _HANDLER",
        ),
        (
            {"LoggingConfig": {"LogFormat": "Text", "SystemLogLevel": "DEBUG"}},
            'LogLevel is not supported when LogFormat is set to "Text". '
            'Remove LogLevel from your request or change the LogFormat to "Json" and try again.',
        ),
        (
            {"Runtime": "nodejs22.x", "SnapStart": {"ApplyOn": "PublishedVersions"}},
            "nodejs22.x is not supported for SnapStart enabled functions.",
        ),
    ],
)  # fmt: skip
def test_refusals(world, members, text):
    given = {
        "FunctionName": "fn",
        "Role": world.role,
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Code": {"ZipFile": world.code},
    } | members
    given = {name: value for name, value in given.items() if value is not None}
    refused = world.refusal("CreateFunction", **given)
    assert (refused.code, refused.message) == ("InvalidParameterValueException", text)
    assert world.do("ListFunctions") == {"Functions": []}


@pytest.mark.parametrize(
    ("member", "value", "path", "limit"),
    [
        ("Timeout", 901, "timeout", 900),
        ("MemorySize", 10_241, "memorySize", 10_240),
        ("EphemeralStorage", {"Size": 10_241}, "ephemeralStorage.size", 10_240),
    ],
)
def test_limits_of_ordinary_functions(world, member, value, path, limit):
    refused = world.refusal("CreateFunction", FunctionName="fn", Role=world.role, Code={}, **{member: value})
    number = value["Size"] if isinstance(value, dict) else value
    assert (refused.code, refused.message) == (
        "ValidationException",
        f"1 validation error detected: Value '{number}' at '{path}' failed to satisfy constraint: "
        f"Member must have value less than or equal to {limit}",
    )


@pytest.mark.parametrize(("bucket", "refusal"), [("some-bucket", NotYetError), ("hot-reload", CodeFolderError)])
def test_a_package_that_cannot_be_had_here_says_so(world, bucket, refusal):
    code = {"S3Bucket": bucket, "S3Key": "/no/folder"}
    given = {"FunctionName": "fn", "Role": world.role, "Runtime": "python3.12", "Handler": "index.handler"}
    with pytest.raises(refusal):
        world.do("CreateFunction", **given, Code=code)


def test_members_that_are_stored_come_back(world):
    given = {
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:111111111111:queue"},
        "KMSKeyArn": "arn:aws:kms:us-east-1:111111111111:key/one",
        "FileSystemConfigs": [{"Arn": "arn:…:fsap-0", "LocalMountPath": "/mnt/data"}],
        "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"},
        "DurableConfig": {"ExecutionTimeout": 60},
        "TracingConfig": {"Mode": "Active"},
        "EphemeralStorage": {"Size": 1024},
        "Architectures": ["arm64"],
    }
    answer = world.create(**given)
    assert {name: answer[name] for name in given} == given


def test_a_vpc_needs_no_ec2_here(world):
    vpc = {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    described = world.create(VpcConfig=vpc)["VpcConfig"]
    assert described | vpc == described
    assert described["VpcId"].startswith("vpc-")
    assert described["Ipv6AllowedForDualStack"] is False
    again = world.create("other", VpcConfig=vpc | {"SubnetIds": ["subnet-2", "subnet-1"]})["VpcConfig"]
    assert again["VpcId"] == described["VpcId"]
    left = world.do(
        "UpdateFunctionConfiguration", FunctionName="fn", VpcConfig={"SubnetIds": [], "SecurityGroupIds": []}
    )
    assert left["VpcConfig"] == {
        "SubnetIds": [],
        "SecurityGroupIds": [],
        "VpcId": "",
        "Ipv6AllowedForDualStack": False,
    }


def test_an_alias_lends_its_name_to_the_arn(world):
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    configuration = world.do("GetFunction", FunctionName="fn:live")["Configuration"]
    assert (configuration["FunctionArn"], configuration["Version"]) == (world.arn(qualifier="live"), "1")


def test_accounts_and_regions_know_nothing_of_one_another(world):
    world.create()
    for call in (world.call("ListFunctions", region="eu-west-1"), world.call("ListFunctions", account_id="2" * 12)):
        assert OPERATIONS["ListFunctions"](call, {}) == {"Functions": []}


class TestDeleteFunction:
    def test_takes_everything_with_it_and_retires_every_version(self, world):
        world.create(Publish=True)
        world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
        keys = [version.key for version in world.function().all_versions()]
        assert world.do("DeleteFunction", FunctionName="fn") == {"StatusCode": 204}
        assert sorted(world.dispatcher.retired) == sorted(keys)
        assert world.refusal("GetAlias", FunctionName="fn", Name="live").code == "ResourceNotFoundException"

    def test_during_an_update_retires_old_and_new(self, world):
        world.create()
        old = world.function().running.key
        world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code)
        new = world.function().latest.key
        world.do("DeleteFunction", FunctionName="fn")
        assert sorted(world.dispatcher.retired) == sorted([old, new])

    def test_one_version(self, world):
        world.create(Publish=True)
        key = world.function().versions["1"].key
        world.do("DeleteFunction", FunctionName="fn", Qualifier="1")
        assert world.dispatcher.retired == [key]
        assert world.refusal("GetFunction", FunctionName="fn", Qualifier="1").message == (
            f"Function not found: {world.arn(qualifier='1')}"
        )
        assert world.do("DeleteFunction", FunctionName="fn:1") == {"StatusCode": 204}  # again

    def test_a_version_that_an_alias_refers_to_stays(self, world):
        world.create(Publish=True)
        world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True)
        weights = {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}
        world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1", **weights)
        for number in ("1", "2"):
            refused = world.refusal("DeleteFunction", FunctionName="fn", Qualifier=number)
            assert (refused.code, refused.message) == (
                "ResourceConflictException",
                "Unable to delete version because the following aliases reference it: [live]",
            )

    def test_not_latest_alone_and_not_an_alias(self, world):
        world.create()
        assert world.refusal("DeleteFunction", FunctionName="fn:$LATEST").code == "InvalidParameterValueException"
        refused = world.refusal("DeleteFunction", FunctionName="nothing", Qualifier="live")
        assert refused.message == "Deletion of aliases is not currently supported."


class TestListFunctions:
    def test_pages_are_in_order_of_names_and_complete(self, world):
        names = [f"fn-{letter}" for letter in "dacbe"]
        for name in names:
            world.create(name)
        seen, marker = [], {}
        while True:
            page = world.do("ListFunctions", MaxItems=2, **marker)
            seen.append([entry["FunctionName"] for entry in page["Functions"]])
            if "NextMarker" not in page:
                break
            marker = {"Marker": page["NextMarker"]}
        assert seen == [["fn-a", "fn-b"], ["fn-c", "fn-d"], ["fn-e"]]

    def test_a_page_holds_fifty_at_most(self, world):
        for number in range(51):
            world.create(f"fn{number:02}", settled=False)
        page = world.do("ListFunctions", MaxItems=10_000)
        assert len(page["Functions"]) == 50
        rest = world.do("ListFunctions", Marker=page["NextMarker"])
        assert [entry["FunctionName"] for entry in rest["Functions"]] == ["fn50"]

    def test_versions_are_entries_of_their_own(self, world):
        world.create(Publish=True)
        page = world.do("ListFunctions", FunctionVersion="ALL", MaxItems=1)
        assert [entry["FunctionArn"] for entry in page["Functions"]] == [world.arn(qualifier="$LATEST")]
        rest = world.do("ListFunctions", FunctionVersion="ALL", Marker=page["NextMarker"])
        assert [entry["FunctionArn"] for entry in rest["Functions"]] == [world.arn(qualifier="1")]

    @pytest.mark.parametrize("marker", ["nonsense", "e30=", "WzFd", "bnVsbA=="])
    def test_a_made_up_marker_is_refused(self, world, marker):
        world.create()
        refused = world.refusal("ListFunctions", Marker=marker)
        assert refused.code == "InvalidParameterValueException"

    def test_what_is_deleted_between_two_pages_hides_nothing(self, world):
        for name in "abcd":
            world.create(name)
        page = world.do("ListFunctions", MaxItems=2)
        world.do("DeleteFunction", FunctionName="b")
        rest = world.do("ListFunctions", Marker=page["NextMarker"])
        assert [entry["FunctionName"] for entry in rest["Functions"]] == ["c", "d"]
