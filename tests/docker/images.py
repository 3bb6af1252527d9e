"""Base images for tests, to the contract of AWS's own, built without any registry from Debian and PyPI packages.

An image is one layer: the content of the packages as it stands, in the places where Debian has them, with /bin and its
like as links into /usr. No script of a package is run, so a build takes seconds and no rights. Images are kept by the
engine between runs and built again when this file changes.

    python -m tests.docker.images       builds what is missing
"""

import fcntl
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import docker
from docker.errors import ImageNotFound

PYTHON, PROVIDED = "parity-test/python:3.11", "parity-test/provided:al2023"
_LABEL = "lambda-parity.test-image"  # the digest of this file

_SYSTEM = (
    "base-files", "dash", "coreutils", "libc6", "libgcc-s1", "libacl1", "libattr1", "libgmp10", "libselinux1",
    "libpcre2-8-0", "libssl3", "zlib1g",
)  # fmt: skip
_PYTHON = (
    "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libexpat1", "libffi8", "libbz2-1.0",
    "liblzma5", "libstdc++6", "libuuid1", "libdb5.3", "libsqlite3-0", "libncursesw6", "libtinfo6", "libreadline8",
)  # fmt: skip
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
_FOLDERS = {"var/task": 0o755, "var/runtime": 0o755, "opt": 0o755, "tmp": 0o1777, "proc": 0o755, "sys": 0o755}

# What AWS's images do: the start command finds out whether it runs on Lambda, then starts the runtime.
_ENTRY_POINT = """#!/bin/sh
if [ $# -ne 1 ]; then echo "entrypoint requires the handler name to be the first argument" 1>&2; exit 142; fi
export _HANDLER="$1"
exec /var/runtime/bootstrap
"""
_BOOTSTRAP = """#!/bin/sh
set -- /usr/bin/python3.11 /var/runtime/bootstrap.py
if [ -n "$AWS_LAMBDA_EXEC_WRAPPER" ]; then set -- "$AWS_LAMBDA_EXEC_WRAPPER" "$@"; fi
exec "$@"
"""
_BOOTSTRAP_PY = """import os, sys
sys.path.insert(0, os.environ["LAMBDA_RUNTIME_DIR"])
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
from awslambdaric.__main__ import main
main(["", os.environ["_HANDLER"]])
"""
_VARIABLES = [
    "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
]


def ensure_images() -> None:
    """Builds the images that the engine does not have, or has from another state of this file."""
    with (Path(tempfile.gettempdir()) / "lambda-parity-test-images.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several runs may need them at once
        _ensure_images()


def _ensure_images() -> None:
    client = docker.from_env()
    digest = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    builders = {PYTHON: _python_files, PROVIDED: _provided_files}
    for tag, files in builders.items():
        if _label(client, tag) != digest:
            with tempfile.TemporaryDirectory() as folder:
                _import(client, tag, digest, files(Path(folder)))
    client.close()


def _label(client: docker.DockerClient, tag: str) -> str | None:
    try:
        labels: dict[str, str] = client.images.get(tag).labels
    except ImageNotFound:
        return None
    return labels.get(_LABEL)


def _import(client: docker.DockerClient, tag: str, digest: str, files: bytes) -> None:
    repository, version = tag.split(":")
    changes = [*_VARIABLES, f"LABEL {_LABEL}={digest}", 'ENTRYPOINT ["/lambda-entrypoint.sh"]', "WORKDIR /var/task"]
    told = client.api.import_image_from_data(files, repository=repository, tag=version, changes=changes)
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    if "error" in answer:
        raise RuntimeError(f"{tag} cannot be imported: {answer['error']}")


def _provided_files(folder: Path) -> bytes:
    return _archive(_debian_packages(folder, _SYSTEM), {"lambda-entrypoint.sh": _ENTRY_POINT}, {})


def _python_files(folder: Path) -> bytes:
    client = folder / "client"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--python-version=3.11"]
    wheels = ["--only-binary=:all:", "--target", str(client), "awslambdaric"]
    subprocess.run([*pip, *wheels], check=True)
    own = {
        "lambda-entrypoint.sh": _ENTRY_POINT,
        "var/runtime/bootstrap": _BOOTSTRAP,
        "var/runtime/bootstrap.py": _BOOTSTRAP_PY,
    }
    return _archive(_debian_packages(folder, _SYSTEM + _PYTHON), own, {"var/runtime": client})


def _debian_packages(folder: Path, names: tuple[str, ...]) -> list[Path]:
    packages = folder / "packages"
    packages.mkdir()
    command = ["apt-get", "download", "--quiet=2", "-o", "APT::Sandbox::User=root", *names]
    subprocess.run(command, cwd=packages, check=True, capture_output=True)
    return sorted(packages.iterdir())


def _archive(packages: list[Path], texts: dict[str, str], folders: dict[str, Path]) -> bytes:
    """A tar with the content of packages, with `texts` by path as executable files, and with folders."""
    buffer = io.BytesIO()
    with gzip.open(buffer, "wb", compresslevel=1) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for name, destination in _LINKS.items():
            archive.addfile(_entry(name, 0o777, tarfile.SYMTYPE, destination))
        for name, mode in _FOLDERS.items():
            archive.addfile(_entry(name, mode, tarfile.DIRTYPE))
        present = {"", *_LINKS, *_FOLDERS}
        for package in packages:
            _add_package(archive, package, present)
        for path, folder in folders.items():
            for item in sorted(folder.iterdir()):
                archive.add(item, f"{path}/{item.name}")
        for path, text in texts.items():
            entry = _entry(path, 0o755, tarfile.REGTYPE)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def _entry(name: str, mode: int, kind: bytes, destination: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.type, entry.linkname = mode, kind, destination
    return entry


def _add_package(archive: tarfile.TarFile, package: Path, present: set[str]) -> None:
    """Adds what a package holds, but for what is `present` already: the engine refuses a path that comes twice."""
    content = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        for entry in files:
            entry.name = _below_usr(entry.name)
            if entry.islnk():
                entry.linkname = _below_usr(entry.linkname)
            if entry.name not in present and "/share/doc/" not in entry.name:
                present.add(entry.name)
                archive.addfile(entry, files.extractfile(entry) if entry.isreg() else None)


def _below_usr(name: str) -> str:
    """A path of a package, without what leads to it, and where the links of `_LINKS` take it."""
    path = name.removeprefix("./").strip("/") if name != "." else ""
    first, slash, rest = path.partition("/")
    return f"{_LINKS[first]}/{rest}" if slash and first in _LINKS else path


if __name__ == "__main__":
    ensure_images()
