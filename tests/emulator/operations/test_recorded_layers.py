"""Layers, replayed as recorded on AWS: every member, every text, every identity."""

import pytest


def publish(world, name="layer", **members):
    given = {"CompatibleRuntimes": [], "CompatibleArchitectures": ["x86_64"]}
    return world.publish_layer(name, **(given | members))


def test_the_life_of_a_layer(world, recording):
    recorded = recording("TestLambdaLayer::test_layer_lifecycle")
    created = world.create(**recorded.asked("get_fn_config_result"), settled=True)
    assert created
    recorded.check("get_fn_config_result", world.do("GetFunctionConfiguration", FunctionName="fn"))
    described = {"Description": "a layer", "LicenseInfo": "MIT", "CompatibleRuntimes": ["python3.12"]}
    content = {"Content": {"ZipFile": world.other_code}}
    recorded.check("publish_result", publish(world, **described, **content))
    version = {"LayerName": "layer", "VersionNumber": 1}
    recorded.check("get_layer_ver_result", world.do("GetLayerVersion", **version))
    by_arn = world.do("GetLayerVersionByArn", Arn=world.layer_arn(version=1))
    recorded.check("get_layer_by_arn_version", by_arn)
    recorded.check("publish_result_2", publish(world, **described, **content))
    update = {"FunctionName": "fn", "Layers": [world.layer_arn(version=1)]}
    recorded.check("update_fn_config", world.do("UpdateFunctionConfiguration", **update))
    world.settle()
    recorded.check("get_fn_config", world.do("GetFunctionConfiguration", FunctionName="fn"))
    recorded.check("list_layer_versions_predelete", world.do("ListLayerVersions", LayerName="layer"))
    recorded.check("delete_layer_1", world.do("DeleteLayerVersion", **version))
    recorded.check("get_fn_config_postdelete", world.do("GetFunctionConfiguration", FunctionName="fn"))
    recorded.check("delete_layer_2", world.do("DeleteLayerVersion", **(version | {"VersionNumber": 2})))
    recorded.check("list_layer_versions_postdelete", world.do("ListLayerVersions", LayerName="layer"))
    recorded.check("publish_result_3", publish(world, **described, **content))


@pytest.mark.parametrize("runtimes", ["runtimes0", "runtimes1", "runtimes2"])
def test_what_a_layer_is_compatible_with(world, recording, runtimes):
    recorded = recording(f"test_layer_compatibilities[{runtimes}]")
    asked = recorded.answer("publish_result")
    published = world.publish_layer(
        CompatibleRuntimes=asked["CompatibleRuntimes"], CompatibleArchitectures=asked["CompatibleArchitectures"]
    )
    recorded.check("publish_result", published)


def test_refusals(world, recording):
    recorded = recording("TestLambdaLayer::test_layer_exceptions")
    recorded.check("publish_result", publish(world, CompatibleRuntimes=["python3.12"]))
    recorded.check("publish_empty_result", publish(world, "empty", CompatibleArchitectures=[]))
    recorded.check("list_nonexistent_layer", world.do("ListLayerVersions", LayerName="doesnotexist"))
    for key, name, number in (
        ("get_layer_version_exc_layer_doesnotexist", "doesnotexist", 1),
        ("get_layer_version_exc_layer_version_doesnotexist_negative", "layer", -1),
        ("get_layer_version_exc_layer_version_doesnotexist_zero", "layer", 0),
        ("get_layer_version_exc_layer_version_doesnotexist_2", "layer", 2),
    ):
        recorded.check(key, world.refusal("GetLayerVersion", LayerName=name, VersionNumber=number))
    missing = world.refusal("GetLayerVersionByArn", Arn=world.layer_arn(version=2))
    recorded.check("get_layer_version_by_arn_exc_nonexistentversion", missing)
    for key, name, number in (
        ("delete_nonexistent_response", "doesnotexist", 1),
        ("delete_nonexistent_version_response", "layer", 2),
        ("delete_layer_response", "layer", 1),
        ("delete_layer_again_response", "layer", 1),
    ):
        recorded.check(key, world.do("DeleteLayerVersion", LayerName=name, VersionNumber=number))
    negative = world.refusal("DeleteLayerVersion", LayerName="layer", VersionNumber=-1)
    recorded.check("delete_layer_version_exc_layerversion_invalid_version", negative)


def test_layers_of_a_function(world, recording):
    recorded = recording("TestLambdaLayer::test_layer_function_exceptions")
    for suffix in ("", "_2", "_3"):
        recorded.check(f"publish_result{suffix}", publish(world, Content={"ZipFile": world.other_code}))
    world.create(**recorded.asked("get_fn_result.Configuration"))
    recorded.check("get_fn_result", world.do("GetFunction", FunctionName="fn"))

    def refusal(*arns):
        return world.refusal("UpdateFunctionConfiguration", FunctionName="fn", Layers=list(arns))

    first, second, third = (world.layer_arn(version=number) for number in (1, 2, 3))
    recorded.check("two_layer_versions_single_function_exc", refusal(first, second))
    recorded.check("three_layer_versions_single_function_exc", refusal(first, second, third))
    recorded.check("two_identical_layer_versions_single_function_exc", refusal(first, first))
    recorded.check("add_nonexistent_layer_version_exc", refusal(world.layer_arn(version=9)))
    recorded.check("add_nonexistent_layer_exc", refusal(world.layer_arn("doesnotexist", 1)))


def test_the_policy_of_a_layer_version(world, recording):
    recorded = recording("TestLambdaLayer::test_layer_policy_lifecycle")
    recorded.check("publish_result", publish(world, CompatibleRuntimes=["python3.12"]))
    version = {"LayerName": "layer", "VersionNumber": 1}

    def add(sid):
        granted = {"StatementId": sid, "Action": "lambda:GetLayerVersion", "Principal": "*"}
        return world.do("AddLayerVersionPermission", **version, **granted)

    recorded.check("add_policy_s1", add("s1"))
    recorded.check("get_layer_version_policy", world.do("GetLayerVersionPolicy", **version))
    recorded.check("add_policy_s2", add("s2"))
    recorded.check("get_layer_version_policy_postadd2", world.do("GetLayerVersionPolicy", **version))
    recorded.check("remove_s2", world.do("RemoveLayerVersionPermission", **version, StatementId="s2"))
    recorded.check("get_layer_version_policy_postdeletes2", world.do("GetLayerVersionPolicy", **version))


def test_refusals_of_the_policy_of_a_layer_version(world, recording):
    recorded = recording("TestLambdaLayer::test_layer_policy_exceptions")
    recorded.check("publish_result", publish(world, CompatibleRuntimes=["python3.12"]))
    version = {"LayerName": "layer", "VersionNumber": 1}
    granted = {"StatementId": "s1", "Action": "lambda:GetLayerVersion", "Principal": "*"}
    add, get, remove = "AddLayerVersionPermission", "GetLayerVersionPolicy", "RemoveLayerVersionPermission"

    recorded.check("layer_permission_nopolicy_get", world.refusal(get, **version))
    recorded.check("add_layer_permission_result", world.do(add, **version, **granted))
    again = granted | {"StatementId": "s2", "RevisionId": "wrong"}
    recorded.check("layer_permission_wrong_revision", world.refusal(add, **version, **again))
    recorded.check("layer_permission_duplicate_statement", world.refusal(add, **version, **granted))
    unknown = world.refusal(remove, **version, StatementId="doesnotexist")
    recorded.check("layer_permission_statementid_doesnotexist_remove", unknown)
    wrong = world.refusal(remove, **version, StatementId="s1", RevisionId="wrong")
    recorded.check("layer_permission_wrong_revision_remove", wrong)
    for which, missing in (
        ("layername", {"LayerName": "layer-doesnotexist"}),
        ("layerversion", {"VersionNumber": 2}),
    ):
        gone = version | missing
        recorded.check(f"layer_permission_{which}_doesnotexist_add", world.refusal(add, **gone, **granted))
        recorded.check(f"layer_permission_{which}_doesnotexist_get", world.refusal(get, **gone))
        recorded.check(f"layer_permission_{which}_doesnotexist_remove", world.refusal(remove, **gone, StatementId="s1"))
