"""The AWS SDK for JavaScript v3, unchanged, against the emulator: javascript_sdk/flow.mjs, run by Node.js.

npm installs the version that the lock file names, once for each lock file, in a folder of the user's cache. `.ci/run`
says with JAVASCRIPT_SDK_REQUIRED that this may not be skipped where npm, or its registry, cannot be had.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from parity.targets import Emulator

HERE = Path(__file__).parent / "javascript_sdk"
REQUIRED = "JAVASCRIPT_SDK_REQUIRED" in os.environ
HANDLER = """\
def handler(event, context):
    print("seen")
    return {"hello": event["name"]}
"""


@pytest.fixture(scope="module")
def installed() -> Path:
    """A folder with the SDK in its `node_modules`."""
    lock = HERE / "package-lock.json"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lambda-parity"
    folder = cache / f"javascript-sdk-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    if not folder.exists():
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        assert not REQUIRED, "JAVASCRIPT_SDK_REQUIRED is set, but no `npm` is on the PATH"
        pytest.skip("no `npm` on the PATH")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as half_done:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, half_done)
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        done = subprocess.run(
            [npm, "ci", *options], cwd=half_done, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode != 0:
            assert not REQUIRED, done.stderr
            pytest.skip("the AWS SDK for JavaScript cannot be installed here")
        if not folder.exists():  # another run may have been quicker
            Path(half_done).rename(folder)
            Path(half_done).mkdir()  # for the context to clean up


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Emulator(arguments=("--settle-seconds", "0.05")) as emulator:
        yield emulator.url


@pytest.mark.slow
def test_the_sdk_works_unchanged(installed: Path, url: str, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        entry = zipfile.ZipInfo("app.py")
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, HANDLER)
    node = shutil.which("node")
    assert node
    shutil.copy(HERE / "flow.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(installed / "node_modules")  # where Node.js looks for them
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", "flow.mjs"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "000000000000",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PACKAGE": str(tmp_path / "app.zip"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
