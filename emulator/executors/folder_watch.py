"""Tells that something in a folder of the host may have changed: file change events, from a thread for each folder.

Events only say when it is worth a look; what has changed, and whether anything has, resources/code_folder.py finds out.
So an event too many costs a look and nothing else, and where events cannot be had (all watches of the machine are in
use) the thread looks from time to time.
"""

import logging
import os
import threading
from collections.abc import Callable, Collection

# A change is told when no further one has come for so long. A folder that nothing happens in costs a look each time:
# at 5 ms, seven thousandths of a processor; at 10 ms half of that, and every reload begins 9 ms later.
_STEP_MS = 5
_DEBOUNCE_MS = 100  # it is told at the latest so long after the first
_CHECK_MS = 500  # between two looks whether it is still the same folder
_PAUSE = 0.1  # seconds between two looks at a folder that is away, or that cannot be watched

_log = logging.getLogger(__name__)


class FolderWatch:
    """Watches one folder from `start` to `stop`.

    `changed` is called in the thread: with the paths of what was changed, or with none if it may be anything.
    """

    def __init__(self, folder: str, changed: Callable[[Collection[str]], None]) -> None:
        self._folder = folder
        self._changed = changed
        self._stopping = threading.Event()
        self._warned = False
        self._thread = threading.Thread(target=self._run, name=f"watch {folder}", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, within some milliseconds."""
        self._stopping.set()

    def join(self) -> None:
        """Waits until it has ended."""
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen(_identity(self._folder))
            except FileNotFoundError:
                self._stopping.wait(_PAUSE)
            except (OSError, RuntimeError) as error:
                if not self._warned:
                    _log.warning("%s cannot be watched (%s): looking at it ten times a second.", self._folder, error)
                self._warned = True
                self._changed(())
                self._stopping.wait(_PAUSE)

    def _listen(self, watched: tuple[int, int] | None) -> None:
        """Passes on events as long as it is the folder that is watched, and not another one at its path."""
        from watchfiles import watch  # noqa: PLC0415 (slow to import, and seldom needed)

        first = True
        for changes in watch(
            self._folder,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=self._stopping,
            rust_timeout=_CHECK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            if first:  # what happened before it was watched made no event
                self._changed(())
            elif changes:
                self._changed({path for _, path in changes})
            first = False
            if _identity(self._folder) != watched:
                return


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        status = os.stat(folder)  # noqa: PTH116 (twice a second)
    except OSError:
        return None
    return status.st_dev, status.st_ino
