"""The embedded companion: moto's server as a child process, of which the emulator waits for nothing.

It takes about two seconds to start. Meanwhile Lambda answers already, and what is for other services waits here.
"""

import asyncio
import contextlib
import importlib.util
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import emulator
from emulator.companions.moto_program import ACCOUNT_VARIABLE, account_headers
from emulator.companions.passing_on import Address, NotThere
from emulator.errors import EmulatorError

_PROGRAM = "import sys; sys.path.insert(0, {root!r}); from emulator.companions.moto_program import main; main()"
_START_SECONDS = 60.0
_REQUIRED = ("moto", "flask", "flask_cors", "werkzeug")  # what moto[server] installs, and moto alone does not
_log = logging.getLogger(__name__)


class MotoServer:
    """One moto server. Raises EmulatorError where it is not installed.

    It serves many accounts; `account_id` is that of callers whose access key names none.
    """

    kind = "moto"
    headers_of_account = staticmethod(account_headers)

    def __init__(self, account_id: str) -> None:
        if not all(map(importlib.util.find_spec, _REQUIRED)):
            raise EmulatorError('--services needs moto, which is not installed: pip install "lambda-parity[services]"')
        self._account_id = account_id
        self._started: asyncio.Task[Address] | None = None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return "moto, the embedded companion"

    def start(self) -> None:
        """Starts the process; it gets ready by itself."""
        self._started = asyncio.create_task(self._start())
        self._started.add_done_callback(_tell_failure)

    async def address(self) -> Address:
        """Where it listens, once it does. Raises NotThere where it could not start or has ended."""
        assert self._started is not None, "start() comes first"
        address = await asyncio.shield(self._started)
        if self._process is not None and self._process.returncode is not None:
            raise NotThere(f"it ended with exit code {self._process.returncode}")
        return address

    def describe(self) -> dict[str, str]:
        """Its state for the health report: starting, ready (then with its `url`) or ended."""
        if self._started is None or not self._started.done():
            return {"kind": self.kind, "state": "starting"}
        ended = self._process is None or self._process.returncode is not None
        if ended or self._started.cancelled() or self._started.exception():
            return {"kind": self.kind, "state": "ended"}
        address = self._started.result()
        return {"kind": self.kind, "state": "ready", "url": address.url}

    async def close(self) -> None:
        """Ends the process."""
        if self._started is not None:
            self._started.cancel()
            with contextlib.suppress(asyncio.CancelledError, NotThere):
                await self._started
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _start(self) -> Address:
        root = str(Path(next(iter(emulator.__path__))).parent)
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-c", _PROGRAM.format(root=root)),
                env=_without_account(os.environ) | {ACCOUNT_VARIABLE: self._account_id},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the emulator, which then ends it
            )
            assert process.stdout is not None
            async with asyncio.timeout(_START_SECONDS):
                async for line in process.stdout:
                    if line.startswith(b"port "):
                        return Address("127.0.0.1", int(line[5:]))
        except TimeoutError:
            raise NotThere(f"it did not start within {_START_SECONDS:.0f} s") from None
        except OSError as error:
            raise NotThere(f"it could not be started: {error}") from error
        raise NotThere(f"it did not start (exit code {await process.wait()})")


def _without_account(environment: Mapping[str, str]) -> dict[str, str]:
    """MOTO_ACCOUNT_ID would put every caller into one account."""
    return {name: value for name, value in environment.items() if name != "MOTO_ACCOUNT_ID"}


def _tell_failure(started: asyncio.Task[Address]) -> None:
    if not started.cancelled() and (error := started.exception()):
        _log.error("the other AWS services are not served: moto: %s", error)
