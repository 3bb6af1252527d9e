"""How far a pull is: counted from what the engine says of each layer, and shown to whoever looks at the server."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

_EVERY = 10.0  # seconds between two lines where there is no terminal
_REDRAWN = 0.1  # and between two states of a bar
_WIDTH = 24
_HERE = ("Download complete", "Extracting", "Pull complete", "Already exists")


@dataclass(slots=True)
class PullProgress:
    """The layers of one image. Sizes are bytes as they are sent; a layer that is there already has none."""

    layers: dict[str, tuple[int, int]] = field(default_factory=dict)  # by id: how much is here, and of how much
    complete: set[str] = field(default_factory=set)
    trouble: str = ""  # what the engine says of a registry that broke off: it tries again, and says when

    def hear(self, message: dict[str, Any]) -> None:
        """Takes a message of the engine: `status`, `id` of the layer, `progressDetail` with `current` and `total`."""
        layer, status = message.get("id"), message.get("status", "")
        if layer is None or status.startswith("Pulling from"):
            return
        here, size = self.layers.setdefault(layer, (0, 0))
        detail = message.get("progressDetail") or {}
        self.trouble = status if status.startswith("Retrying") else ""
        if status == "Downloading":
            self.layers[layer] = (int(detail.get("current", here)), int(detail.get("total", size)))
        elif status in _HERE:
            self.layers[layer] = (size, size)
            if status != "Extracting":
                self.complete.add(layer)

    @property
    def here(self) -> int:
        return sum(here for here, _ in self.layers.values())

    @property
    def total(self) -> int:
        """Of the layers whose size is known; it grows while the engine begins with the next ones."""
        return sum(size for _, size in self.layers.values())

    def __str__(self) -> str:
        layers = f"{len(self.complete)} of {len(self.layers)} layers"
        return f"{_megabytes(self.here)} of {_megabytes(self.total)} MB, {layers}{self.trouble and f'; {self.trouble}'}"


class PullTeller:
    """Tells of one pull: a bar on a terminal, a line every ten seconds elsewhere. May be called on any thread."""

    def __init__(self, image: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._image = image
        self._stream = stream or sys.stderr
        self._clock = clock
        self._terminal = self._stream.isatty()
        self._progress = PullProgress()
        self._began = self._told = clock()
        self._write(f"Pulling the image {image}.\n")

    def hear(self, message: dict[str, Any]) -> None:
        """Takes a message of the engine."""
        self._progress.hear(message)
        now = self._clock()
        if now - self._told >= (_REDRAWN if self._terminal else _EVERY) and self._progress.layers:
            self._told = now
            self._write(self._bar() if self._terminal else f"Pulling {self._image}: {self._progress}.\n")

    def end(self, failure: str | None = None) -> None:
        """Tells how it ended."""
        if self._terminal:
            self._write("\r\x1b[K")
        seconds = self._clock() - self._began
        if failure is None:
            self._write(f"The image {self._image} is here: {_megabytes(self._progress.total)} MB in {seconds:.1f} s.\n")
        else:
            self._write(f"The image {self._image} could not be pulled: {failure}\n")

    def _bar(self) -> str:
        done = self._progress.here * _WIDTH // max(self._progress.total, 1)
        return f"\r\x1b[K[{'#' * done}{'.' * (_WIDTH - done)}] {self._progress}"

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return  # nobody looks


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"
