"""Who gets how long at the end (environment.md §4), and that nobody is waited for who is gone."""

import signal

import pytest

from emulator.execution.shutdown import Budget, Shutdown
from emulator.execution.telemetry import Telemetry
from emulator.runtime_api.extension import Extension
from emulator.runtime_api.extension_states import Call


def extension(name: str, *events: str, external: bool = True) -> Extension:
    made = Extension(name, external=external)
    made.register(events)
    return made


def ended(name: str) -> Extension:
    made = extension(name)
    made.ended()
    return made


INSIDE, OUTSIDE = extension("inside", external=False), extension("outside")


@pytest.mark.parametrize(
    ("extensions", "whole", "runtime"),
    [
        ([], 0.0, 0.0),
        ([INSIDE], 0.5, 0.5),
        ([OUTSIDE], 2.0, 0.3),
        ([INSIDE, OUTSIDE], 2.0, 0.5),
        ([Extension("starting", external=True)], 2.0, 0.3),
        ([ended("gone")], 0.0, 0.0),
    ],
)
def test_budgets(extensions: list[Extension], whole: float, runtime: float):
    """[docs: runtimes-extensions-api, shutdown phase]"""
    budget = Budget(extensions)
    assert (budget.whole, budget.runtime) == (whole, runtime)


class Sandbox:
    """Notes signals; whoever gets one ends, unless it is `deaf`."""

    def __init__(self, *deaf: str) -> None:
        self.signals: list[tuple[str, int]] = []
        self.deaf = deaf
        self.shutdown: Shutdown

    def signal_runtime(self, number: int) -> None:
        self.signals.append(("runtime", number))
        if "runtime" not in self.deaf:
            self.shutdown.runtime_ended()

    def signal_extension(self, name: str, number: int) -> None:
        self.signals.append((name, number))
        self.shutdown.extension_ended(name)

    def pass_on_output(self) -> None:
        pass


async def shut_down(sandbox: Sandbox, *extensions: Extension, runtime_runs: bool = True) -> None:
    telemetry = Telemetry(logs_json=False)
    sandbox.shutdown = Shutdown(sandbox, extensions, telemetry, "spindown", runtime_runs=runtime_runs)  # type: ignore[arg-type]
    await sandbox.shutdown.run()


async def test_a_runtime_that_does_not_end_is_killed():
    sandbox = Sandbox("runtime")
    await shut_down(sandbox, extension("x"))
    assert sandbox.signals[:2] == [("runtime", signal.SIGTERM), ("runtime", signal.SIGKILL)]


async def test_only_subscribers_are_told():
    sandbox = Sandbox()
    await shut_down(sandbox, extension("x", "INVOKE"))
    assert sandbox.signals == [("runtime", signal.SIGTERM), ("x", signal.SIGKILL)]


async def test_who_has_failed_is_not_told():
    failed = extension("x", "SHUTDOWN")
    failed.failed(Call.EXIT_ERROR, "Extension.Mine")
    sandbox = Sandbox()
    await shut_down(sandbox, failed, runtime_runs=False)
    assert sandbox.signals == [("x", signal.SIGKILL)]
