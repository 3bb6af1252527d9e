"""Where the URLs are: each belongs to `$LATEST` or to an alias of a function."""

from collections.abc import Iterator
from typing import NamedTuple

from emulator.resources.function import Function
from emulator.resources.function_url import FunctionUrl
from emulator.resources.store import Store


class Place(NamedTuple):
    """A URL that there is. `qualifier` is the alias; None for `$LATEST`."""

    function: Function
    qualifier: str | None
    url: FunctionUrl


class Directory:
    """The URLs of all accounts and regions, by id."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Place] = {}

    def __iter__(self) -> Iterator[Place]:
        for resources in self._store.regions():
            for function in resources.functions.values():
                for qualifier, url in function.urls.items():
                    yield Place(function, qualifier, url)

    def find(self, url_id: str) -> Place | None:
        """The URL with this id; None if there is none, or none any more."""
        known = self._known.get(url_id)
        if known is not None and not known.function.deleted and known.function.urls.get(known.qualifier) is known.url:
            return known
        self._known.pop(url_id, None)
        for place in self:
            if place.url.id == url_id:
                self._known[url_id] = place
                return place
        return None

    def outlived_its_alias(self, url_id: str) -> bool:
        """Whether the alias behind a URL was deleted, which AWS tells from a URL that never was."""
        return any(
            url_id in function.orphaned_urls
            for resources in self._store.regions()
            for function in resources.functions.values()
        )
