"""What scenarios are asked of: the embedded emulator, any endpoint, and AWS itself.

Each is one Lambda API behind a `Wire`, and clients of other services for what scenarios need. They differ in how they
come to be (a process of our own, a URL, a session with credentials), in what passes by itself (AWS throttles, and its
roles take time to settle), and in the class of evidence that their answers are.

This module alone knows the `emulator` package, and only as a program to start and a folder to find a file in.
"""

import ctypes
import functools
import importlib.util
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Self

from parity.errors import TargetUnreachable
from parity.scenario import Needs, Scenario
from parity.targets.aws import Aws
from parity.targets.endpoint import Endpoint
from parity.targets.target import DEFAULT_REGION, Target, service_needed

__all__ = [
    "DEFAULT_REGION",
    "Aws",
    "Emulator",
    "Endpoint",
    "Target",
    "can_serve",
    "has_companion",
    "known_differences_of_emulator",
]

_START_LIMIT = 20.0  # seconds an emulator may take to say that it is ready
_STOP_LIMIT = 10.0
_READY = "Ready at "
# Minutes of AWS's waiting (retries of events) pass in moments. What settles takes 0.3 s by that, longer than an
# emulator's users would like: some steps look at what is still in progress, and scenarios that run side by side on a
# busy machine take their time between two calls.
_TIMES = ("--time-scale", "0.01", "--settle-seconds", "30")
_NO_SERVICES = 'needs companion services: pip install "lambda-parity[services]"'
_LANGUAGES = {"nodejs": "Node.js", "python": "Python"}


class Emulator(Endpoint):
    """Our own emulator, in a process of its own on a free port, for as long as the context is entered.

    Runtimes that the host lacks are substituted (which runtime ran on which interpreter stands in `health()`).
    With `services` it starts its companion too; `can_serve` says whether that is of use. Roles are never made there:
    the emulator looks at none. `arguments` are further ones of `python -m emulator serve`.
    """

    evidence = "regression"
    settling = 0.31  # by _TIMES, and a little

    def __init__(
        self, *, region: str = DEFAULT_REGION, services: bool = False, arguments: tuple[str, ...] = ()
    ) -> None:
        super().__init__("http://127.0.0.1:0", region=region)
        self.name = "the embedded emulator"
        self._arguments = (*(("--services",) if services else ()), *arguments)
        self.has_services = services
        self.lacks.add("iam")
        self._process: _EmulatorProcess | None = None
        self._isolates = True
        self._can_run: Collection[str] | None = None

    def start(self) -> None:
        """Starts its process and does not wait for it, so that the caller can do something else first. Entering does
        both. Whoever starts it stops it."""
        if self._process is None:
            self._process = _EmulatorProcess(self._arguments)

    def stop(self) -> None:
        """Ends its process, if there is one."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        assert self._process is not None
        try:
            self._aim(self._process.wait_until_ready())
            self.name = "the embedded emulator"
            health = self.health()
        except BaseException:  # an interruption comes at any moment, and a context that is not entered is never left
            self.stop()
            raise
        self._isolates, self._can_run = health.get("isolation") != "none", health.get("can_run")
        return self

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)
        self.stop()

    def unfit(self, tags: Collection[str]) -> str | None:
        """Where the host lets functions have no file system of their own, /var/task is not theirs to look at."""
        if "isolated" in tags and not self._isolates:
            return "needs isolation, which this host does not allow (see /_parity/health)"
        if "services" in tags and not self.has_services:
            return _NO_SERVICES
        return None

    def unmet(self, needs: Needs) -> str | None:
        """Its companion, where it has one, meets them all."""
        return _NO_SERVICES if super().unmet(needs) else None

    def unable(self, runtimes: Collection[str]) -> str | None:
        """A runtime needs its language's interpreter on this host."""
        missing = sorted(set(runtimes) - set(runtimes if self._can_run is None else self._can_run))
        if not missing:
            return None
        language = next((name for kind, name in _LANGUAGES.items() if missing[0].startswith(kind)), None)
        what = f"no {language} on this host" if language else "the embedded emulator cannot run it"
        return f"{what}: needs {', '.join(missing)}"

    @property
    def log(self) -> list[str]:
        """The last lines that the emulator wrote, until the context is left."""
        return list(self._process.lines) if self._process else []


class _EmulatorProcess:
    """`python -m emulator serve`: started, watched until it is ready, and stopped."""

    def __init__(self, arguments: tuple[str, ...]) -> None:
        # -P: a folder named `emulator` where the user happens to stand is not ours.
        command = [sys.executable, "-P", "-m", "emulator", "serve", "--host", "127.0.0.1", "--port", "0"]
        self._process = subprocess.Popen(
            [*command, "--allow-runtime-substitution", *_TIMES, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C stops us first, and the teardown still needs the emulator
            preexec_fn=_ending_with_us(),  # noqa: PLW1509 - one call of libc, which takes no lock
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
        if url is None:
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


def _ending_with_us() -> Callable[[], object] | None:
    """What lets Linux end the process that is about to start when we are killed and can no longer stop it ourselves.

    The kernel watches the starting thread, not the process, so only the main thread can ask for it.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    send_on_our_end = 1  # PR_SET_PDEATHSIG
    return functools.partial(ctypes.CDLL(None).prctl, send_on_our_end, int(signal.SIGTERM), 0, 0, 0)


def can_serve(scenarios: Iterable[Scenario]) -> bool:
    """Whether the embedded emulator should serve the other services too: a scenario needs them, and they are there."""
    return has_companion() and any("services" in one.tags or service_needed(one.needs) for one in scenarios)


def has_companion() -> bool:
    """Whether what the embedded emulator serves the other services with is installed."""
    return all(map(importlib.util.find_spec, ("moto", "flask", "flask_cors")))


def known_differences_of_emulator() -> Path | None:
    """The emulator's own list of known differences, or None where there is none. It is found, not imported."""
    spec = importlib.util.find_spec("emulator")
    if spec is None or spec.origin is None:
        return None
    listed = Path(spec.origin).with_name("known_differences.toml")
    return listed if listed.is_file() else None
