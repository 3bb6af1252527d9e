"""What tests of execution share: function versions, and an executor whose runtimes are coroutines of the test.

The scripted runtimes speak to the real Runtime API over real sockets, so everything of execution but the processes is
what runs in production. What processes add is tested in tests/emulator/executors and tests/integration.
"""

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from emulator.clock import Clock
from emulator.errors import EmulatorError
from emulator.execution.dispatcher import Dispatcher
from emulator.execution.invocation import Invocation, Outcome
from emulator.execution.logs import LogStore
from emulator.executors.executor import ExtensionExit, Places, RuntimeExit
from emulator.resources.code import CodePackage
from emulator.resources.function import Function, FunctionVersion
from emulator.settings import Settings

Script = Callable[["Runtime"], Awaitable[int | None]]


class Runtime:
    """One runtime process of a script: talks to the Runtime API, writes output, and ends with what it returns."""

    def __init__(self, sandbox: "ScriptedSandbox", variables: Mapping[str, str]) -> None:
        self.sandbox = sandbox
        self.variables = variables
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def print(self, text: str) -> None:
        self.sandbox.output += text.encode()

    async def next(self) -> tuple[str, bytes]:
        headers, body = await self._ask("GET", "invocation/next")
        return headers["lambda-runtime-aws-request-id"], body

    async def respond(self, request_id: str, body: bytes) -> None:
        await self._ask("POST", f"invocation/{request_id}/response", body)

    async def error(self, request_id: str, body: bytes) -> None:
        await self._ask("POST", f"invocation/{request_id}/error", body)

    async def init_error(self, body: bytes, error_type: str) -> None:
        await self._ask("POST", "init/error", body, f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n")

    async def serve(self, handle: Callable[[bytes], Awaitable[bytes]]) -> None:
        """The loop of a well-behaved runtime."""
        while True:
            request_id, event = await self.next()
            await self.respond(request_id, await handle(event))

    async def _ask(self, method: str, path: str, body: bytes = b"", more: str = "") -> tuple[dict[str, str], bytes]:
        if self._connection is None:
            host, port = self.variables["AWS_LAMBDA_RUNTIME_API"].split(":")
            self._connection = await asyncio.open_connection(host, int(port))
        reader, writer = self._connection
        head = f"{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        writer.write(head.encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return headers, await reader.readexactly(int(headers["content-length"]))


class ScriptedExtension:
    """One external extension of a script: talks to the Extensions API, and ends with what it returns.

    `answers` are the answers to its `next` so far.
    """

    def __init__(self, name: str, sandbox: "ScriptedSandbox", variables: Mapping[str, str]) -> None:
        self.name = name
        self.sandbox = sandbox
        self.variables = variables
        self.identifier = ""
        self.events: list[dict[str, Any]] = []

    def print(self, text: str) -> None:
        self.sandbox.listener.extension_output(self.name, text.encode())

    async def register(self, *events: str) -> None:
        body = json.dumps({"events": events}).encode()
        named = {"Lambda-Extension-Name": self.name}
        _, headers, _ = await self.ask("POST", "/2020-01-01/extension/register", body, named)
        self.identifier = headers["lambda-extension-identifier"]

    async def next(self) -> dict[str, Any]:
        _, _, body = await self.ask("GET", "/2020-01-01/extension/event/next")
        self.events.append(json.loads(body))
        return self.events[-1]

    async def fail(self, when: str, error_type: str) -> None:
        headers = {"Lambda-Extension-Function-Error-Type": error_type}
        await self.ask("POST", f"/2020-01-01/extension/{when}/error", b"{}", headers)

    async def subscribe(self, port: int, *types: str, **members: Any) -> int:
        destination = {"protocol": "HTTP", "URI": f"http://sandbox.localdomain:{port}/telemetry"}
        buffering = {"timeoutMs": 25}
        wanted = {"schemaVersion": "2022-12-13", "types": types, "destination": destination, "buffering": buffering}
        status, _, _ = await self.ask("PUT", "/2022-07-01/telemetry", json.dumps({**wanted, **members}).encode())
        return status

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer. Each request has a connection of its own."""
        host, port = self.variables["AWS_LAMBDA_RUNTIME_API"].split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            sent = {"Content-Length": str(len(body)), **(headers or {})}
            if self.identifier:
                sent["Lambda-Extension-Identifier"] = self.identifier
            head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode() + body)
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            found = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            return int(first.split()[1]), found, await reader.readexactly(int(found["content-length"]))
        finally:
            writer.close()


ExtensionScript = Callable[[ScriptedExtension], Awaitable[int | None]]


class ScriptedSandbox:
    """A sandbox whose runtimes and extensions are coroutines. `runtimes` counts the former, `signals` what they got."""

    places = Places()
    runtime_api_host = address = "127.0.0.1"

    def __init__(self, script: Script, listener: Any, extension_scripts: Mapping[str, ExtensionScript]) -> None:
        self.script = script
        self.listener = listener
        self.extension_scripts = extension_scripts
        self.running: dict[str, asyncio.Task] = {}
        self.signals: list[tuple[str, int]] = []
        self.number = 0
        self.runtimes = 0
        self.renewed = 0
        self.stopped = False
        self.frozen = False
        self.output = b""
        self.process: asyncio.Task | None = None

    def start_runtime(self, number: int, variables: Mapping[str, str]) -> None:
        assert self.process is None, "the previous runtime was not killed"
        self.runtimes += 1
        self.number = number
        self.process = asyncio.create_task(self._run(number, variables))

    async def _run(self, number: int, variables: Mapping[str, str]) -> None:
        status = await self.script(Runtime(self, variables)) or 0
        self.process = None
        self.pass_on_output()
        self.listener.runtime_ended(number, RuntimeExit(status))

    def signal_runtime(self, number: int) -> None:
        self.signals.append(("runtime", number))
        if self.process is not None:  # it does as a program does that has not said otherwise
            self.kill_runtime()
            asyncio.get_running_loop().call_soon(self.listener.runtime_ended, self.number, RuntimeExit(number))

    def extensions(self) -> list[str]:
        return sorted(self.extension_scripts)

    def start_extension(self, name: str, variables: Mapping[str, str]) -> None:
        assert name not in self.running, "it was not killed"
        extension = ScriptedExtension(name, self, variables)
        self.running[name] = asyncio.create_task(self._run_extension(extension))

    async def _run_extension(self, extension: ScriptedExtension) -> None:
        status = await self.extension_scripts[extension.name](extension) or 0
        self.running.pop(extension.name, None)
        self.listener.extension_ended(extension.name, ExtensionExit(status))

    def signal_extension(self, name: str, number: int) -> None:
        self.signals.append((name, number))
        if name in self.running:
            self.running.pop(name).cancel()
            asyncio.get_running_loop().call_soon(self.listener.extension_ended, name, ExtensionExit(number))

    def kill_all(self) -> None:
        self.kill_runtime()
        for task in self.running.values():
            task.cancel()
        self.running.clear()

    async def renew(self) -> None:
        assert self.process is None, "something runs"
        self.renewed += 1

    def kill_runtime(self) -> None:
        if self.process is not None:
            self.process.cancel()
            self.process = None

    def freeze(self) -> None:
        self.frozen = True

    def thaw(self) -> None:
        self.frozen = False

    def pass_on_output(self) -> None:
        output, self.output = self.output, b""
        if output:
            self.listener.output(output)

    def memory_used(self) -> int:
        return 40 * 1024 * 1024

    def stop(self) -> None:
        self.kill_all()
        self.stopped = True


class ScriptedExecutor:
    """Makes scripted sandboxes; the handler of a version names its script."""

    def __init__(self, scripts: Mapping[str, Script], extensions: Mapping[str, ExtensionScript]) -> None:
        self.scripts = scripts
        self.extensions = extensions
        self.sandboxes: list[ScriptedSandbox] = []
        self.closed = False

    async def create(self, version: FunctionVersion, listener: Any) -> ScriptedSandbox:
        if version.handler not in self.scripts:
            raise EmulatorError(f"no {version.handler} on this machine")
        self.sandboxes.append(ScriptedSandbox(self.scripts[version.handler], listener, self.extensions))
        return self.sandboxes[-1]

    def retire(self, version_key: str) -> None:
        pass

    async def health(self) -> dict[str, Any]:
        return {}

    async def close(self) -> None:
        self.closed = True


class Execution:
    """A dispatcher over scripts, and short ways to use it. Closed at the end of `async with`."""

    def __init__(
        self,
        make_version: Callable[..., FunctionVersion],
        scripts: Mapping[str, Script],
        extensions: Mapping[str, ExtensionScript] | None = None,
        **settings: Any,
    ):
        self.executor = ScriptedExecutor(scripts, extensions or {})
        self.settings = Settings(**settings)
        self.logs = LogStore()
        clock = Clock(self.settings.time_scale)
        self.dispatcher = Dispatcher(self.settings, clock, self.executor, self.logs, lambda account, region: 0)
        self._make_version = make_version
        self.functions: dict[str, Function] = {}

    async def __aenter__(self) -> "Execution":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.dispatcher.close()
        assert self.executor.closed
        assert all(sandbox.stopped for sandbox in self.executor.sandboxes)

    def function(self, handler: str, **fields: Any) -> Function:
        name = fields.pop("name", handler)
        if name not in self.functions:
            reserved = fields.pop("reserved_concurrency", None)
            self.functions[name] = Function(self._make_version(name=name, handler=handler, log_group=name, **fields))
            self.functions[name].reserved_concurrency = reserved
        return self.functions[name]

    def call(
        self,
        handler: str,
        payload: bytes = b"{}",
        *,
        tail: bool = False,
        tenant: str | None = None,
        synchronous: bool = True,
        **fields: Any,
    ) -> asyncio.Future:
        function = self.function(handler, **fields)
        invocation = Invocation(str(uuid.uuid4()), payload, function.arn(), tail=tail, tenant_id=tenant)
        return self.dispatcher.invoke(function.latest, invocation, function, synchronous=synchronous)

    async def log_of(self, handler: str, payload: bytes = b"{}", **fields: Any) -> tuple[Outcome, list[str]]:
        """Calls once; returns the outcome, and the function's log so far with ids and numbers masked."""
        outcome = await self.call(handler, payload, **fields)
        version = self.function(handler).latest
        streams = self.logs.streams(version.account_id, version.region, version.log_group)
        return outcome, [mask(line) for stream in streams for line in stream.lines()]


def mask(text: str) -> str:
    """A log text with `<id>` for request ids and `<n>` for measured times."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"(Billed Duration: )\d+", r"\1<n>", text)
    return re.sub(r"(Duration: )\d+\.\d\d", r"\1<n>", text)


@pytest.fixture
def make_version() -> Callable[..., FunctionVersion]:
    """Makes function versions; every field can be given."""

    def make(**fields: Any) -> FunctionVersion:
        plain = {
            "account_id": "123456789012",
            "region": "eu-central-1",
            "name": "f",
            "version": "$LATEST",
            "role": "arn:aws:iam::123456789012:role/r",
            "runtime": "python3.14",
            "handler": "index.handler",
            "code": CodePackage(b"", "", 0),
            "architectures": ["x86_64"],
            "log_group": "/aws/lambda/f",
        }
        return FunctionVersion(**{**plain, **fields})

    return make


@pytest.fixture
def execution(make_version: Callable[..., FunctionVersion]) -> Callable[..., Execution]:
    """Makes an Execution: `async with execution({"name": script}, idle_seconds=1) as running`."""
    return lambda scripts, extensions=None, **settings: Execution(make_version, scripts, extensions, **settings)
