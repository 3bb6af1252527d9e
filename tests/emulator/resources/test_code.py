"""Packages: zips are checked and measured, images are pinned."""

import io
import zipfile

import pytest

from emulator.errors import InvalidParameterValueException, RequestEntityTooLargeException
from emulator.resources.code import image_package, refuse_oversized_zip, zip_package


def zip_of(size):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", bytes(size))
    return buffer.getvalue()


def test_a_zip_is_measured():
    zipped = zip_of(1000)
    package = zip_package(zipped)
    assert (package.zip_bytes, package.size, package.unzipped_size) == (zipped, len(zipped), 1000)


@pytest.mark.parametrize("damage", [lambda z: z[:-5], lambda z: b"nothing", lambda z: z[: len(z) // 2]])
def test_a_damaged_zip_is_refused(damage):
    with pytest.raises(InvalidParameterValueException, match="Could not unzip uploaded file"):
        zip_package(damage(zip_of(1000)))


def test_an_empty_zip_is_refused():
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    for empty in (b"", buffer.getvalue()):
        with pytest.raises(InvalidParameterValueException, match="Uploaded file must be a non-empty zip"):
            zip_package(empty)


def test_layers_leave_less_room():
    assert zip_package(zip_of(10), layers_size=262_144_000 - 10)
    with pytest.raises(InvalidParameterValueException, match="Unzipped size must be smaller than 9 bytes"):
        zip_package(zip_of(10), layers_size=262_144_000 - 9)


def test_fifty_megabytes_are_enough_inline():
    refuse_oversized_zip(None)
    refuse_oversized_zip(bytes(52_428_800))
    with pytest.raises(RequestEntityTooLargeException):
        refuse_oversized_zip(bytes(52_428_801))


@pytest.mark.parametrize(
    ("uri", "repository"),
    [
        ("111111111111.dkr.ecr.us-east-1.amazonaws.com/one:latest", "111111111111.dkr.ecr.us-east-1.amazonaws.com/one"),
        ("localhost:5000/one/two:v1", "localhost:5000/one/two"),
        ("localhost:5000/one", "localhost:5000/one"),
        ("one", "one"),
    ],
)
def test_a_tag_is_resolved_to_a_digest_of_its_own(uri, repository):
    image, package = image_package(uri)
    assert image.uri == uri
    assert image.resolved_uri == f"{repository}@sha256:{image.digest}"
    assert (package.sha256, package.size, package.zip_bytes) == (image.digest, 0, b"")
    assert image_package(uri)[0] == image
    assert image_package(uri + "x")[0].digest != image.digest


def test_a_digest_stays_what_it_is():
    digest = "ab" * 32
    image, _ = image_package(f"one@sha256:{digest}")
    assert (image.digest, image.resolved_uri) == (digest, f"one@sha256:{digest}")
