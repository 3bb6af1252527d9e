"""Ctrl-C: the first one cleans up, the second one leaves at once."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import time
from parity.interruption import stopping_cleanly

def say(line):
    print(line, flush=True)

with stopping_cleanly(say, "stopping", "gone"):
    try:
        say("ready")
        time.sleep(30)
    finally:
        say("cleaning up")
        time.sleep({seconds})
        say("cleaned up")
"""


def started(seconds: float) -> subprocess.Popen[str]:
    program = PROGRAM.replace("{seconds}", str(seconds))
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_lets_everything_be_cleaned_up(number):
    process = started(0.05)
    process.send_signal(number)
    said, traceback = process.communicate(timeout=10)
    assert said.splitlines() == ["stopping", "cleaning up", "cleaned up"]
    assert traceback.endswith("KeyboardInterrupt\n")


def test_the_second_one_does_not_wait():
    process = started(30)
    process.send_signal(signal.SIGINT)
    assert [process.stdout.readline() for _ in range(2)] == ["stopping\n", "cleaning up\n"]
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=10)
    assert said == "gone\n"
    assert process.returncode == 130
