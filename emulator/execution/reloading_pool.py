"""The pool of a function version that runs straight from folders of the host (hot reload)."""

from collections.abc import Callable

from emulator.errors import CodeFolderError
from emulator.execution.environment import ExecutionEnvironment
from emulator.execution.followed_folders import FollowedFolders
from emulator.execution.pool import Machine, Pool, PoolKey
from emulator.execution.ticket import Ticket


class ReloadingPool(Pool):
    """A pool that follows `paths` in `folders`: no invocation that comes after a change is served by code from before.

    Environments stay, and with them /tmp; what runs in them is replaced: at once where they are idle, so that the next
    invocation finds the new code ready, and elsewhere when the present invocation is over.
    """

    def __init__(
        self,
        key: PoolKey,
        machine: Machine,
        start_environment: Callable[[Pool], ExecutionEnvironment],
        folders: FollowedFolders,
        paths: list[str],
    ) -> None:
        super().__init__(key, machine, start_environment)
        self._folders = folders
        self._followed = folders.follow(paths, self)

    def invoke(self, ticket: Ticket) -> None:
        """Serves an invocation, sooner or later; fails it if a folder is gone."""
        try:
            for folder in self._followed:
                folder.look()
        except CodeFolderError as error:
            ticket.fail(error)
        else:
            super().invoke(ticket)

    def code_changed(self) -> None:
        """Has what runs replaced, first where the next invocation goes (followed_folders.Follower)."""
        idle = self.idle[::-1]
        for environment in [*idle, *(self._environments - set(idle))]:
            environment.code_changed()

    def forgotten(self) -> None:
        """Follows nothing any more."""
        self._folders.leave(self)
