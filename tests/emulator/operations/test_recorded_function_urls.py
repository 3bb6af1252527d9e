"""Function URL configs, replayed as recorded on AWS: every member, every text, every identity."""

from functools import partial

import pytest


def operations(world, **members):
    return (partial(world.do, f"{verb}FunctionUrlConfig", FunctionName="fn", **members) for verb in ("Create", "Get"))


def test_their_life(world, recording):
    recorded = recording("test_url_config_lifecycle")
    world.create()
    create, get = operations(world)
    recorded.check("url_creation", create(AuthType="NONE"))
    again = world.refusal("CreateFunctionUrlConfig", FunctionName="fn", AuthType="NONE")
    recorded.check("failed_duplication", again)
    recorded.check("get_url_config", get())
    updated = world.do("UpdateFunctionUrlConfig", FunctionName="fn", AuthType="AWS_IAM")
    recorded.check("updated_url_config", updated)
    world.do("DeleteFunctionUrlConfig", FunctionName="fn")
    recorded.check("failed_getter", world.refusal("GetFunctionUrlConfig", FunctionName="fn"))


def test_the_invoke_mode_shows_where_it_was_set(world, recording):
    recorded = recording("test_lambda_update_function_url_config", "test_lambda")
    world.create()
    create, get = operations(world)
    update = partial(world.do, "UpdateFunctionUrlConfig", FunctionName="fn")
    recorded.check("create_lambda_url_config", create(AuthType="NONE", InvokeMode="BUFFERED"))
    recorded.check("get_url_config", get())
    recorded.check("modify_lambda_url_config", update(InvokeMode="RESPONSE_STREAM"))
    recorded.check("get_url_config_2", get())
    recorded.check("modify_lambda_url_config_none", update())
    recorded.check("get_url_config_3", get())


def test_deleting_without_a_qualifier(world, recording):
    recorded = recording("test_url_config_deletion_without_qualifier")
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="test-alias", FunctionVersion="1")
    create, get = operations(world)
    recorded.check("url_creation", create(AuthType="NONE"))
    recorded.check("url_with_alias_creation", create(AuthType="NONE", Qualifier="test-alias"))
    recorded.check("get_url_config", get())
    recorded.check("get_url_config_with_alias", get(Qualifier="test-alias"))
    deleted = world.do("DeleteFunctionUrlConfig", FunctionName="fn")
    recorded.check("delete_function_url_config", deleted)
    recorded.check("get_url_config_after_deletion", world.refusal("GetFunctionUrlConfig", FunctionName="fn"))
    recorded.check("get_url_config_with_alias_after_deletion", get(Qualifier="test-alias"))


@pytest.mark.parametrize("verb", ["Create", "Update", "Get", "Delete"])
def test_what_is_not_there(world, recording, verb):
    recorded = recording("test_url_config_exceptions")
    world.create(Publish=True)
    world.do("CreateAlias", FunctionName="fn", Name="urlalias", FunctionVersion="1")
    prefix = f"{verb.lower()}_function_url_config"
    refused = partial(world.refusal, f"{verb}FunctionUrlConfig", AuthType="NONE")
    recorded.check(f"{prefix}_name_doesnotexist", refused(FunctionName="doesnotexist"))
    recorded.check(f"{prefix}_arn_doesnotexist", refused(FunctionName=world.arn("doesnotexist")))
    missing = refused(FunctionName="fn", Qualifier="doesnotexist")
    recorded.check(f"{prefix}_qualifier_alias_doesnotexist", missing)
    if verb != "Create":
        recorded.check(f"{prefix}_config_doesnotexist", refused(FunctionName="fn"))
    if verb != "Delete":  # where AWS fails
        contradiction = refused(FunctionName=world.arn("fn", "urlalias"), Qualifier="other")
        recorded.check(f"{prefix}_qualifier_alias_doesnotmatch_arn", contradiction)


def test_another_region(world, recording):
    recorded = recording("test_get_function_wrong_region[get_function_url_config]")
    abroad = "arn:aws:lambda:eu-west-1:111111111111:function:fn"
    recorded.check("wrong_region_exception", world.refusal("GetFunctionUrlConfig", FunctionName=abroad))
