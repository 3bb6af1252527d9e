"""Links to a function's package: how long they live, and that they are kept no longer."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from emulator.resources.code import CodePackage
from emulator.resources.code_links import PATH, CodeLinks, LinkError

NOW = datetime(2026, 1, 31, 12, 0, 0, 250_000, UTC)
MINUTES = timedelta(minutes=1)


def package(digest: str) -> CodePackage:
    return CodePackage(b"zip", digest, 3, 3)


def opened(links: CodeLinks, link: str, now: datetime) -> CodePackage:
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return links.open(parts.path.removeprefix(PATH), query, now)


def test_a_link_opens_its_package_for_ten_minutes():
    links = CodeLinks()
    one, other = links.link("http://here", package("a"), NOW), links.link("http://here", package("b"), NOW)
    assert opened(links, one, NOW + 9 * MINUTES).sha256 == "a"
    assert opened(links, other, NOW).sha256 == "b"
    with pytest.raises(LinkError):
        opened(links, one, NOW + 10 * MINUTES)


def test_links_of_one_second_are_the_same_and_later_ones_live_longer():
    links = CodeLinks()
    first = links.link("http://here", package("a"), NOW)
    assert links.link("http://here", package("a"), NOW + timedelta(milliseconds=500)) == first
    later = links.link("http://here", package("a"), NOW + 5 * MINUTES)
    assert later != first
    assert opened(links, later, NOW + 14 * MINUTES).sha256 == "a"


def test_an_altered_link_opens_nothing():
    links = CodeLinks()
    link = links.link("http://here", package("a"), NOW)
    with pytest.raises(LinkError, match="signature"):
        opened(links, link.replace("20260131T12", "20260131T13"), NOW)


def test_what_nobody_can_open_any_more_is_forgotten():
    links = CodeLinks()
    for number in range(100):
        links.link("http://here", package(f"p{number}"), NOW + number * MINUTES)
    assert len(links._linked) == len(links._tokens) <= 11


def test_two_folders_have_links_of_their_own_even_if_they_held_the_same():
    links = CodeLinks()
    made = {folder: CodePackage(b"", "same", 0, folder=folder) for folder in ("/one", "/two")}
    found = {folder: links.link("http://here", package, NOW) for folder, package in made.items()}
    assert {folder: opened(links, link, NOW).folder for folder, link in found.items()} == {f: f for f in made}
