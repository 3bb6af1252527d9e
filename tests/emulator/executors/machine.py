"""What tests of the process executor share: an executor that is checked to leave nothing behind, and a listener."""

import asyncio
import io
import stat
import zipfile
from pathlib import Path
from typing import Any

from emulator.executors.executor import ExtensionExit, RuntimeExit
from emulator.executors.process import ProcessExecutor
from emulator.resources.code import zip_package
from emulator.resources.function import FunctionVersion
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


async def silence(heard: Heard) -> None:
    """Waits until nothing has been heard for a while."""
    async with asyncio.timeout(10):
        seen = -1
        while seen != len(heard.written):
            seen = len(heard.written)
            await asyncio.sleep(0.05)


def inits(machine: Machine) -> list[int]:
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
