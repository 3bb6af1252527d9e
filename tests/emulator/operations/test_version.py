"""PublishVersion and ListVersionsByFunction beyond what recordings show."""


def publish(world, **members):
    return world.do("PublishVersion", FunctionName="fn", **members)


def change(world, **members):
    world.do("UpdateFunctionConfiguration", FunctionName="fn", **members)
    world.settle()


def test_numbers_count_up_and_are_never_given_again(world):
    world.create(Publish=True)
    change(world, Timeout=4)
    assert publish(world)["Version"] == "2"
    world.do("DeleteFunction", FunctionName="fn", Qualifier="2")
    assert publish(world)["Version"] == "3"


def test_an_update_makes_a_new_version_possible_even_without_effect(world):
    world.create(Publish=True)
    assert publish(world)["Version"] == "1"
    change(world)
    assert publish(world)["Version"] == "2"


def test_a_version_keeps_what_it_holds(world):
    world.create(Publish=True, Environment={"Variables": {"A": "1"}})
    key = world.function().versions["1"].key
    change(world, Environment={"Variables": {"A": "2"}}, Timeout=9)
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code)
    world.settle()
    version = world.do("GetFunctionConfiguration", FunctionName="fn", Qualifier="1")
    assert (version["Environment"], version["Timeout"]) == ({"Variables": {"A": "1"}}, 3)
    assert world.function().versions["1"].key == key
    assert world.function().choose("1").code.zip_bytes == world.code
    assert key not in world.dispatcher.retired


def test_the_description_is_the_versions_own(world):
    world.create(Description="of latest")
    assert publish(world, Description="of one")["Description"] == "of one"
    assert world.do("GetFunctionConfiguration", FunctionName="fn")["Description"] == "of latest"
    change(world, Timeout=9)
    assert publish(world)["Description"] == "of latest"


def test_the_code_may_be_demanded_by_its_hash(world):
    sha256 = world.create()["CodeSha256"]
    refused = world.refusal("PublishVersion", FunctionName="fn", CodeSha256="other")
    assert (refused.code, refused.message) == (
        "InvalidParameterValueException",
        f"CodeSHA256 (other) is different from current CodeSHA256 in $LATEST ({sha256}). "
        "Please try again with the CodeSHA256 in $LATEST.",
    )
    assert publish(world, CodeSha256=sha256)["Version"] == "1"


def test_snap_start_takes_its_time(world):
    world.create(SnapStart={"ApplyOn": "PublishedVersions"})
    latest = world.do("GetFunctionConfiguration", FunctionName="fn")
    assert latest["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    published = publish(world)
    assert published["State"] == "Pending"
    assert published["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    assert publish(world)["Version"] == "1"  # it is there already, and settles once
    world.settle()
    assert world.do("GetFunctionConfiguration", FunctionName="fn", Qualifier="1")["State"] == "Active"


def test_versions_are_listed_in_ascending_order_page_by_page(world):
    world.create(Publish=True)
    for timeout in range(10, 21):
        change(world, Timeout=timeout)
        publish(world)
    page = world.do("ListVersionsByFunction", FunctionName="fn", MaxItems=3)
    assert [entry["Version"] for entry in page["Versions"]] == ["$LATEST", "1", "2"]
    rest = world.do("ListVersionsByFunction", FunctionName="fn", Marker=page["NextMarker"])
    assert [entry["Version"] for entry in rest["Versions"]] == [str(number) for number in range(3, 13)]
    assert "NextMarker" not in rest


def test_every_version_counts_towards_the_code_size(world, recording):
    recorded = recording("test_account_settings_total_code_size_config_update")
    usage = lambda: world.do("GetAccountSettings")["AccountUsage"]  # noqa: E731
    world.create()
    assert usage() == {"TotalCodeSize": len(world.code), "FunctionCount": 1}
    change(world, Runtime="python3.11")
    assert usage()["TotalCodeSize"] - len(world.code) == recorded.answer(
        "total_code_size_diff_update_function_configuration"
    )
    publish(world)
    assert usage() == {"TotalCodeSize": 2 * len(world.code), "FunctionCount": 1}
