"""What a folder holds: its digest follows the content and nothing else, and a look finds every change."""

import io
import os
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from emulator.errors import CodeFolderError
from emulator.resources import code_folder
from emulator.resources.code import folder_package
from emulator.resources.code_folder import FolderContent, refuse_unusable, zip_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "inner.py").write_text("x = 1\n")
    (tmp_path / "index.py").write_text("def handler(event, context): return 1\n")
    return tmp_path


def looked(folder: Path) -> FolderContent:
    content = FolderContent(str(folder))
    content.look()
    return content


def test_two_folders_of_the_same_content_have_the_same_digest(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "index.py").write_text((folder / "index.py").read_text())
    (other / "package").mkdir()
    (other / "package" / "inner.py").write_text("x = 1\n")
    assert looked(folder).digest == looked(other).digest
    assert looked(folder).size == sum(path.stat().st_size for path in folder.rglob("*.py"))


def change_content(folder: Path) -> None:
    (folder / "index.py").write_text("def handler(event, context): return 2\n")


def change_content_and_hide_it(folder: Path) -> None:
    before = (folder / "index.py").stat()
    change_content(folder)
    os.utime(folder / "index.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_by_rename(folder: Path) -> None:
    (folder / "index.py.new").write_text("def handler(event, context): return 3\n")
    (folder / "index.py.new").rename(folder / "index.py")


def change_deep_inside(folder: Path) -> None:
    (folder / "package" / "inner.py").write_text("x = 2\n")


def add(folder: Path) -> None:
    (folder / "new.json").write_text("{}")


def add_folder(folder: Path) -> None:
    (folder / "empty").mkdir()


def remove(folder: Path) -> None:
    (folder / "package" / "inner.py").unlink()


def rename(folder: Path) -> None:
    (folder / "package" / "inner.py").rename(folder / "package" / "other.py")


def make_executable(folder: Path) -> None:
    (folder / "index.py").chmod(0o755)


def replace_by_link(folder: Path) -> None:
    (folder / "index.py").unlink()
    (folder / "index.py").symlink_to("package/inner.py")


def replace_folder_by_file(folder: Path) -> None:
    shutil.rmtree(folder / "package")
    (folder / "package").write_text("no folder any more")


def replace_file_by_folder(folder: Path) -> None:
    (folder / "index.py").unlink()
    (folder / "index.py" / "deep").mkdir(parents=True)
    (folder / "index.py" / "deep" / "file").write_text("")


def move_folder(folder: Path) -> None:
    (folder / "package").rename(folder / "moved")


CHANGES = pytest.mark.parametrize(
    "change",
    [
        *(change_content, change_content_and_hide_it, replace_by_rename, change_deep_inside),
        *(add, add_folder, remove, rename, make_executable, replace_by_link),
        *(replace_folder_by_file, replace_file_by_folder, move_folder),
    ],
)


@CHANGES
def test_every_change_is_found(folder, change):
    content = looked(folder)
    before = content.digest
    change(folder)
    content.look()
    assert content.digest != before
    assert content.digest == looked(folder).digest


def statuses(folder: Path) -> dict[str, tuple[int, ...]]:
    found = {str(path): path.lstat() for path in folder.rglob("*")}
    return {path: (status.st_ino, status.st_mode, status.st_ctime_ns) for path, status in found.items()}


@CHANGES
def test_who_knows_which_paths_were_changed_need_not_look_at_the_others(folder, change):
    content = looked(folder)
    before = statuses(folder)
    change(folder)
    content.look({path for path, _ in before.items() ^ statuses(folder).items()})
    assert content.digest == looked(folder).digest


def test_a_path_of_elsewhere_is_answered_with_a_look_at_everything(folder):
    content = looked(folder)
    add(folder)
    content.look({"/elsewhere/index.py"})
    assert content.digest == looked(folder).digest


def touch(folder: Path) -> None:
    (folder / "index.py").touch()


def write_the_same(folder: Path) -> None:
    (folder / "index.py").write_text((folder / "index.py").read_text())


def compile_it(folder: Path) -> None:
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "index.cpython-313.pyc").write_bytes(b"compiled")


def commit_it(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_bytes(b"DIRC")


def open_it(folder: Path) -> None:
    (folder / ".index.py.swp").write_bytes(b"vim")
    (folder / "package" / ".#inner.py").symlink_to("user@host.1234")
    (folder / "package" / "#inner.py#").write_text("emacs saves by itself")


@pytest.mark.parametrize("deed", [touch, write_the_same, compile_it, commit_it, open_it])
def test_what_changes_no_code_changes_no_digest(folder, deed):
    content = looked(folder)
    before = content.digest
    deed(folder)
    content.look()
    assert content.digest == before


@pytest.mark.parametrize("name", [".env", ".swp", "x.py~", "#notes", ".hidden.py", "swap.swp"])
def test_what_could_be_code_is_never_left_out(folder, name):
    before = looked(folder).digest
    (folder / name).write_text("")
    assert looked(folder).digest != before


def test_quick_writes_of_the_same_size_are_told_apart(folder):
    content = looked(folder)
    for number in range(200):
        (folder / "index.py").write_text(f"def handler(event, context): return {number:05}\n")
        content.look()
        assert content.digest == looked(folder).digest


def test_a_file_that_did_not_change_is_not_read_again(folder, monkeypatch):
    content = looked(folder)
    time.sleep(0.05)
    content.look()  # now no file is one that was written just now
    read: list[str] = []
    digest = code_folder._digest
    monkeypatch.setattr(code_folder, "_digest", lambda path, entry: (read.append(path.name), digest(path, entry))[1])
    content.look()
    assert read == []
    change_content(folder)
    content.look()
    assert read == ["index.py"]


def test_a_zip_of_it_has_everything_and_the_same_digest(folder):
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("run.sh")
    (folder / ".git").mkdir()
    zip_bytes, digest, size = zip_folder(str(folder))
    archive = zipfile.ZipFile(io.BytesIO(zip_bytes))
    assert sorted(archive.namelist()) == ["index.py", "link", "package/", "package/inner.py", "run.sh"]
    assert archive.getinfo("run.sh").external_attr >> 16 & 0o777 == 0o755
    assert archive.read("link") == b"run.sh"
    assert (digest, size) == (looked(folder).digest, looked(folder).size)


def test_a_package_that_is_a_folder_is_told_as_it_is_now(folder):
    package = folder_package(str(folder))
    before = package.current()
    assert before.folder == str(folder)
    add(folder)
    assert package.current().sha256 == looked(folder).digest != before.sha256
    pinned = package.pinned()
    assert (pinned.sha256, pinned.folder) == (looked(folder).digest, None)


def test_a_folder_that_is_gone_is_told_as_it_was(folder, tmp_path_factory):
    package = folder_package(str(folder))
    folder.rename(tmp_path_factory.mktemp("away") / "it")
    assert package.current().sha256 == package.sha256
    with pytest.raises(CodeFolderError, match="there is no folder"):
        package.pinned()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("relative/path", "is not absolute"),
        ("~/code", "~ is not expanded"),
        ("{folder}/nowhere", "there is no folder"),
        ("{folder}/index.py", "is not a folder"),
        ("{folder}/index.py/x", "cannot be read: Not a directory"),
        ("{folder}/\0", "cannot be read"),
    ],
)
def test_what_is_no_folder_is_refused_and_why(folder, path, says):
    path = path.replace("{folder}", str(folder))
    with pytest.raises(CodeFolderError, match="Hot reload: ") as refusal:
        refuse_unusable(path)
    assert says in str(refusal.value)
    assert refusal.value.status == 400
