"""The `parity` command line: options in, exit codes out.

What a command does is in `parity.commands`, which is imported when one runs: `parity --help` must answer before anyone
has let go of the key. `serve` is the emulator's own command, mounted by name.
"""

import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from parity.choice import Choice
from parity.errors import BrokenScenarios, ParityError
from parity.interruption import INTERRUPTED

if TYPE_CHECKING:
    from parity.commands import Talk

_MOUNTED = {"serve": ("emulator.cli:serve", "Run the local Lambda at http://127.0.0.1:4566.")}
_ORDER = ("serve", "logs", "verify", "record", "attest", "coverage", "probe", "sweep", "list", "check", "schema")


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
        except BrokenScenarios as error:
            click.echo(error.message, err=True)  # begins with file and line, which editors and terminals understand
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
_FILE = click.Path(dir_okay=False, path_type=Path)


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
        click.option("--scenarios", "root", type=_FOLDER, help="The folder of scenarios, if not the built-in one."),
        click.argument("select", nargs=-1, metavar="[SCENARIO]..."),
    ):
        with_choice = option(with_choice)
    return with_choice


_snapshots = click.option(
    "--snapshots",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of snapshots, if not the built-in one.",
)
_endpoint_url = click.option("--endpoint-url", metavar="URL", help="Ask what listens there.")
_region = click.option("--region", help="The region to ask in.")
_profile = click.option("--profile", help="The AWS profile to use.")
_min_evidence = click.option(
    "--min-evidence", metavar="CLASS", help="Judge only steps with this evidence or stronger: aws, published, …"
)
_reports = click.option(
    "--report", "reports", multiple=True, metavar="FORMAT=FILE", help="Also write a report: json=FILE or junit=FILE."
)
_jobs = click.option("-j", "--jobs", type=click.IntRange(1, 256), help="How many scenarios at once. [cores × 8]")


@main.command()
@choosing_scenarios
@_snapshots
@_endpoint_url
@_region
@_jobs
@_min_evidence
@_reports
@click.option(
    "--known-differences",
    "known",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Differences that are accepted for now (TOML). [the embedded emulator's own]",
)
@click.option("--once", is_flag=True, help="Do not run the few scenarios that differ again, one by one.")
def verify(*, choice: Choice, **options: Any) -> int:
    """Run scenarios on a candidate (the embedded emulator) and compare each answer with its snapshot."""
    from parity import commands

    return commands.verify(choice, _talk(), **options)


@main.command()
@choosing_scenarios
@_snapshots
@click.option("--aws", is_flag=True, help="Record AWS, with your credentials.")
@click.option("--emulator", is_flag=True, help="Record the embedded emulator, as evidence of class regression.")
@_endpoint_url
@_region
@_profile
@_jobs
@click.option("--yes", is_flag=True, help="Do not ask before creating things on AWS.")
@click.option("--force", is_flag=True, help="Let other answers replace those that AWS gave.")
def record(*, choice: Choice, emulator: bool, **options: Any) -> int:
    """Run scenarios on a target and keep what it answers as snapshots."""
    from parity import commands

    if sum((options["aws"], emulator, options["endpoint_url"] is not None)) != 1:
        raise click.UsageError("say what to record: one of --aws, --emulator and --endpoint-url URL")
    return commands.record(choice, _talk(), **options)


@main.command()
@click.option("--recordings", required=True, type=_FOLDER, help="Published recordings of AWS, or a checkout of them.")
@click.option("--check", is_flag=True, help="Change nothing; fail where a published claim does not hold.")
@click.option("--detailed", is_flag=True, help="Show for every step which members were compared and which were not.")
@click.option("--json", "as_file", type=_FILE, help="Also write all that as JSON.")
@choosing_scenarios
@_snapshots
def attest(*, choice: Choice, **options: Any) -> int:
    """Compare snapshots with published recordings of AWS, and raise what agrees to `published`."""
    from parity import commands

    return commands.attest(choice, **options)


@main.command()
@click.argument("operations", nargs=-1, metavar="[OPERATION]...")
@click.option("--missing", is_flag=True, help="List what no answer shows, and nothing else.")
@click.option("--json", "as_json", type=_FILE, help="Also write the matrix as JSON.")
@click.option("--html", "as_html", type=_FILE, help="Also write the matrix as a page that needs nothing else.")
@click.option("--recordings", type=_FOLDER, help="Tell instead which published recordings of AWS no step uses.")
@click.option(
    "--check", is_flag=True, help="Fail where the README's numbers are old, or a success or an error is open."
)
@click.option("--write-readme", is_flag=True, help="Write the headline numbers into the README.")
@click.option("--readme", type=_FILE, default="README.md", help="The file that has the numbers. [README.md]")
@click.option("--scenarios", "root", type=_FOLDER, help="The folder of scenarios, if not the built-in one.")
@_snapshots
def coverage(**options: Any) -> int:
    """Show how much of the API's service model the corpus covers, and with what evidence."""
    from parity import commands

    return commands.coverage(_talk(), **options)


@main.command()
@click.argument("select", nargs=-1, metavar="[PROBE]...")
@_endpoint_url
@_region
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="How many probes at once. [8]")
@click.option("--seed", default=0, metavar="N", help="Probe with other strings and numbers. [0]")
@click.option("--list", "only_list", is_flag=True, help="Show what would be asked and has to be answered; ask nothing.")
@_min_evidence
@_reports
@click.option(
    "--check-recordings",
    "recordings",
    type=_FOLDER,
    help="Ask nothing; hold the expected words to published recordings of AWS.",
)
def probe(**options: Any) -> int:
    """Ask a candidate what its validation has to refuse, in AWS's words, and what it must not refuse.

    The service model says what each member of each operation may be. A probe is one request with one value just inside
    or just outside one of these constraints, or of a wrong type, or missing; and what has to be answered: exactly AWS's
    sentence about it, or anything but a refusal by validation. Others break several constraints at once, send what is
    no JSON, or ask for what does not exist. What AWS says is taken from its recorded answers and its documentation, not
    from any emulator; see --check-recordings.

    PROBE is an operation (CreateFunction), a member of it (CreateFunction/MemorySize), a single probe
    (CreateFunction/MemorySize/range/above) or a pattern ('*/pattern/newline-end'). Without any, all of them are asked:
    some 9000, in about a quarter of a minute. A probe that fails is shown with a curl command that asks the same.

    Probes name functions and layers that nobody has, and what a valid request creates is removed at once. Yet do not
    aim at a place that holds what you need. AWS itself is not probed: a valid request would create what costs money.
    """
    from parity import commands

    return commands.probe(_talk(), **options)


@main.command()
@click.option("--aws", is_flag=True, help="Sweep an AWS account, with your credentials.")
@click.option(
    "--docker", is_flag=True, help="Sweep the Docker Engine that DOCKER_HOST names, or the one that runs here."
)
@_region
@_profile
@click.option(
    "--older-than",
    default=0.0,
    metavar="HOURS",
    help="With --aws: leave what a younger run made, for it may still run.",
)
@click.option("--yes", is_flag=True, help="With --aws: do not ask before removing.")
def sweep(*, aws: bool, docker: bool, **options: Any) -> int:
    """Remove what killed recordings left on AWS, or killed servers on Docker.

    --aws finds what `parity record --aws` makes, by its names and tags, lists it and asks before it removes anything.

    --docker finds the containers and temporary folders that `parity serve` makes, by their labels, and removes those of
    servers that are dead. What a living server uses is never touched, so nothing is asked; what belongs to a server
    that cannot be seen from here is told, and left. Images stay. Every start of a server does the same by itself.
    """
    talk = _talk()
    if aws == docker:
        raise click.UsageError("sweep takes either --aws or --docker")
    if docker:
        return int(importlib.import_module("emulator.cli").sweep_docker(talk.say, talk.warn))
    from parity import commands

    return commands.sweep(talk, **options)


@main.command("list")
@choosing_scenarios
def list_(*, choice: Choice) -> None:
    """List the scenarios: id, number of steps, title, tags."""
    from parity.listing import listed

    for line in listed(choice.load()):
        click.echo(line)


@main.command()
@choosing_scenarios
def check(*, choice: Choice) -> None:
    """Check the scenario files and run nothing."""
    from parity.listing import counted

    click.echo(f"{counted(choice.load())}: nothing wrong")


@main.command()
@click.argument("function")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written, until you stop it.")
@click.option(
    "--since", metavar="TIME", default="10m", show_default=True, help="How far back: 30s, 5m, 2h, 1d, or all."
)
@click.option("--qualifier", help="Only this version, or what this alias names.")
@click.option(
    "--endpoint-url",
    metavar="URL",
    envvar=["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"],
    help="Where `parity serve` is. [http://127.0.0.1:4566]",
)
@_region
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each event.")
def logs(*, function: str, since: str, endpoint_url: str | None, as_json: bool, **question: Any) -> None:
    """Show the log of a FUNCTION (a name or an ARN) that runs in `parity serve`."""
    from parity import logs as reading

    try:
        past = None if since == "all" else reading.seconds(since)
    except ValueError:
        raise click.BadParameter("takes 30s, 5m, 2h, 1d or all", param_hint="--since") from None
    asked = reading.Question(function=function, since=past, **question)
    reading.tell(endpoint_url or reading.DEFAULT_URL, asked, click.echo, as_json=as_json)


@main.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from parity.scenario_schema import schema_text

    click.echo(schema_text(), nl=False)


def _talk() -> "Talk":
    from parity.commands import Talk

    return Talk(say=click.echo, warn=functools.partial(click.echo, err=True), confirm=_confirm)


def _confirm(question: str) -> bool:
    try:
        return click.confirm(question)
    except click.Abort:
        if sys.stdin.isatty():  # Ctrl-C
            raise
        return False  # nobody is there to ask
