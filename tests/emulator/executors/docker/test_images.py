"""The image of each runtime."""

from pathlib import Path

import pytest

from emulator.errors import EmulatorError
from emulator.executors.docker.images import read_image_map
from emulator.resources.runtime import ACCEPTED, CUSTOM

AWS = "public.ecr.aws/lambda"


@pytest.mark.parametrize(
    ("runtime", "image"),
    [
        ("python3.13", "python:3.13"),
        ("nodejs22.x", "nodejs:22"),
        ("java21", "java:21"),
        ("java8.al2", "java:8.al2"),
        ("java17.al2023", "java:17.al2023"),
        ("dotnet8", "dotnet:8"),
        ("ruby3.4", "ruby:3.4"),
        ("provided.al2023", "provided:al2023"),
        ("provided.al2", "provided:al2"),
    ],
)
def test_a_runtime_has_the_image_that_aws_publishes_for_it(runtime: str, image: str):
    assert read_image_map(None, AWS).image_of(runtime) == f"{AWS}/{image}"
    assert read_image_map(None, "mirror.example:5000/aws").image_of(runtime) == f"mirror.example:5000/aws/{image}"


def test_every_runtime_that_aws_manages_has_one():
    assert {runtime for runtime in ACCEPTED if not read_image_map(None, AWS).has(runtime)} == {CUSTOM}


def test_any_image_can_be_replaced_and_named_where_aws_has_none():
    images = read_image_map("python3.13=mine/python:1, custom=mine/custom@sha256:ab", AWS)
    assert images.image_of("python3.13") == "mine/python:1"
    assert images.image_of("custom") == "mine/custom@sha256:ab"
    assert images.image_of("python3.12") == f"{AWS}/python:3.12"


def test_the_map_may_be_a_file_with_remarks(tmp_path: Path):
    (tmp_path / "images").write_text("# ours\npython3.13=mine/python:1  # patched\n\nruby3.4 = mine/ruby\n")
    images = read_image_map(str(tmp_path / "images"), AWS)
    assert dict(images.replaced) == {"python3.13": "mine/python:1", "ruby3.4": "mine/ruby"}


@pytest.mark.parametrize("text", ["python3.13=", "=mine/python", "python3.13=a,ruby3.4", "/no/such/file"])
def test_a_map_that_cannot_be_read_is_told(text: str):
    with pytest.raises(EmulatorError, match="--image-map"):
        read_image_map(text, AWS)


def test_a_runtime_without_an_image_says_how_to_name_one():
    with pytest.raises(EmulatorError, match="--image-map custom=IMAGE"):
        read_image_map(None, AWS).image_of(CUSTOM)
