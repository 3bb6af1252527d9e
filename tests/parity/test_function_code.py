"""Function code becomes the same archive wherever it is packed."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from parity.archive import zip_bytes
from parity.function_code import FunctionCode


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    folder = tmp_path / "_functions" / "echo-python"
    (folder / "lib" / "__pycache__").mkdir(parents=True)
    (folder / "function.yaml").write_text("runtime: python3.12\nhandler: handler.handler\n")
    (folder / "handler.py").write_text("def handler(event, context):\n    return event\n")
    (folder / "lib" / "function.yaml").write_text("of the function, not of its deployment\n")
    (folder / "lib" / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"compiled")
    (folder / "bootstrap").write_text("#!/bin/sh\n")
    (folder / "bootstrap").chmod(0o744)
    return tmp_path


def test_an_archive_holds_the_code_and_nothing_else(scenarios: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(FunctionCode(scenarios)["echo-python"])) as archive:
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in archive.infolist()}
        dates = {entry.date_time for entry in archive.infolist()}
    assert modes == {"bootstrap": "0o100755", "handler.py": "0o100644", "lib/function.yaml": "0o100644"}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_an_archive_depends_on_names_content_and_executability_alone(scenarios: Path) -> None:
    before = FunctionCode(scenarios).digest("echo-python")
    handler = scenarios / "_functions" / "echo-python" / "handler.py"
    os.utime(handler, (0, 0))
    handler.chmod(0o600)
    assert FunctionCode(scenarios).digest("echo-python") == before
    handler.chmod(0o700)
    assert FunctionCode(scenarios).digest("echo-python") != before


def test_the_bytes_of_an_archive_are_pinned() -> None:
    # CodeSha256 and CodeSize stand in snapshots: these bytes must be the same on every machine and in every version.
    archive = zip_bytes({"b.py": b"2", "a.py": b"1"}, executable={"a.py"})
    assert archive == zip_bytes({"a.py": b"1", "b.py": b"2"}, executable=["a.py"])
    assert hashlib.sha256(archive).hexdigest() == "90bf5fed47b134f1a044f2f508284bda242896330a863ab5c525805542644665"


def test_folders_are_found_by_name(scenarios: Path) -> None:
    code = FunctionCode(scenarios)
    assert list(code) == ["echo-python"]
    with pytest.raises(KeyError):
        code["other"]


def test_there_need_not_be_any_function_code(tmp_path: Path) -> None:
    assert list(FunctionCode(tmp_path)) == []
