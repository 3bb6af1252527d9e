"""What each command does, apart from reading options: chooses scenarios and a target, runs the flow, tells the result.

`parity.cli` imports this module when a command runs. Every function returns the exit code, or raises ParityError.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from parity import attestation, known_differences, recording, sweeping, verification
from parity.attestation.publication import open_publication
from parity.choice import Choice
from parity.corpus import scenarios_dir, snapshots_dir
from parity.coverage import recordings as published
from parity.coverage.survey import Survey, check_operations
from parity.errors import UNREACHABLE, ParityError
from parity.interruption import INTERRUPTED, stopping_cleanly
from parity.listing import number
from parity.probing import running as probing
from parity.probing.choice import chosen, refuse_aws
from parity.probing.recordings import check as check_recordings
from parity.progress import progress
from parity.report import Report, ScenarioResult, attested, coverage_page, coverage_table, files, github, terminal
from parity.scenario import Scenario
from parity.targets import (
    DEFAULT_REGION,
    Aws,
    Emulator,
    Endpoint,
    Target,
    can_serve,
    has_companion,
    known_differences_of_emulator,
)

DIFFERENT = 1
_LAST_WORDS = 5  # lines of what the embedded emulator wrote before it went away


@dataclass(frozen=True, slots=True)
class Talk:
    """How a command speaks: `say` on standard output, `warn` on standard error, `confirm` asks yes or no."""

    say: Callable[[str], None]
    warn: Callable[[str], None]
    confirm: Callable[[str], bool]


def verify(
    choice: Choice,
    talk: Talk,
    *,
    snapshots: Path | None,
    endpoint_url: str | None,
    region: str | None,
    jobs: int | None,
    once: bool,
    min_evidence: str | None,
    reports: Sequence[str],
    known: Path | None,
) -> int:
    """`parity verify`. Everything that can be wrong with the arguments is told before anything is asked."""
    verification.check_evidence_class(min_evidence)
    destinations = [files.destination(option) for option in reports]
    listed = known_differences.load(known or (None if endpoint_url else known_differences_of_emulator()))
    with _under_way(endpoint_url, region, choice) as emulator:
        scenarios = choice.load()
        expected = verification.load_snapshots(scenarios, snapshots or snapshots_dir())
        with (
            emulator or _local(endpoint_url, region, scenarios) as target,
            _stopping(talk, "stopping"),
            progress(len(scenarios), "Verifying") as tick,
        ):
            report = verification.verify(
                scenarios,
                expected,
                target,
                known=listed,
                whole=choice.is_everything,
                min_evidence=min_evidence,
                jobs=jobs,
                once=once,
                on_result=lambda result: tick(_told(result), False),
            )
            if report.exit_code == UNREACHABLE:
                talk.warn("\n".join(target.log[-_LAST_WORDS:]))
    return _tell(report, destinations, talk)


def record(
    choice: Choice,
    talk: Talk,
    *,
    snapshots: Path | None,
    aws: bool,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
    jobs: int | None,
    yes: bool,
    force: bool,
) -> int:
    """`parity record`, on AWS, an endpoint or (without either) the embedded emulator."""
    scenarios = choice.load()
    folder = snapshots or snapshots_dir()
    recording.check_writable(folder)
    with Aws(region=region, profile=profile) if aws else _local(endpoint_url, region, scenarios) as target:
        if aws:
            _agree_to_create(scenarios, target, talk, yes=yes)
        with (
            _stopping(talk, "removing what was made; nothing unfinished was written"),
            progress(len(scenarios), "Recording") as tick,
        ):
            done = recording.record(
                scenarios,
                target,
                folder,
                jobs=jobs,
                forced=force,
                on_kept=lambda kept: tick(kept.told, kept.status != "unchanged"),
            )
    if choice.is_everything and done.is_complete:
        for kept in recording.remove_orphans(scenarios, folder):
            talk.warn(kept.told)
            done.kept.append(kept)
    return _conclude(done, talk)


def attest(
    choice: Choice, *, snapshots: Path | None, recordings: Path, check: bool, detailed: bool, as_file: Path | None
) -> int:
    """`parity attest`."""
    found = attestation.attest(choice.load(), snapshots or snapshots_dir(), recordings, check=check)
    if as_file is not None:
        as_file.write_bytes(attested.as_json(found))
    attested.show(found, detailed=detailed)
    return found.exit_code


def coverage(
    talk: Talk,
    *,
    operations: Sequence[str],
    missing: bool,
    as_json: Path | None,
    as_html: Path | None,
    recordings: Path | None,
    check: bool,
    write_readme: bool,
    readme: Path,
    root: Path | None,
    snapshots: Path | None,
) -> int:
    """`parity coverage`. With `recordings`, only tells which of them are not used."""
    check_operations(operations)
    scenarios = Choice(root).load()
    if recordings is not None:
        listed = published.load(root or scenarios_dir())
        use = published.use(open_publication(recordings), scenarios, listed)
        coverage_table.show_use(use)
        return use.exit_code
    survey = Survey.of(scenarios, snapshots or snapshots_dir())
    matrix = survey.matrix.of(operations)
    if as_json is not None:
        as_json.write_bytes(coverage_table.as_json(matrix))
    if as_html is not None:
        as_html.write_text(coverage_page.as_html(matrix), encoding="utf-8")
    if write_readme:
        survey.write_readme(readme)
    if missing:
        coverage_table.show_missing(matrix)
    elif not (check or write_readme):
        coverage_table.show(matrix, in_full=bool(operations))
    problems = survey.problems(readme) if check else list(matrix.problems)
    for problem in problems if check else ():
        talk.warn(problem)
    return DIFFERENT if problems else 0


def probe(
    talk: Talk,
    *,
    select: Sequence[str],
    endpoint_url: str | None,
    region: str | None,
    jobs: int | None,
    seed: int,
    only_list: bool,
    min_evidence: str | None,
    reports: Sequence[str],
    recordings: Path | None,
) -> int:
    """`parity probe`. With `recordings`, only holds the expectations to them."""
    if recordings is not None:
        return _check_expectations(talk, recordings)
    verification.check_evidence_class(min_evidence)
    destinations = [files.destination(option) for option in reports]
    probes = chosen(select, seed)
    if only_list:
        for one in probes:
            talk.say(f"{one.id}\n    {one.expected.claim}: {one.expected}")
        talk.say(number(len(probes), "probe"))
        return 0
    refuse_aws(endpoint_url)
    operations = len({one.operation for one in probes})
    with (
        _local(endpoint_url, region, ()) as target,
        _stopping(talk, "stopping"),
        progress(operations, "Probing") as tick,
    ):
        report = probing.run(
            probes,
            target,
            jobs=jobs,
            min_evidence=min_evidence,
            on_result=lambda result: tick(_told(result), False),
        )
        if report.exit_code == UNREACHABLE:
            talk.warn("\n".join(target.log[-_LAST_WORDS:]))
    return _tell(report, destinations, talk)


def _tell(report: Report, destinations: Sequence[files.Destination], talk: Talk) -> int:
    """Shows a report wherever it was asked for, and gives the exit code."""
    for destination in destinations:
        files.write(report, destination)
    terminal.show(report)
    github.tell(report, talk.say)
    return report.exit_code


def _check_expectations(talk: Talk, recordings: Path) -> int:
    done = check_recordings(open_publication(recordings))
    for contradiction in done.contradictions:
        talk.warn(contradiction)
    talk.say(done.summary)
    return done.exit_code


def sweep(talk: Talk, *, region: str | None, profile: str | None, older_than: float, yes: bool) -> int:
    """`parity sweep`. `older_than` is in hours."""
    with Aws(region=region, profile=profile) as target:
        swept = sweeping.sweep(
            target, older_than=older_than * 3600, say=talk.say, confirm=lambda ask: yes or talk.confirm(ask)
        )
    for problem in swept.problems:
        talk.warn(problem)
    talk.say(f"{swept.removed} removed" if swept.removed or swept.problems else "nothing of ours is there")
    return DIFFERENT if swept.problems else 0


def _local(endpoint_url: str | None, region: str | None, scenarios: Sequence[Scenario]) -> Target:
    """What listens at the URL, or without one the embedded emulator; not entered yet."""
    region = region or DEFAULT_REGION
    if endpoint_url:
        return Endpoint(endpoint_url, region=region)
    return Emulator(region=region, services=can_serve(scenarios))


@contextlib.contextmanager
def _under_way(endpoint_url: str | None, region: str | None, choice: Choice) -> Iterator[Emulator | None]:
    """The embedded emulator, starting while hundreds of scenarios are read, which takes as long. None where what is to
    be started is known only when they have been read."""
    if endpoint_url or not choice.is_built_in_corpus:
        yield None
        return
    emulator = Emulator(region=region or DEFAULT_REGION, services=has_companion())
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


def _agree_to_create(scenarios: Sequence[Scenario], target: Target, talk: Talk, *, yes: bool) -> None:
    """Says where and what will be created, and asks. Raises ParityError where the user declines."""
    talk.say(f"Recording {number(len(scenarios), 'scenario')} on {target.name}.")
    talk.say(f"They will create, and remove when done: {recording.plan(scenarios)}; and what their steps create.")
    if not (yes or talk.confirm("Go on?")):
        raise ParityError("nothing was created (--yes does not ask)")


def _conclude(done: recording.Recording, talk: Talk) -> int:
    talk.say(done.summary)
    for left in done.left_behind:
        talk.warn(f"left behind: {left}")
    if done.unreachable:
        talk.warn(f"parity: {done.unreachable}")
        return UNREACHABLE
    return 0 if done.is_complete else DIFFERENT


def _told(result: ScenarioResult) -> str:
    if result.skipped:
        return f"skipped    {result.scenario}: {result.skipped}"
    return f"{'same' if result.is_same else 'different':<10} {result.scenario} ({result.duration:.1f} s)"


@contextlib.contextmanager
def _stopping(talk: Talk, doing: str) -> Iterator[None]:
    """Ends with exit code 130 where the user interrupts, after what is running has been torn down."""

    def say(what: str) -> None:
        talk.warn(f"parity: interrupted; {what}")

    try:
        with stopping_cleanly(say, doing, "left at once; `parity sweep --aws` finds what is left on AWS"):
            yield
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
