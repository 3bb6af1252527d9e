"""What an operator sees of a pull, on a terminal and in a log file."""

import io
import itertools

from emulator.executors.docker.progress import PullProgress, PullTeller

MESSAGES = [
    {"status": "Pulling from lambda/python", "id": "3.13"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "a"},
    {"status": "Already exists", "progressDetail": {}, "id": "b"},
    {"status": "Downloading", "progressDetail": {"current": 1_000_000, "total": 4_000_000}, "id": "a"},
    {"status": "Retrying in 5 seconds", "progressDetail": {}, "id": "a"},
    {"status": "Downloading", "progressDetail": {"current": 2_000_000, "total": 4_000_000}, "id": "a"},
    {"status": "Download complete", "progressDetail": {}, "id": "a"},
    {"status": "Extracting", "progressDetail": {"current": 65_536, "total": 4_000_000}, "id": "a"},
    {"status": "Pull complete", "progressDetail": {}, "id": "a"},
    {"status": "Digest: sha256:ab"},
]


def test_bytes_and_layers_are_counted_and_trouble_is_told_until_it_is_over():
    progress = PullProgress()
    seen = []
    for message in MESSAGES:
        progress.hear(message)
        seen.append(str(progress))
    assert seen[3:] == [
        "1.0 of 4.0 MB, 1 of 2 layers",
        "1.0 of 4.0 MB, 1 of 2 layers; Retrying in 5 seconds",
        "2.0 of 4.0 MB, 1 of 2 layers",
        *["4.0 of 4.0 MB, 2 of 2 layers"] * 4,
    ]


def test_a_terminal_has_a_bar_that_is_gone_at_the_end():
    told = _told(Terminal(), every=1.0)
    assert "\r\x1b[K[######..................] 1.0 of 4.0 MB, 1 of 2 layers" in told
    assert told.endswith("\r\x1b[KThe image python:3.13 is here: 4.0 MB in 11.0 s.\n")


def test_elsewhere_there_is_a_line_now_and_then():
    told = _told(io.StringIO(), every=3.0).splitlines()
    assert told == [
        "Pulling the image python:3.13.",
        "Pulling python:3.13: 1.0 of 4.0 MB, 1 of 2 layers.",
        "Pulling python:3.13: 4.0 of 4.0 MB, 2 of 2 layers.",
        "The image python:3.13 is here: 4.0 MB in 33.0 s.",
    ]


def test_a_failure_ends_the_bar_too():
    stream = Terminal()
    PullTeller("python:3.13", stream).end("no such tag")
    assert stream.getvalue().endswith("\r\x1b[KThe image python:3.13 could not be pulled: no such tag\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _told(stream: io.StringIO, *, every: float) -> str:
    """What is told if the engine speaks every so many seconds."""
    seconds = itertools.count()
    teller = PullTeller("python:3.13", stream, lambda: next(seconds) * every)
    for message in MESSAGES:
        teller.hear(message)
    teller.end()
    return stream.getvalue()
