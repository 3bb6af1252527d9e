"""What all targets have in common: a Lambda API behind a `Wire`, and clients of other services."""

import threading
from collections.abc import Collection
from functools import cache
from typing import Any, Self

import botocore
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader, create_loader
from botocore.parsers import ResponseParserError

from parity.aws_guard import masked
from parity.error_answers import is_throttled
from parity.evidence import AwsWitness
from parity.observation import Answer
from parity.patience import Patience
from parity.scenario import Needs
from parity.targets.wire_capture import Exchange, Wire

DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "000000000000"
SDK_ERRORS = (BotoCoreError, ClientError, ResponseParserError)
"""What the SDK raises where a service refuses, is not there, or answers in a language of its own."""

_USER_AGENT = f"Botocore/{botocore.__version__}"  # or it is put together anew for each request, from thirty parts
_CONNECTIONS = 128  # threads × parallel; a pool that is too small drops connections and opens them anew


class Target:
    """A Lambda API that is there while the context is entered. Entering raises TargetUnreachable.

    `evidence` is the class of evidence that a recording of it yields; `account_id`, `region` and `partition` are what
    its ARNs carry.
    """

    evidence: str
    name: str  # for people
    region: str = DEFAULT_REGION
    account_id: str = DEFAULT_ACCOUNT
    partition: str = "aws"
    patience = Patience()
    settles_at_once = True  # whether what was just made can be used at once, or only eventually, as on AWS
    settling = 0.05  # seconds until it is worth asking whether something that was just made has settled
    throttles = False  # whether it asks callers to slow down, which is then no answer to what they asked
    has_services = True  # whether the other services that scenarios may need can be tried there

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._clients: dict[str, Any] = {}
        self._wire: Wire | None = None
        self.lacks: set[str] = set()  # services that were tried there and do not work
        self.prefixes: set[str] = set()  # of the scenario runs that were there

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients.values():
            client.close()

    @property
    def wire(self) -> Wire:
        """The Lambda API, as scenario steps ask it."""
        with self._lock:
            if self._wire is None:
                self._wire = self._make_wire()
            return self._wire

    def client(self, service: str) -> Any:
        """A botocore client of that service, for what stands around the steps. Made once, for all threads."""
        with self._lock:  # creating clients is not thread-safe
            if service not in self._clients:
                self._clients[service] = self._make_client(service, read_timeout=60)
            return self._clients[service]

    def passes(self, answer: Answer) -> bool:
        """Whether the answer is a mood of the target that passes by itself (throttling) and no answer to the step."""
        return self.throttles and is_throttled(answer)

    def unmet(self, needs: Needs) -> str | None:
        """Which of the needs cannot be met there for want of a service, or None where all can be tried."""
        lacking = None if self.has_services else service_needed(needs)
        return f"needs services: a {lacking}" if lacking else None

    def unfit(self, tags: Collection[str]) -> str | None:
        """Why scenarios with these tags cannot mean anything there, or None where they can."""
        del tags
        return None

    def unable(self, runtimes: Collection[str]) -> str | None:
        """Why functions of one of these runtimes cannot run there, or None where they can as far as is known."""
        del runtimes
        return None

    def witness(self, exchange: Exchange) -> AwsWitness | None:
        """What lets a snapshot claim that AWS gave this answer: nothing, for any target but AWS."""
        del exchange
        return None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be written to a file."""
        return ()

    def scrubbed(self, text: str) -> str:
        """A text that may be shown: without the secrets that errors of AWS like to repeat."""
        for secret in self.secrets:
            text = text.replace(secret, masked(secret))
        return text

    @property
    def log(self) -> list[str]:
        """The last lines that the target wrote, where it is a process of ours."""
        return []

    def health(self) -> dict[str, Any]:
        """What the target says of itself at `/_parity/health` (runtimes, isolation). Empty where it says nothing."""
        return {}

    def _make_wire(self) -> Wire:
        raise NotImplementedError

    def _make_client(self, service: str, *, read_timeout: float, **settings: Any) -> Any:
        raise NotImplementedError


def service_needed(needs: Needs) -> str | None:
    """The first kind of need that takes another service than Lambda ("queue"), or None where none does."""
    return next((resource.kind for resource in needs.resources if resource.kind != "layer"), None)


def sdk_config(read_timeout: float, **settings: Any) -> Config:
    """How every client of the harness asks: once. Who wants to ask again decides so itself, and sees each answer."""
    return Config(
        user_agent=_USER_AGENT,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=_CONNECTIONS,
        connect_timeout=10,
        read_timeout=read_timeout,
        **settings,
    )


def new_session(profile_name: str | None = None, **settings: Any) -> Any:
    """A botocore session. `settings` replace where it looks for some of its own (`session_vars`)."""
    session = botocore.session.Session(profile=profile_name, session_vars=settings)
    session.register_component("data_loader", _service_models())
    return session


@cache
def _service_models() -> Loader:
    """Botocore's service models, read once in a process and not once in a session: they take longer than a request."""
    return create_loader()
