"""A function for another architecture runs where the engine emulates it, and says what is missing where it does not."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.docker.conftest import OPTIONS
from tests.docker.foreign_image import NAMES, foreign_image
from tests.docker.functions import create, invoke, zipped
from tests.integration.serving import serving

pytestmark = pytest.mark.docker

BOOTSTRAP = """#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while true; do
  id=$(wget -S -O /tmp/event $api/next 2>&1 | sed -n 's/.*[Rr]equest-[Ii]d: *//p' | tr -d '\\r')
  wget -q -O - --post-data "{\\"machine\\": \\"$(uname -m)\\"}" $api/$id/response >/dev/null
done
"""
_HANDLERS = Path("/proc/sys/fs/binfmt_misc")
_QEMU = Path("/usr/libexec/qemu-binfmt/aarch64-binfmt-P")  # of Debian's qemu-user-static
# The first bytes of a program for ARM, those of them that count, and QEMU, which the kernel opens at once (F), so that
# containers need not have it, and tells the name that a program was called by (P) [kernel docs: binfmt-misc].
_ARM = (
    ":parity-test-arm64:M::"
    r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:"
    r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:"
    f"{_QEMU}:PF"
)


@pytest.fixture(scope="module")
def other(engine: Any) -> str:
    """The architecture that this machine has not."""
    return "x86_64" if engine.info()["Architecture"] == "aarch64" else "arm64"


@pytest.fixture(scope="module")
def image(engine: Any, other: str) -> str:
    return foreign_image(engine, other)


def function(client: Any, image: str, *architectures: str) -> str:
    code = {"ZipFile": zipped({"bootstrap": BOOTSTRAP})}
    return create(client, Runtime="provided.al2023", Code=code, Architectures=list(architectures))


def options(image: str) -> tuple[str, ...]:
    return (*OPTIONS[:-1], f"provided.al2023={image}")


def test_without_emulation_it_is_told_what_is_missing(other: str, image: str):
    if any(_HANDLERS.glob("*aarch64*")):
        pytest.skip("this machine emulates ARM")
    with serving(*options(image)) as server:
        client = server.client("lambda")
        with pytest.raises(ClientError, match=f"a trial shows that it does not emulate {NAMES[other]}: install QEMU"):
            invoke(client, function(client, image, other))


@pytest.fixture
def emulation(other: str) -> Iterator[None]:
    """Has the kernel run programs for ARM with QEMU, while a test runs."""
    if any(_HANDLERS.glob("*aarch64*")):
        yield
        return
    if other != "arm64" or not _QEMU.exists():
        pytest.skip("needs qemu-user-static, on a machine that is no ARM")
    if not (_HANDLERS / "register").exists():
        mounted = subprocess.run(["mount", "-t", "binfmt_misc", "none", _HANDLERS], check=False, capture_output=True)
        if mounted.returncode != 0:
            pytest.skip("the kernel takes no interpreters of programs (binfmt_misc)")
    (_HANDLERS / "register").write_text(_ARM)
    yield
    (_HANDLERS / "parity-test-arm64").write_text("-1")


def test_with_emulation_it_runs(other: str, image: str, emulation: None):
    with serving(*options(image)) as server:
        client = server.client("lambda")
        assert invoke(client, function(client, image, other)) == {"machine": "aarch64"}


def test_the_machines_own_architecture_can_be_had_instead(engine: Any, other: str):
    """--ignore-architecture: a function for ARM, and an image for this machine."""
    with serving(*OPTIONS, "--ignore-architecture") as server:
        client = server.client("lambda")
        name = create(client, Architectures=[other])
        assert invoke(client, name)["count"] == 1
        assert client.get_function_configuration(FunctionName=name)["Architectures"] == [other]
