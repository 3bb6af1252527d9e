"""Builds the file tree that a function sees, from a list of steps that the server worked out.

`os` rather than `pathlib`: this runs in every cold start.

A step is a list: its kind, the path inside the tree, and what the kind needs:

    ["folder", path, mode]              an empty folder
    ["file", path, text]                a small file
    ["link", path, target]              a symbolic link
    ["show", path, source]              what the host has at `source`, read-only
    ["lend", path, source]              what the host has at `source`, writable
    ["device", path, source]            a device of the host

Folders above a path are made as needed. What the host lacks is left out: no host has every file in /etc that we would
show, and the function's start tells soon enough when one was needed.
"""

import os
from collections.abc import Callable
from typing import Any

import emulator.executors.spawner.namespaces as kernel

Step = list[Any]


def build(root: str, steps: list[Step]) -> None:
    """Builds the tree on the empty folder `root` and makes it this process's root. Raises OSError."""
    kernel.make_mounts_private()
    kernel.mount("tmpfs", root, "tmpfs", "mode=755,size=4m")
    for kind, path, *rest in steps:
        _MAKERS[kind](root + path, *rest)
    os.makedirs(root + "/proc", exist_ok=True)
    kernel.mount("proc", root + "/proc", "proc")
    kernel.change_root(root)
    kernel.make_read_only("/", below_too=False)


def _folder(path: str, mode: int = 0o755) -> None:
    os.makedirs(path, exist_ok=True)
    if mode != 0o755:
        os.chmod(path, mode)


def _file(path: str, text: str, mode: int = 0o644) -> None:
    _folder(os.path.dirname(path))
    with open(path, "w") as file:
        file.write(text)
    if mode != 0o644:
        os.chmod(path, mode)


def _link(path: str, target: str) -> None:
    _folder(os.path.dirname(path))
    os.symlink(target, path)


def _show(path: str, source: str) -> None:
    _bind(path, source, read_only=True)


def _lend(path: str, source: str) -> None:
    _bind(path, source, read_only=False)


def _bind(path: str, source: str, *, read_only: bool) -> None:
    if os.path.isdir(source):
        _folder(path)
    elif os.path.exists(source):
        if not os.path.exists(path):  # it may stand in the place of something that is shown already
            _file(path, "")
    else:
        return
    kernel.bind(source, path, read_only=read_only)


_MAKERS: dict[str, Callable[..., None]] = {
    "folder": _folder,
    "file": _file,
    "link": _link,
    "show": _show,
    "lend": _lend,
    "device": _lend,
}
