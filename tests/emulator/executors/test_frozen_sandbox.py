"""Freezing and thawing what runs in a sandbox: all of it stands still, and nothing of it notices."""

import asyncio

from tests.emulator.executors.machine import Machine, shell, silence


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
