"""Sandboxes of real processes: what runs in them, what they see, and that nothing is left of them."""

import asyncio
import os
import signal
import time

import pytest

from emulator.errors import NotYetError
from emulator.executors.executor import EntryPointError, RuntimeExit
from emulator.resources.code import zip_package
from emulator.resources.function import LayerReference
from tests.emulator.executors.machine import Machine, inits, shell, zip_of


async def test_a_bootstrap_runs_in_the_code_s_folder_with_its_variables():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell('echo "$PWD $HELLO"', "echo oops >&2", "exit 3"))
        sandbox.start_runtime(1, {"HELLO": "World", "PATH": "/usr/bin:/bin"})
        assert await heard.end() == f"{sandbox.places.task_root} World\noops\n"
        assert heard.ended[0][1].sentence == "Runtime exited with error: exit status 3"


async def test_the_file_tree_is_aws_s(isolated):
    if not isolated:
        pytest.skip("this machine grants no namespaces")
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(
            shell(
                "id -un; ls -d /var/task /opt /tmp /var/runtime",
                "touch /var/task/x /opt/x /x /usr/x 2>/dev/null; echo $?; touch /tmp/x && echo can write",
                "ls /home /root 2>&1 | wc -l; ls /proc | grep -c '^[0-9]'",
            )
        )
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        seen = (await heard.end()).split("\n")
        assert seen[:5] == ["sbx_user1051", "/opt", "/tmp", "/var/runtime", "/var/task"]
        assert seen[5:7] == ["1", "can write"]
        assert "No such file" in seen[7] or int(seen[7]) <= 2


async def test_layers_are_merged_and_their_programs_run():
    layers = (
        LayerReference("first", zip_package(zip_of({"text": "1", "only": "first"}))),
        LayerReference("second", zip_package(zip_of({"text": "2", **shell('cd "$(dirname "$0")"', "cat text only")}))),
    )
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox({"index.txt": "no bootstrap"}, layers=layers)
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        assert await heard.end() == "2first"
        sandbox.stop()
        assert machine.executor._code._users == {}  # nobody holds a folder


async def test_output_and_framed_records_come_in_the_order_in_which_they_were_written():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell("echo 1", "echo 2 >&3", "echo 3 >&2", "echo 4"))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        assert await heard.end() == "1\n2\n3\n4\n"


async def test_killing_spares_neither_orphans_nor_other_sessions():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(
            shell("setsid sleep 60 &", "(sleep 60 &)", "sleep 60 &", "echo started; wait")
        )
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await heard.until(lambda: b"started" in heard.written)
        sandbox.kill_all()
        probe = shell("ps -e -o args | grep -c '^sleep 60'")
        other, other_heard = await machine.sandbox(probe)
        other.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        assert (await other_heard.end()).strip() == "0"
        assert heard.ended == []  # it was told to, so it is no news


async def test_the_next_runtime_finds_tmp_and_none_of_the_old_processes(isolated):
    async with Machine() as machine:
        script = ('ls "$T"; echo x >> "$T/kept"; [ "$N" = 1 ] && { setsid sleep 60 & echo up; wait; }', "exit 0")
        sandbox, heard = await machine.sandbox(shell(*script))
        variables = {"T": sandbox.places.temporary, "PATH": "/usr/bin:/bin"}
        sandbox.start_runtime(1, {**variables, "N": "1"})
        await heard.until(lambda: b"up" in heard.written)
        sandbox.kill_all()
        sandbox.start_runtime(2, variables)
        await heard.until(lambda: heard.ended)
        assert heard.written == b"up\nkept\n"
        assert heard.ended == [(2, RuntimeExit(0))]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_a_runtime_killed_by_a_signal_says_which(number):
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell(f"kill -{number.value} $$"))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await heard.end()
        assert os.waitstatus_to_exitcode(heard.ended[0][1].status) == -number


async def test_an_init_that_is_killed_takes_its_runtime_along_and_is_replaced():
    async with Machine() as machine:
        script = ('[ "$N" = 1 ] && { touch "$T/kept"; echo up; exec sleep 60; }', 'ls "$T"; exit 0')
        sandbox, heard = await machine.sandbox(shell(*script))
        variables = {"T": sandbox.places.temporary, "PATH": "/usr/bin:/bin"}
        sandbox.start_runtime(1, {**variables, "N": "1"})
        await heard.until(lambda: b"up" in heard.written)
        for init in inits(machine):
            os.kill(init, signal.SIGKILL)
        await heard.end(1)
        assert heard.ended == [(1, RuntimeExit(signal.SIGKILL))]
        sandbox.start_runtime(2, variables)
        assert (await heard.end(2)).endswith("kept\n")


async def test_tmp_is_as_large_as_the_function_asks_for_and_not_larger(isolated):
    if not isolated:
        pytest.skip("this machine grants no namespaces")
    async with Machine() as machine:
        script = (
            "df -B1M --output=size /tmp | tail -n1",
            "head -c 600M /dev/zero > /tmp/x",
            "echo $?",
            "stat -c %s /tmp/x",
        )
        sandbox, heard = await machine.sandbox(shell(*script), ephemeral_storage=513)
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        size, refusal, status, written = (await heard.end()).strip().split("\n")
        assert size.strip() == "513"
        assert refusal.endswith("No space left on device")
        assert status == "1"
        assert int(written) == 513 * 1024 * 1024


async def test_tmp_is_nobody_else_s():
    async with Machine() as machine:
        names = []
        for _ in range(2):
            sandbox, heard = await machine.sandbox(shell('ls -A "$T"; touch "$T/mine"'))
            sandbox.start_runtime(1, {"T": sandbox.places.temporary, "PATH": "/usr/bin:/bin"})
            names.append(await heard.end())
        assert names == ["", ""]


async def test_a_spawner_that_is_killed_is_replaced():
    async with Machine() as machine:
        await machine.executor.isolation()
        machine.executor._spawner._process.kill()
        machine.executor._spawner._process.wait()
        sandbox, heard = await machine.sandbox(shell("echo fine"))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        assert await heard.end() == "fine\n"


async def test_memory_is_the_most_that_was_used():
    async with Machine() as machine:
        # 30 MB in one shell variable, then a wait
        sandbox, heard = await machine.sandbox(
            shell("x=$(head -c 30000000 /dev/zero | tr '\\0' x)", "echo ready; sleep 60; echo $x")
        )
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await heard.until(lambda: b"ready" in heard.written)
        assert 30_000_000 < sandbox.memory_used() < 200_000_000


async def test_open_files_are_limited_as_on_aws():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell("ulimit -n"))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        assert await heard.end() == "1024\n"


async def test_no_descriptor_of_the_emulator_is_inherited():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell("ls /proc/self/fd"))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        assert (await heard.end()).split() == ["0", "1", "2", "3", "4"]  # the last is ls reading the folder


async def test_without_a_bootstrap_there_is_nothing_to_start():
    async with Machine() as machine:
        sandbox, _ = await machine.sandbox({"other": "x"})
        with pytest.raises(EntryPointError, match="Couldn't find valid bootstrap"):
            sandbox.start_runtime(1, {})


async def test_runtimes_of_other_languages_are_not_there_yet():
    async with Machine() as machine:
        with pytest.raises(NotYetError, match=r"does not run the runtime java21 yet"):
            await machine.sandbox({"index.js": ""}, runtime="java21")
        assert not list(machine.folder.glob("environment-*"))


async def test_stopping_removes_the_environment_s_files():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell("mkdir -p /tmp/a/b; chmod 000 /tmp/a/b; echo up; exec sleep 60"))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await heard.until(lambda: b"up" in heard.written)
        sandbox.stop()
        deadline = time.monotonic() + 3
        while list(machine.folder.glob("environment-*")) or list((machine.folder / "code").iterdir()):
            assert time.monotonic() < deadline, "the files are still there"
            await asyncio.sleep(0.01)
        assert heard.ended == []
