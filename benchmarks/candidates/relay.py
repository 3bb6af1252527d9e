"""The floor: what the same sockets, parser, event loop and runtime take when nothing of Lambda is in between."""

import json
import sys
import time

from benchmarks.candidates.candidate import Candidate
from benchmarks.processes import StartedProcess
from benchmarks.runtime import Runtime


class Relay(Candidate):
    """relay_program.py: passes bodies from clients to runtimes and back."""

    name = "floor"
    says = "a bare relay (httptools, uvloop) to the same runtime, with nothing of Lambda in it"

    groups = frozenset({"start", "warm", "throughput", "cold", "burst"})

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def start(self) -> float:
        program = [sys.executable, "-m", "benchmarks.candidates.relay_program"]
        self._process = StartedProcess([*program, json.dumps([self._runtime.arguments, self._runtime.variables])])
        self.address = "127.0.0.1", int(self._process.wait_for_line("Port "))
        return time.perf_counter() - self._process.began

    def new_function(self) -> str:
        """It has but one function, so it starts anew."""
        self.stop()
        self.start()
        return self.function()
