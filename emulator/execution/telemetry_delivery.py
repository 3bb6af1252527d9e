"""Brings events to one subscriber, in batches, over HTTP or TCP (telemetry-logs-api.md §2).

A batch leaves when it holds `maxItems` events or `maxBytes` bytes, or when its first event is `timeoutMs` old. Nothing
waits for it: a subscriber that is slow, deaf or gone loses events, which it is told of, and holds up nobody else. While
an environment is frozen, nothing leaves and no time is held against the subscriber.

Known gap: on AWS each environment has a network of its own, and in containers too. Those that are processes share the
machine's, so an extension that listens on a fixed port can do so in one environment at a time; one that asks for any
free port can in all of them.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from emulator.execution.platform_log import iso_time
from emulator.execution.telemetry_events import LogsDropped
from emulator.runtime_api.subscription import Subscription

_ATTEMPTS = 3
_ATTEMPT_SECONDS = 2.0
_BETWEEN_ATTEMPTS = 0.1  # seconds, and twice as long each time
_BATCHES_HELD = 4  # what waits beside the batch on its way; then the oldest events go
_SLOW = "Some logs were dropped because the downstream consumer is slower than the logs production rate"
_UNREACHABLE = "Some logs were dropped because the downstream consumer could not be reached"


class Delivery:
    """The way to one subscriber, who listens at `host`. It must be closed."""

    def __init__(self, subscription: Subscription, host: str = "127.0.0.1") -> None:
        self._subscription = subscription
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._queue: deque[bytes] = deque()  # of whole events, as JSON
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._tcp: asyncio.StreamWriter | None = None

    def add(self, entry: Mapping[str, Any]) -> None:
        """Queues an event."""
        data = json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        self._queue.append(data)
        self._size += len(data)
        if self._size > _BATCHES_HELD * self._subscription.max_bytes:
            self._make_room()
        if len(self._queue) >= self._subscription.max_items or self._size >= self._subscription.max_bytes:
            self._leave()
        elif self._timer is None and self._task is None:
            self._timer = self._loop.call_later(self._subscription.timeout_ms / 1000, self._leave)

    @property
    def held(self) -> int:
        """Bytes of events that wait."""
        return self._size

    def freeze(self) -> None:
        """The subscriber gets no time from now on."""
        self._thawed.clear()

    def thaw(self) -> None:
        """It does again."""
        self._thawed.set()

    async def flush(self, seconds: float) -> None:
        """Sends what waits, and gives it so much time to arrive."""
        if self._queue:
            self._leave()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)

    def close(self) -> None:
        """Drops what waits."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        if self._tcp is not None:
            self._tcp.close()

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None:
            self._task = self._loop.create_task(self._send_all())
            self._task.add_done_callback(self._all_sent)

    def _all_sent(self, _task: asyncio.Task[None]) -> None:
        self._task = None

    async def _send_all(self) -> None:
        while self._queue:
            await self._thawed.wait()
            batch = self._take_batch()
            if not await self._arrives(batch):
                self._tell_of_loss(batch, _UNREACHABLE)
                return  # what has come meanwhile waits for the next event: nobody listens now

    def _take_batch(self) -> list[bytes]:
        batch: list[bytes] = []
        size = 0
        while self._queue and len(batch) < self._subscription.max_items and size < self._subscription.max_bytes:
            batch.append(self._queue.popleft())
            size += len(batch[-1])
        self._size -= size
        return batch

    async def _arrives(self, batch: list[bytes]) -> bool:
        """Whether the subscriber took it, at last."""
        attempt = 0
        while attempt < _ATTEMPTS:
            try:
                async with asyncio.timeout(_ATTEMPT_SECONDS):
                    await self._send(batch)
            except (OSError, TimeoutError, ValueError, EOFError):
                self._tcp = None
            else:
                return True
            if self._thawed.is_set():  # else it had no chance to answer
                attempt += 1
                await asyncio.sleep(_BETWEEN_ATTEMPTS * 2**attempt)
            await self._thawed.wait()
        return False

    async def _send(self, batch: list[bytes]) -> None:
        if self._subscription.path is None:
            await self._send_lines(batch)
            return
        body = b"[" + b",".join(batch) + b"]"
        reader, writer = await asyncio.open_connection(self._host, self._subscription.port)
        try:
            writer.write(self._head(len(body)) + body)
            await writer.drain()
            status = (await reader.readline()).split(b" ")
            if len(status) < 2 or not status[1].startswith(b"2"):
                raise ValueError("the subscriber did not take it")
        finally:
            writer.close()

    def _head(self, length: int) -> bytes:
        lines = (
            f"{self._subscription.method} {self._subscription.path} HTTP/1.1",
            f"Host: sandbox.localdomain:{self._subscription.port}",
            "Content-Type: application/json",
            f"Content-Length: {length}",
            "Connection: close",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def _send_lines(self, batch: list[bytes]) -> None:
        """TCP: one event per line, on one connection."""
        if self._tcp is None or self._tcp.is_closing():
            _, self._tcp = await asyncio.open_connection(self._host, self._subscription.port)
        self._tcp.write(b"".join(event + b"\n" for event in batch))
        await self._tcp.drain()

    def _make_room(self) -> None:
        lost = self._take_batch()
        self._tell_of_loss(lost, _SLOW)

    def _tell_of_loss(self, lost: list[bytes], reason: str) -> None:
        if "platform" not in self._subscription.types:
            return
        event = LogsDropped(sum(map(len, lost)), len(lost), reason)
        entry = {
            "time": iso_time(time.time_ns() // 1_000_000),
            "type": "platform.logsDropped",
            "record": event.record(),
        }
        data = json.dumps(entry, separators=(",", ":")).encode()
        self._queue.append(data)
        self._size += len(data)
