"""Every setting of the emulator, with its environment variable, its check and its default.

A setting is one dataclass field. Its metadata holds the name of its variable, the parser that also checks it, and the
sentence that `parity serve --help` prints, so a setting stands in exactly one place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from emulator.errors import EmulatorError
from emulator.quotas import CONCURRENT_EXECUTIONS

T = TypeVar("T")


class SettingError(EmulatorError):
    """A setting that cannot be read. The message is one line and names the variable or option and what it takes."""


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return text

    return parse


def _number(lowest: float, highest: float, kind: type[int] | type[float]) -> Callable[[str], float]:
    what = "a whole number" if kind is int else "a number"
    expected = f"{what}, {lowest} or more" if highest == float("inf") else f"{what} from {lowest} to {highest}"

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise ValueError(expected) from None
        if not lowest <= value <= highest:  # also refuses nan
            raise ValueError(expected)
        return value

    return parse


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ValueError("a number above 0")
    return value


def _milliseconds_or_never(text: str) -> float | None:
    try:
        value = float(text) if text != "never" else -1.0
    except ValueError:
        value = float("nan")
    if not value < float("inf"):  # also refuses nan
        raise ValueError("a number of milliseconds, or never")
    return None if value < 0 else value


def _yes_or_no(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    value = known.get(text.lower())
    if value is None:
        raise ValueError("1 or 0 (true, false, yes, no, on, off)")
    return value


def _account_id(text: str) -> str:
    if not (len(text) == 12 and text.isascii() and text.isdigit()):
        raise ValueError("12 digits")
    return text


def _text(text: str) -> str:
    if not text:
        raise ValueError("a text that is not empty")
    return text


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("a URL that starts with http:// or https://")
    return text.rstrip("/")


OWN_ENDPOINT = "self"  # of function_endpoint_url: this server


def _url_or_own(text: str) -> str:
    if text == OWN_ENDPOINT:
        return text
    try:
        return _url(text)
    except ValueError as error:
        raise ValueError(f"{OWN_ENDPOINT}, or {error}") from None


def _setting(default: T, parse: Callable[[str], object], says: str, *, variable: str | None = None) -> T:
    return field(default=default, metadata={"parse": parse, "says": says, "variable": variable})


@dataclass(slots=True, frozen=True, kw_only=True)
class Settings:
    """What an emulator can be told. Times are seconds. Build it with `from_environment`, which checks every value."""

    host: str = _setting("127.0.0.1", _text, "Address to listen on.")
    port: int = _setting(4566, _number(0, 65535, int), "Port to listen on; 0 takes a free one.")
    executor: str = _setting("process", _one_of("process", "docker", "auto"), "Where function code runs.")
    image_map: str | None = _setting(
        None, _text, "Images in the place of AWS's own, as RUNTIME=IMAGE,… or a file of such lines."
    )
    image_registry: str = _setting(
        "public.ecr.aws/lambda",
        _text,
        "Where AWS's images come from; a mirror has them under the same names and tags.",
    )
    pull: str = _setting(
        "missing",
        _one_of("missing", "always", "never"),
        "When the engine pulls images; always means once for each version of a function.",
    )
    docker_network: str | None = _setting(
        None, _text, "Network of the engine that functions join; without one, its bridge or the server's own."
    )
    docker_spares: int = _setting(
        0, _number(0, 100, int), "Containers that are made ahead for each function version in use."
    )
    ignore_architecture: bool = _setting(
        False, _yes_or_no, "Run functions in containers for this machine's architecture, whichever they are for."
    )
    companion_endpoint: str | None = _setting(None, _url, "Where the other AWS services live.")
    services: bool = _setting(False, _yes_or_no, "Serve the other AWS services too (moto, extra `services`).")
    check_roles: bool = _setting(
        False, _yes_or_no, "Refuse execution roles that the companion's IAM has not, or that do not trust Lambda."
    )
    function_endpoint_url: str | None = _setting(
        None,
        _url_or_own,
        "AWS_ENDPOINT_URL of functions, so that their SDKs call no AWS; self is this server with its companions "
        "(functions in containers reach it if --host is 0.0.0.0).",
    )
    time_scale: float = _setting(
        1.0, _positive, "Factor on every time that AWS makes people wait for; 0.1 makes waits ten times shorter."
    )
    state: Path | None = _setting(None, Path, "Folder in which resources survive a restart.")  # noqa: RUF009
    account_id: str = _setting("000000000000", _account_id, "Account of callers whose access key is not an account id.")
    region: str = _setting("us-east-1", _text, "Region of calls whose signature names none.")
    settle_seconds: float = _setting(
        0.2,
        _number(0, float("inf"), float),
        "How long a function stays Pending after creation and an update stays InProgress (scaled by time_scale).",
    )
    allow_runtime_substitution: bool = _setting(
        False, _yes_or_no, "Run a function on another version of its runtime's language if the right one is missing."
    )
    max_environments: int = _setting(
        100,
        _number(1, 100_000, int),
        "Execution environments that may exist at once on this machine; as many again may be provisioned.",
    )
    concurrent_executions: int = _setting(
        CONCURRENT_EXECUTIONS, _number(1, 1_000_000, int), "Concurrent executions of each account in each region."
    )
    rate_limits: bool = _setting(
        False,
        _yes_or_no,
        "Throttle by calls per second (10 for each execution), by new environments and by streamed bytes too, as AWS.",
    )
    idle_seconds: float = _setting(
        300.0, _number(0, float("inf"), float), "How long an idle execution environment is kept warm."
    )
    freeze_after_ms: float | None = _setting(
        50.0,
        _milliseconds_or_never,
        "How long an execution environment is idle before nothing runs in it any more, in milliseconds; or never.",
    )
    stay_awake_us: float = _setting(
        300.0,
        _number(0, 10_000, float),
        "How long the server looks for the next step of an invocation before it sleeps, in microseconds; "
        "0 makes warm calls slower and saves a little of the processor.",
    )
    hot_reload_bucket: str = _setting(
        "hot-reload", _text, "S3Bucket that means: run the code from the folder S3Key.", variable="BUCKET_MARKER_LOCAL"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], **overrides: object) -> "Settings":
        """The settings from `PARITY_…` variables; an override that is not None (a command-line option) wins.

        Raises SettingError, in one line, for a value that does not fit and for an override that is no setting.
        """
        values: dict[str, Any] = {}
        for setting in fields(cls):
            given = overrides.pop(setting.name, None)
            source = "--" + setting.name.replace("_", "-")
            for variable in (_own_variable(setting.name), variable_of(setting.name)):
                if given is None and environment.get(variable):
                    given, source = environment[variable], variable
            if given is not None:
                values[setting.name] = _parse(setting.metadata["parse"], source, str(given))
        if overrides:
            raise SettingError(f"there is no setting called {', '.join(sorted(overrides))}")
        return cls(**values)


def _parse(parse: Callable[[str], object], source: str, text: str) -> object:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingError(f"{source} takes {error}, not {text!r}") from None


def variable_of(name: str) -> str:
    """The environment variable of the setting `name`: `PARITY_PORT` for `port`. Raises KeyError if there is none.

    It may be one that others know too; its own, `PARITY_` and its name, is then heard first.
    """
    variable = {setting.name: setting.metadata["variable"] for setting in fields(Settings)}[name]
    return variable or _own_variable(name)


def _own_variable(name: str) -> str:
    return "PARITY_" + name.upper()
