"""The layer operations beyond what recordings show."""

import base64
import hashlib
from urllib.parse import urlsplit

import pytest

from emulator import quotas
from emulator.errors import NotYetError
from emulator.operations.function_code import code_download
from emulator.wire.messages import Request


def listed(world, operation="ListLayers", **members):
    answer = world.do(operation, **members)
    if operation == "ListLayers":
        return [(layer["LayerName"], layer["LatestMatchingVersion"]["Version"]) for layer in answer["Layers"]]
    return [version["Version"] for version in answer["LayerVersions"]]


def test_only_what_was_given_is_described(world):
    published = world.publish_layer()
    assert published == {
        "Content": {
            "Location": published["Content"]["Location"],
            "CodeSha256": base64.b64encode(hashlib.sha256(world.code).digest()).decode(),
            "CodeSize": len(world.code),
        },
        "LayerArn": world.layer_arn(),
        "LayerVersionArn": world.layer_arn(version=1),
        "Version": 1,
        "Description": "",
        "CreatedDate": "2026-11-23T12:00:00.000+0000",
    }


def test_the_content_can_be_downloaded(world):
    location = urlsplit(world.publish_layer()["Content"]["Location"])
    download = code_download(world.store.code_links, world.clock)
    assert download(Request("GET", location.path, location.query, {})).body == world.code


def test_a_layer_can_be_named_by_its_arn(world):
    world.publish_layer(world.layer_arn())
    assert world.do("GetLayerVersion", LayerName=world.layer_arn(), VersionNumber=1)["Version"] == 1
    assert listed(world) == [("layer", 1)]


def test_another_region_is_out_of_reach(world):
    elsewhere = world.layer_arn().replace("us-east-1", "eu-west-1")
    refused = world.refusal("GetLayerVersion", LayerName=elsewhere, VersionNumber=1)
    assert refused.code == "ResourceNotFoundException"
    assert "'eu-west-1'" in refused.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "Please provide a source for layer content."),
        ({"ZipFile": b""}, "Uploaded file must be a non-empty zip"),
        ({"ZipFile": b"no zip"}, "Could not unzip uploaded file. Please check your file, then try to upload again."),
        ({"ZipFile": b"", "S3Bucket": "bucket"}, "Please provide only one source for layer content."),
    ],
)
def test_bad_content(world, content, message):
    refused = world.refusal("PublishLayerVersion", LayerName="layer", Content=content)
    assert (refused.code, refused.message) == ("InvalidParameterValueException", message)
    assert listed(world) == []


def test_content_has_the_limits_of_functions(world):
    zipped = world.refusal("PublishLayerVersion", LayerName="layer", Content={"ZipFile": bytes(52_428_801)})
    assert (zipped.code, zipped.message) == (
        "RequestEntityTooLargeException",
        "Zipped size must be smaller than 52428800 bytes",
    )
    large = {"ZipFile": world.zip_of_size(262_144_001)}
    assert world.refusal("PublishLayerVersion", LayerName="layer", Content=large).message == (
        "Unzipped size must be smaller than 262144000 bytes"
    )


def test_content_in_s3_comes_later(world):
    with pytest.raises(NotYetError):
        world.do("PublishLayerVersion", LayerName="layer", Content={"S3Bucket": "bucket", "S3Key": "key"})


def test_layers_take_room_until_they_are_deleted(world, monkeypatch):
    usage = lambda: world.do("GetAccountSettings")["AccountUsage"]["TotalCodeSize"]  # noqa: E731
    monkeypatch.setattr(quotas, "TOTAL_CODE_SIZE", 2 * len(world.code))
    world.publish_layer()
    world.publish_layer()
    assert usage() == 2 * len(world.code)
    refused = world.refusal("PublishLayerVersion", LayerName="layer", Content={"ZipFile": world.code})
    assert refused.code == "CodeStorageExceededException"
    world.do("DeleteLayerVersion", LayerName="layer", VersionNumber=1)
    assert usage() == len(world.code)
    assert world.publish_layer()["Version"] == 3


def test_a_function_keeps_a_deleted_layer_and_what_it_holds(world):
    world.publish_layer(Content={"ZipFile": world.other_code})
    world.create(Layers=[world.layer_arn(version=1)])
    world.do("DeleteLayerVersion", LayerName="layer", VersionNumber=1)
    (layer,) = world.function().latest.layers
    assert layer.code.zip_bytes == world.other_code
    again = world.refusal("UpdateFunctionConfiguration", FunctionName="fn", Layers=[world.layer_arn(version=1)])
    assert again.message == f"Layer version {world.layer_arn(version=1)} does not exist."


class TestLists:
    @pytest.fixture(autouse=True)
    def layers(self, world):
        world.publish_layer("b", CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["arm64"])
        world.publish_layer("b", CompatibleRuntimes=["python3.13", "python3.12"])
        world.publish_layer("b")
        world.publish_layer("a", CompatibleRuntimes=["nodejs22.x"], CompatibleArchitectures=["x86_64", "arm64"])
        world.publish_layer("gone")
        world.do("DeleteLayerVersion", LayerName="gone", VersionNumber=1)

    def test_of_layers_are_by_name_and_have_the_newest_version(self, world):
        assert listed(world) == [("a", 1), ("b", 3)]
        first = world.do("ListLayers")["Layers"][0]
        version = world.do("ListLayerVersions", LayerName="a")["LayerVersions"][0]
        assert first == {"LayerName": "a", "LayerArn": world.layer_arn("a"), "LatestMatchingVersion": version}

    def test_of_layers_show_the_newest_version_that_fits(self, world):
        assert listed(world, CompatibleRuntime="python3.12") == [("b", 2)]
        assert listed(world, CompatibleArchitecture="arm64") == [("a", 1), ("b", 1)]
        assert listed(world, CompatibleRuntime="python3.12", CompatibleArchitecture="arm64") == [("b", 1)]
        assert listed(world, CompatibleRuntime="ruby3.3") == []

    def test_of_versions_are_newest_first(self, world):
        assert listed(world, "ListLayerVersions", LayerName="b") == [3, 2, 1]
        assert listed(world, "ListLayerVersions", LayerName="b", CompatibleRuntime="python3.12") == [2, 1]
        assert listed(world, "ListLayerVersions", LayerName="b", CompatibleArchitecture="arm64") == [1]

    def test_come_in_pages(self, world):
        page = world.do("ListLayerVersions", LayerName="b", MaxItems=2)
        assert [version["Version"] for version in page["LayerVersions"]] == [3, 2]
        assert listed(world, "ListLayerVersions", LayerName="b", Marker=page["NextMarker"]) == [1]
        page = world.do("ListLayers", MaxItems=1)
        assert listed(world, Marker=page["NextMarker"]) == [("b", 3)]
        for number in range(50):
            world.publish_layer(f"many-{number}")
        assert len(world.do("ListLayers")["Layers"]) == 50
        assert len(world.do("ListLayers", Marker=world.do("ListLayers")["NextMarker"])["Layers"]) == 2
