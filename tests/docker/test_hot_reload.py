"""Code that is a folder of the host: what changes there is run at the next call, and /tmp stays as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.docker.functions import CODE, await_true, create, invoke
from tests.integration.serving import Server

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return server.client("lambda")


def edited(folder: Path, code: str) -> None:
    (folder / "function.py").write_text(code)


def replaced(folder: Path, code: str) -> None:
    """As a build does that clears its output away and writes it anew."""
    shutil.rmtree(folder)
    folder.mkdir()
    edited(folder, code)


@pytest.mark.parametrize("change", [edited, replaced])
def test_changed_code_runs_in_an_environment_that_keeps_its_files(
    client: Any, tmp_path: Path, change: Callable[[Path, str], None]
):
    folder = tmp_path / "code"
    folder.mkdir()
    edited(folder, CODE)
    for place in (folder, *folder.parents[:3]):
        place.chmod(0o755)
    name = create(client, Code={"S3Bucket": "hot-reload", "S3Key": str(folder)})
    first = invoke(client, name, keep="x")
    change(folder, CODE.replace('"count": count', '"count": -count'))
    await_true(lambda: invoke(client, name)["count"] < 0)
    told = invoke(client, name)
    assert told["kept"] == "x"
    assert (told["container"] == first["container"]) == (change is edited)
