"""What the kernel would say to a `bootstrap`, known before it is started."""

import platform
from pathlib import Path

import pytest

from emulator.errors import EmulatorError
from emulator.executors import executable
from emulator.executors.executable import check_architecture, start_fault

X86_64, ARM64 = 0x3E, 0xB7


def program(folder: Path, content: bytes, mode: int = 0o755) -> Path:
    file = folder / "bootstrap"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def elf(machine: int) -> bytes:
    return b"\x7fELF".ljust(18, b"\0") + machine.to_bytes(2, "little")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"#!/bin/sh\necho\n", None),
        (b"#! /bin/sh -eu\n", None),
        (b"#!/usr/bin/env\tbash\n", None),
        (b"#!/var/task/tool\n", None),
        (b"#!/var/task/other\n", "no such file or directory"),
        (b"#!/bin/sh\r\necho\r\n", "no such file or directory"),  # [log: aws-samples/aws-lambda-layer-kubectl#39]
        (b"#!\n", "no such file or directory"),
        (b"echo no interpreter\n", "exec format error"),
        (b"", "exec format error"),
    ],
)
def test_scripts(tmp_path, content, fault):
    (tmp_path / "tool").touch()
    assert start_fault(program(tmp_path, content), {"/var/task": tmp_path}) == fault


def test_permission_comes_first(tmp_path):
    assert start_fault(program(tmp_path, b"", 0o644), {}) == "permission denied"


def test_programs_of_this_machine(tmp_path):
    assert start_fault(Path("/bin/true").resolve(), {}) is None


@pytest.mark.parametrize(("host", "own", "foreign"), [("x86_64", X86_64, ARM64), ("arm64", ARM64, X86_64)])
def test_programs_of_another_architecture(tmp_path, monkeypatch, host, own, foreign):
    monkeypatch.setattr(executable, "_HOST", host)
    assert start_fault(program(tmp_path, elf(own)), {}) is None
    assert start_fault(program(tmp_path, elf(foreign)), {}) == "exec format error"


def test_one_that_aws_would_run_is_this_machine_s_limit_and_no_answer_of_aws(tmp_path, monkeypatch):
    monkeypatch.setattr(executable, "_HOST", "x86_64")
    with pytest.raises(EmulatorError, match="is built for arm64, and this machine is x86_64"):
        check_architecture(program(tmp_path, elf(ARM64)), "arm64")
    check_architecture(program(tmp_path, elf(X86_64)), "arm64")  # wrong there too: AWS's error
    check_architecture(program(tmp_path, elf(ARM64)), "x86_64")  # likewise
    check_architecture(program(tmp_path, b"#!/bin/sh\n"), "arm64")
    check_architecture(tmp_path / "missing", "arm64")


def test_our_own_architecture_has_aws_s_name():
    assert executable._HOST in {"x86_64", "arm64"} or platform.machine() not in {"x86_64", "aarch64"}
