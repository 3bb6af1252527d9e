"""Members of calls and answers against the service model: what an SDK could not send, what no answer can hold."""

from collections.abc import Iterator
from typing import Any

from parity.errors import did_you_mean
from parity.format_check import Misfit, described, named
from parity.lambda_model import Shape, input_shape, inside, output_shape
from parity.references import UnresolvedReference, parse
from parity.value_forms import form_of
from parity.yaml_document import Way

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (str, int, float),
    "blob": (str,),
}
_WANTED = {
    "structure": "a mapping",
    "map": "a mapping",
    "list": "a list",
    "string": "text",
    "integer": "a whole number",
    "long": "a whole number",
    "double": "a number",
    "boolean": "true or false",
    "timestamp": "a time",
    "blob": "text, or a form such as {json: …}, {base64: …} or {zip: …}",
}
_LISTED = 12  # as many names as a message can bear


def input_misfits(operation: str, members: dict[str, Any]) -> Iterator[Misfit]:
    """What of `members` an SDK could not send, or would leave out without a word, as input of the operation.

    Any value of the right type passes: sending wrong ones is what scenarios do. References and forms are taken to fit.
    """
    shape = input_shape(operation)
    yield from _check(members, shape, operation, ())
    for member, description in shape["members"].items():
        if description.get("location") == "uri" and member not in members:
            yield (), f"`{member}` goes into the path of {operation}; only an http step can leave it out"


def output_misfit(operation: str, way: Way) -> str | None:
    """Why an answer of the operation cannot hold what `way` leads to, or None where it can."""
    owner = f"the answer of {operation}"
    for shape, key in _walk(operation, way):
        if inside(shape, key) is None:
            return f"{owner} has no `{key}`{_what_there_is(key, shape)}"
        owner = f"its `{key}`"
    return None


def is_list(operation: str, way: Way) -> bool:
    """Whether `way`, which must pass `output_misfit`, leads to what can be a list in an answer of the operation."""
    steps = list(_walk(operation, way))
    if len(steps) < len(way):
        return True  # inside the function's own answer
    shape, key = steps[-1]
    found = inside(shape, key)
    return found is not None and found["type"] in ("list", "blob")


def _walk(operation: str, way: Way) -> Iterator[tuple[Shape, str | int]]:
    """Each shape on the way and the key that is asked of it, up to where the model says no more."""
    shape: Shape | None = output_shape(operation)
    for key in way:
        if shape is None or shape.get("eventstream"):
            return
        yield shape, key
        if shape.get("payload") == key:
            return  # the function's own answer: any JSON
        shape = inside(shape, key)


def _what_there_is(key: str | int, shape: Shape) -> str:
    if shape["type"] != "structure":
        return f"; it is {_WANTED[shape['type']]}"
    names = list(shape["members"])
    more = ", …" if len(names) > _LISTED else ""
    return did_you_mean(str(key), names) or f"; it has {', '.join(names[:_LISTED]) or 'no members'}{more}"


def _check(value: Any, shape: Shape, name: str, way: Way) -> Iterator[Misfit]:
    if _stands_for_another(value):
        return
    match shape["type"], value:
        case "structure", dict():
            yield from _check_structure(value, shape, name, way)
        case "list", list():
            for index, item in enumerate(value):
                yield from _check(item, _known(shape, index), name, (*way, index))
        case "map", dict():
            for key, item in value.items():
                yield from _check(item, _known(shape, key), name, (*way, key))
        case kind, _ if not _is_a(value, kind):
            quoted = f'; write "{value}"' if kind == "string" and isinstance(value, int | float) else ""
            found = f"found {described(value)}{quoted}"
            yield way, f"{named(way)}expected {_WANTED[kind]}, {found} (an http step can send anything)"


def _check_structure(value: dict[str, Any], shape: Shape, name: str, way: Way) -> Iterator[Misfit]:
    for key, item in value.items():
        member = inside(shape, key)
        if member is not None:
            yield from _check(item, member, key, (*way, key))
        elif "${" not in key:
            hint = did_you_mean(key, list(shape["members"])) or " (an http step can send it)"
            yield (*way, key), f"{name} has no member `{key}`{hint}"


def _known(shape: Shape, key: str | int) -> Shape:
    found = inside(shape, key)
    assert found is not None  # a list takes every index, a map every key
    return found


def _is_a(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON.get(kind, ())) and (kind == "boolean") >= isinstance(value, bool)


def _stands_for_another(value: Any) -> bool:
    """Whether the value is a reference or a form, whose own value is not known yet."""
    if isinstance(value, dict):
        return form_of(value) is not None
    if not isinstance(value, str) or "${" not in value:
        return False
    try:
        parts = parse(value)
    except UnresolvedReference:
        return True  # reported where references are checked
    return len(parts) == 1 and not isinstance(parts[0], str)
