"""A Docker Engine of a test's own, to be killed, filled up and started again. It needs root, and `dockerd`."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import DockerException

from tests.docker.functions import await_true

_PATIENCE = 60.0  # seconds for an engine to come and to go
_SIZE = "700m"  # of its disk, which lies in memory


@dataclass
class OwnEngine:
    """An engine with its own socket, disk and network bridge. It leaves the machine's packet filter alone."""

    folder: Path
    bridge: str
    subnet: int
    process: subprocess.Popen | None = field(default=None)

    @property
    def host(self) -> str:
        return f"unix://{self.folder}/docker.sock"

    @property
    def address(self) -> str:
        """Where its containers reach this machine."""
        return f"10.213.{self.subnet}.1"

    @property
    def disk(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = {
            "host": self.host, "data-root": self.disk, "exec-root": self.folder / "exec",
            "pidfile": self.folder / "pid", "bridge": self.bridge,
        }  # fmt: skip
        command = ["dockerd", *(f"--{name}={value}" for name, value in options.items())]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--iptables=false", "--ip6tables=false", "--ip-masq=false", "--max-download-attempts=1"],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _PATIENCE
        while not self.answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with contextlib.closing(docker.DockerClient(self.host, timeout=10)) as client:
                return client.ping()
        except DockerException:
            return False

    def client(self) -> Any:
        return docker.DockerClient(self.host, timeout=60)

    def kill(self) -> None:
        """The way of the out-of-memory killer: its containers live on, without anyone who could say so."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(_PATIENCE)
        containerd = self.folder / "exec" / "containerd" / "containerd.pid"  # it dies with the engine, a little later
        await_true(lambda: not _runs(int(containerd.read_text())))
        containerd.unlink()
        (self.folder / "pid").unlink()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(_PATIENCE)


@contextlib.contextmanager
def own_engine(folder: Path, images: bytes) -> Iterator[OwnEngine]:
    """An engine that has the images of an archive (`docker save`)."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("an engine of one's own needs root and dockerd")
    number = os.getpid() % 200
    engine = OwnEngine(folder, f"parity{number}", number)
    engine.disk.mkdir()
    _run("ip", "link", "add", engine.bridge, "type", "bridge")
    try:
        _run("ip", "address", "add", f"{engine.address}/24", "dev", engine.bridge)
        _run("ip", "link", "set", engine.bridge, "up")
        _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "none", str(engine.disk))
        engine.start()
        with contextlib.closing(engine.client()) as client:
            client.images.load(images)
        yield engine
    finally:
        if not engine.answers():
            engine.start()  # it ends the containers that it finds
        engine.stop()
        subprocess.run(["umount", "--lazy", engine.disk], check=False)
        subprocess.run(["ip", "link", "delete", engine.bridge], check=False)


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
