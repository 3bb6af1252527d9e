"""Tags, aliases and concurrency, replayed as recorded on AWS: every member, every text, every identity."""

import pytest


def test_tags_and_the_revision(world, recording):
    recorded = recording("TestLambdaTags::test_tag_lifecycle")
    arn = world.arn()
    world.create(**recorded.asked("get_fn_response_postfncreate.Configuration"), Tags={"key_a": "value_a"})

    def check(suffix):
        recorded.check(f"get_fn_response_{suffix}", world.do("GetFunction", FunctionName="fn"))
        recorded.check(f"list_tags_response_{suffix}", world.do("ListTags", Resource=arn))

    check("postfncreate")
    more = {"key_b": "value_b", "key_c": "value_c", "key_d": "value_d", "key_e": "value_e"}
    world.do("TagResource", Resource=arn, Tags=more)
    check("postaddtags")
    world.do("TagResource", Resource=arn, Tags={"key_c": "value_x"})
    check("overwrite")
    world.do("UntagResource", Resource=arn, TagKeys=["key_c", "key_d"])
    check("postuntag")
    world.do("UntagResource", Resource=arn, TagKeys=["key_a", "key_b", "key_e"])
    check("postuntagall")
    world.do("DeleteFunction", FunctionName="fn")
    recorded.check("list_tags_postdelete", world.refusal("ListTags", Resource=arn))


def test_refused_tags(world, recording):
    recorded = recording("TestLambdaTags::test_tag_exceptions")
    world.create()
    arn = world.arn()
    missing = world.refusal("TagResource", Resource=world.arn("doesnotexist"), Tags={"key_a": "a"})
    recorded.check("tag_lambda_doesnotexist", missing)
    qualified = world.refusal("TagResource", Resource=world.arn(qualifier="1"), Tags={"key_a": "a"})
    recorded.check("tag_lambda_qualifier_doesnotexist", qualified)
    recorded.check("tag_empty_tags", world.refusal("TagResource", Resource=arn, Tags={}))
    recorded.check("list_tag_lambda_empty", world.do("ListTags", Resource=arn))
    recorded.check("untag_nomatch", world.do("UntagResource", Resource=arn, TagKeys=["somekey"]))


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("lambda_function", "function:gone"),
        ("event_source_mapping", "event-source-mapping:3b1eb2b0-9d1e-4d6c-bd7e-2c0d4a3bd0b1"),
        ("capacity_provider", "capacity-provider:gone"),
    ],
)
def test_tags_of_what_is_not_there(world, recording, kind, resource):
    recorded = recording(f"test_tag_exceptions[{kind}]")
    arn = f"arn:aws:lambda:us-east-1:111111111111:{resource}"
    recorded.check("not_found_exception_tag", world.refusal("TagResource", Resource=arn, Tags={"A": "a"}))
    recorded.check("not_found_exception_untag", world.refusal("UntagResource", Resource=arn, TagKeys=["A"]))
    recorded.check("not_found_exception_list", world.refusal("ListTags", Resource=arn))


def test_aliases(world, recording):
    recorded = recording("TestLambdaAliases::test_alias_routingconfig", "test_lambda")
    world.create(Publish=True)
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, Publish=True)
    created = world.do(
        "CreateAlias",
        FunctionName="fn",
        Name="alias1",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    # The recording hides the whole of "<function name>:alias1" behind one token.
    recorded.check("create_alias_response", created)
    missing = recording("test_non_existent_alias_update")
    refused = world.refusal("UpdateAlias", FunctionName="fn", Name="non-existent", Description="x")
    missing.check("update_alias_response", refused)


def test_reserved_concurrency(world, recording):
    recorded = recording("test_lambda_concurrency_crud", "test_lambda")
    world.create()
    recorded.check("get_function_concurrency_default", world.do("GetFunctionConcurrency", FunctionName="fn"))
    put = world.do("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)
    recorded.check("put_function_concurrency", put)
    recorded.check("get_function_concurrency_updated", world.do("GetFunctionConcurrency", FunctionName="fn"))
    world.do("DeleteFunctionConcurrency", FunctionName="fn")
    recorded.check("get_function_concurrency_deleted", world.do("GetFunctionConcurrency", FunctionName="fn"))


def test_concurrency_in_a_functions_description(world, recording):
    recorded = recording("test_lambda_concurrency_update", "test_lambda")
    world.create(**recorded.asked("get_function_concurrency_info.Configuration"))
    world.do("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=3)
    recorded.check("get_function_concurrency_info", world.do("GetFunction", FunctionName="fn"))


def test_recursion(world, recording):
    recorded = recording("test_put_function_recursion_config_default_terminate")
    world.create()
    answer = world.do("GetFunctionRecursionConfig", FunctionName="fn")
    recorded.check("get_recursion_default_terminate_response", answer)
