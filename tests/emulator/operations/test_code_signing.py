"""Code signing beyond what recordings show."""

import pytest

PUBLISHERS = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:111111111111:/signing-profiles/p/v"]}
UNTRUSTED = (
    "CodeVerificationFailedException",
    "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is "
    "not configured to accept. Check the provided signature for fn.",
)


def make(world, policy=None, **members):
    policies = {} if policy is None else {"CodeSigningPolicies": {"UntrustedArtifactOnDeployment": policy}}
    answer = world.do("CreateCodeSigningConfig", AllowedPublishers=PUBLISHERS, **policies, **members)
    return answer["CodeSigningConfig"]


def arn_of(config):
    return config["CodeSigningConfigArn"]


def refusal(world, operation, **members):
    refused = world.refusal(operation, **members)
    return refused.code, refused.message


def test_a_configuration_warns_unless_told_otherwise(world):
    config = make(world)
    assert config == {
        "CodeSigningConfigId": config["CodeSigningConfigId"],
        "CodeSigningConfigArn": (
            f"arn:aws:lambda:us-east-1:111111111111:code-signing-config:{config['CodeSigningConfigId']}"
        ),
        "Description": "",
        "AllowedPublishers": PUBLISHERS,
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Warn"},
        "LastModified": "2026-11-23T12:00:00.000+0000",
    }
    assert world.do("GetCodeSigningConfig", CodeSigningConfigArn=arn_of(config)) == {"CodeSigningConfig": config}


def test_an_update_changes_what_it_names(world):
    config = make(world, "Enforce", Description="kept")
    other = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:111111111111:/signing-profiles/q/v"]}
    world.settle()
    updated = world.do("UpdateCodeSigningConfig", CodeSigningConfigArn=arn_of(config), AllowedPublishers=other)
    assert updated["CodeSigningConfig"] == config | {
        "AllowedPublishers": other,
        "LastModified": "2026-11-23T12:00:01.000+0000",
    }


@pytest.mark.parametrize(
    "operation",
    ["GetCodeSigningConfig", "UpdateCodeSigningConfig", "DeleteCodeSigningConfig", "ListFunctionsByCodeSigningConfig"],
)
def test_a_missing_configuration(world, operation):
    config = make(world)
    for gone in (arn_of(config)[:-1] + "x", arn_of(config).replace("111111111111", "222222222222")):
        assert refusal(world, operation, CodeSigningConfigArn=gone) == (
            "ResourceNotFoundException",
            "The resource you requested does not exist.",
        )


def test_lists_come_in_pages(world):
    ids = sorted(make(world)["CodeSigningConfigId"] for _ in range(3))
    page = world.do("ListCodeSigningConfigs", MaxItems=2)
    rest = world.do("ListCodeSigningConfigs", Marker=page["NextMarker"])
    assert [config["CodeSigningConfigId"] for config in page["CodeSigningConfigs"] + rest["CodeSigningConfigs"]] == ids
    config = arn_of(make(world))
    for name in "ba":
        world.create(name, CodeSigningConfigArn=config)
    page = world.do("ListFunctionsByCodeSigningConfig", CodeSigningConfigArn=config, MaxItems=1)
    assert page["FunctionArns"] == [world.arn("a")]
    rest = world.do("ListFunctionsByCodeSigningConfig", CodeSigningConfigArn=config, Marker=page["NextMarker"])
    assert rest == {"FunctionArns": [world.arn("b")]}


def test_one_in_use_stays(world):
    config = arn_of(make(world))
    world.create(CodeSigningConfigArn=config)
    assert refusal(world, "DeleteCodeSigningConfig", CodeSigningConfigArn=config)[0] == "ResourceConflictException"
    world.do("DeleteFunction", FunctionName="fn")
    world.do("DeleteCodeSigningConfig", CodeSigningConfigArn=config)


def test_a_function_without_one(world):
    world.create()
    answer = world.do("GetFunctionCodeSigningConfig", FunctionName="fn")
    assert {name: value for name, value in answer.items() if value is not None} == {"FunctionName": "fn"}
    assert world.do("DeleteFunctionCodeSigningConfig", FunctionName="fn") == {}


def test_what_a_function_cannot_have(world):
    config = arn_of(make(world))
    missing = config[:-1] + "x"
    assert refusal(world, "PutFunctionCodeSigningConfig", FunctionName="fn", CodeSigningConfigArn=config) == (
        "ResourceNotFoundException",
        f"Function not found: {world.arn()}",
    )
    world.create()
    not_found = ("CodeSigningConfigNotFoundException", "The specified code signing configuration does not exist.")
    assert refusal(world, "PutFunctionCodeSigningConfig", FunctionName="fn", CodeSigningConfigArn=missing) == not_found
    create = {"Role": world.role, "Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": world.code}}
    refused = refusal(world, "CreateFunction", FunctionName="b", CodeSigningConfigArn=missing, **create)
    assert refused == not_found


def test_images_are_not_signed(world):
    config = arn_of(make(world))
    world.create("image", PackageType="Image", Code={"ImageUri": "one:latest"})
    message = "Code signing is not supported for functions created with container images."
    for operation, members in (
        ("GetFunctionCodeSigningConfig", {}),
        ("PutFunctionCodeSigningConfig", {"CodeSigningConfigArn": config}),
        ("DeleteFunctionCodeSigningConfig", {}),
    ):
        assert refusal(world, operation, FunctionName="image", **members) == ("InvalidParameterValueException", message)


def test_enforcing_refuses_every_deployment_from_then_on(world):
    config = arn_of(make(world, "Enforce"))
    create = {"Role": world.role, "Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": world.code}}
    assert refusal(world, "CreateFunction", FunctionName="fn", CodeSigningConfigArn=config, **create) == UNTRUSTED
    world.create()
    world.publish_layer()
    world.do("PutFunctionCodeSigningConfig", FunctionName="fn", CodeSigningConfigArn=config)
    update = {"FunctionName": "fn", "ZipFile": world.other_code}
    assert refusal(world, "UpdateFunctionCode", **update) == UNTRUSTED
    layers = {"FunctionName": "fn", "Layers": [world.layer_arn(version=1)]}
    assert refusal(world, "UpdateFunctionConfiguration", **layers) == UNTRUSTED
    world.do("UpdateFunctionConfiguration", FunctionName="fn", Description="no deployment")
    world.settle()
    warn = {"CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Warn"}}
    world.do("UpdateCodeSigningConfig", CodeSigningConfigArn=config, **warn)
    world.do("UpdateFunctionCode", **update)


def test_tags(world):
    config = arn_of(make(world, Tags={"a": "1"}))
    world.do("TagResource", Resource=config, Tags={"b": "2"})
    world.do("UntagResource", Resource=config, TagKeys=["a"])
    assert world.do("ListTags", Resource=config) == {"Tags": {"b": "2"}}
    assert "Tags" not in world.do("GetCodeSigningConfig", CodeSigningConfigArn=config)["CodeSigningConfig"]
    many = {str(number): "" for number in range(51)}
    assert refusal(world, "CreateCodeSigningConfig", AllowedPublishers=PUBLISHERS, Tags=many)[0] == (
        "InvalidParameterValueException"
    )
