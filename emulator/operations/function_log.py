"""`GET /_parity/logs/<function>`: a function's log as `parity logs` reads it, from what this emulator keeps.

The function is a name, a partial ARN or an ARN. `qualifier` (a version or an alias), `since` (seconds before now),
`region` and `account` narrow the choice; `follow=1` goes on with what is written from now on. Each line of the answer
is one event:

    {"time": 1795470390775, "message": "START …", "version": "$LATEST", "stream": "2026/…", "group": "/aws/lambda/fn"}

`GET /_parity/logs/` lists the functions that there are. What cannot be answered is 404 with a `message` in plain words.
"""

import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from operator import itemgetter
from urllib.parse import parse_qsl, unquote

import msgspec

from emulator import arn
from emulator.execution.log_following import Shown, follow
from emulator.execution.logs import LogEvent, LogStore, LogStream
from emulator.resources.function import Function
from emulator.resources.store import Store
from emulator.wire.messages import Request, Response

PATH = "/_parity/logs/"

Place = tuple[str, str, str]  # account, region, name of a function
_encode = msgspec.json.Encoder().encode


class _NotChosen(Exception):
    """The request does not choose one function; the message says why."""


def function_log(store: Store, logs: LogStore) -> Callable[[Request], Response]:
    """The handler of the route."""

    def answer(request: Request) -> Response:
        asked = dict(parse_qsl(request.query))
        name = unquote(request.path.removeprefix(PATH))
        known = _functions(store) | logs.functions()
        if not name:
            return _json(200, {"functions": [_described(place) for place in sorted(known)]})
        try:
            place, versions = _choose(store, known, name, asked)
            since_ms = (time.time() - float(asked["since"])) * 1000 if asked.get("since") else 0.0
        except (_NotChosen, ValueError) as error:
            return _json(404, {"message": str(error), "functions": [_described(place) for place in sorted(known)]})
        return _events(logs, place, versions, since_ms, follows=asked.get("follow") == "1")

    return answer


def _functions(store: Store) -> set[Place]:
    return {(region.account_id, region.region, name) for region in store.regions() for name in region.functions}


def _choose(
    store: Store, known: Collection[Place], given: str, asked: dict[str, str]
) -> tuple[Place, frozenset[str] | None]:
    """The function that is meant, and the versions of it; None for all. Raises _NotChosen."""
    named = arn.parse_function(given)
    if named is None:
        raise _NotChosen(f"{given} is no name of a function, and no ARN of one.")
    region, account = asked.get("region") or named.region, asked.get("account") or named.account_id
    fitting = sorted(
        place
        for place in known
        if place[2] == named.name and account in (None, place[0]) and region in (None, place[1])
    )
    if not fitting:
        there = ", ".join(sorted({name for _, _, name in known})) or "there are no functions yet"
        raise _NotChosen(f"There is no function {named.name} here. Functions with a log: {there}.")
    if len(fitting) > 1:
        places = ", ".join(f"{where} ({account_id})" for account_id, where, _ in fitting)
        raise _NotChosen(f"There are several functions {named.name}: say which region or account: {places}.")
    [place] = fitting
    qualifier = asked.get("qualifier") or named.qualifier
    function = store.region(*place[:2]).functions.get(place[2])
    return place, None if qualifier is None else _versions(function, named.name, qualifier)


def _versions(function: Function | None, name: str, qualifier: str) -> frozenset[str]:
    alias = function.aliases.get(qualifier) if function is not None else None
    if alias is not None:
        return frozenset(alias.versions())
    if function is not None and function.find(qualifier) is None:
        there = ", ".join([arn.LATEST, *function.versions, *function.aliases])
        raise _NotChosen(f"The function {name} has no version and no alias {qualifier}. There are: {there}.")
    return frozenset({qualifier})


def _events(
    logs: LogStore, place: Place, versions: frozenset[str] | None, since_ms: float, *, follows: bool
) -> Response:
    def chosen(stream: LogStream) -> bool:
        return versions is None or stream.version in versions

    def wanted(stream: LogStream, _: LogEvent) -> bool:
        return (stream.account_id, stream.region, stream.function) == place and chosen(stream)

    def kept() -> list[Shown]:
        streams = [stream for stream in logs.streams_of(*place) if chosen(stream)]
        return [(stream, event) for stream, event in in_order(streams) if event.time_ms >= since_ms]

    headers = {"Content-Type": "application/x-ndjson"}
    if not follows:
        return Response(200, headers, b"".join(_lines(kept())))

    async def body() -> AsyncIterator[bytes]:
        async for events in follow(logs, kept, wanted):
            yield b"".join(_lines(events))

    return Response(200, headers, body())


def in_order(streams: Iterable[LogStream]) -> list[Shown]:
    """All events by their time, those of one stream as they were written.

    A framed record bears the time at which it was made, a line the time at which it was read, which may be later than
    that of a record behind it.
    """
    moments: list[tuple[int, LogStream, LogEvent]] = []
    for stream in streams:
        latest = 0
        for event in stream.events:
            latest = max(latest, event.time_ms)
            moments.append((latest, stream, event))
    moments.sort(key=itemgetter(0))
    return [(stream, event) for _, stream, event in moments]


def _lines(events: Iterable[Shown]) -> Iterable[bytes]:
    for stream, event in events:
        if text := stream.text(event):
            line = {
                "time": event.time_ms,
                "message": text.decode("utf-8", "replace"),
                "version": stream.version,
                "stream": stream.name,
                "group": stream.group,
            }
            yield _encode(line) + b"\n"


def _described(place: Place) -> dict[str, str]:
    account_id, region, name = place
    return {"name": name, "region": region, "account": account_id}


def _json(status: int, members: object) -> Response:
    return Response(status, {"Content-Type": "application/json"}, _encode(members))
