"""Puts an answer and its snapshot side by side, place by place, in the terms of the snapshot.

The result is two trees of the same make. Lists have become mappings from `At` to item, so that a missing item moves no
other one; a member under a name of other case and a list in another order are each a single leaf, because each is a
single difference.
"""

import re
from dataclasses import dataclass
from typing import Any

from parity.bindings import Bindings

_LARGEST = 60  # items; longer lists are compared index by index


@dataclass(frozen=True, slots=True, order=True)
class At:
    """A place in a list. Extra items stand at the place they have in the actual list."""

    index: int
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Renamed:
    """A member whose name is the expected one but for its case."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Unlike:
    """A value that is one difference as a whole: a list in another order, a body of another form."""

    value: Any


@dataclass(frozen=True, slots=True)
class Body:
    """A body and the form it has (see `decoding`). Bodies of different forms are one difference, whatever they hold."""

    form: str
    value: Any


Pair = tuple[Any, Any]
Path = tuple[str, ...]


def way_of(path: str) -> Path:
    """The way to a list that a scenario names, without indexes: "Versions[0].Layers" → body, Versions, Layers."""
    names = tuple(name for name in re.sub(r"\[[^\]]*\]", "", path).split(".") if name)
    return names if names[:1] == ("body",) else ("body", *names)


@dataclass(slots=True)
class Aligner:
    """Aligns values with templates. `unordered` are the ways to lists whose order means nothing, without indexes."""

    bindings: Bindings
    unordered: frozenset[Path] = frozenset()

    def align(self, expected: Any, actual: Any, path: Path = ()) -> Pair:
        """The two sides, equal wherever the actual value unifies with the template."""
        if isinstance(expected, Body) and isinstance(actual, Body):
            return self._bodies(expected, actual, path)
        if isinstance(expected, dict) and isinstance(actual, dict):
            return self._members(expected, actual, path)
        if isinstance(expected, list) and isinstance(actual, list):
            return self.items(expected, actual, path, ordered=path not in self.unordered)
        if isinstance(expected, str) and isinstance(actual, str):
            return expected, self.bindings.text(expected, actual)
        if isinstance(expected, str) and isinstance(actual, int | float) and self.bindings.is_number(expected, actual):
            return expected, expected
        return expected, self.written(actual)

    def items(self, expected: list[Any], actual: list[Any], path: Path, *, ordered: bool) -> Pair:
        """Two lists, in order or as the multisets that they are."""
        if max(len(expected), len(actual)) > _LARGEST:
            return self._in_step(expected, actual, path)
        if not ordered:
            return self._matched(expected, actual, path, self._closest(expected, actual, path))
        if len(expected) != len(actual):
            return self._matched(expected, actual, path, self._shortest_edit(expected, actual, path))
        attempt = Aligner(self.bindings.copy(), self.unordered)
        pair = attempt._in_step(expected, actual, path)
        if count(*pair) > 1 and self._is_permutation(expected, actual, path):
            return expected, Unlike(self.written(actual))
        self.bindings.adopt(attempt.bindings)
        return pair

    def written(self, actual: Any) -> Any:
        """A value that nothing was expected for, in the terms of the snapshot."""
        if isinstance(actual, str):
            return self.bindings.written(actual)
        if isinstance(actual, dict):
            return {self.bindings.written(key): self.written(value) for key, value in actual.items()}
        if isinstance(actual, list):
            return [self.written(item) for item in actual]
        return Body(actual.form, self.written(actual.value)) if isinstance(actual, Body) else actual

    def _bodies(self, expected: Body, actual: Body, path: Path) -> Pair:
        if expected.form != actual.form:
            return expected, Unlike(self.written(actual))
        return self.align(expected.value, actual.value, path)

    def _members(self, expected: dict[str, Any], actual: dict[str, Any], path: Path) -> Pair:
        left, right = dict(expected), {}
        names = self._names(expected, actual)
        for name in sorted(expected):
            if name not in names:
                continue
            left[name], value = self.align(expected[name], actual[names[name]], (*path, name))
            is_same = name == names[name] or self.bindings.text(name, names[name]) == name
            right[name] = value if is_same else Renamed(self.bindings.written(names[name]), value)
        found = set(names.values())
        right |= {self.bindings.written(name): self.written(actual[name]) for name in actual if name not in found}
        return left, right

    def _names(self, expected: dict[str, Any], actual: dict[str, Any]) -> dict[str, str]:
        """Which member of the answer each expected member is: by its name, else by a name of other case."""
        names: dict[str, str] = {}
        left = dict.fromkeys(actual)
        for same in (self._is_name, _is_other_case):
            for template in sorted(expected):
                name = next((name for name in left if template not in names and same(template, name)), None)
                if name is not None:
                    names[template] = name
                    del left[name]
        return names

    def _is_name(self, template: str, name: str) -> bool:
        return template == name if "<" not in template else self.bindings.copy().text(template, name) == template

    def _in_step(self, expected: list[Any], actual: list[Any], path: Path) -> Pair:
        """Index by index; what one list has more than the other stands at its end."""
        shared = min(len(expected), len(actual))
        return self._matched(expected, actual, path, [(index, index) for index in range(shared)])

    def _matched(self, expected: list[Any], actual: list[Any], path: Path, matches: list[tuple[int, int]]) -> Pair:
        """The two sides where it is known which item is which. Matches are aligned in the order in which they come."""
        left = {At(index): item for index, item in enumerate(expected)}
        right = {}
        for i, j in matches:
            left[At(i)], right[At(i)] = self.align(expected[i], actual[j], path)
        found = {j for _, j in matches}
        extra = {At(j, extra=True): self.written(item) for j, item in enumerate(actual) if j not in found}
        return left, dict(sorted(right.items())) | extra

    def _cost(self, expected: Any, actual: Any, path: Path) -> int:
        """How many differences there would be if the one item were the other."""
        return count(*Aligner(self.bindings.copy(), self.unordered).align(expected, actual, path))

    def _costs(self, expected: list[Any], actual: list[Any], path: Path) -> list[list[int]]:
        return [[self._cost(item, other, path) for other in actual] for item in expected]

    def _closest(self, expected: list[Any], actual: list[Any], path: Path) -> list[tuple[int, int]]:
        """Pairs of items that are alike, the most alike first."""
        costs = self._costs(expected, actual, path)
        ranked = sorted((cost, i, j) for i, row in enumerate(costs) for j, cost in enumerate(row))
        matches: dict[int, int] = {}
        for _, i, j in ranked:
            if i not in matches and j not in matches.values():
                matches[i] = j
        return list(matches.items())

    def _is_permutation(self, expected: list[Any], actual: list[Any], path: Path) -> bool:
        costs = self._costs(expected, actual, path)
        return all(costs[i][j] == 0 for i, j in self._closest(expected, actual, path))

    def _shortest_edit(self, expected: list[Any], actual: list[Any], path: Path) -> list[tuple[int, int]]:
        """Pairs of items in order, such that pairs and left-out items make the fewest differences."""
        costs = self._costs(expected, actual, path)
        rows, columns = len(expected), len(actual)
        # best[i][j]: the fewest differences between what follows item i of the one and item j of the other
        best = [[rows - i + columns - j for j in range(columns + 1)] for i in range(rows + 1)]
        for i in reversed(range(rows)):
            for j in reversed(range(columns)):
                best[i][j] = min(costs[i][j] + best[i + 1][j + 1], 1 + best[i + 1][j], 1 + best[i][j + 1])
        matches, i, j = [], 0, 0
        while i < rows and j < columns:
            if best[i][j] == costs[i][j] + best[i + 1][j + 1]:
                matches.append((i, j))
                i, j = i + 1, j + 1
            elif best[i][j] == 1 + best[i + 1][j]:
                i += 1
            else:
                j += 1
        return matches


def _is_other_case(template: str, name: str) -> bool:
    return template.casefold() == name.casefold()


def count(left: Any, right: Any) -> int:
    """How many differences there are between the two sides."""
    if isinstance(right, Renamed):
        return 1 + count(left, right.value)
    if isinstance(left, dict) and isinstance(right, dict):
        return sum(count(left[key], right[key]) if key in right else 1 for key in left) + len(
            right.keys() - left.keys()
        )
    return 0 if type(left) is type(right) and left == right else 1
