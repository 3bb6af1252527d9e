"""The life and the names of functions, replayed as recorded on AWS: every member, every text, every identity."""

import pytest


def test_the_life_of_a_function(world, recording):
    recorded = recording("TestLambdaFunction::test_function_lifecycle")
    created = world.create(**recorded.asked("create_response.CreateFunctionResponse"), settled=False)
    recorded.check("create_response.CreateFunctionResponse", created)
    world.settle()
    recorded.check("get_function_response", world.do("GetFunction", FunctionName="fn"))
    updated = world.do(
        "UpdateFunctionConfiguration",
        FunctionName="fn",
        Runtime="python3.11",
        Description="Changed-Description",
        MemorySize=512,
        Timeout=10,
        Environment={"Variables": {"ENV_A": "a"}},
    )
    recorded.check("update_func_conf_response", updated)
    world.settle()
    recorded.check("get_function_response_postupdate", world.do("GetFunction", FunctionName="fn"))
    recorded.check("update_code_response", world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code))
    world.settle()
    recorded.check("get_function_response_postcodeupdate", world.do("GetFunction", FunctionName="fn"))
    recorded.check("delete_response", world.do("DeleteFunction", FunctionName="fn"))
    recorded.check("delete_postdelete", world.refusal("GetFunction", FunctionName="fn"))


def test_an_update_without_effect(world, recording):
    recorded = recording("test_redundant_updates")
    same = {"FunctionName": "fn", "Description": "1st update description"}
    created = world.create(**recorded.asked("create_response.CreateFunctionResponse"))
    recorded.check("create_response.CreateFunctionResponse", created)
    recorded.check("first_update_result", world.do("UpdateFunctionConfiguration", **same))
    world.settle()
    recorded.check("get_fn_config_result", world.do("GetFunctionConfiguration", FunctionName="fn"))
    recorded.check("get_fn_result", world.do("GetFunction", FunctionName="fn"))
    recorded.check("redundant_update_result", world.do("UpdateFunctionConfiguration", **same))
    world.settle()
    recorded.check("get_fn_result_after_redundant_update", world.do("GetFunction", FunctionName="fn"))


def test_publishing_on_creation(world, recording):
    recorded = recording("test_publish_version_on_create")
    recorded.check("create_response", world.create(**recorded.asked("create_response"), Publish=True))
    recorded.check("get_function_result", world.do("GetFunction", FunctionName="fn"))
    recorded.check("get_function_version_result", world.do("GetFunction", FunctionName="fn", Qualifier="1"))
    recorded.check("get_function_latest_result", world.do("GetFunction", FunctionName="fn", Qualifier="$LATEST"))
    recorded.check("list_versions_result", world.do("ListVersionsByFunction", FunctionName="fn"))
    published = world.do("PublishVersion", FunctionName="fn", Description="new description")
    recorded.check("repeated_publish_response", published)
    recorded.check("list_versions_result_after_publish", world.do("ListVersionsByFunction", FunctionName="fn"))


def test_publishing_with_new_code(world, recording):
    recorded = recording("test_publish_with_update")
    recorded.check("create_response", world.create(**recorded.asked("create_response")))
    recorded.check("get_function_result", world.do("GetFunction", FunctionName="fn"))
    updated = world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True)
    recorded.check("update_function_code_result", updated)
    recorded.check("get_function_version_result", world.do("GetFunction", FunctionName="fn", Qualifier="1"))
    recorded.check("get_function_latest_result", world.do("GetFunction", FunctionName="fn", Qualifier="$LATEST"))


def test_new_code_shows_before_it_runs(world, recording):
    recorded = recording("test_lambda_code_location_zipfile")
    recorded.check("create-response-zip-file", world.create(**recorded.asked("create-response-zip-file")))
    recorded.check("get-function-response", world.do("GetFunction", FunctionName="fn"))
    updated = world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code)
    recorded.check("update-function-response", updated)
    recorded.check("get-function-response-updated", world.do("GetFunction", FunctionName="fn"))


def test_updates_one_at_a_time(world, recording):
    recorded = recording("test_lambda_concurrent_config_updates")
    created = world.create(**recorded.asked("create-function-response.CreateFunctionResponse"))
    recorded.check("create-function-response.CreateFunctionResponse", created)
    world.do("UpdateFunctionConfiguration", FunctionName="fn", Environment={"Variables": {"TEST": "TEST1"}})
    recorded.check(
        "update-during-in-progress-update-exc",
        world.refusal("UpdateFunctionConfiguration", FunctionName="fn", Description="again"),
    )


def test_a_wrong_revision(world, recording):
    recorded = recording("test_publish_with_wrong_revisionid")
    world.create()
    refused = world.refusal("PublishVersion", FunctionName="fn", RevisionId="wrong")
    recorded.check("publish_wrong_revisionid_exc", refused)


def test_listing(world, recording):
    recorded = recording("test_list_functions")
    first, second = "create_response_1.CreateFunctionResponse", "create_response_2.CreateFunctionResponse"
    recorded.check(first, world.create("a", **recorded.asked(first), Publish=True))
    recorded.check(second, world.create("b", **recorded.asked(second), Code={"ZipFile": world.other_code}))
    recorded.check("list_default", world.do("ListFunctions"))
    recorded.check("list_all", world.do("ListFunctions", FunctionVersion="ALL"))


def test_names_and_arns(world, recording):
    recorded = recording("TestLambdaFunction::test_function_arns")
    by_arn = "create-function-arn-response.CreateFunctionResponse"
    by_part = "create-function-partial-arn-response.CreateFunctionResponse"
    recorded.check(by_arn, world.create(world.arn("a"), **recorded.asked(by_arn)))
    other = world.create("function:b", **recorded.asked(by_part), Code={"ZipFile": world.other_code})
    recorded.check(by_part, other)
    code = {"Code": {"ZipFile": world.code}, "Role": world.role}
    abroad = "arn:aws:lambda:ap-southeast-1:111111111111:function:c"
    # The recorded text keeps its region as a token.
    assert world.refusal("CreateFunction", FunctionName=abroad, **code).message == (
        "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')"
    )
    recorded.check("function_arn_other_region_exc", world.refusal("CreateFunction", FunctionName=abroad, **code))
    foreign = "arn:aws:lambda:us-east-1:222222222222:function:c"
    recorded.check("function_arn_other_account_exc", world.refusal("CreateFunction", FunctionName=foreign, **code))
    recorded.check("long_function_name_exc", world.refusal("CreateFunction", FunctionName="a" * 65, **code))


@pytest.mark.parametrize(
    ("operation", "key"),
    [
        ("GetFunction", "get_function"),
        ("GetFunctionConfiguration", "get_function_configuration"),
        ("GetFunctionConcurrency", "get_function_concurrency"),
        ("DeleteFunction", "delete_function"),
        ("Invoke", "invoke"),
    ],
)
def test_another_region(world, recording, operation, key):
    recorded = recording(f"test_get_function_wrong_region[{key}]")
    abroad = "arn:aws:lambda:eu-west-1:111111111111:function:fn"
    refused = world.refusal(operation, FunctionName=abroad)
    recorded.check("wrong_region_exception", refused)


@pytest.mark.parametrize("operation", ["GetFunction", "GetFunctionConfiguration"])
def test_a_version_that_is_not_there(world, recording, operation):
    key = {"GetFunction": "get_function", "GetFunctionConfiguration": "get_function_configuration"}[operation]
    recorded = recording(f"test_ops_on_nonexisting_version[{key}]")
    world.create()
    recorded.check("version_not_found_exception", world.refusal(operation, FunctionName="fn", Qualifier="1221"))


_OPERATIONS = {"get_function": "GetFunction", "delete_function": "DeleteFunction", "invoke": "Invoke"}


@pytest.mark.parametrize("key", _OPERATIONS)
@pytest.mark.parametrize(
    ("case", "name", "qualifier"),
    [
        ("function_name_too_long", "a" * 65, None),
        ("incomplete_arn", "arn:aws:lambda:us-east-1:111111111111:function", None),
        ("lowercase_latest_qualifier", "my-function", "$latest"),
        ("latest_version_with_additional_qualifier", "function:my-function:$LATEST", "1"),
        ("function_name_and_qualifier_too_long", "my-function", "a" * 65),
    ],
)  # fmt: skip
def test_names_that_the_model_lets_through(world, recording, key, case, name, qualifier):
    recorded = recording(f"test_function_name_and_qualifier_validation[{case}-{key}]")
    expected = recorded.answer(f"{key}_exception")
    refused = world.refusal(_OPERATIONS[key], FunctionName=name, **({"Qualifier": qualifier} if qualifier else {}))
    text = expected.get("Message") or f"1 validation error detected: {expected['Errors'][0]}"
    text = text.replace("<partition>", "aws").replace("<region>", "us-east-1").replace("<a:len(65)>", "a" * 65)
    assert (refused.code, refused.message) == (expected["Code"], text)


def test_deleting_what_is_not_there(world, recording):
    recorded = recording("test_delete_on_nonexisting_version")
    recorded.check("delete_function_response_non_existent", world.refusal("DeleteFunction", FunctionName="fn"))
    recorded.check(
        "delete_function_response_non_existent_with_qualifier",
        world.refusal("DeleteFunction", FunctionName="fn", Qualifier="1"),
    )
