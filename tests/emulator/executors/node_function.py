"""A Node.js function under our client: a real process that talks to a real Runtime API, without a sandbox."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from emulator.execution.invocation import Invocation
from emulator.execution.log_frames import Record, Splitter
from emulator.executors.node_interpreters import fill_runtime_folder
from emulator.runtime_api.event import event_for
from emulator.runtime_api.session import RESPONSE_MODE, RuntimeSession
from emulator.wire.incoming_body import IncomingBody
from emulator.wire.messages import Request
from emulator.wire.server import HttpServer

NODE = shutil.which(os.environ.get("PARITY_TEST_NODE", "node"))  # which Node.js the client is tested with


def _major() -> int:
    said = subprocess.run([NODE, "--version"], check=False, capture_output=True, text=True).stdout if NODE else ""
    return int(said.strip("v\n").partition(".")[0] or 0)


MAJOR = _major()
HAS_NODE = MAJOR >= 16


class NodeFunction:
    """Started by `async with`; hears what the runtime does, and what it writes."""

    def __init__(self, folder: Path, files: dict[str, str], handler: str = "index.handler", **variables: str) -> None:
        self.task = folder / "task"
        self.task.mkdir(exist_ok=True)
        self._runtime = folder / "runtime"
        if not self._runtime.exists():
            fill_runtime_folder(self._runtime)
        for name, text in files.items():
            path = self.task / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.requests: list[Request] = []
        self.init_error: dict[str, Any] | None = None
        self.limit = 1 << 20  # bytes of a streamed response
        self.streamed = b""  # so far
        self._heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._ready = asyncio.Event()
        self._variables = {
            "PATH": os.environ["PATH"],
            "LAMBDA_TASK_ROOT": str(self.task),
            "_HANDLER": handler,
            "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/23/[$LATEST]0",
            **variables,
        }

    async def __aenter__(self) -> "NodeFunction":
        self.session = RuntimeSession(self)
        self._server = HttpServer(self._handle, streamed_if=RESPONSE_MODE)
        port = await self._server.start("127.0.0.1", 0)
        reading, writing = os.pipe()
        self._output = reading
        os.set_blocking(reading, False)
        variables = {
            **self._variables, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", "_LAMBDA_TELEMETRY_LOG_FD": str(writing)
        }  # fmt: skip
        command = [*self._variables.get("FLAGS", "").split(), str(self._runtime / "index.mjs")]
        self._process = await asyncio.create_subprocess_exec(
            NODE, *command, env=variables, cwd=self.task, stdout=writing, stderr=writing, pass_fds=[writing]
        )
        os.close(writing)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        os.close(self._output)
        await self._server.close()

    def _handle(self, request: Request) -> Any:
        self.requests.append(request)
        return self.session.handle(request)

    async def invoke(self, event: Any = None, *, request_id: str = "id-1", **fields: Any) -> tuple[str, Any]:
        """What became of an event: ("response" | "error", decoded body)."""
        async with asyncio.timeout(10):
            await self._ready.wait()
            self._ready.clear()
            invocation = Invocation(request_id, json.dumps(event).encode(), "arn:aws:lambda:…:f", **fields)
            self.session.give(event_for(invocation, int(time.time() * 1000) + 3000))
            return await self._heard.get()

    async def exit_status(self) -> int:
        """The status with which the process ends by itself."""
        return await asyncio.wait_for(self._process.wait(), 10)

    def log(self) -> list[Record]:
        """What was written so far."""
        data = b""
        try:
            while part := os.read(self._output, 65536):
                data += part
        except BlockingIOError:
            pass
        splitter = Splitter()
        return [*splitter.feed(data), *splitter.flush()]

    def lines(self) -> list[str]:
        """The messages of the log, without the time, `a⇥b` for tabs."""
        texts = [record.message.decode() for record in self.log()]
        return [text.partition("\t")[2].rstrip("\n") if text[4:5] == "-" else text for text in texts]

    # --- runtime_api.session.Listener ---

    def runtime_ready(self) -> None:
        self._ready.set()

    def runtime_responded(self, body: bytes, content_type: str) -> None:
        self._heard.put_nowait(("response", json.loads(body) if content_type == "application/json" else body))

    def response_begun(self, body: IncomingBody, content_type: str) -> "NodeFunction":
        self.streamed = b""
        return self

    def write(self, data: bytes) -> None:
        self.streamed += data

    def response_ended(self, size: int) -> None:
        self._heard.put_nowait(("response", self.streamed))

    def runtime_errored(self, body: bytes, content_type: str, error_type: str) -> None:
        self._heard.put_nowait(("error", json.loads(body)))

    def response_refused(self, error_type: str, message: str) -> None:
        self._heard.put_nowait(("refused", error_type))

    def init_failed(self, body: bytes, content_type: str, error_type: str) -> None:
        self.init_error = json.loads(body)
