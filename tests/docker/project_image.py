"""The project's own image, built from what the Dockerfile is shown; without any registry, but where AWS's are used."""

import hashlib
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import docker

from tests.docker.base_images import debian
from tests.docker.base_images.store import LABEL, label_of, locked, remove_nameless
from tests.docker.images import BASE, OF_AWS, ensure_base
from tests.integration.serving import REPOSITORY

IMAGE = "parity-test/lambda-parity:1"
_BUILD = "parity-test/lambda-parity-build:1"  # its first stage, which would stay behind without a name
_FILES = ("Dockerfile", ".dockerignore", "LICENSE", "README.md", "pyproject.toml")
_FOLDERS = ("emulator", "parity", "scenarios", "snapshots")


def ensure_project_image(client: docker.DockerClient) -> None:
    """Builds IMAGE, unless the engine has it from these very files."""
    if not OF_AWS:
        ensure_base()
    with locked("project-image"):
        made_from = _made_from(label_of(client, BASE) or "the public base")
        if label_of(client, IMAGE) == made_from:
            return
        with tempfile.TemporaryDirectory() as folder:
            _copy_sources(Path(folder))
            if not OF_AWS:
                _download_wheels(Path(folder, "wheels"))
            arguments = {} if OF_AWS else {"BASE": BASE, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/source/wheels"}
            options = {
                "path": folder,
                "buildargs": arguments,
                "labels": {LABEL: made_from},
                "rm": True,
                "forcerm": True,
            }
            client.images.build(**options, target="build", tag=_BUILD)
            client.images.build(**options, tag=IMAGE)
        remove_nameless(client)


def _made_from(base: str) -> str:
    digest = hashlib.sha256(base.encode())
    for file in sorted(_sources()):
        digest.update(str(file.relative_to(REPOSITORY)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _sources() -> list[Path]:
    folders = [item for name in _FOLDERS for item in Path(REPOSITORY, name).rglob("*") if item.is_file()]
    return [*(REPOSITORY / name for name in _FILES), *(item for item in folders if item.parent.name != "__pycache__")]


def _copy_sources(folder: Path) -> None:
    for source in _sources():
        copy = folder / source.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


def _download_wheels(folder: Path) -> None:
    """All that pip needs beside the sources."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--python-version=3.11"]
    debian.output_of([*pip, "--only-binary=:all:", "--dest", str(folder), *wanted])
