"""Prints lines with an indentation: wrapped with it on a terminal, whole elsewhere."""

import sys
from typing import IO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

_LOG_WIDTH = 120  # of tables, where the output is no terminal


class Page:
    """A console that wraps at the terminal's width, and outside of a terminal neither colours nor cuts anything."""

    def __init__(self, file: IO[str] | None = None, console: Console | None = None) -> None:
        stream = file or sys.stdout
        width = None if stream.isatty() else _LOG_WIDTH
        self.console = console or Console(file=stream, highlight=False, width=width)

    @property
    def is_terminal(self) -> bool:
        return self.console.is_terminal

    def line(self, text: Text | str = "", *, indent: int = 0, style: str = "") -> None:
        """Prints one line; what is too long for a terminal goes on below, indented alike."""
        line = Text(text, style=style) if isinstance(text, str) else text
        if self.is_terminal:
            self.console.print(Padding(line, (0, 0, 0, indent)) if indent else line)
        else:
            self.console.print(Text.assemble(" " * indent, line), soft_wrap=True)

    def block(self, block: RenderableType, *, indent: int = 0) -> None:
        """Prints a table or the like, without the spaces at the ends of its lines where the output is no terminal."""
        padded = Padding(block, (0, 0, 0, indent))
        if self.is_terminal:
            self.console.print(padded)
            return
        with self.console.capture() as printed:
            self.console.print(padded)
        for line in printed.get().splitlines():
            self.line(line.rstrip())
