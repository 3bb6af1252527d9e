"""The script that runs in containers, under the shells that images have; here with folders of this machine."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.executors.docker.supervisor import COMMANDS, EVENTS, ended_by, look_line, script, start_line

SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]


class Running:
    """The script in a process of its own, and its pipes."""

    def __init__(self, shell: str, folder: Path, program: str) -> None:
        for name in (COMMANDS, EVENTS, "output"):
            os.mkfifo(folder / name)
        (folder / "sh").symlink_to(shutil.which(shell) or "")  # as what it goes by decides how some shells behave
        self._commands = os.open(folder / COMMANDS, os.O_RDWR)
        self._events = os.fdopen(os.open(folder / EVENTS, os.O_RDWR))
        self._output = os.open(folder / "output", os.O_RDWR | os.O_NONBLOCK)
        self._process = subprocess.Popen([folder / "sh", "-c", script(str(folder)), "sh", program])

    def tell(self, line: str) -> None:
        os.write(self._commands, f"{line}\n".encode())

    def start(self, program: list[str], variables: dict[str, str] | None = None) -> None:
        self.tell(start_line(1, "output", "/", variables or {}, program))

    def event(self) -> str:
        return self._events.readline().rstrip("\n")

    def end(self) -> int:
        """The status of a program, as waitpid gives it."""
        told_of_signal = False
        while not (event := self.event()).startswith("ended 1 "):
            told_of_signal = told_of_signal or not event.startswith("started ")
        return ended_by(int(event.split()[2]), told_of_signal=told_of_signal)

    def output(self) -> str:
        return os.read(self._output, 100_000).decode()

    def close(self) -> None:
        os.close(self._commands)  # which is its end
        with contextlib.suppress(OSError):
            self._process.wait(10)
        self._events.close()
        os.close(self._output)


@pytest.fixture(params=SHELLS)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    found = Running(request.param, tmp_path, "/bin/true")
    yield found
    found.close()


def ready(running: Running) -> list[str]:
    """What it says before it is ready."""
    said = []
    while (event := running.event()) != "ready":
        said.append(event)
    return said


def test_it_says_whether_the_program_starts_and_is_ready(running: Running):
    assert ready(running)[-1].strip() == "program"


@pytest.mark.parametrize(
    ("text", "mode", "fault"),
    [
        (None, 0, "no such file or directory"),
        ("#!/bin/sh\n", 0o755, ""),
        ("#!/no/such/interpreter\n", 0o755, "no such file or directory"),
        ("#! /bin/sh\r\n", 0o755, "no such file or directory"),
        ("echo no interpreter\n", 0o755, "exec format error"),
        ("#!/bin/sh\n", 0o644, "permission denied"),
    ],
)
def test_what_the_kernel_would_say_to_a_program_is_known_before(
    running: Running, tmp_path: Path, text: str | None, mode: int, fault: str
):
    ready(running)
    program = tmp_path / "pro gram"
    if text is not None:
        program.write_bytes(text.encode())
        program.chmod(mode)
    running.tell(look_line([str(program)]))
    assert ready(running)[-1] == f"program {fault}"


@pytest.mark.parametrize(("name", "fault"), [("cat", ""), ("no-such-cat", "executable file not found in $PATH")])
def test_a_program_without_a_folder_is_searched_for(running: Running, name: str, fault: str):
    ready(running)
    running.tell(look_line([name]))
    assert ready(running)[-1] == f"program {fault}"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGABRT, signal.SIGINT])
def test_the_end_by_a_signal_is_told_as_such(running: Running, number: int):
    ready(running)
    # dash tells of nothing that died before it could begin to wait.
    running.start(["/bin/sh", "-c", f"sleep 0.1; kill -{int(number)} $$"])
    assert os.waitstatus_to_exitcode(running.end()) == -number


@pytest.mark.parametrize("code", [0, 1, 126, 127, 137, 139, 200, 255])
def test_an_exit_status_is_no_signal_whatever_its_number(running: Running, code: int):
    ready(running)
    running.start(["/bin/sh", "-c", f"exit {code}"])
    assert os.waitstatus_to_exitcode(running.end()) == code


def test_variables_arrive_as_they_are(running: Running):
    ready(running)
    value = "a 'quoted' \"text\" with $signs, `ticks`\nand lines"
    running.start(["/bin/sh", "-c", 'printf "%s" "$VALUE"'], {"VALUE": value})
    assert running.end() == 0
    assert running.output() == value
