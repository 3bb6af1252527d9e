"""Ctrl-C and SIGTERM: the first one stops and cleans up, the second one leaves at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping_cleanly(say: Callable[[str], None], stopping: str, abandoned: str) -> Iterator[None]:
    """While entered, the first signal says `stopping` and raises KeyboardInterrupt in the main thread, so that whatever
    has been made is removed as after any other exception. A second signal says `abandoned` and ends the process.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        say(abandoned)
        os._exit(INTERRUPTED)

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        for each in _SIGNALS:
            signal.signal(each, leave)
        say(stopping)
        raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
