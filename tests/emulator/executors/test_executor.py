"""How AWS words the end of a runtime."""

import signal

import pytest

from emulator.executors.executor import RuntimeExit


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (0, "Runtime exited without providing a reason"),
        (1 << 8, "Runtime exited with error: exit status 1"),
        (127 << 8, "Runtime exited with error: exit status 127"),
        (signal.SIGKILL, "Runtime exited with error: signal: killed"),
        (signal.SIGSEGV, "Runtime exited with error: signal: segmentation fault"),
        (signal.SIGSEGV | 0x80, "Runtime exited with error: signal: segmentation fault"),  # it dumped core
        (signal.SIGABRT, "Runtime exited with error: signal: aborted"),
        (signal.SIGTERM, "Runtime exited with error: signal: terminated"),
        (40, "Runtime exited with error: signal: signal 40"),
    ],
)
def test_sentence(status, sentence):
    assert RuntimeExit(status).sentence == sentence
