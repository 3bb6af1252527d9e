"""Takes the processor from a container, and gives it back.

Where this process may, it tells the container's control group, which takes a fraction of a millisecond. Elsewhere the
engine is asked, which takes it 50 to 150 milliseconds each time; so it is asked only for containers that stand idle for
longer, and a function that is called again soon does not pay for it.

An engine that kills a container thaws it first. If it was killed at the very moment at which it was frozen, nobody
thaws it, and it would never die; so that is looked for.
"""

import asyncio
import contextlib
from collections.abc import Callable

from emulator.errors import EmulatorError
from emulator.executors.docker.cgroup import ControlGroups
from emulator.executors.docker.engine import Engine

_ENGINE_IS_ASKED_AFTER = 5.0  # seconds
_LOOKED_AT_AFTER = 0.5


class Standstill:
    """Of one container. `failed` gets the reason if the engine cannot do it."""

    def __init__(self, engine: Engine, identifier: str, groups: ControlGroups, failed: Callable[[str], None]) -> None:
        self._engine = engine
        self._identifier = identifier
        self._groups = groups
        self._failed = failed
        self._frozen = self._wanted = False
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None

    def freeze(self) -> None:
        """From now on nothing runs in it. Returns at once."""
        self._wanted = True
        if self._groups.can_freeze:
            self._tell_group(frozen=True)
            self._forget_timer()
            self._timer = asyncio.get_running_loop().call_later(_LOOKED_AT_AFTER, self._look)
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_ENGINE_IS_ASKED_AFTER, self._ask)

    def thaw(self) -> None:
        """All goes on. Returns at once."""
        self._wanted = False
        self._forget_timer()
        if self._groups.can_freeze:
            self._tell_group(frozen=False)
        else:
            self._ask()

    def close(self) -> None:
        """The container ends, and must be able to; the engine is asked no more."""
        self._forget_timer()
        self._wanted = self._frozen
        if self._groups.can_freeze:
            self._tell_group(frozen=False)

    def _tell_group(self, *, frozen: bool) -> None:
        if self._frozen != frozen:
            with contextlib.suppress(OSError):  # it is gone, which is heard of on its pipes
                self._groups.freeze(frozen=frozen)
            self._frozen = frozen

    def _look(self) -> None:
        self._timer = None
        if self._groups.is_being_killed:
            self._tell_group(frozen=False)

    def _ask(self) -> None:
        self._timer = None
        if self._asking is None and self._wanted != self._frozen:
            self._asking = asyncio.get_running_loop().create_task(self._ask_engine())

    async def _ask_engine(self) -> None:
        try:
            while self._wanted != self._frozen:
                wanted = self._wanted
                await (self._engine.pause if wanted else self._engine.unpause)(self._identifier)
                self._frozen = wanted
        except EmulatorError as error:
            self._failed(str(error))
        finally:
            self._asking = None

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
