"""Libraries of others, installed once into a cache folder of the user, for functions that use them."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

REQUIRED = bool(os.environ.get("THIRD_PARTY_REQUIRED"))  # where to skip would hide something
_PATIENCE = 300  # seconds


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lambda-parity" / "third-party"


def installed(name: str, command: list[str], inside: str = "") -> Path:
    """A folder that `command`, run in it, has filled; `inside` it is what is wanted. Skips if it cannot be filled."""
    folder = cache_folder() / name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder.parent))
        try:
            _run(command, fresh, name)
            if not folder.exists():  # another test process may have been quicker
                fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return folder / inside


def python_packages(name: str, *packages: str, dependencies: bool = True) -> Path:
    """A folder with packages from PyPI for the Python that runs us."""
    options = ["--quiet", "--target", "site", *([] if dependencies else ["--no-deps"])]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return installed(f"{name}-{version}", [sys.executable, "-m", "pip", "install", *options, *packages], "site")


def node_packages(name: str, *packages: str) -> Path:
    """A folder with `node_modules`, from npm."""
    return installed(name, ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *packages])


def _run(command: list[str], folder: Path, name: str) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    except (subprocess.SubprocessError, OSError) as error:
        said = f"{name} cannot be installed: {getattr(error, 'stderr', '') or error}"
        if REQUIRED:
            pytest.fail(said)
        pytest.skip(said)


def packed(files: dict[str, str], libraries: Path | None = None) -> bytes:
    """A zip of a function: its files (executable, where they begin with `#!`) and a folder of libraries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if text.startswith("#!") else 0o644) << 16
            archive.writestr(entry, text)
        for path in sorted(libraries.rglob("*")) if libraries else ():
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(libraries))
    return buffer.getvalue()
