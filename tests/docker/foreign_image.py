"""An image for the other architecture, with real programs for it: one static Debian package, busybox, and nothing else.

Its /bin/sh runs functions of one's own (`provided.*`) that are shell scripts; its wget speaks to the Runtime API.
"""

import contextlib
import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from docker.errors import ImageNotFound

NAMES = {"arm64": "arm64", "x86_64": "amd64"}  # what Debian and images call what AWS calls so
_COMMANDS = ("sh", "wget", "sed", "tr", "uname", "sleep", "cat")


def foreign_image(engine: Any, architecture: str) -> str:
    """The name of an image for an architecture in AWS's words. The engine keeps it."""
    digest = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    name = f"parity-test/busybox-{architecture.replace('_', '-')}:{digest}"
    try:
        engine.images.get(name)
    except ImageNotFound:
        engine.images.load(_archive(name, NAMES[architecture], _layer(_busybox(NAMES[architecture]))))
    return name


def _busybox(architecture: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for each in ("state/lists/partial", "cache/archives/partial"):
            Path(folder, each).mkdir(parents=True)
        options = {
            "APT::Architecture": architecture, "APT::Architectures": architecture, "APT::Sandbox::User": "root",
            "Dir::State": f"{folder}/state", "Dir::Cache": f"{folder}/cache", "Dir::State::status": "/dev/null",
        }  # fmt: skip
        apt = ["apt-get", "--quiet=2", *(f"--option={name}={value}" for name, value in options.items())]
        for command in (["update"], ["download", "busybox-static"]):
            subprocess.run([*apt, *command], cwd=folder, check=True, capture_output=True, timeout=120)
        [package] = Path(folder).glob("*.deb")
        files = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(files)) as content:
        return content.extractfile("./bin/busybox").read()


def _layer(busybox: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        for folder in ("bin", "proc", "sys", "dev", "etc", "run", "tmp", "opt", "var", "var/task", "var/runtime"):
            layer.addfile(_entry(folder, tarfile.DIRTYPE))
        program = _entry("bin/busybox", tarfile.REGTYPE)
        program.size = len(busybox)
        layer.addfile(program, io.BytesIO(busybox))
        for command in _COMMANDS:
            link = _entry(f"bin/{command}", tarfile.SYMTYPE)
            link.linkname = "busybox"
            layer.addfile(link)
    return buffer.getvalue()


def _entry(name: str, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.type = 0o755, kind
    return entry


def _archive(name: str, architecture: str, layer: bytes) -> bytes:
    """What `docker load` takes."""
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    files = {
        "config.json": json.dumps(config).encode(),
        "layer.tar": layer,
        "manifest.json": json.dumps([{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]).encode(),
    }
    buffer = io.BytesIO()
    with contextlib.closing(tarfile.open(fileobj=buffer, mode="w")) as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
