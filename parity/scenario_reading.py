"""From the document of one file to a Scenario, or to everything that is wrong with it.

Needs come first, because steps refer to them. Then each step in turn: its `each` is expanded, what came out is checked
against the types of the format and against what it must mean, and its references against what exists by then. What is
broken at one stage is left out of the next, so that one mistake is reported once and the rest is still looked at.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from parity.code_library import CodeLibrary
from parity.errors import Problem, did_you_mean
from parity.expansion import Variant, binding_misfits, each_misfits, malformed, variants
from parity.format_check import Misfit, described, fitted
from parity.needs_section import in_order, needs_misfits, needs_of
from parity.reference_check import BUILT_IN, Known, WayCheck, anything, attributes, built_in, numbered
from parity.references import UnresolvedReference
from parity.scenario import NEED_ATTRIBUTES, TAGS, ExpandedStep, Needs, NeedsSection, Outline, Scenario, Step
from parity.step_check import answer_misfit, step_misfits
from parity.yaml_document import Document, Way, read_document

# Operations that see a function without its being named. Elsewhere a function that nothing refers to is a leftover.
_SEE_ALL_FUNCTIONS = {"ListFunctions", "GetAccountSettings"}
_NOT_HASHED = {"says", "evidence", "each"}


def read_scenario(id_: str, path: Path, library: CodeLibrary) -> Scenario | list[Problem]:
    """The scenario in the file, or its problems. Notes in the library which function code it uses."""
    document = read_document(path, "a mapping with `title` and `steps`")
    if isinstance(document, list):
        library.complete = False
        return document
    return _Reading(id_, document, library).scenario()


class _Reading:
    """One document on its way to a scenario; what is wrong with it gathers in `problems`."""

    def __init__(self, id_: str, document: Document, library: CodeLibrary) -> None:
        self.id = id_
        self.document = document
        self.library = library
        self.problems: list[Problem] = []
        self.steps: list[ExpandedStep] = []
        self.known = Known(built_in(library.code))
        self.taken = set(BUILT_IN)  # names that no step and no variable can have
        self.section: NeedsSection | None = None
        self.unordered: tuple[str, ...] = ()

    def scenario(self) -> Scenario | list[Problem]:
        value = self.document.value
        if not isinstance(value, dict):
            self.library.complete = False
            return [self.document.problem(f"expected a mapping with `title` and `steps`, found {described(value)}")]
        outline = self._outline(value)
        self._read_needs(value.get("needs", {}))
        self._read_steps(value.get("steps"))
        needs = self._finished_needs()
        if outline is None or needs is None or self.problems:
            return self.problems
        code = self.known.used_code | {need.code for need in needs.functions}
        code |= {need.code for need in needs.resources if need.code}
        return Scenario(
            id=self.id,
            path=self.document.path,
            root=self.library.root,
            title=outline.title,
            steps=tuple(self.steps),
            needs=needs,
            hash=_hash(needs, self.steps, {name: self.library.code.digest(name) for name in code}),
            tags=frozenset(outline.tags),
            reference=(outline.reference,) if isinstance(outline.reference, str) else tuple(outline.reference),
            code=tuple(sorted(code)),
        )

    def _note(self, found: Iterable[Misfit], way: Way = ()) -> bool:
        """Keep what was found; whether there was anything."""
        new = [self.document.problem(message, (*way, *place)) for place, message in found]
        self.problems += new
        return bool(new)

    def _outline(self, value: dict[str, Any]) -> Outline | None:
        outline = fitted(value, Outline)
        if isinstance(outline, list):
            self._note(outline)
            return None
        self.unordered = tuple(outline.unordered)
        for index, tag in enumerate(outline.tags):
            if tag not in TAGS:
                hint = did_you_mean(tag, list(TAGS)) or f"; expected one of {', '.join(TAGS)}"
                self._note([(("tags", index), f"unknown tag `{tag}`{hint}")])
        return outline

    def _read_needs(self, value: Any) -> None:
        section = fitted(value, NeedsSection)
        if isinstance(section, list):  # noted with the outline
            self.known.certain = self.library.complete = False
            return
        needs = list(in_order(section))
        self.taken |= {need.as_ for need in needs}
        self.known.later = {need.as_: self.document.line(("needs", *need.way)) for need in needs}
        for need in needs:
            self.known.later.pop(need.as_, None)
            self._note(self.known.misfits(need.with_, ("needs", *need.way, "with")))
            self.known.roots[need.as_] = attributes(NEED_ATTRIBUTES[need.kind])
            self.library.used |= {need.code} if need.code else set()
        if not self._note(needs_misfits(section, self.library.defaults), ("needs",)):
            self.section = section

    def _read_steps(self, written: Any) -> None:
        if not isinstance(written, list):  # noted with the outline
            self.library.complete = False
            return
        self.known.later = self._ids(written)
        for index, step in enumerate(written):
            self._read_step(step, ("steps", index))

    def _ids(self, written: list[Any]) -> dict[str, int]:
        """The steps' ids and their lines."""
        lines: dict[str, int] = {}
        for index, step in enumerate(written):
            way: Way = ("steps", index)
            id_ = step.get("id") if isinstance(step, dict) else None
            if not isinstance(id_, str):
                continue
            if id_ in lines:
                self._note([((*way, "id"), f"duplicate id `{id_}`; it stands on line {lines[id_]} already")])
            elif id_ in self.taken:
                self._note([((*way, "id"), f"the id `{id_}` is taken by a need or a built-in name; choose another")])
            lines.setdefault(id_, self.document.line((*way, "id")))
        return lines

    def _read_step(self, written: Any, way: Way) -> None:
        if not isinstance(written, dict):
            self._note([(way, f"expected a mapping, found {described(written)}")])
            return
        id_ = str(written.get("id"))
        self.known.later.pop(id_, None)
        checks = [_answers(self._expanded(variant, way)) for variant in self._variants(written, way)]
        if id_ in self.taken:  # noted; it stays what it was
            return
        if not checks:
            self.known.roots[id_] = anything
        else:
            self.known.roots[id_] = numbered(checks, "value of each") if "each" in written else checks[0]

    def _variants(self, written: dict[str, Any], way: Way) -> list[Variant]:
        if "each" in written and self._note(each_misfits(written["each"], self.taken), (*way, "each")):
            self.library.complete = False
            return []
        if self._note(malformed(written, way)):
            self.library.complete = False
            return []
        try:
            return variants(written)
        except UnresolvedReference:
            self._note(binding_misfits(written), way)
            return []

    def _expanded(self, variant: Variant, way: Way) -> ExpandedStep | None:
        members = variant.members
        for key in ("with", "http", "wait"):
            self._note(self.known.misfits(members.get(key), (*way, key)))
        source = fitted(members, Step)
        if isinstance(source, list):
            self._note(source, way)
            return None
        step = ExpandedStep(
            id=source.id if variant.index is None else f"{source.id}[{variant.index}]",
            source=source,
            line=self.document.line(way),
            index=variant.index,
            variables=variant.variables,
            unordered=(*self.unordered, *source.unordered),
        )
        if source.evidence and source.evidence.published:
            reading: Way = (*way, "evidence", "published", "reading")
            self._note(self.known.misfits(source.evidence.published.reading, reading))
        self._note(step_misfits(step), way)
        self.steps.append(step)
        return step

    def _finished_needs(self) -> Needs | None:
        self.library.used |= self.known.used_code
        if self.section is None:
            return None
        needs = needs_of(self.section, self.library.defaults)
        if not self.problems:  # else a reference may be among what could not be read
            self._check_needs_are_used(self.section)
        return replace(needs, role=needs.role or bool(needs.functions) or "role" in self.known.used)

    def _check_needs_are_used(self, section: NeedsSection) -> None:
        sees_all = any(step.operation in _SEE_ALL_FUNCTIONS for step in self.steps)
        for need in in_order(section):
            if need.as_ not in self.known.used and not (need.kind == "function" and sees_all):
                self._note([(("needs", *need.way), f"nothing refers to `{need.as_}`; use it or remove it")])
        if section.role and "role" not in self.known.used:
            self._note([(("needs", "role"), "nothing refers to `role`; use it or remove it (functions imply one)")])


def _answers(step: ExpandedStep | None) -> WayCheck:
    if step is None:
        return anything
    answer = partial(answer_misfit, step)
    return answer if step.parallel == 1 else numbered([answer] * step.parallel, "request")


def _hash(needs: Needs, steps: Iterable[ExpandedStep], code: Mapping[str, str]) -> str:
    """Of what is sent and what it is sent to, and of nothing that merely explains it."""
    content = {
        "role": needs.role,
        "resources": [[need.kind, need.as_, need.code, need.members] for need in needs.resources],
        "functions": [[need.as_, need.code, need.members] for need in needs.functions],
        "steps": [[step.id, step.unordered, _asked(step.source)] for step in steps],
        "code": code,
    }
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _asked(step: Step) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.to_builtins(step)
    return {key: value for key, value in members.items() if key not in _NOT_HASHED}
