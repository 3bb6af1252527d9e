"""External extensions as real processes: which there are, how they start, what they write, and how they end.

Shared with test_process.py: `Machine` checks at its end that no process and no file is left.
"""

import io
import signal
import stat
import zipfile
from pathlib import Path

import pytest

from emulator.executors.executable import start_fault
from emulator.executors.executor import ExtensionExit, ExtensionLaunchError, RuntimeExit
from emulator.resources.code import zip_package
from emulator.resources.function import LayerReference
from tests.emulator.executors.machine import Machine, shell

PATH = {"PATH": "/usr/bin:/bin"}


def layer_of(modes: dict[str, tuple[str, int]]) -> LayerReference:
    """A layer with these files: text and permissions by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, (text, mode) in modes.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(entry, text)
    return LayerReference("arn:aws:lambda:eu-central-1:123456789012:layer:l:1", zip_package(buffer.getvalue()))


def layer(**scripts: str) -> LayerReference:
    return layer_of({f"extensions/{name}": (f"#!/bin/sh\n{text}\n", 0o755) for name, text in scripts.items()})


async def test_extensions_are_the_files_directly_in_the_folder():
    """extensions-api.md §3: sub-directories are skipped, every other entry is launched."""
    files = {
        "extensions/b": ("", 0o755),
        "extensions/a": ("", 0o644),
        "extensions/lib/c": ("", 0o755),
        "bin/d": ("", 0o755),
    }
    async with Machine() as machine:
        sandbox, _ = await machine.sandbox(shell("true"), layers=[layer_of(files)])
        assert list(sandbox.extensions()) == ["a", "b"]
        bare, _ = await machine.sandbox(shell("true"))
        assert list(bare.extensions()) == []


async def test_what_an_extension_writes_is_its_own():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(shell("echo function"), layers=[layer(x="echo out; echo err >&2; pwd")])
        sandbox.start_extension("x", PATH)
        await heard.until(lambda: heard.extensions_ended)
        sandbox.start_runtime(1, PATH)
        assert await heard.end() == "function\n"
        assert heard.extensions_wrote == {"x": b"out\nerr\n/\n"}
        assert heard.extensions_ended == [("x", ExtensionExit(0))]


async def test_a_signal_reaches_the_runtime_alone():
    async with Machine() as machine:
        loop = "trap 'echo term; exit 3' TERM; echo up; while :; do sleep 0.05; done"
        sandbox, heard = await machine.sandbox(shell(loop), layers=[layer(x=loop)])
        sandbox.start_extension("x", PATH)
        sandbox.start_runtime(1, PATH)
        await heard.until(lambda: b"up" in heard.written and heard.extensions_wrote)
        sandbox.signal_runtime(signal.SIGTERM)
        assert await heard.end() == "up\nterm\n"
        assert heard.ended == [(1, RuntimeExit(3 << 8))]
        assert heard.extensions_wrote == {"x": b"up\n"}
        sandbox.signal_extension("x", signal.SIGTERM)
        await heard.until(lambda: heard.extensions_ended)
        assert heard.extensions_ended == [("x", ExtensionExit(3 << 8))]


async def test_killing_everything_ends_extensions_without_news_and_they_start_again():
    async with Machine() as machine:
        sandbox, heard = await machine.sandbox(
            shell("sleep 60"), layers=[layer(x="echo up; sleep 60 & wait", y="sleep 60")]
        )
        for _ in range(2):
            heard.extensions_wrote.clear()
            sandbox.start_extension("x", PATH)
            sandbox.start_extension("y", PATH)
            await heard.until(lambda: heard.extensions_wrote.get("x") == b"up\n")
            sandbox.kill_all()
        assert heard.extensions_ended == []


@pytest.mark.parametrize(
    ("text", "mode", "error_type", "fault"),
    [
        ("#!/bin/sh\n", 0o644, "PermissionDenied", "permission denied"),
        ("#!/bin/no-shell\n", 0o755, "UnknownError", "no such file or directory"),
        ("neither", 0o755, "UnknownError", "exec format error"),
    ],
)
async def test_what_cannot_start_says_so_as_the_kernel_would(text: str, mode: int, error_type: str, fault: str):
    """extensions-api.md §3: a file that cannot be executed gives PermissionDenied."""
    async with Machine() as machine:
        sandbox, _ = await machine.sandbox(shell("true"), layers=[layer_of({"extensions/x": (text, mode)})])
        with pytest.raises(ExtensionLaunchError) as raised:
            sandbox.start_extension("x", PATH)
        assert str(raised.value) == f"fork/exec {sandbox.places.layers}/extensions/x: {fault}"
        assert raised.value.error_type == error_type


def test_an_interpreter_of_the_runtime_is_taken_on_trust(tmp_path: Path):
    """It is where the function sees it, and perhaps nowhere on the host."""
    script = tmp_path / "x"
    script.write_text("#!/var/lang/bin/python3\n")
    script.chmod(0o755)
    assert start_fault(script, {}, "/var/lang") is None
    assert start_fault(script, {}, "/elsewhere") == "no such file or directory"


@pytest.mark.parametrize(
    ("status", "sentence"), [(0, "exit code 0"), (1 << 8, "exit status 1"), (int(signal.SIGKILL), "signal: killed")]
)
def test_the_end_of_an_extension_in_the_words_of_aws(status: int, sentence: str):
    """runtime-api.md §6, Extension crash."""
    assert ExtensionExit(status).sentence == sentence


async def test_a_host_without_namespaces_has_extensions_too():
    """They lie where the layers are unpacked, and are told where that is."""

    async def abilities() -> dict[str, object]:
        return {"isolated": False, "reason": "the test says so"}

    async with Machine() as machine:
        machine.executor._spawner.abilities = abilities  # type: ignore[method-assign]
        extension = layer(x='cat "$(dirname "$0")/../text"; echo "$TMPDIR"; sleep 60 & echo up; wait')
        sandbox, heard = await machine.sandbox(shell("true"), layers=[extension, layer_of({"text": ("text\n", 0o644)})])
        assert list(sandbox.extensions()) == ["x"]
        sandbox.start_extension("x", PATH)
        await heard.until(lambda: b"up" in heard.extensions_wrote.get("x", b""))
        assert heard.extensions_wrote["x"].decode() == f"text\n{sandbox.places.temporary}\nup\n"
        sandbox.signal_extension("x", signal.SIGKILL)
        await heard.until(lambda: heard.extensions_ended)
        assert heard.extensions_ended == [("x", ExtensionExit(signal.SIGKILL))]
