"""Sandboxes of real processes: what runs in them, what they see, and that nothing is left of them."""

import asyncio
import io
import os
import signal
import stat
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from emulator.errors import NotYetError
from emulator.executors.executor import EntryPointError, ExtensionExit, RuntimeExit
from emulator.executors.process import ProcessExecutor
from emulator.resources.code import zip_package
from emulator.resources.function import FunctionVersion, LayerReference
from emulator.settings import Settings


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.written = b""
        self.ended: list[tuple[int, RuntimeExit]] = []
        self.failed: list[str] = []
        self.extensions_wrote: dict[str, bytes] = {}
        self.extensions_ended: list[tuple[str, ExtensionExit]] = []
        self._changed = asyncio.Event()

    def output(self, data: bytes) -> None:
        self.written += data
        self._changed.set()

    def runtime_ended(self, number: int, how: RuntimeExit) -> None:
        self.ended.append((number, how))
        self._changed.set()

    def extension_output(self, name: str, data: bytes) -> None:
        self.extensions_wrote[name] = self.extensions_wrote.get(name, b"") + data
        self._changed.set()

    def extension_ended(self, name: str, how: ExtensionExit) -> None:
        self.extensions_ended.append((name, how))
        self._changed.set()

    def sandbox_failed(self, reason: str) -> None:
        self.failed.append(reason)
        self._changed.set()

    async def until(self, condition) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def end(self, number: int = 1) -> str:
        """What runtime `number` and those before it wrote, once it has ended."""
        await self.until(lambda: self.failed or number in dict(self.ended))
        assert not self.failed
        return self.written.decode()


class Machine:
    """A process executor, closed at the end of `async with`, and that nothing is left checked."""

    async def __aenter__(self) -> "Machine":
        self.executor = ProcessExecutor(Settings())
        self.executor.start()
        self.folder = self.executor._folder
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.executor.close()
        assert not self.folder.exists()
        assert processes_of(self.folder) == []

    async def sandbox(self, files: dict[str, str], **fields: Any):
        plain = {
            "account_id": "123456789012",
            "region": "eu-central-1",
            "name": "f",
            "version": "$LATEST",
            "role": "r",
            "runtime": "provided.al2023",
            "handler": "index.handler",
            "code": zip_package(zip_of(files)),
            "architectures": ["x86_64"],
        }
        heard = Heard()
        return await self.executor.create(FunctionVersion(**{**plain, **fields}), heard), heard


def zip_of(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFREG | (0o755 if name == "bootstrap" else 0o644)) << 16
            archive.writestr(entry, text)
    return buffer.getvalue()


def shell(*lines: str) -> dict[str, str]:
    return {"bootstrap": "#!/bin/sh\n" + "\n".join(lines) + "\n"}


def processes_of(folder: Path) -> list[str]:
    """Command lines of processes that were started for `folder`."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


@pytest.fixture(scope="module")
def isolated() -> bool:
    """Whether this machine grants namespaces, without which some promises do not hold."""

    async def ask() -> bool:
        async with Machine() as machine:
            return (await machine.executor.isolation())[0] == "namespaces"

    return asyncio.run(ask())


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


async def test_nothing_in_a_frozen_sandbox_gets_the_processor_until_it_is_thawed():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(
            shell("(while :; do echo a; sleep 0.002; done) &", "setsid sh -c 'while :; do echo b; sleep 0.002; done'")
        )
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await heard.until(lambda: b"a" in heard.written and b"b" in heard.written)
        sandbox.freeze()
        await silence(heard)
        before = heard.written
        await asyncio.sleep(0.1)
        assert heard.written == before
        sandbox.thaw()
        await heard.until(lambda: {b"a", b"b"} <= set(heard.written[len(before) :].split()))


async def test_none_escapes_by_being_born_while_the_others_are_stopped():
    async with Machine() as machine:
        breeding = "breed() { while :; do (echo x) & wait; done; }; for i in 1 2 3 4; do breed & done; wait"
        sandbox, heard = await machine.sandbox(shell(breeding))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        for _ in range(20):
            seen = len(heard.written)
            await heard.until(lambda seen=seen: len(heard.written) > seen)
            sandbox.freeze()
            await silence(heard)
            sandbox.thaw()


async def test_a_frozen_sandbox_can_be_killed_and_started_anew():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell('echo "up $N"; [ "$N" = 1 ] && exec sleep 60; exit 0'))
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin", "N": "1"})
        await heard.until(lambda: b"up 1" in heard.written)
        sandbox.freeze()
        sandbox.kill_all()
        sandbox.start_runtime(2, {"PATH": "/usr/bin:/bin", "N": "2"})
        assert await heard.end(2) == "up 1\nup 2\n"


async def test_a_handler_does_not_notice_that_it_was_frozen():
    """No call of it is interrupted, no child of it seems to have ended, and no signal arrives that it could handle."""
    async with Machine() as machine:
        python = """#!/usr/bin/env python3
import select, signal, subprocess, sys, time
caught = []
for number in {signal.SIGCHLD, signal.SIGTERM, signal.SIGTSTP, signal.SIGHUP, signal.SIGALRM, signal.SIGUSR1}:
    signal.signal(number, lambda number, _: caught.append(number) if number != signal.SIGCHLD else None)
child = subprocess.Popen(["sleep", "0.8"])
print("up", flush=True)
quiet = select.select([], [], [], 0.5) == ([], [], [])
time.sleep(0.1)
print(quiet, child.wait(), caught, flush=True)
"""
        sandbox, heard = await machine.sandbox({"bootstrap": python})
        sandbox.start_runtime(1, {"PATH": "/usr/bin:/bin"})
        await heard.until(lambda: b"up" in heard.written)
        for _ in range(5):
            sandbox.freeze()
            await asyncio.sleep(0.02)
            sandbox.thaw()
            await asyncio.sleep(0.02)
        assert (await heard.end()).split("\n")[1] == "True 0 []"


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
        for init in _inits(machine):
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


async def silence(heard: Heard) -> None:
    """Waits until nothing has been heard for a while."""
    async with asyncio.timeout(10):
        seen = -1
        while seen != len(heard.written):
            seen = len(heard.written)
            await asyncio.sleep(0.05)


def _inits(machine: Machine) -> list[int]:
    """Process ids of the spawner's children: the inits."""
    spawner = machine.executor._spawner._process.pid
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == spawner:
                found.append(int(process.name))
    return found
