"""Provisioned concurrency, replayed as recorded on AWS: every member, every text, every identity."""

from functools import partial


def test_from_in_progress_to_ready(world, recording):
    recorded = recording("TestLambdaConcurrency::test_provisioned_concurrency", "test_lambda")
    world.create(Publish=True)
    put = world.do(
        "PutProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1", ProvisionedConcurrentExecutions=5
    )
    recorded.check("put_provisioned_5", put)
    get = partial(world.do, "GetProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1")
    recorded.check("get_provisioned_prewait", get())
    world.settle_allocations()
    recorded.check("get_provisioned_postwait", get())


def test_an_init_that_fails(world, recording):
    recorded = recording("test_provisioned_concurrency_init_failure", "test_lambda")
    world.create(Publish=True)
    put = world.do(
        "PutProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1", ProvisionedConcurrentExecutions=1
    )
    recorded.check("put_provisioned", put)
    get = partial(world.do, "GetProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1")
    recorded.check("get_provisioned_prewait", get())
    world.function().provisioned["1"].fail("FUNCTION_ERROR_INIT_FAILURE")
    recorded.check("get_provisioned_postwait", get())


def test_a_version_and_its_alias(world, recording):
    recorded = recording("test_lambda_provisioned_lifecycle")
    world.create(**recorded.asked("publish_version_result"))
    recorded.check("publish_version_result", world.do("PublishVersion", FunctionName="fn"))
    alias = world.do("CreateAlias", FunctionName="fn", Name="alias", FunctionVersion="1")
    recorded.check("create_alias_result", alias)
    one = {"FunctionName": "fn", "ProvisionedConcurrentExecutions": 1}
    put, refused = (partial(do, "PutProvisionedConcurrencyConfig", **one) for do in (world.do, world.refusal))

    recorded.check("put_provisioned_on_version", put(Qualifier="1"))
    recorded.check("put_provisioned_on_alias_versionconflict", refused(Qualifier="alias"))
    deleted = world.do("DeleteProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1")
    recorded.check("delete_provisioned_version", deleted)
    missing = world.refusal("GetProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1")
    recorded.check("get_provisioned_version_postdelete", missing)

    recorded.check("put_provisioned_on_alias", put(Qualifier="alias"))
    recorded.check("put_provisioned_on_version_conflict", refused(Qualifier="1"))
    recorded.check("delete_alias_result", world.do("DeleteAlias", FunctionName="fn", Name="alias"))
    missing = world.refusal("GetProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="alias")
    recorded.check("get_provisioned_alias_postaliasdelete", missing)
    listed = world.do("ListProvisionedConcurrencyConfigs", FunctionName="fn")
    recorded.check("list_response_postdeletes", listed)


def test_refusals(world, recording):
    recorded = recording("test_provisioned_concurrency_exceptions")
    world.create(**recorded.asked("publish_version_result"))
    recorded.check("publish_version_result", world.do("PublishVersion", FunctionName="fn"))

    def refused(verb, qualifier, name="fn"):
        members = {"ProvisionedConcurrentExecutions": 1} if verb == "Put" else {}
        return world.refusal(f"{verb}ProvisionedConcurrencyConfig", FunctionName=name, Qualifier=qualifier, **members)

    for verb in ("Put", "Get", "Delete"):
        recorded.check(f"{verb.lower()}_provisioned_latest", refused(verb, "$LATEST"))
        recorded.check(f"{verb.lower()}_provisioned_version_doesnotexist", refused(verb, "10"))
    recorded.check("put_provisioned_qualifier_doesnotexist", refused("Put", "doesnotexist"))
    recorded.check("get_provisioned_qualifier_doesnotexist", refused("Get", "noalias"))
    recorded.check("delete_provisioned_qualifier_doesnotexist", refused("Delete", "noalias"))
    recorded.check("put_provisioned_functionname_doesnotexist_alias", refused("Put", "noalias", "doesnotexist"))
    recorded.check("put_provisioned_functionname_doesnotexist_version", refused("Put", "1", "doesnotexist"))
    recorded.check("get_provisioned_functionname_doesnotexist", refused("Get", "noalias", "doesnotexist"))
    recorded.check("delete_provisioned_functionname_doesnotexist", refused("Delete", "1", "doesnotexist"))
    recorded.check("get_provisioned_config_doesnotexist", refused("Get", "1"))
    deleted = world.do("DeleteProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1")
    recorded.check("delete_provisioned_config_doesnotexist", deleted)
    listed = world.do("ListProvisionedConcurrencyConfigs", FunctionName="fn")
    recorded.check("list_provisioned_noconfigs", listed)
    missing = world.refusal("ListProvisionedConcurrencyConfigs", FunctionName="doesnotexist")
    recorded.check("list_provisioned_functionname_doesnotexist", missing)
