"""Processes that a benchmark starts: ready when they say so, and gone at the end whatever happens.

Memory is proportional set size (PSS): pages that processes share are counted once, in shares [man: proc_pid_smaps].
"""

import contextlib
import ctypes
import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.http_client import Address, MeasuringError

_ROOT = Path(__file__).parents[1]
_START_LIMIT = 30.0
_STOP_LIMIT = 10.0
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class StartedProcess:
    """A program in a session of its own. It ends with us, also where we are killed (Linux sees to that)."""

    def __init__(self, arguments: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            arguments,
            env=variables,
            cwd=_ROOT,  # so that `python -m` finds what stands beside this package, and nothing that is installed
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_end_with_us,  # noqa: PLW1509 - one call of libc, which takes no lock
        )
        self.id = self._process.pid
        self._last_lines: deque[str] = deque(maxlen=20)
        self._lines: queue.Queue[str | None] = queue.Queue(1000)
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for_line(self, start: str) -> str:
        """What follows `start` in the line that begins with it. Raises MeasuringError where it is never written."""
        deadline = time.monotonic() + _START_LIMIT
        with contextlib.suppress(queue.Empty):
            while (line := self._lines.get(timeout=deadline - time.monotonic())) is not None:
                if line.startswith(start):
                    return line.removeprefix(start).strip()
        raise MeasuringError(f"did not start: {self.last_words()}")

    def wait_for_port(self, address: Address) -> None:
        """Waits until somebody listens there. Raises MeasuringError if nobody ever does."""
        deadline = time.monotonic() + _START_LIMIT
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(address, timeout=1):
                return
            time.sleep(0.001)
        raise MeasuringError(f"did not start: {self.last_words()}")

    def last_words(self) -> str:
        """The last line that it wrote."""
        return next((line for line in reversed(self._last_lines) if line.strip()), "it said nothing")

    def stop(self) -> None:
        """Ends it and all that it has started in its session."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_LIMIT)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.id, signal.SIGKILL)
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._last_lines.append(line.rstrip())
            with contextlib.suppress(queue.Full):  # nobody listens any more
                self._lines.put_nowait(line)
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)


def _end_with_us() -> None:
    _LIBC.prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG


_LIBC = ctypes.CDLL(None)


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(process: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found = [process]
    for each in found:  # grows as it is walked
        found.extend(children.get(each, []))
    return found


def memory_mb(processes: Sequence[int]) -> float:
    """Megabytes (10⁶ bytes) that they hold together. Raises MeasuringError where they may not be looked at."""
    total = 0
    for process in processes:
        try:
            found = _PSS.search(Path(f"/proc/{process}/smaps_rollup").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        except OSError as error:
            raise MeasuringError(f"memory cannot be read: {error.strerror}") from error
        total += int(found[1]) * 1024 if found else 0
    return total / 1e6
