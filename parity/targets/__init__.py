"""What scenarios are asked of: the embedded emulator, any endpoint, and AWS itself.

Each is one Lambda API behind a `Wire`, and clients of other services for what scenarios need. They differ in how they
come to be (a process of our own, a URL, a session with credentials), in what passes by itself (AWS throttles, and its
roles take time to settle), and in the class of evidence that their answers are.

This module alone knows the `emulator` package, and only as a program to start and a folder to find a file in.
"""

import importlib.util
import queue
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Self

from parity.errors import TargetUnreachable
from parity.targets.aws import Aws
from parity.targets.endpoint import Endpoint
from parity.targets.target import DEFAULT_REGION, Target

__all__ = ["DEFAULT_REGION", "Aws", "Emulator", "Endpoint", "Target", "known_differences_of_emulator"]

_START_LIMIT = 20.0  # seconds an emulator may take to say that it is ready
_STOP_LIMIT = 10.0
_READY = "Ready at "


class Emulator(Endpoint):
    """Our own emulator, in a process of its own on a free port, for as long as the context is entered.

    Runtimes that the host lacks are substituted (which runtime ran on which interpreter stands in `health()`).
    `arguments` are further ones of `python -m emulator serve`.
    """

    evidence = "regression"
    has_services = False

    def __init__(self, *, region: str = DEFAULT_REGION, arguments: tuple[str, ...] = ()) -> None:
        super().__init__("http://127.0.0.1:0", region=region)
        self.name = "the embedded emulator"
        self._arguments = arguments
        self._process: _EmulatorProcess | None = None

    def __enter__(self) -> Self:
        self._process = _EmulatorProcess(self._arguments)
        self._aim(self._process.wait_until_ready())
        self.name = "the embedded emulator"
        return self

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)
        if self._process is not None:
            self._process.stop()
            self._process = None

    @property
    def log(self) -> list[str]:
        """The last lines that the emulator wrote."""
        return list(self._process.lines) if self._process else []


class _EmulatorProcess:
    """`python -m emulator serve`: started, watched until it is ready, and stopped."""

    def __init__(self, arguments: tuple[str, ...]) -> None:
        # -P: a folder named `emulator` where the user happens to stand is not ours.
        command = [sys.executable, "-P", "-m", "emulator", "serve", "--host", "127.0.0.1", "--port", "0"]
        self._process = subprocess.Popen(
            [*command, "--allow-runtime-substitution", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C stops us first, and the teardown still needs the emulator
        )
        self.lines: deque[str] = deque(maxlen=200)
        self._ready: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, name="emulator log", daemon=True).start()

    def wait_until_ready(self) -> str:
        """The URL that it serves. Raises TargetUnreachable where it ends or says nothing."""
        try:
            url = self._ready.get(timeout=_START_LIMIT)
        except queue.Empty:
            url = None
        except BaseException:
            self.stop()
            raise
        if url is None:
            self.stop()
            said = next((line for line in reversed(self.lines) if line.strip()), "it said nothing")
            raise TargetUnreachable(f"the emulator did not start: {said.strip()}")
        return url

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))
                if line.startswith(_READY):
                    self._ready.put(line.removeprefix(_READY).strip())
        self._ready.put(None)


def known_differences_of_emulator() -> Path | None:
    """The emulator's own list of known differences, or None where there is none. It is found, not imported."""
    spec = importlib.util.find_spec("emulator")
    if spec is None or spec.origin is None:
        return None
    listed = Path(spec.origin).with_name("known_differences.toml")
    return listed if listed.is_file() else None
