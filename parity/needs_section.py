"""The `needs` of a scenario, from the ways in which they can be written to the one in which they are deployed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from parity.errors import did_you_mean
from parity.format_check import Misfit
from parity.function_code import DEFAULTS
from parity.member_check import input_misfits
from parity.reference_check import BUILT_IN
from parity.scenario import (
    FunctionFile,
    FunctionNeed,
    LayerNeed,
    NeededFunction,
    NeededResource,
    Needs,
    NeedsSection,
    ResourceNeed,
)
from parity.yaml_document import Way

Defaults = Mapping[str, FunctionFile | None]
"""The folders of `_functions` and their `function.yaml`, None where a folder has none."""

_DEPLOYED = {"FunctionName", "Role", "Code"}
_RESOURCES = ("queue", "topic", "bucket", "table", "stream")
_WITHOUT_CODE = ("queue", "topic", "table", "stream")


def needs_of(section: NeedsSection, defaults: Defaults) -> Needs:
    """The needs with defaults filled in. `section` must be free of `needs_misfits`."""
    resources = (need for need in in_order(section) if need.kind != "function")
    return Needs(
        role=section.role,
        resources=tuple(NeededResource(need.kind, need.as_, need.with_, need.code) for need in resources),
        functions=tuple(
            NeededFunction(need.as_, need.code, _members(need, defaults)) for need, _ in _functions(section)
        ),
    )


def needs_misfits(section: NeedsSection, defaults: Defaults) -> Iterator[Misfit]:
    """What is wrong with the needs beyond their types: unknown code, no runtime, names that are taken."""
    taken: set[str] = set(BUILT_IN)
    for placed in in_order(section):
        if placed.as_ in taken:
            yield placed.way, f"the name `{placed.as_}` is taken; name the need with `as`"
        taken.add(placed.as_)
        if placed.code is not None and placed.code not in defaults:
            hint = did_you_mean(placed.code, list(defaults))
            yield placed.way, f"there is no folder `{placed.code}` in _functions{hint}"
        if placed.code is not None and placed.kind in _WITHOUT_CODE:
            yield (*placed.way, "code"), f"a {placed.kind} holds no code; only a bucket does"
    for need, way in _functions(section):
        if need.code not in defaults:
            continue
        members = _members(need, defaults)
        for member in ("Runtime", "Handler"):
            if member not in members:
                yield way, f"no {member.lower()}; expected one here or in _functions/{need.code}/{DEFAULTS}"
        for member in _DEPLOYED & need.with_.keys():
            yield (*way, "with", member), f"`{member}` is chosen by the deployment; expected other members"
        for place, message in input_misfits("CreateFunction", members):
            yield ((*way, "with", *place) if place and place[0] in need.with_ else way), message


@dataclass(frozen=True, slots=True)
class PlacedNeed:
    """One need and where in the section it is written."""

    kind: str
    as_: str
    code: str | None
    with_: dict[str, Any]
    way: Way


def in_order(section: NeedsSection) -> Iterator[PlacedNeed]:
    """The needs in the order in which they are made: each can refer to those before it."""
    for layer, way in _layers(section):
        yield PlacedNeed("layer", layer.as_, layer.code, layer.with_, way)
    for kind, resource, way in _resources(section):
        yield PlacedNeed(kind, resource.as_ or kind, resource.code, resource.with_, way)
    for function, way in _functions(section):
        yield PlacedNeed("function", function.as_, function.code, function.with_, way)


def _functions(section: NeedsSection) -> Iterator[tuple[FunctionNeed, Way]]:
    for written, way in _listed(section.function, ("function",)):
        yield (FunctionNeed(code=written) if isinstance(written, str) else written), way


def _layers(section: NeedsSection) -> Iterator[tuple[LayerNeed, Way]]:
    for written, way in _listed(section.layer, ("layer",)):
        yield (LayerNeed(code=written) if isinstance(written, str) else written), way


def _resources(section: NeedsSection) -> Iterator[tuple[str, ResourceNeed, Way]]:
    for kind in _RESOURCES:
        written = getattr(section, kind)
        if written is True:
            yield kind, ResourceNeed(), (kind,)
        elif written:
            for need, way in _listed(written, (kind,)):
                yield kind, need, way


def _listed(written: Any, way: Way) -> Iterator[tuple[Any, Way]]:
    if isinstance(written, list):
        yield from ((item, (*way, index)) for index, item in enumerate(written))
    else:
        yield written, way


def _members(need: FunctionNeed, defaults: Defaults) -> dict[str, Any]:
    file = defaults[need.code]
    members: dict[str, Any] = {}
    if file is not None:
        members = {"Runtime": file.runtime, "Handler": file.handler, **file.with_}
        members |= {"Timeout": file.timeout} if file.timeout else {}
        members |= {"MemorySize": file.memory} if file.memory else {}
    members |= {"Runtime": need.runtime} if need.runtime else {}
    members |= {"Handler": need.handler} if need.handler else {}
    return members | need.with_
