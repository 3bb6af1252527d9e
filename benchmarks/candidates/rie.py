"""AWS's Runtime Interface Emulator, as AWS's own tool carries it: a binary in the wheel `aws-sam-cli` on PyPI.

Only the binary is taken out of the wheel. It is kept in the cache folder of the user.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from benchmarks import functions
from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import MeasuringError, http_request
from benchmarks.processes import StartedProcess, free_port
from benchmarks.runtime import Runtime

_BINARIES = {"x86_64": "aws-lambda-rie-x86_64", "aarch64": "aws-lambda-rie-arm64"}
_DOWNLOAD_SECONDS = 120


class Rie(Candidate):
    """The RIE with one runtime. It serves one call at a time and knows one function."""

    name = "RIE"
    says = "AWS's Runtime Interface Emulator with the same runtime"
    groups = frozenset({"start", "warm", "throughput", "cold"})
    in_parallel = False

    def __init__(self, binary: Path, runtime: Runtime) -> None:
        self._binary = binary
        self._runtime = runtime

    def start(self) -> float:
        self.address = "127.0.0.1", free_port()
        listen = ["--runtime-interface-emulator-address", f"127.0.0.1:{self.address[1]}"]
        listen += ["--runtime-api-address", f"127.0.0.1:{free_port()}"]
        command = [str(self._binary), *listen, *self._runtime.arguments, functions.HANDLER]
        self._process = StartedProcess(command, self._runtime.variables)
        self._process.wait_for_port(self.address)
        return time.perf_counter() - self._process.began

    def new_function(self) -> str:
        """It has but one function, so it starts anew."""
        self.stop()
        self.start()
        return self.function()

    def invocation(self, function: str, event: bytes) -> bytes:  # noqa: ARG002
        """The RIE knows its function by the name `function` alone."""
        return http_request("POST", "/2015-03-31/functions/function/invocations", event)


def find_rie() -> Path:
    """The binary, fetched if need be. Raises MeasuringError that says why it cannot be had."""
    name = _BINARIES.get(platform.machine())
    if name is None or sys.platform != "linux":
        raise MeasuringError(f"there is no RIE for {sys.platform} on {platform.machine()}")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lambda-parity"
    binary = cache / name
    if not binary.exists():
        _fetch(name, binary)
    return binary


def _fetch(name: str, binary: Path) -> None:
    binary.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", folder, "aws-sam-cli"]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_DOWNLOAD_SECONDS)
            (wheel,) = Path(folder).glob("aws_sam_cli-*.whl")
            with zipfile.ZipFile(wheel) as archive:
                data = archive.read(f"samcli/local/rapid/{name}")
        except (subprocess.SubprocessError, OSError, ValueError, KeyError) as error:
            raise MeasuringError("the wheel aws-sam-cli, which holds the RIE, cannot be had from PyPI") from error
    partial = binary.with_suffix(f".{os.getpid()}")
    partial.write_bytes(data)
    partial.chmod(0o755)
    partial.rename(binary)
