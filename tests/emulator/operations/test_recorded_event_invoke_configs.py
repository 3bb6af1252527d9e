"""Event invoke configs, replayed as recorded on AWS: every member, every text, every identity."""

from functools import partial

import pytest

ALIAS = "eventinvokealias"


def test_their_life(world, recording):
    recorded = recording("test_lambda_eventinvokeconfig_lifecycle")
    world.create(**recorded.asked("publish_version_result"))
    put, update = (
        partial(world.do, f"{verb}FunctionEventInvokeConfig", FunctionName="fn") for verb in ("Put", "Update")
    )
    get, delete = (
        partial(world.do, f"{verb}FunctionEventInvokeConfig", FunctionName="fn") for verb in ("Get", "Delete")
    )
    every = partial(world.do, "ListFunctionEventInvokeConfigs", FunctionName="fn")

    recorded.check("put_invokeconfig_retries_0", put(MaximumRetryAttempts=0))
    recorded.check("put_invokeconfig_eventage_60", put(MaximumEventAgeInSeconds=60))
    recorded.check("update_invokeconfig_eventage_nochange", update(MaximumEventAgeInSeconds=60))
    recorded.check("update_invokeconfig_retries", update(MaximumRetryAttempts=1))
    recorded.check("get_invokeconfig", get())
    recorded.check("get_invokeconfig_latest", get(Qualifier="$LATEST"))
    recorded.check("list_single_invokeconfig", every())
    recorded.check("publish_version_result", world.do("PublishVersion", FunctionName="fn"))
    missing = world.refusal("GetFunctionEventInvokeConfig", FunctionName="fn", Qualifier="1")
    recorded.check("get_invokeconfig_postpublish", missing)
    recorded.check("put_published_invokeconfig", put(Qualifier="1", MaximumEventAgeInSeconds=120))
    recorded.check("get_published_invokeconfig", get(Qualifier="1"))

    first = every(MaxItems=1)
    assert len(first["FunctionEventInvokeConfigs"]) == 1
    second = every(MaxItems=1, Marker=first["NextMarker"])
    assert len(second["FunctionEventInvokeConfigs"]) == 1
    assert "NextMarker" not in second
    assert "NextMarker" not in every(MaxItems=2)
    delete()
    recorded.check("list_paging_nolimit_postdelete", every())


@pytest.fixture
def exceptions(world, recording):
    """The recorded test, as far as its function, version and alias."""
    recorded = recording("test_lambda_eventinvokeconfig_exceptions")
    world.create(**recorded.asked("fn_version_result"))
    world.create("other")
    recorded.check("fn_version_result", world.do("PublishVersion", FunctionName="fn"))
    alias = world.do("CreateAlias", FunctionName="fn", Name=ALIAS, FunctionVersion="1")
    recorded.check("fn_alias_result", alias)
    return recorded


def test_ways_to_name_the_function(world, exceptions):
    put = partial(world.do, "PutFunctionEventInvokeConfig", MaximumRetryAttempts=1)
    refused = partial(world.refusal, "PutFunctionEventInvokeConfig", MaximumRetryAttempts=1)
    check = exceptions.check
    check("put_functionname_name_notfound", refused(FunctionName="doesnotexist"))
    check("put_functionname_arn_notfound", refused(FunctionName=world.arn("doesnotexist")))
    nothing = world.refusal("PutFunctionEventInvokeConfig", FunctionName="doesnotexist")
    check("put_functionname_nootherargs", nothing)

    check("put_destination_latest", put(FunctionName="fn"))
    check("put_destination_latest_explicit_qualifier", put(FunctionName="fn", Qualifier="$LATEST"))
    check("put_destination_version", put(FunctionName="fn", Qualifier="1"))
    check("put_alias_functionname_qualifier", put(FunctionName="fn", Qualifier=ALIAS))
    check("put_alias_qualifiedarn", put(FunctionName=world.arn("fn", ALIAS)))
    check("put_alias_qualifiedarn_qualifier", put(FunctionName=world.arn("fn", ALIAS), Qualifier=ALIAS))
    check("put_alias_shorthand", put(FunctionName=f"fn:{ALIAS}"))
    check("put_alias_shorthand_qualifier", put(FunctionName=f"fn:{ALIAS}", Qualifier=ALIAS))
    check("put_version_shorthand", put(FunctionName="fn:1"))
    check("put_shorthand_qualifier_match", put(FunctionName="fn:$LATEST", Qualifier="$LATEST"))
    check("put_alias_doesnotexist", refused(FunctionName="fn", Qualifier="doesnotexist"))

    contradictions = {
        "put_alias_qualifiedarn_qualifierconflict": (world.arn("fn", ALIAS), "1"),
        "put_alias_shorthand_qualifierconflict": (f"fn:{ALIAS}", "1"),
        "put_shorthand_qualifier_mismatch_1": ("fn:1", "$LATEST"),
        "put_shorthand_qualifier_mismatch_2": ("fn:$LATEST", "1"),
        "put_shorthand_qualifier_mismatch_3": (f"fn:{ALIAS}", "$LATEST"),
    }
    for key, (name, qualifier) in contradictions.items():
        check(key, refused(FunctionName=name, Qualifier=qualifier))


def test_destinations(world, exceptions):
    def destinations(**sides):
        return {"FunctionName": "fn", "DestinationConfig": sides}

    put, refused = (partial(do, "PutFunctionEventInvokeConfig") for do in (world.do, world.refusal))
    check = exceptions.check
    check("put_destination_success_no_destination_arn", put(**destinations(OnSuccess={})))
    check("put_destination_failure_no_destination_arn", put(**destinations(OnFailure={})))
    iam = world.arn("fn").replace(":lambda:", ":iam:")
    check("put_destination_invalid_service_arn", refused(**destinations(OnSuccess={"Destination": iam})))
    missing = {"Destination": world.arn("doesnotexist")}
    check("put_destination_lambda_doesntexist", refused(**destinations(OnSuccess=missing)))
    check("put_destination_recursive", refused(**destinations(OnSuccess={"Destination": world.arn("fn")})))
    check("put_destination_other_lambda", put(**destinations(OnSuccess={"Destination": world.arn("other")})))


def test_overwriting_and_updating(world, exceptions):
    put, update, get = (
        partial(world.do, f"{verb}FunctionEventInvokeConfig", FunctionName="fn") for verb in ("Put", "Update", "Get")
    )
    check = exceptions.check
    check("put_pre_overwrite", put(MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60))
    check("put_post_overwrite", put(MaximumRetryAttempts=0))
    check("get_post_overwrite", get())
    check("second_overwrite_existing_response", put(MaximumRetryAttempts=0))
    check("pre_update_response", put(MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60))
    check("update_response", update(MaximumRetryAttempts=0))
    check("update_response_existing", update(MaximumRetryAttempts=0))
    longest = put(MaximumRetryAttempts=2, MaximumEventAgeInSeconds=21600)
    check("put_maxevent_maxvalue_result", longest)


def test_what_is_not_there(world, exceptions):
    def refused(verb, name="fn", **members):
        if verb == "Update":
            members["MaximumRetryAttempts"] = 0
        return world.refusal(f"{verb}FunctionEventInvokeConfig", FunctionName=name, **members)

    check = exceptions.check
    check("get_function_doesnotexist", refused("Get", "doesnotexist"))
    check("get_qualifier_doesnotexist", refused("Get", Qualifier="doesnotexist"))
    check("get_eventinvokeconfig_doesnotexist", refused("Get", Qualifier=ALIAS))
    check("delete_function_doesnotexist", refused("Delete", "doesnotexist"))
    check("delete_function_not_found", refused("Delete"))
    check("update_eventinvokeconfig_function_doesnotexist", refused("Update", "doesnotexist"))
    check("update_eventinvokeconfig_config_doesnotexist_with_qualifier", refused("Update", Qualifier=ALIAS))
    check("update_eventinvokeconfig_config_doesnotexist_without_qualifier", refused("Update"))
    missing = world.refusal("ListFunctionEventInvokeConfigs", FunctionName="doesnotexist")
    check("list_function_doesnotexist", missing)


def test_listing_and_deleting(world, exceptions):
    put, delete = (
        partial(world.do, f"{verb}FunctionEventInvokeConfig", FunctionName="fn") for verb in ("Put", "Delete")
    )
    put(MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60)
    put(MaximumRetryAttempts=1, Qualifier="1")
    put(MaximumRetryAttempts=1, Qualifier=ALIAS)
    exceptions.check("list_configs", world.do("ListFunctionEventInvokeConfigs", FunctionName="fn"))
    exceptions.check("delete_latest", delete())
    exceptions.check("delete_version", delete(Qualifier="1"))
    exceptions.check("delete_alias", delete(Qualifier=ALIAS))
    exceptions.check("list_configs_postdelete", world.do("ListFunctionEventInvokeConfigs", FunctionName="fn"))


def test_another_region_and_another_version(world, recording):
    abroad = "arn:aws:lambda:eu-west-1:111111111111:function:fn"
    recorded = recording("test_get_function_wrong_region[get_function_event_invoke_config]")
    recorded.check("wrong_region_exception", world.refusal("GetFunctionEventInvokeConfig", FunctionName=abroad))
    recorded = recording("test_ops_on_nonexisting_version[get_function_event_invoke_config]")
    world.create()
    refused = world.refusal("GetFunctionEventInvokeConfig", FunctionName="fn", Qualifier="1221")
    recorded.check("version_not_found_exception", refused)


@pytest.mark.parametrize("case", ["payload0", "payload1"])
def test_destinations_of_both_sides(world, recording, case):
    recorded = recording(f"test_assess_lambda_destination_invocation[{case}]", "test_lambda_destinations")
    world.create()
    queue = {"Destination": "arn:aws:sqs:us-east-1:111111111111:records"}
    put = world.do(
        "PutFunctionEventInvokeConfig",
        FunctionName="fn",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": queue, "OnFailure": queue},
    )
    recorded.check("put_function_event_invoke_config", put)
