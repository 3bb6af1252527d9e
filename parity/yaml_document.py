"""A YAML file as plain values that still know which line they came from.

Plain scalars are read as in JSON: `null` (or nothing), `true`, `false`, numbers; everything else is text. So `no`,
`on`, `2024-01-01` and `007` are the texts they look like, where YAML 1.1 would see booleans, a date, an octal number.
Anchors and aliases work; merge keys (`<<`) and tags (`!!set`) do not exist here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # its stubs leave it out
from yaml.reader import ReaderError
from yaml.resolver import BaseResolver

from parity.errors import Problem

Way = tuple[str | int, ...]
"""How to get to a value from the top: ("steps", 0, "with", "Name")."""


class _Composer(CParser, BaseResolver):
    """Text to nodes, with libyaml. Values are made from the nodes here, where their lines are known."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        BaseResolver.__init__(self)


_INT, _FLOAT, _BOOL, _NULL, _STR, _SEQ, _MAP = (
    f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null", "str", "seq", "map")
)
_Composer.add_implicit_resolver(_INT, re.compile(r"^-?(0|[1-9]\d*)$"), list("-0123456789"))
_Composer.add_implicit_resolver(_FLOAT, re.compile(r"^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$"), list("-0123456789"))
_Composer.add_implicit_resolver(_BOOL, re.compile(r"^(true|false)$"), list("tf"))
_Composer.add_implicit_resolver(_NULL, re.compile(r"^(null|~|)$"), ["n", "~", ""])

_SCALARS: dict[str, Callable[[str], Any]] = {
    _STR: str,
    _INT: int,
    _FLOAT: float,
    _BOOL: "true".__eq__,
    _NULL: lambda _: None,
}


class _Unreadable(Exception):
    """The text is no YAML that this project reads: where, and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.problem = (line, message)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file's value; `line` tells where any part of it stands."""

    path: Path
    value: Any
    _node: yaml.Node

    def line(self, way: Way = ()) -> int:
        """The line (from 1) of what `way` leads to: of the key where it is a mapping's member, of the nearest container
        where there is nothing at its end."""
        node, line = self._node, self._node.start_mark.line
        for key in way:
            step = _member(node, key)
            if step is None:
                break
            line, node = step
        return int(line) + 1

    def problem(self, message: str, way: Way = ()) -> Problem:
        """A problem at the line of `way`."""
        return Problem(self.path, self.line(way), message)


def read_document(path: Path, expected: str) -> Document | list[Problem]:
    """The document in the file, or everything that keeps it from being one.

    `expected` says what an empty file should have held.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        node = _compose(text)
    except OSError as error:
        return [Problem(path, 1, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return [Problem(path, line, f"not UTF-8: byte 0x{error.object[error.start]:02x}; save the file as UTF-8")]
    except _Unreadable as error:
        return [Problem(path, *error.problem)]
    if node is None:
        return [Problem(path, 1, f"the file is empty; expected {expected}")]
    problems: list[Problem] = []
    try:
        value = _Values(path, problems).of(node)
    except RecursionError:
        return [Problem(path, 1, "lists and mappings are nested too deeply")]
    return problems or Document(path, value, node)


def _compose(text: str) -> yaml.Node | None:
    composer = _Composer(text)
    try:
        return composer.get_single_node()
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _Unreadable(line, f"not YAML: the character U+{error.character:04X} is not allowed") from None
    except yaml.MarkedYAMLError as error:
        raise _Unreadable(*_explained(error, text)) from None
    finally:
        composer.dispose()


def _explained(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    for number in {line, line - 1}:
        if 0 < number <= len(lines) and re.match(r" *\t", lines[number - 1]):
            return number, "a tab in the indentation; YAML is indented with spaces"
    why = ", ".join(part for part in (error.context, error.problem) if part)
    return line, f"not YAML: {why}"


class _Values:
    """Makes plain values from nodes and notes what cannot be one."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self._path = path
        self._problems = problems
        self._open: set[int] = set()  # the containers we are inside of, to notice one that contains itself

    def of(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            self._note(node, "an anchor that contains itself; expected values that end")
            return None
        self._open.add(id(node))
        try:
            if node.tag not in (_SEQ, _MAP):
                self._note(node, f"the tag `{_shown_tag(node.tag)}`; expected plain values without tags")
                return None
            return self._mapping(node) if isinstance(node, yaml.MappingNode) else [self.of(item) for item in node.value]
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        make = _SCALARS.get(node.tag)
        if make is None:
            self._note(node, f"the tag `{_shown_tag(node.tag)}`; expected plain values without tags")
            return None
        try:
            return make(node.value)
        except ValueError:  # `!!int x`, or a number of thousands of digits
            self._note(node, f"`{node.value[:40]}` is no {node.tag.rpartition(':')[2]}")
            return None

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in mapping:
                self._note(key_node, f"duplicate key `{key}`; it stands on line {lines[key]} already")
            lines.setdefault(key, key_node.start_mark.line + 1)
            mapping[key] = self.of(value_node)
        return mapping

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode) or node.tag != _STR:
            plain = isinstance(node, yaml.ScalarNode)
            found = f'`{node.value}`; write "{node.value}"' if plain else "a list or mapping"
            self._note(node, f"a key must be text, found {found}")
            return None
        if node.value == "<<" and not node.style:
            self._note(node, "merge keys (`<<`) are not read; write the members out")
            return None
        return str(node.value)

    def _note(self, node: yaml.Node, message: str) -> None:
        self._problems.append(Problem(self._path, node.start_mark.line + 1, message))


def _member(node: yaml.Node, key: str | int) -> tuple[int, yaml.Node] | None:
    """The line and the node of a member or an item."""
    if isinstance(node, yaml.MappingNode):
        members: Iterator[tuple[yaml.Node, yaml.Node]] = iter(node.value)
        return next(((k.start_mark.line, value) for k, value in members if k.value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line, node.value[key]
    return None


def _shown_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
