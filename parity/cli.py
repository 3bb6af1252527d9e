"""The `parity` command line.

Commands only read options and hand over to the module that does the work, which is imported when the command runs:
`parity --help` must answer before anyone has let go of the key. `serve` is the emulator's own command, mounted by name.
"""

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from parity.errors import UNREACHABLE, ParityError
from parity.interruption import INTERRUPTED, stopping_cleanly

if TYPE_CHECKING:
    from parity.recording import Kept, Recording
    from parity.scenario import Scenario
    from parity.targets import Target

DIFFERENT = 1
_MOUNTED = {"serve": ("emulator.cli:serve", "Run the local Lambda at http://127.0.0.1:4566.")}
_ORDER = ("serve", "verify", "record", "attest", "sweep", "list", "check", "schema")


class Parity(click.Group):
    """The command group: mounts commands of others lazily, and words every failure in one line with its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_ORDER)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MOUNTED:
            return super().get_command(ctx, cmd_name)
        module, _, name = _MOUNTED[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._short_help(name)) for name in _ORDER])

    def _short_help(self, name: str) -> str:
        return _MOUNTED[name][1] if name in _MOUNTED else self.commands[name].get_short_help_str(limit=90)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        run = functools.partial(super().main, args, prog_name, complete_var, standalone_mode=False, **extra)
        if not standalone_mode:
            return run()
        try:
            result: Any = run()
        except click.exceptions.Exit as exit_:
            sys.exit(exit_.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except ParityError as error:
            click.echo(f"parity: {error.message}", err=True)
            sys.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            sys.exit(INTERRUPTED)
        except BrokenPipeError:  # `parity list | head`
            sys.stderr.close()
            sys.exit(0)
        sys.exit(result if isinstance(result, int) else 0)


@click.command(cls=Parity, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lambda-parity", prog_name="parity")
def main() -> None:
    """Prove, answer by answer, how closely a local AWS Lambda behaves like the real one.

    Exit codes: 0 same, 1 different, 2 wrong usage or a broken scenario, 3 target unreachable.
    """


_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which scenarios the arguments mean."""

    root: Path | None
    select: tuple[str, ...]
    tags: frozenset[str]
    skipped: frozenset[str]

    @property
    def is_everything(self) -> bool:
        return not (self.select or self.tags or self.skipped)

    def load(self) -> "list[Scenario]":
        """The scenarios. Raises ParityError where they are broken or there are none."""
        from parity.loading import load_scenarios

        loaded = load_scenarios(self.root, self.select)
        chosen = [one for one in loaded if (not self.tags or one.tags & self.tags) and not one.tags & self.skipped]
        if not chosen:
            raise ParityError(f"none of the {len(loaded)} scenarios has such tags")
        return chosen


def choosing_scenarios(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the arguments that say which scenarios are meant; the command gets them as one `choice`."""

    @functools.wraps(command)
    def with_choice(
        *, root: Path | None, select: tuple[str, ...], tag: tuple[str, ...], skip_tag: tuple[str, ...], **others: Any
    ) -> Any:
        return command(choice=Choice(root, select, frozenset(tag), frozenset(skip_tag)), **others)

    for option in (
        click.option("--skip-tag", multiple=True, metavar="TAG", help="Leave out scenarios with this tag."),
        click.option("--tag", multiple=True, metavar="TAG", help="Only scenarios with one of these tags."),
        click.option("--scenarios", "root", type=_FOLDER, help="The folder of scenarios, if not the built-in ones."),
        click.argument("select", nargs=-1, metavar="[SCENARIO]..."),
    ):
        with_choice = option(with_choice)
    return with_choice


_jobs = click.option("-j", "--jobs", type=click.IntRange(1, 256), help="How many scenarios at once. [cores × 4]")
_region = click.option("--region", help="The region to ask in.")
_snapshots = click.option(
    "--snapshots",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of snapshots, if not the built-in one.",
)


@main.command()
@choosing_scenarios
@_snapshots
@click.option("--endpoint-url", metavar="URL", help="Verify what listens there, not the embedded emulator.")
@_region
@_jobs
@click.option("--min-evidence", metavar="CLASS", help="The weakest evidence that counts: aws, published, documented, …")
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT=FILE", help="Also write a report: json=FILE or junit=FILE."
)
@click.option(
    "--known-differences",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Differences that are accepted for now (TOML). [the emulator's own, for the embedded emulator]",
)
def verify(
    *,
    choice: Choice,
    snapshots: Path | None,
    endpoint_url: str | None,
    region: str | None,
    jobs: int | None,
    min_evidence: str | None,
    reports: tuple[str, ...],
    known_differences: Path | None,
) -> int:
    """Run scenarios on a candidate and compare each answer with its snapshot."""
    raise NotImplementedError


@main.command()
@choosing_scenarios
@_snapshots
@click.option("--aws", "source", flag_value="aws", help="Record AWS, with your credentials.")
@click.option("--emulator", "source", flag_value="emulator", help="Record the embedded emulator (class regression).")
@click.option("--endpoint-url", metavar="URL", help="Record what listens there (class endpoint).")
@_region
@click.option("--profile", help="The AWS profile to use.")
@_jobs
@click.option("--yes", is_flag=True, help="Do not ask before creating things on AWS.")
@click.option("--force", is_flag=True, help="Let other answers replace those that AWS gave.")
def record(
    *,
    choice: Choice,
    snapshots: Path | None,
    source: str | None,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
    jobs: int | None,
    yes: bool,
    force: bool,
) -> int:
    """Run scenarios on a target and keep what it answers as snapshots."""
    from parity import recording
    from parity.corpus import snapshots_dir

    if (source is None) == (endpoint_url is None):
        raise click.UsageError("say what to record: one of --aws, --emulator and --endpoint-url URL")
    chosen = choice.load()
    folder = snapshots or snapshots_dir()
    recording.check_writable(folder)
    with _stopping("removing what was made; nothing unfinished was written", "run `parity sweep --aws`"):
        target = _target(source, endpoint_url, region, profile)
        with target:
            if source == "aws":
                _agree_to_create(chosen, target, yes)
            done = _record(chosen, target, folder, jobs, force)
        if choice.is_everything and done.is_complete:
            done.kept += [_show_kept(kept) for kept in recording.remove_orphans(chosen, folder)]
    return _conclude_recording(done)


@main.command()
@click.option(
    "--recordings", required=True, type=_FOLDER, help="Published recordings of AWS: a folder with a MANIFEST.json."
)
@click.option("--check", is_flag=True, help="Change nothing; fail where a published claim does not hold.")
@choosing_scenarios
@_snapshots
def attest(
    *,
    choice: Choice,
    snapshots: Path | None,
    recordings: Path,
    check: bool,
) -> int:
    """Compare snapshots with published recordings of AWS, and raise what agrees to `published`."""
    raise NotImplementedError


@main.command()
@click.option("--aws", "aws", is_flag=True, required=True, help="Sweep AWS, with your credentials.")
@_region
@click.option("--profile", help="The AWS profile to use.")
@click.option("--older-than", default=0.0, metavar="HOURS", help="Leave what a younger run made: it may still need it.")
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
def sweep(*, aws: bool, region: str | None, profile: str | None, older_than: float, yes: bool) -> int:
    """Find and remove what killed recordings have left on an AWS account."""
    from parity.sweeping import sweep as swept

    del aws
    with _target("aws", None, region, profile) as target:
        result = swept(
            target, older_than=older_than * 3600, say=click.echo, confirm=lambda ask: yes or click.confirm(ask)
        )
    for problem in result.problems:
        click.echo(problem, err=True)
    click.echo(f"{result.removed} removed" if result.removed or result.problems else "nothing of ours is there")
    return DIFFERENT if result.problems else 0


@main.command("list")
@choosing_scenarios
def list_(*, choice: Choice) -> None:
    """List the scenarios: id, number of steps, tags, title."""
    scenarios = choice.load()
    width = max(len(scenario.id) for scenario in scenarios)
    for scenario in scenarios:
        tags = f"  [{', '.join(sorted(scenario.tags))}]" if scenario.tags else ""
        click.echo(f"{scenario.id:<{width}}  {len(scenario.steps):>3}  {scenario.title}{tags}")
    click.echo(f"{len(scenarios)} scenarios, {sum(len(scenario.steps) for scenario in scenarios)} steps")


@main.command()
@choosing_scenarios
def check(*, choice: Choice) -> None:
    """Check the scenario files and run nothing."""
    scenarios = choice.load()
    steps = sum(len(scenario.steps) for scenario in scenarios)
    click.echo(f"{len(scenarios)} scenarios, {steps} steps: nothing wrong")


@main.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    raise NotImplementedError


def _target(source: str | None, url: str | None, region: str | None, profile: str | None = None) -> "Target":
    """The target that the options name, not entered yet; the embedded emulator where they name none."""
    from parity.targets import DEFAULT_REGION, Aws, Emulator, Endpoint

    if source == "aws":
        return Aws(region=region, profile=profile)
    return Endpoint(url, region=region or DEFAULT_REGION) if url else Emulator(region=region or DEFAULT_REGION)


def _agree_to_create(scenarios: "Sequence[Scenario]", target: "Target", yes: bool) -> None:
    """Says where and what will be created, and asks. Raises ParityError where the user declines."""
    from parity.recording import plan

    click.echo(f"Recording {len(scenarios)} scenarios on {target.name}.")
    click.echo(f"They will create, and remove when done: {plan(scenarios)}; and what their steps create.")
    if not (yes or click.confirm("Go on?")):
        raise ParityError("nothing was created")


def _record(
    scenarios: "Sequence[Scenario]", target: "Target", folder: Path, jobs: int | None, force: bool
) -> "Recording":
    from parity.progress import progress
    from parity.recording import record as recorded

    with progress(len(scenarios), "Recording") as tick:
        return recorded(
            scenarios,
            target,
            folder,
            jobs=jobs,
            forced=force,
            on_kept=lambda kept: tick(_line(kept), kept.status != "unchanged"),
        )


def _line(kept: "Kept") -> str:
    return "\n".join((f"{kept.status:<9} {kept.scenario}", *(f"{'':<9} {reason}" for reason in kept.reasons)))


def _show_kept(kept: "Kept") -> "Kept":
    click.echo(_line(kept), err=True)
    return kept


def _conclude_recording(done: "Recording") -> int:
    statuses = ("created", "changed", "unchanged", "removed", "kept", "refused", "skipped")
    counts = [f"{done.count(status)} {status}" for status in statuses if done.count(status) or status in statuses[:4]]
    click.echo(", ".join(counts))
    for left in done.left_behind:
        click.echo(f"left behind: {left}", err=True)
    if done.unreachable:
        click.echo(f"parity: {done.unreachable}", err=True)
        return UNREACHABLE
    return 0 if done.is_complete else DIFFERENT


@contextlib.contextmanager
def _stopping(doing: str, otherwise: str) -> Iterator[None]:
    def say(line: str) -> None:
        click.echo(f"parity: interrupted; {line}", err=True)

    with stopping_cleanly(say, doing, f"left at once; {otherwise}"):
        yield


if __name__ == "__main__":
    main()
