"""Resources outlive the process: what is there after any end of it."""

import pytest

from emulator.errors import EmulatorError
from emulator.resources.interrupted import finish
from emulator.resources.saved_state import SavedState
from emulator.resources.store import Store
from tests.emulator.operations.conftest import ACCOUNT, REGION, World

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"


@pytest.fixture
def world() -> World:
    return World()


def saved(folder, store: Store) -> Store:
    """What a new process finds after the one with `store` was killed."""
    state = SavedState(folder, store)
    state.save()
    state.close()
    return loaded(folder)


def loaded(folder) -> Store:
    store = Store()
    state = SavedState(folder, store)
    state.load()
    state.close()
    return store


def fill(world: World) -> None:
    """One of everything that can be created."""
    world.publish_layer()
    world.do(
        "AddLayerVersionPermission",
        LayerName="layer",
        VersionNumber=1,
        StatementId="all",
        Action="lambda:GetLayerVersion",
        Principal="*",
    )
    world.create(
        Layers=[world.layer_arn(version=1)],
        Environment={"Variables": {"A": "é"}},
        Tags={"t": "1"},
        DeadLetterConfig={"TargetArn": QUEUE},
    )
    world.do("PublishVersion", FunctionName="fn")
    world.do("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1", Description="d")
    world.do("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=3)
    world.do("CreateFunctionUrlConfig", FunctionName="fn", AuthType="NONE", Cors={"AllowOrigins": ["*"]})
    world.do(
        "AddPermission",
        FunctionName="fn",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
    )
    world.do("PutFunctionEventInvokeConfig", FunctionName="fn", Qualifier="live", MaximumRetryAttempts=1)
    world.do("CreateEventSourceMapping", FunctionName="fn", EventSourceArn=QUEUE)
    world.do(
        "CreateCodeSigningConfig",
        AllowedPublishers={"SigningProfileVersionArns": [f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/p/abc"]},
    )
    world.settle()


def described(world: World, store: Store) -> dict:
    """Everything that the lists show."""
    world.store = store
    answers = {
        "functions": world.do("ListFunctions", FunctionVersion="ALL")["Functions"],
        "function": world.do("GetFunction", FunctionName="fn"),
        "alias": world.do("GetAlias", FunctionName="fn", Name="live"),
        "policy": world.do("GetPolicy", FunctionName="fn"),
        "urls": world.do("ListFunctionUrlConfigs", FunctionName="fn"),
        "configs": world.do("ListFunctionEventInvokeConfigs", FunctionName="fn"),
        "mappings": world.do("ListEventSourceMappings"),
        "layers": world.do("ListLayers"),
        "layer policy": world.do("GetLayerVersionPolicy", LayerName="layer", VersionNumber=1),
        "signing": world.do("ListCodeSigningConfigs"),
        "account": world.do("GetAccountSettings"),
    }
    answers["function"]["Code"].pop("Location")  # a link of its own each time
    return answers


def test_everything_is_there_again_as_it_was(world, tmp_path):
    fill(world)
    before = described(world, world.store)
    assert described(world, saved(tmp_path, world.store)) == before


def test_the_code_is_there_again(world, tmp_path):
    fill(world)
    function = saved(tmp_path, world.store).region(ACCOUNT, REGION).functions["fn"]
    assert function.running is function.latest
    assert function.latest.code.zip_bytes == world.code
    assert function.versions["1"].code.zip_bytes == world.code
    assert function.latest.layers[0].code.zip_bytes == world.code
    assert len(list((tmp_path / "code").iterdir())) == 1  # each content once


def test_what_is_deleted_is_gone_and_its_code_too(world, tmp_path):
    fill(world)
    saved(tmp_path, world.store)
    state = SavedState(tmp_path, world.store)
    state.load()
    world.store.region(ACCOUNT, REGION).functions.clear()
    world.store.region(ACCOUNT, REGION).layers.clear()
    state.save()
    state.close()
    assert not loaded(tmp_path).region(ACCOUNT, REGION).functions
    assert not list((tmp_path / "code").iterdir())


def test_nothing_is_written_that_has_not_changed(world, tmp_path):
    fill(world)
    state = SavedState(tmp_path, world.store)
    state.save()
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    world.do("TagResource", Resource=world.arn(), Tags={"new": "1"})
    state.save()
    changed = [path for path, time in times.items() if path.stat().st_mtime_ns != time]
    assert [path.name for path in changed] == ["fn"]


def test_what_was_in_progress_is_over(world, tmp_path):
    world.create(settled=False)
    world.do("CreateEventSourceMapping", FunctionName="fn", EventSourceArn=QUEUE)
    store = saved(tmp_path, world.store)
    resources = store.region(ACCOUNT, REGION)
    finish(resources, world.clock.now())
    assert resources.functions["fn"].latest.state == "Active"
    assert [mapping.state.value for mapping in resources.event_source_mappings.values()] == ["Enabled"]


def test_a_file_that_was_half_written_is_as_if_it_had_not_begun(world, tmp_path):
    fill(world)
    saved(tmp_path, world.store)
    file = next((tmp_path / "resources").rglob("functions/fn"))
    file.with_name("fn.new").write_bytes(file.read_bytes()[:50])
    assert list(loaded(tmp_path).region(ACCOUNT, REGION).functions) == ["fn"]


@pytest.mark.parametrize("content", [b"", b"something else", b"\x81\xa6latest\x01"])
def test_a_damaged_file_is_named_and_kept(world, tmp_path, content):
    fill(world)
    saved(tmp_path, world.store)
    file = next((tmp_path / "resources").rglob("functions/fn"))
    file.write_bytes(content)
    with pytest.raises(EmulatorError, match=f"{file} cannot be read as one of functions"):
        loaded(tmp_path)
    assert file.read_bytes() == content


def test_two_emulators_do_not_share_a_folder(tmp_path):
    state = SavedState(tmp_path, Store())
    with pytest.raises(EmulatorError, match="in use by another emulator"):
        SavedState(tmp_path, Store())
    state.close()
    SavedState(tmp_path, Store()).close()
