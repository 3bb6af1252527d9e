"""Folders of the host that run as they stand: one is followed as long as environments may run from it (hot reload).

A change is found in two ways. Events tell of it soon, so that the next call finds the new code ready. And a call looks
by itself before it is served, since an event may be on its way still; where a folder is so large that looking takes too
long, events alone must do.
"""

import asyncio
import contextlib
from collections.abc import Collection, Iterable
from typing import Protocol

from emulator.errors import CodeFolderError
from emulator.executors.folder_watch import FolderWatch
from emulator.resources.code_folder import Identity, content_of, refuse_unusable


class Follower(Protocol):
    """Who runs code from a folder."""

    def code_changed(self) -> None:
        """The folder holds something else now."""


class FollowedFolder:
    """One of them. `followers` are told of every change, in the event loop."""

    def __init__(self, folder: str) -> None:
        self.followers: list[Follower] = []
        self._folder = folder
        self._content = content_of(folder)
        self._identity: Identity | None = None
        with contextlib.suppress(CodeFolderError):  # if it is away, whoever calls hears of it
            self._content.look()
            self._identity = refuse_unusable(folder)
        self._known = self._content.digest
        self._loop = asyncio.get_running_loop()
        self._watch = FolderWatch(folder, self._event)
        self._watch.start()

    def look(self) -> None:
        """Tells the followers if there was a change. Raises CodeFolderError if the folder is not there any more."""
        self._content.glance()
        self._compare()

    def stop(self) -> None:
        """Follows it no longer."""
        self._watch.stop()

    def join(self) -> None:
        """Waits until nothing of it is left."""
        self._watch.join()

    def _event(self, paths: Collection[str]) -> None:
        """In the thread of the watch. A look at a few paths is quicker where nobody competes for the interpreter."""
        with contextlib.suppress(CodeFolderError, RuntimeError):  # away for now; or the event loop has ended
            if not paths:
                self._content.look()
            self._loop.call_soon_threadsafe(self._look_at, paths)

    def _look_at(self, paths: Collection[str]) -> None:
        with contextlib.suppress(CodeFolderError):
            if paths:
                self._content.look(paths)
            self._compare()

    def _compare(self) -> None:
        """Another folder with the same content is a change too: who runs from the old one finds nothing in it."""
        identity = refuse_unusable(self._folder)
        if self._content.digest != self._known or identity != self._identity:
            self._known, self._identity = self._content.digest, identity
            for follower in list(self.followers):
                follower.code_changed()


class FollowedFolders:
    """All of them, each once for however many functions."""

    def __init__(self) -> None:
        self._folders: dict[str, FollowedFolder] = {}

    def follow(self, folders: Iterable[str], follower: Follower) -> list[FollowedFolder]:
        """Has a follower told of changes in folders, until `leave`."""
        followed = []
        for folder in dict.fromkeys(folders):
            if folder not in self._folders:
                self._folders[folder] = FollowedFolder(folder)
            self._folders[folder].followers.append(follower)
            followed.append(self._folders[folder])
        return followed

    def leave(self, follower: Follower) -> None:
        """Tells a follower nothing more. A folder that nobody follows is not watched any longer."""
        for folder, followed in list(self._folders.items()):
            if follower in followed.followers:
                followed.followers.remove(follower)
            if not followed.followers:
                followed.stop()
                del self._folders[folder]

    def close(self) -> None:
        """Ends all, and waits for the few milliseconds that it takes."""
        folders = list(self._folders.values())
        self._folders.clear()
        for folder in folders:
            folder.stop()
        for folder in folders:
            folder.join()
