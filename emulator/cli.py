"""`parity serve`, which is also `python -m emulator serve`."""

import asyncio
import dataclasses
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from emulator.errors import EmulatorError
from emulator.settings import SettingError, Settings, variable_of

if TYPE_CHECKING:
    from emulator.executors.docker.leftovers import Cleared

_UNREACHABLE = 3  # the exit code of `parity` for a target that does not answer

_SAYS = {setting.name: setting.metadata["says"] for setting in dataclasses.fields(Settings)}

_Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def _option(name: str, metavar: str) -> _Decorator:
    """The option of a setting. Its text is checked where its variable is: by the setting."""
    default = next(setting.default for setting in dataclasses.fields(Settings) if setting.name == name)
    shown = "" if default in (None, False) else f"; default {default}"
    text = f"{_SAYS[name]} [{variable_of(name)}{shown}]"
    return click.option(f"--{name.replace('_', '-')}", name, metavar=metavar, help=text)


def _flag(name: str) -> _Decorator:
    text = f"{_SAYS[name]} [{variable_of(name)}]"
    return click.option(f"--{name.replace('_', '-')}", name, is_flag=True, default=None, help=text)


@click.command()
@_option("host", "ADDRESS")
@_option("port", "PORT")
@_option("executor", "process|docker|auto")
@_option("image_map", "RUNTIME=IMAGE,…")
@_option("image_registry", "REGISTRY")
@_option("pull", "missing|always|never")
@_option("docker_network", "NETWORK")
@_option("docker_spares", "N")
@_flag("ignore_architecture")
@_option("companion_endpoint", "URL")
@_flag("services")
@_flag("check_roles")
@_option("function_endpoint_url", "self|URL")
@_option("time_scale", "FACTOR")
@_option("state", "DIR")
@_option("settle_seconds", "SECONDS")
@_option("idle_seconds", "SECONDS")
@_option("max_environments", "NUMBER")
@_option("concurrent_executions", "NUMBER")
@_flag("rate_limits")
@_option("freeze_after_ms", "MS|never")
@_option("stay_awake_us", "US")
@_flag("allow_runtime_substitution")
def serve(**options: Any) -> None:
    """Run the local Lambda.

    Prints one line when it accepts requests. Point an SDK or the AWS CLI at it with AWS_ENDPOINT_URL_LAMBDA; any
    credentials do, and an access key of 12 digits is taken for the account id.
    """
    try:
        settings = Settings.from_environment(os.environ, **options)
    except SettingError as error:
        raise _WrongSettingError(str(error)) from error
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    from emulator.app import serve as run  # late, so that wrong usage is told at once

    try:
        code = run(settings, _tell, lambda text: click.echo(f"Note: {text}", err=True))
    except EmulatorError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(code)


def sweep_docker(tell: Callable[[str], None], warn: Callable[[str], None]) -> int:
    """`parity sweep --docker`: removes what dead servers have left on a Docker Engine. Returns the exit code."""
    from emulator.executors.docker.engine import Engine
    from emulator.executors.docker.leftovers import clear  # late: its SDK takes long to import

    async def sweep() -> "Cleared":
        engine = Engine()
        try:
            return await clear(engine)
        finally:
            engine.close()

    try:
        cleared = asyncio.run(sweep())
    except EmulatorError as error:
        warn(f"parity: {error}")
        return _UNREACHABLE
    for line in cleared.removed:
        tell(f"removed {line}")
    for line in cleared.failed:
        warn(f"still there: {line}")
    for line in cleared.unknown:
        warn(f"left alone, for its server cannot be seen from here and may live: {line}")
    if not (cleared.removed or cleared.failed or cleared.unknown):
        tell("nothing of ours is there but what living servers use")
    return 1 if cleared.failed else 0


class _WrongSettingError(click.ClickException):
    """A value that no setting takes; told in one line."""

    exit_code = 2


def _tell(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


@click.group()
def main() -> None:
    """The embedded Lambda emulator of lambda-parity."""


main.add_command(serve)
