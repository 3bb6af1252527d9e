"""Candidates that speak the Lambda API: ours, and any endpoint that is given."""

import json
import sys
import time
import uuid
from urllib.parse import urlsplit

from benchmarks import functions
from benchmarks.candidates.candidate import Candidate
from benchmarks.http_client import Address, Answer, MeasuringError, ask_once, expect_success, http_request
from benchmarks.processes import StartedProcess

GROUPS = frozenset({"start", "warm", "throughput", "cold", "burst", "control-plane"})
_FUNCTIONS = "/2015-03-31/functions"
_ACTIVE_LIMIT = 60.0
# A signature of the right form; emulators look at no more of it than the region and the service.
_HEADERS = (
    "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
    f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}\r\n"
    "X-Amz-Date: 20260101T000000Z\r\n"
    "User-Agent: lambda-parity-benchmarks\r\n"
)


class LambdaApi(Candidate):
    """A server of the Lambda API at `address`."""

    def __init__(self) -> None:
        self._function: str | None = None

    def function(self) -> str:
        """Made when it is first asked for."""
        if self._function is None:
            self._function = self.new_function()
        return self._function

    def new_function(self) -> str:
        """Creates a function and waits until it is Active."""
        name = f"benchmarks-{uuid.uuid4().hex[:12]}"
        expect_success(self._ask(self.creation(name)).status)
        deadline = time.monotonic() + _ACTIVE_LIMIT
        while time.monotonic() < deadline:
            answer = self._ask(self.description(name))
            expect_success(answer.status)
            if json.loads(answer.body)["Configuration"].get("State", "Active") == "Active":
                return name
            time.sleep(0.02)
        raise MeasuringError(f"a function was not Active after {_ACTIVE_LIMIT:.0f} s")

    def delete_function(self, name: str) -> None:
        expect_success(self._ask(self.deletion(name)).status)

    def invocation(self, function: str, event: bytes) -> bytes:
        return self.invocation_with(function, event, "")

    def invocation_with(self, function: str, event: bytes, headers: str) -> bytes:
        """The request of Invoke, with more header lines."""
        return http_request("POST", f"{_FUNCTIONS}/{function}/invocations", event, _HEADERS + headers)

    def creation(self, function: str) -> bytes:
        """The request of CreateFunction."""
        headers = _HEADERS + "Content-Type: application/json\r\n"
        return http_request("POST", _FUNCTIONS, self.body_of_creation(function), headers)

    def body_of_creation(self, function: str) -> bytes:
        """Which function it is."""
        return functions.creation(function)

    def update(self, function: str, members: dict[str, object]) -> bytes:
        """The request of UpdateFunctionConfiguration."""
        headers = _HEADERS + "Content-Type: application/json\r\n"
        return http_request("PUT", f"{_FUNCTIONS}/{function}/configuration", json.dumps(members).encode(), headers)

    def description(self, function: str) -> bytes:
        """The request of GetFunction."""
        return http_request("GET", f"{_FUNCTIONS}/{function}", headers=_HEADERS)

    def deletion(self, function: str) -> bytes:
        """The request of DeleteFunction."""
        return http_request("DELETE", f"{_FUNCTIONS}/{function}", headers=_HEADERS)

    def _ask(self, request: bytes) -> Answer:
        return ask_once(self.address, request)


class Ours(LambdaApi):
    """`parity serve`, as its users start it but for the port."""

    name = "ours"
    says = "`parity serve` with its defaults"
    groups = GROUPS
    options: tuple[str, ...] = ()

    def start(self) -> float:
        self._function = None
        self._process = StartedProcess([sys.executable, "-m", "parity", "serve", "--port", "0", *self.options])
        self.address = address_of(self._process.wait_for_line("Ready at "))
        return time.perf_counter() - self._process.began


class Sleeping(Ours):
    """Ours, as it is where it sleeps between the steps of a call, like the floor and the RIE."""

    name = "sleeping"
    says = "`parity serve --stay-awake-us 0`: it sleeps between the steps of a call, as the floor does"
    groups = frozenset({"warm", "throughput"})
    options = ("--stay-awake-us", "0")


class Endpoint(LambdaApi):
    """Somebody else's server, that is already there. Not for AWS: it would be neither local nor free."""

    groups = GROUPS - {"start"}

    def __init__(self, url: str) -> None:
        super().__init__()
        self.address = address_of(url)
        self.name = urlsplit(url).netloc
        self.says = "given with --endpoint-url"

    def start(self) -> float:
        self._ask(self.description("benchmarks"))
        return 0.0

    def stop(self) -> None:
        name, self._function = self._function, None
        if name is not None:
            self.delete_function(name)


def address_of(url: str) -> Address:
    """Host and port of a URL. Raises MeasuringError for one that is not to be measured."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise MeasuringError(f"{url}: measured are servers at http:// URLs")
    if parts.hostname.endswith("amazonaws.com"):
        raise MeasuringError(f"{url}: AWS itself is not measured")
    return parts.hostname, parts.port or 80
