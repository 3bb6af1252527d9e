"""A function that uses more memory than it has is killed, or a child of it is; what only seems much is left alone."""

import signal

import pytest

from emulator.executors.executor import RuntimeExit
from emulator.executors.spawner.memory import pause
from tests.emulator.executors.machine import Machine

MEGABYTE = 1024 * 1024
PYTHON = "#!/usr/bin/env python3\nimport mmap, os, signal, subprocess, sys, time\nT = os.environ['T']\n"


async def run(machine: Machine, code: str, **fields):
    """A sandbox in which the Python code runs, and its listener. `T` is /tmp."""
    sandbox, heard = await machine.sandbox({"bootstrap": PYTHON + code}, **fields)
    sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin", "T": sandbox.places.temporary})
    return sandbox, heard


async def test_who_takes_more_than_there_is_gets_killed():
    async with Machine() as machine:
        sandbox, heard = await run(machine, "kept = []\nwhile True: kept.append(bytearray(2**20)); time.sleep(0.0005)")
        await heard.end()
        assert heard.ended == [(1, RuntimeExit(signal.SIGKILL, out_of_memory=True))]
        assert heard.ended[0][1].sentence == "Runtime exited with error: signal: killed"
        assert sandbox.memory_used() == 128 * MEGABYTE


async def test_a_single_large_allocation_is_noticed_too():
    async with Machine() as machine:
        _, heard = await run(machine, "b'x' * 600_000_000\ntime.sleep(60)", memory_size=256)
        await heard.end()
        assert heard.ended == [(1, RuntimeExit(signal.SIGKILL, out_of_memory=True))]


async def test_memory_shared_without_a_file_counts():
    async with Machine() as machine:
        _, heard = await run(machine, "m = mmap.mmap(-1, 200_000_000)\nm.write(b'x' * 190_000_000)\ntime.sleep(60)")
        await heard.end()
        assert heard.ended[0][1].out_of_memory


async def test_a_child_that_takes_too_much_dies_alone_and_its_parent_hears_of_it():
    async with Machine() as machine:
        child = "kept = []\\nwhile True: kept.append(bytearray(2**20))"
        sandbox, heard = await run(
            machine, f"done = subprocess.run([sys.executable, '-c', '''{child}'''])\nprint(done.returncode)"
        )
        assert await heard.end() == "-9\n"
        assert heard.ended == [(1, RuntimeExit(0))]
        assert sandbox.memory_used() == 128 * MEGABYTE


async def test_children_together_count_as_one():
    async with Machine() as machine:
        child = "x = bytearray(50_000_000); import time; time.sleep(60)"
        _, heard = await run(
            machine,
            f"all = [subprocess.Popen([sys.executable, '-c', {child!r}]) for _ in range(4)]\n"
            "print(os.wait()[1], flush=True); [one.kill() for one in all]",
        )
        assert await heard.end() == "9\n"


async def test_pages_that_processes_share_count_once():
    async with Machine() as machine:
        code = (
            "kept = b'x' * 70_000_000\n"
            "for _ in range(4):\n    if os.fork() == 0: time.sleep(0.6); os._exit(len(kept) & 1)\n"
            "print([os.wait()[1] for _ in range(4)])"
        )
        _, heard = await run(machine, code)
        assert await heard.end() == "[0, 0, 0, 0]\n"


async def test_files_do_not_count_mapped_or_not():
    async with Machine() as machine:
        code = (
            "with open(T + '/x', 'wb+') as file:\n"
            "    file.write(b'x' * 50_000_000); file.truncate(200_000_000)\n"
            "    m = mmap.mmap(file.fileno(), 200_000_000)\n"
            "    for at in range(0, 200_000_000, 4096): m[at] = 1\n"
            "    time.sleep(0.6)\nprint('fine')"
        )
        _, heard = await run(machine, code)
        assert await heard.end() == "fine\n"


@pytest.mark.parametrize(("free", "seconds"), [(-5, 0.01), (0, 0.01), (64 * MEGABYTE, 0.0625), (10**10, 0.25)])
def test_the_more_is_free_the_later_it_is_looked_at(free, seconds):
    assert pause(free) == seconds
