"""The body of a request that is handed over while it is still being received.

Data is pushed: whoever reads the body is called as soon as there is some, without a task or a turn of the event loop.
What comes before there is a reader is kept; a reader that cannot keep up says `hold`, and then the connection is not
read until he says `go_on`, so that the sender waits.
"""

from collections.abc import Callable
from typing import Protocol


class BodyReader(Protocol):
    """Who reads a body."""

    def data_arrived(self, data: bytes) -> None:
        """A part of it, never empty; how the sender cut it into parts means nothing."""

    def body_complete(self, trailers: dict[str, str]) -> None:
        """That was all. `trailers` are by lower-case name."""

    def body_cut(self) -> None:
        """The connection is gone before all was there."""


class IncomingBody:
    """One body. `on_hold` is told whether the connection is to be left unread."""

    def __init__(self, on_hold: Callable[[bool], object]) -> None:
        self._on_hold = on_hold
        self._reader: BodyReader | None = None
        self._parts: list[bytes] = []
        self._trailers: dict[str, str] | None = None
        self._cut = self._told_end = False

    # --- The reader's side ---

    def read(self, reader: BodyReader) -> None:
        """Has `reader` told of what is there already, and of what comes."""
        self._reader = reader
        self.pass_on()

    def discard(self) -> None:
        """Says that nobody reads it, if nobody does."""
        if self._reader is None:
            self.read(_Nobody())

    def hold(self) -> None:
        """No more for now. What is on its way already may still arrive."""
        self._on_hold(True)

    def go_on(self) -> None:
        """There may be more."""
        self._on_hold(False)

    # --- The connection's side ---

    def add(self, data: bytes) -> None:
        """More of it was received; it is passed on by `pass_on`, together with what came in the same packet."""
        self._parts.append(data)

    def end(self, trailers: dict[str, str]) -> None:
        """All of it was received."""
        self._trailers = trailers

    def cut(self) -> None:
        """Nothing more will be received."""
        self._cut = self._trailers is None
        self.pass_on()

    def pass_on(self) -> None:
        """Tells the reader, if there is one, what he has not heard yet."""
        reader, parts = self._reader, self._parts
        if reader is None or self._told_end:
            return
        if parts:
            self._parts = []
            reader.data_arrived(parts[0] if len(parts) == 1 else b"".join(parts))
        if self._trailers is not None:
            self._told_end = True
            reader.body_complete(self._trailers)
        elif self._cut:
            self._told_end = True
            reader.body_cut()


class _Nobody:
    def data_arrived(self, data: bytes) -> None:
        """Is dropped."""

    def body_complete(self, trailers: dict[str, str]) -> None:
        """Nobody waits for it."""

    def body_cut(self) -> None:
        """Nobody waits for it."""
