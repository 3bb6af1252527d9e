"""Where sandboxes live: namespaces of the spawner's own, and in them, new ones for each sandbox.

The spawner is root of a user namespace, and nobody outside of it. What it mounts there, each sandbox inherits, and
keeps for the next should its own init be killed. A sandbox adds namespaces of its own for mounts, processes and IPC.
"""

import contextlib
import os
import tempfile
import traceback
from collections.abc import Callable, Iterator

import emulator.executors.spawner.namespaces as kernel
from emulator.executors.spawner import file_tree, messages

_OUTSIDE_ID = 1_051_051  # who function code is on the host, when the host lets us choose; owns nothing there


def settle(folder: str) -> messages.Message:
    """Enters the namespaces that the host allows, and says which."""
    abilities = _probe(folder)
    if abilities["isolated"]:
        try:
            _enter_own_namespaces(abilities["ids"])
        except OSError as error:  # a limit of the host may have been reached just now
            return {"isolated": False, "reason": str(error)}
    return abilities


def _probe(folder: str) -> messages.Message:
    """Whether sandboxes can be built on this host, found out by building one."""
    reason = ""
    for ids in ("two", "one"):
        root = tempfile.mkdtemp(prefix="probe-", dir=folder)
        reading, writing = os.pipe()
        fork(lambda: _try(ids, root, writing))  # noqa: B023
        os.close(writing)
        with open(reading, "rb") as file:
            answer = file.read().decode()
        os.rmdir(root)
        if answer == "works":
            return {"isolated": True, "ids": ids}
        reason = reason or answer
    return {"isolated": False, "reason": reason or "the kernel refused"}


def _try(ids: str, root: str, writing: int) -> None:
    def build() -> None:
        with _telling(writing):
            file_tree.build(root, [["show", "/usr", "/usr"], ["device", "/dev/null", "/dev/null"]])
            os.write(writing, b"works")

    with _telling(writing):
        _enter_own_namespaces(ids)
        _enter_sandbox(build)


@contextlib.contextmanager
def _telling(writing: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        os.write(writing, (error.strerror or str(error)).encode())


def _enter_own_namespaces(ids: str) -> None:
    """Makes this process root of namespaces of its own, in which all sandboxes lie. Raises OSError.

    Being root there, it can mount what outlives an init; being nobody outside, it can do no harm.
    """
    user, group = os.geteuid(), os.getegid()
    spaces = kernel.NEW_USER | kernel.NEW_MOUNTS
    if ids == "two":
        users, groups = f"0 {user} 1\n993 {_OUTSIDE_ID} 1", f"0 {group} 1\n990 {_OUTSIDE_ID} 1"
        _unshare_with_maps(spaces, users, groups)
    else:
        kernel.unshare(spaces)
        kernel.write_id_maps(os.getpid(), f"0 {user} 1", f"0 {group} 1", may_set_groups=False)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    kernel.make_mounts_private()


def _unshare_with_maps(spaces: int, users: str, groups: str) -> None:
    """Only who stays outside may map more than one id: a child that is born before does."""
    unshared, told = os.pipe(), os.pipe()
    process = os.getpid()

    def write_maps() -> None:
        if os.read(unshared[0], 1):
            with _telling(told[1]):
                kernel.write_id_maps(process, users, groups, may_set_groups=True)

    child = fork(write_maps, keep=(unshared[1], told[0]))
    os.close(unshared[0])
    os.close(told[1])
    try:
        kernel.unshare(spaces)
        os.write(unshared[1], b"!")
    finally:
        os.close(unshared[1])
        with open(told[0], "rb") as file:
            refusal = file.read().decode()
        os.waitpid(child, 0)
    if refusal:
        raise OSError(refusal)


def fork_isolated(run: Callable[[], None], refused: Callable[[OSError], None]) -> None:
    """Runs `run` in a process of its own, the first of new namespaces; or `refused`, should they not be had."""

    def enter() -> None:
        try:
            _enter_sandbox(run)
        except OSError as error:
            refused(error)

    fork(enter)


def _enter_sandbox(run: Callable[[], None]) -> None:
    """In a child: new namespaces, then a grandchild that is process 1 in them. The child itself is done."""
    kernel.unshare(kernel.NEW_MOUNTS | kernel.NEW_PIDS | kernel.NEW_IPC)
    fork(run)


def fork(run: Callable[[], None], keep: tuple[int, ...] = ()) -> int:
    """Runs `run` in a child, which ends when it returns. `keep` are descriptors that are the parent's alone."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        for descriptor in keep:
            os.close(descriptor)
        run()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)
