"""What a function cannot do in its sandbox: see or change what is not its own, gain rights, or outlive it."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulator.executors.machine import Machine, shell


@pytest.fixture(autouse=True)
def _needs_isolation(isolated):
    if not isolated:
        pytest.skip("this machine grants no namespaces")


async def said(*lines: str) -> list[str]:
    """The lines that a bootstrap of these commands writes."""
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell(*lines))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})
        return (await heard.end()).splitlines()


async def test_it_has_no_rights_and_can_gain_none():
    status = dict(line.split(":\t") for line in await said("grep -E 'NoNewPrivs|Cap|Groups|^[UG]id' /proc/self/status"))
    assert status["NoNewPrivs"] == "1"
    assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}
    assert set(status["Uid"].split("\t")) == {"993"}
    assert set(status["Gid"].split("\t")) == {"990"}


async def test_it_sees_its_own_processes_alone():
    processes = await said("ps -e -o pid=,args=")
    assert [line.split()[0] for line in processes][:2] == ["1", "2"]
    assert len(processes) == 3  # the init, the shell, ps
    assert "spawner" in processes[0]


async def test_it_sees_nothing_of_the_host_s_files():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(
            shell(f"ls -d {machine.folder} /roo?/* /home/* /srv/* /run/* /sys/* 2>/dev/null", "ls /", "ls /etc")
        )
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        seen = set((await heard.end()).splitlines())
    assert not [path for path in seen if path.startswith("/")]
    assert not seen & {"home", "root", "srv", "run", "sys", "shadow", "hostname"}


@pytest.mark.parametrize(
    "way",
    [
        "touch /var/task/new",
        "echo x >> /var/task/bootstrap",
        "rm /var/task/bootstrap",
        "chmod 777 /var/task/bootstrap",
        "touch /opt/new",
        "touch /new",
        "touch /etc/new",
        "touch /usr/new",
        "touch /var/runtime/new",
        "mount -o remount,rw,bind /var/task",
        "umount /var/task",
        "mount -t tmpfs none /var/task",
        "unshare --user --map-root-user --mount mount -o remount,rw,bind /var/task",
        "unshare --user --map-root-user --mount mount -o remount,rw /",
        "unshare --user --map-root-user --mount umount /var/task",
        "chroot /tmp /bin/true",
        "echo 1 > /proc/sys/kernel/panic",
        "mknod /tmp/disk b 8 0",
        "renice -5 -p $$",
    ],
)
async def test_it_cannot(way):
    assert (await said(f"( {way} ) 2>/dev/null && echo done || echo refused")) == ["refused"]


async def test_its_init_is_out_of_its_reach():
    script = ("kill -9 1; kill -STOP 1; kill -INT 1; kill -TERM 1", "cat /proc/1/environ /proc/1/mem", "exit 7")
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell(*script))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await heard.end()
        assert heard.ended[0][1].sentence == "Runtime exited with error: exit status 7"
        sandbox.start_runtime(2, {"PATH": "/usr/bin:/bin"})  # the same init serves it
        await heard.end(2)
        assert heard.ended[1][1].sentence == "Runtime exited with error: exit status 7"


async def test_what_it_leaves_behind_ends_with_the_environment():
    """Orphans in sessions of their own that heed no signal. `mark` makes their command lines known to nobody else."""
    async with Machine() as machine:
        mark = f"60.{os.getpid()}{time.monotonic_ns()}"
        stubborn = f"setsid sh -c 'trap \"\" TERM HUP INT; sleep {mark} & sleep {mark} & wait' < /dev/null &"
        sandbox, _ = await machine.sandbox(shell(stubborn, f"(setsid sleep {mark} &)", f"echo up; exec sleep {mark}"))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await until(lambda: sleeping(mark) == 4)
        sandbox.stop()
        await until(lambda: sleeping(mark) == 0)


def sleeping(mark: str) -> int:
    """How many processes of this machine sleep for just so long."""
    found = 0
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            found += (process / "cmdline").read_bytes().startswith(f"sleep\0{mark}\0".encode())
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)
