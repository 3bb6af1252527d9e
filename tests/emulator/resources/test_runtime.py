"""Runtimes: accepted, retired or unknown; each with versions of its own."""

import gzip
import importlib.util
import json
from pathlib import Path

import pytest

from emulator.errors import InvalidParameterValueException
from emulator.resources.runtime import ACCEPTED, PRINTED, RETIRED, check_runtime, check_snap_start, runtime_version


def test_every_runtime_of_the_model_has_its_place():
    botocore = Path(importlib.util.find_spec("botocore").origin).parent
    model = json.loads(gzip.decompress((botocore / "data/lambda/2015-03-31/service-2.json.gz").read_bytes()))
    assert set(model["shapes"]["Runtime"]["enum"]) <= ACCEPTED | RETIRED
    assert not ACCEPTED & RETIRED
    assert len(set(PRINTED)) == len(PRINTED) == 25


def test_checks():
    check_runtime("python3.12")
    for refused in ("nodejs14.x", "Python3.12", ""):
        with pytest.raises(InvalidParameterValueException):
            check_runtime(refused)
    check_snap_start("python3.13")
    with pytest.raises(InvalidParameterValueException):
        check_snap_start("python3.11")


def test_versions_follow_runtime_and_architecture():
    versions = {runtime_version(runtime, arch) for runtime in ("a", "b") for arch in ("x86_64", "arm64")}
    assert len(versions) == 4
    assert runtime_version("a", "arm64") in versions
