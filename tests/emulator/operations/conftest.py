"""A small world in which the operations are called as the gateway calls them: real store, real settings, a clock that
the test moves, and a dispatcher that records what it is given."""

import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.clock import Clock
from emulator.errors import ServiceError
from emulator.execution.events.event import QueuedEvent
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.provisioning import Shares
from emulator.operations import OPERATIONS
from emulator.operations.call import Call
from emulator.pending import Pending
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.provisioned_concurrency import ProvisionedConcurrency
from emulator.resources.store import Store
from emulator.settings import Settings
from emulator.wire.messages import Request
from tests.emulator.moved_clock import MovedClock

RECORDINGS = Path(__file__).parents[4] / "shared" / "aws-recordings"
ACCOUNT, REGION = "111111111111", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lambda-role"


def zip_of(**files: str) -> bytes:
    """A zip file with these texts; `_` in a name stands for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("_", ".")), text)
    return buffer.getvalue()


def zip_of_size(size: int) -> bytes:
    """A small zip file that holds `size` bytes."""
    buffer = io.BytesIO()
    compressed = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with compressed as archive, archive.open("zeros", "w") as entry:
        for _ in range(size // 1_000_000):
            entry.write(bytes(1_000_000))
        entry.write(bytes(size % 1_000_000))
    return buffer.getvalue()


class RecordingDispatcher:
    """Notes what it is asked to run, and answers when the test says so."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.provisioned: dict[str, tuple[ProvisionedConcurrency, Shares]] = {}
        self.invoked: list[tuple[FunctionVersion, Invocation, Function]] = []
        self.retired: list[str] = []
        self.running: Pending[Outcome] | None = None

    def invoke(self, version: FunctionVersion, invocation: Invocation, function: Function) -> Pending[Outcome]:
        self.invoked.append((version, invocation, function))
        self.running = Pending()
        return self.running

    def provision(self, config: ProvisionedConcurrency, shares: Shares, delay: float) -> None:
        """As if every environment were ready at once when it is time; what was asked for before is kept."""
        before = self.provisioned.get(config.function_arn)
        kept = {version.key for version, _ in before[1]} & {version.key for version, _ in shares} if before else set()
        config.allocated = min(before[0].allocated, config.requested) if before and kept else 0
        self.provisioned[config.function_arn] = config, shares
        self.clock.call_later(delay, self._complete, config)

    def _complete(self, config: ProvisionedConcurrency) -> None:
        if self.provisioned.get(config.function_arn, (None,))[0] is config:
            config.complete()

    def release(self, function_arn: str) -> None:
        self.provisioned.pop(function_arn, None)

    def retire(self, key: str) -> None:
        self.retired.append(key)


class RecordingEvents:
    """Notes the events that it is given."""

    def __init__(self) -> None:
        self.accepted: list[QueuedEvent] = []

    def accept(self, event: QueuedEvent) -> None:
        self.accepted.append(event)


class World:
    """One emulator without its sockets and processes."""

    role = ROLE
    code = zip_of(index_py="def handler(event, context): return event")
    other_code = zip_of(index_py="def handler(event, context): return 2")
    zip_of = staticmethod(zip_of)
    zip_of_size = staticmethod(zip_of_size)

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.store = Store()
        self.dispatcher = RecordingDispatcher(self.clock)
        self.events = RecordingEvents()
        self.settings = Settings(settle_seconds=1.0)
        self._requests = itertools.count(1)

    def call(self, operation: str, region: str = REGION, account_id: str = ACCOUNT, **headers: str) -> Call:
        return Call(
            operation=operation,
            account_id=account_id,
            region=region,
            request_id=f"request-{next(self._requests)}",
            request=Request("POST", "/", "", {"host": "localhost:4566", **headers}),
            resources=self.store.region(account_id, region),
            dispatcher=self.dispatcher,
            events=self.events,  # type: ignore[arg-type]
            settings=self.settings,
            clock=self.clock,
        )

    def do(self, operation: str, *, account_id: str = ACCOUNT, **members: Any) -> Any:
        return OPERATIONS[operation](self.call(operation, account_id=account_id), members)

    def refusal(self, operation: str, *, account_id: str = ACCOUNT, **members: Any) -> ServiceError:
        with pytest.raises(ServiceError) as refused:
            self.do(operation, account_id=account_id, **members)
        return refused.value

    def create(self, name: str = "fn", *, settled: bool = True, **members: Any) -> Any:
        given = {"Role": ROLE, "Code": {"ZipFile": self.code}}
        if members.get("PackageType") != "Image":
            given |= {"Runtime": "python3.12", "Handler": "index.handler"}
        answer = self.do("CreateFunction", **(given | {"FunctionName": name} | members))
        if settled:
            self.settle()
        return answer

    def settle(self) -> None:
        self.clock.move(1.0)

    def settle_allocations(self) -> None:
        """Provisioned concurrency takes three times as long as anything else."""
        self.clock.move(3.0)

    def publish_layer(self, name: str = "layer", **members: Any) -> Any:
        return self.do("PublishLayerVersion", **({"LayerName": name, "Content": {"ZipFile": self.code}} | members))

    def layer_arn(self, name: str = "layer", version: int | None = None) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{name}" + (f":{version}" if version else "")

    def arn(self, name: str = "fn", qualifier: str | None = None) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" + (f":{qualifier}" if qualifier else "")

    def function(self, name: str = "fn") -> Function:
        return self.store.region(ACCOUNT, REGION).functions[name]


@pytest.fixture
def world() -> World:
    return World()


_TOKEN = re.compile(r"<[^<>]+>")
# Their values are not ours, or are cut by the recording itself.
_UNBOUND = {"<code-size>", "<location>", "<layer-location>", "<partition>", "<region>", "<datetime>"}
# Stand for values without being marked as tokens.
_WORDS = {"date", "datetime", "code-sha256", "lambda-url", "maximum-batching-window-in-seconds"}


class Recording:
    """One recorded test: its answers of AWS, with which ours are compared member by member.

    Tokens are unified: a numbered token stands for the same value wherever it stands in the test, and for another value
    than any other token of its kind.
    """

    def __init__(self, file: str, test: str) -> None:
        path = RECORDINGS / f"{file}.snapshot.json"
        if not path.exists():
            pytest.skip("the published recordings are not here")
        tests = json.loads(path.read_text())
        self._answers = next(entry for name, entry in tests.items() if name.endswith(test))["recorded-content"]
        self._bound: dict[str, str] = {}

    def answer(self, key: str) -> Any:
        found = self._answers
        for part in key.split("."):
            found = found[part]
        return found

    def asked(self, key: str) -> dict[str, Any]:
        """The CreateFunction members that must have been given for the answer at `key` to come back."""
        answer = self.answer(key)
        names = ("Runtime", "Handler", "Timeout", "MemorySize", "Environment", "Description")
        return {name: answer[name] for name in names if name in answer}

    def check(self, key: str, ours: Any) -> None:
        """Compare an answer, or a ServiceError, with the recorded one."""
        recorded = self.answer(key)
        if isinstance(ours, ServiceError):
            self._check_error(recorded, ours)
        else:
            members = {name: value for name, value in recorded.items() if name != "ResponseMetadata"}
            self._check_value(members, ours, key)

    def _check_error(self, recorded: Any, ours: ServiceError) -> None:
        assert ours.code == recorded["Error"]["Code"]
        self._check_value(recorded["Error"]["Message"], ours.message, "Message")
        assert ours.type == recorded.get("Type")

    def _check_value(self, recorded: Any, ours: Any, path: str) -> None:
        if isinstance(recorded, dict):
            if isinstance(ours, str):  # the recordings have policies and statements parsed
                ours = json.loads(ours)
            assert isinstance(ours, dict), path
            assert sorted(recorded) == sorted(ours), path
            for name, value in recorded.items():
                self._check_value(value, ours[name], f"{path}.{name}")
        elif isinstance(recorded, list):
            assert len(recorded) == len(ours), path
            for number, value in enumerate(recorded):
                self._check_value(value, ours[number], f"{path}[{number}]")
        elif isinstance(recorded, str):
            self._check_text(recorded, ours, path)
        else:
            assert recorded == ours, path

    def _check_text(self, recorded: str, ours: Any, path: str) -> None:
        if recorded in _WORDS:
            assert ours is not None, path
            return
        pattern, last, tokens = "", 0, []
        for found in _TOKEN.finditer(recorded):
            pattern += re.escape(recorded[last : found.start()]) + "(.+?)"
            tokens.append(found[0])
            last = found.end()
        matched = re.fullmatch(pattern + re.escape(recorded[last:]), str(ours), re.DOTALL)
        assert matched, f"{path}: {recorded!r} does not look like {ours!r}"
        for token, value in zip(tokens, matched.groups(), strict=True):
            if token not in _UNBOUND:
                self._bind(token, value, path)

    def _bind(self, token: str, value: str, path: str) -> None:
        assert self._bound.setdefault(token, value) == value, f"{path}: {token}"
        kind = token.partition(":")[0]
        same = [other for other, bound in self._bound.items() if bound == value and other.partition(":")[0] == kind]
        assert same == [token], f"{path}: {token} is the same as {same}"


@pytest.fixture
def recording() -> Iterator[Callable[..., Recording]]:
    def open_recording(test: str, file: str = "test_lambda_api") -> Recording:
        return Recording(file, test)

    yield open_recording
