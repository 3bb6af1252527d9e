"""The scenario runs of one pytest session: started ahead of the items that want them, many at once."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from parity import known_differences
from parity.function_code import FunctionCode
from parity.observation import ScenarioRun
from parity.runner import default_jobs, run_scenario
from parity.scenario import Scenario
from parity.targets import Emulator, Endpoint, can_serve, known_differences_of_emulator


class Runs:
    """Runs scenarios on one target, each once. `close` stops what is running and tears it down.

    `known` is a file of known differences, in place of the embedded emulator's own. `chosen` are the scenarios that may
    be asked for: the embedded emulator serves the other services only if one of them needs that.
    """

    def __init__(
        self, endpoint_url: str | None = None, known: Path | None = None, chosen: Iterable[Scenario] = ()
    ) -> None:
        self.known = known_differences.load(known or (None if endpoint_url else known_differences_of_emulator()))
        target = Endpoint(endpoint_url) if endpoint_url else Emulator(services=can_serve(chosen))
        self.target: Endpoint = target.__enter__()
        self._pool = ThreadPoolExecutor(default_jobs(), thread_name_prefix="scenario")
        self._stop = threading.Event()
        self._runs: dict[str, Future[ScenarioRun]] = {}

    def start(self, scenarios: Iterable[Scenario]) -> None:
        """Starts the runs of scenarios that will be asked for, in that order."""
        for scenario in scenarios:
            self._started(scenario)

    def of(self, scenario: Scenario) -> ScenarioRun:
        """The run of a scenario, when it is complete."""
        return self._started(scenario).result()

    def close(self) -> None:
        """Ends everything: runs that nobody waited for, and the target."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.target.__exit__(None, None, None)

    def _started(self, scenario: Scenario) -> Future[ScenarioRun]:
        if scenario.id not in self._runs:
            code = FunctionCode(scenario.root)
            self._runs[scenario.id] = self._pool.submit(run_scenario, scenario, self.target, code, self._stop)
        return self._runs[scenario.id]
