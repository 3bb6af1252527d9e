"""Packages are unpacked once, with the permissions that they state, and never outside of their folder."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from emulator.executors.code_folders import CodeFolders, unpack
from emulator.resources.code import zip_package


def zip_of(*entries: tuple[str, bytes, int]) -> bytes:
    """A zip of (name, content, st_mode) entries; mode 0 states nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16 or 0x20  # 0x20: a zip made on Windows, which states no permissions
            archive.writestr(entry, content)
    return buffer.getvalue()


def mode_of(path: Path) -> str:
    return stat.filemode(path.lstat().st_mode)


class TestUnpacking:
    @pytest.mark.parametrize(
        ("stated", "mode"),
        [
            (0o100644, "-rw-r--r--"),
            (0o100755, "-rwxr-xr-x"),
            (0, "-rw-r--r--"),  # made on Windows
            (0o100600, "-rw-------"),  # the function cannot read it, as on AWS [docs: troubleshooting-deployment]
        ],
    )
    def test_keeps_permissions(self, tmp_path, stated, mode):
        unpack([zip_of(("a.py", b"x", stated))], tmp_path / "code")
        assert mode_of(tmp_path / "code/a.py") == mode

    def test_makes_folders_that_are_stated_and_those_that_are_not(self, tmp_path):
        unpack([zip_of(("locked/", b"", 0o040555), ("locked/a", b"x", 0), ("p/q/b", b"y", 0))], tmp_path / "code")
        assert mode_of(tmp_path / "code/locked") == "dr-xr-xr-x"
        assert (tmp_path / "code/p/q/b").read_bytes() == b"y"

    @pytest.mark.parametrize("name", ["../out", "/out", "a/../../out"])
    def test_stays_inside(self, tmp_path, name):
        unpack([zip_of((name, b"x", 0))], tmp_path / "code")
        assert [path.name for path in tmp_path.iterdir()] == ["code"]

    def test_makes_links(self, tmp_path):
        unpack([zip_of(("link", b"target.py", stat.S_IFLNK | 0o777), ("target.py", b"x", 0))], tmp_path / "code")
        assert (tmp_path / "code/link").read_bytes() == b"x"

    def test_writes_nothing_through_a_link(self, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        entries = ("way", str(outside).encode(), stat.S_IFLNK | 0o777), ("way/secret", b"x", 0)
        with pytest.raises(OSError):
            unpack([zip_of(*entries)], tmp_path / "code")
        assert list(outside.iterdir()) == []

    def test_merges_several_and_the_last_one_counts(self, tmp_path):
        first = zip_of(("a", b"1", 0o100444), ("python/x", b"1", 0), ("link", b"a", stat.S_IFLNK | 0o777))
        second = zip_of(("a", b"2", 0o100755), ("python/y", b"2", 0), ("link", b"2", 0))
        third = zip_of(("python/x", b"a", stat.S_IFLNK | 0o777))
        unpack([first, second, third], tmp_path / "opt")
        assert (tmp_path / "opt/a").read_bytes() == b"2"
        assert mode_of(tmp_path / "opt/a") == "-rwxr-xr-x"
        assert not (tmp_path / "opt/link").is_symlink()
        assert (tmp_path / "opt/python/x").is_symlink()
        assert (tmp_path / "opt/python/y").read_bytes() == b"2"


class TestFolders:
    async def test_the_same_content_is_unpacked_once(self, tmp_path):
        folders = CodeFolders(tmp_path, lambda path: None)
        package = zip_package(zip_of(("a.py", b"x", 0)))
        assert await folders.acquire(package) == await folders.acquire(package)
        assert len(list(tmp_path.iterdir())) == 1

    async def test_several_packages_share_a_folder_by_their_order(self, tmp_path):
        folders = CodeFolders(tmp_path, lambda path: None)
        one, two = (zip_package(zip_of(("a.py", content, 0))) for content in (b"1", b"2"))
        merged = await folders.acquire(one, two)
        assert Path(merged, "a.py").read_bytes() == b"2"
        assert await folders.acquire(one, two) == merged
        assert len({merged, await folders.acquire(two, one), await folders.acquire(one)}) == 3

    async def test_a_folder_is_removed_when_nobody_needs_it(self, tmp_path):
        removed = []
        folders = CodeFolders(tmp_path, removed.append)
        package = zip_package(zip_of(("a.py", b"x", 0)))
        first, second = await folders.acquire(package), await folders.acquire(package)
        folders.release(first)
        assert removed == []
        folders.release(second)
        assert len(removed) == 1
        assert not Path(first).exists()

    async def test_and_can_be_had_again_while_it_is_being_removed(self, tmp_path):
        folders = CodeFolders(tmp_path, lambda path: None)
        package = zip_package(zip_of(("a.py", b"x", 0)))
        folders.release(await folders.acquire(package))
        assert Path(await folders.acquire(package), "a.py").read_bytes() == b"x"

    async def test_a_large_package_is_unpacked_too(self, tmp_path):
        folders = CodeFolders(tmp_path, lambda path: None)
        package = zip_package(zip_of(("a.bin", bytes(1_000_000), 0)))
        assert Path(await folders.acquire(package), "a.bin").stat().st_size == 1_000_000
