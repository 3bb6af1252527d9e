"""From method, path and query to the operation that is meant.

The path templates of the model form a tree of segments. A segment is matched as it came and decoded afterwards, so
a label may hold `%2F`; it may hold a raw `:` too, because a function may be named by its ARN. Two kinds of ARN hold
slashes, and clients that do not encode them exist: only when the tree knows no answer are the templates with such a
label tried again with a label that may run over slashes.

Where several operations share method and path, the query tells them apart (`find=LayerVersion`, `List=ALL`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from emulator.errors import AccessDeniedException
from emulator.protocol.model import Operation

# Labels whose ARNs hold slashes: …:function:f:1/durable-execution/name/id and …:runtime/name [model: their patterns].
_LABELS_WITH_SLASHES = frozenset({"DurableExecutionArn", "ResourceArn"})

_KNOWN_PATHS = 1024  # so many paths are remembered with what they lead to

Query = dict[str, list[str]]


class Route(NamedTuple):
    """A request that found its operation. `labels` are decoded and go by the name in the template."""

    operation: Operation
    labels: dict[str, str]
    query: Query


@dataclass(slots=True)
class _Node:
    """What may follow one beginning of a path."""

    literals: dict[str, "_Node"] = field(default_factory=dict)
    label: "_Node | None" = None
    ends: dict[str, list["_End"]] = field(default_factory=dict)  # by method


class _End(NamedTuple):
    operation: Operation
    labels: tuple[str, ...]


class Router:
    """Finds the operation of a request among those of a model."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        self._known: dict[tuple[str, str], list[Route]] = {}
        known = tuple(operations)
        for operation in known:
            self._add(operation)
        self._patterns_with_slashes = _templates_with_slashes(known)

    def route(self, method: str, path: str, query: str) -> Route:
        """The operation that `method` and the raw `path` and `query` ask for.

        A slash at the end of the path makes no difference: the API reference writes `/functions/`, the model
        `/functions`. Raises what AWS answers when it cannot tell what is asked.
        """
        found = self._known.get((method, path))
        if found is None:
            found = self._find(method, path)
        parsed = parse_query(query) if query else {}
        for route in found:
            fixed = route.operation.fixed_query
            if not fixed or all(parsed.get(name) == [value] for name, value in fixed.items()):
                return route._replace(query=parsed) if query else route
        raise AccessDeniedException.unknown_operation()

    def _find(self, method: str, path: str) -> list[Route]:
        """The operations of a method and path, the one with the most demanding query first; as if without a query."""
        values: list[str] = []
        segments = (path[:-1] if path[-1:] == "/" else path).split("/")
        ends = _follow(self._root, segments, 1, method, values)
        if not ends:
            ends, values = self._with_slashes(method, path)
        found = [
            Route(end.operation, {name: unquote(value) for name, value in zip(end.labels, values, strict=True)}, {})
            for end in ends
        ]
        if len(self._known) >= _KNOWN_PATHS:
            self._known.clear()
        self._known[method, path] = found
        return found

    def _add(self, operation: Operation) -> None:
        node, labels = self._root, []
        for segment in operation.path.split("/")[1:]:
            if segment.startswith("{"):
                labels.append(segment[1:-1])
                node.label = node.label or _Node()
                node = node.label
            else:
                node = node.literals.setdefault(segment, _Node())
        ends = node.ends.setdefault(operation.method, [])
        ends.append(_End(operation, tuple(labels)))
        ends.sort(key=lambda end: len(end.operation.fixed_query), reverse=True)  # the more demanding is asked first

    def _with_slashes(self, method: str, path: str) -> tuple[list[_End], list[str]]:
        for pattern, ends in self._patterns_with_slashes:
            if found := pattern.fullmatch(path):  # that of the longest template: `…/history` is no part of an ARN
                return [end for end in ends if end.operation.method == method], list(found.groups())
        return [], []


def parse_query(query: str) -> Query:
    """The values of each query parameter, decoded, in order."""
    parsed: Query = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parsed.setdefault(name, []).append(value)
    return parsed


def _follow(node: _Node, segments: list[str], at: int, method: str, values: list[str]) -> list[_End]:
    """The operations at the end of `segments`; a literal segment wins over a label. An empty label is none."""
    if at == len(segments):
        return node.ends.get(method, [])
    segment = segments[at]
    literal = node.literals.get(segment)
    if literal is not None and (ends := _follow(literal, segments, at + 1, method, values)):
        return ends
    if node.label is not None and segment:
        values.append(segment)
        if ends := _follow(node.label, segments, at + 1, method, values):
            return ends
        values.pop()
    return []


def _templates_with_slashes(operations: Iterable[Operation]) -> list[tuple[re.Pattern[str], list[_End]]]:
    """Patterns of the templates with a label that may hold slashes, the longest first: a label must not eat `/stop`."""
    found: dict[str, list[_End]] = {}
    for operation in sorted(operations, key=lambda operation: len(operation.path), reverse=True):
        names = re.findall(r"{(\w+)}", operation.path)
        if not _LABELS_WITH_SLASHES.isdisjoint(names):
            found.setdefault(operation.path, []).append(_End(operation, tuple(names)))
    return [(re.compile(re.sub(r"{(\w+)}", _label_pattern, path)), ends) for path, ends in found.items()]


def _label_pattern(label: re.Match[str]) -> str:
    return "(.+)" if label[1] in _LABELS_WITH_SLASHES else "([^/]+)"
