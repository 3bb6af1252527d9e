"""The system calls behind a sandbox, which Python does not offer: namespaces, mounts, and a few process attributes.

Everything raises OSError with the name of what failed.
"""

import ctypes
import os
import platform
from pathlib import Path

NEW_USER = 0x1000_0000
NEW_MOUNTS = 0x0002_0000
NEW_PIDS = 0x2000_0000
NEW_IPC = 0x0800_0000

_MS_RDONLY, _MS_NOSUID, _MS_NODEV = 1, 2, 4
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_MS_KEPT = 2 | 4 | 8 | 1024 | 2048  # nosuid, nodev, noexec, noatime, nodiratime: statvfs and mount agree on the bits
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_SETATTR = 442  # the same number on every architecture
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace")]


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def unshare(flags: int) -> None:
    """Leaves the namespaces named by `flags` for new ones. A new PID namespace begins with the next child."""
    _check(_libc.unshare(flags), "unshare")


def write_id_maps(pid: int, users: str, groups: str, *, may_set_groups: bool) -> None:
    """Says which ids of the outside the ids of a user namespace are, as `inside outside count` lines."""
    process = Path("/proc", str(pid))
    if not may_set_groups:  # the kernel demands it of whoever is not privileged outside
        (process / "setgroups").write_text("deny")
    (process / "uid_map").write_text(users)
    (process / "gid_map").write_text(groups)


def mount(source: str, target: str, kind: str, options: str = "", *, harmless: bool = True) -> None:
    """Mounts a file system. A harmless one holds neither devices nor set-uid programs."""
    flags = _MS_NOSUID | _MS_NODEV if harmless else 0
    _check(_libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode()), f"mount {target}")


def unmount(target: str) -> None:
    """Takes a mount away. What still uses it keeps it; nobody else finds it."""
    _check(_libc.umount2(target.encode(), _MNT_DETACH), f"unmount {target}")


def make_mounts_private() -> None:
    """From now on no mount is seen by any other namespace."""
    _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "make mounts private")


def bind(source: str, target: str, *, read_only: bool) -> None:
    """Shows `source`, with everything mounted below it, at `target`."""
    _check(_libc.mount(source.encode(), target.encode(), None, _MS_BIND | _MS_REC, None), f"bind {source}")
    if read_only:
        make_read_only(target)


def make_read_only(target: str, *, below_too: bool = True) -> None:
    """Makes the mount at `target` read-only, and those below it too where the kernel can (5.12 or newer)."""
    attributes = _MountAttributes(set=_MS_RDONLY | _MS_NOSUID)
    size = ctypes.sizeof(attributes)
    depth = _AT_RECURSIVE if below_too else 0
    call = _libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, target.encode(), depth, ctypes.byref(attributes), size)
    if call != 0:
        # A user namespace may not drop flags that the mount was born with, so they are said again.
        kept = os.statvfs(target).f_flag & _MS_KEPT
        flags = _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | kept
        _check(_libc.mount(None, target.encode(), None, flags, None), f"remount {target}")


def change_root(new_root: str) -> None:
    """Makes `new_root` the root of the file tree and forgets the old one."""
    os.chdir(new_root)
    number = _PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"pivot_root: unknown on {platform.machine()}")
    _check(_libc.syscall(number, b".", b"."), "pivot_root")  # stacks the old root on the new one …
    _check(_libc.umount2(b".", _MNT_DETACH), "leave the old root")  # … and takes it off again
    os.chdir("/")


def die_with_parent(signal_number: int) -> None:
    """Asks the kernel for `signal_number` when the parent dies."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Makes this process the parent of descendants whose own parent ended."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def renounce_privileges() -> None:
    """No program started from here on gains a privilege by being set-uid."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
