"""Which members of an operation's output a recorded answer holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from parity.coverage.constraints import ServiceModel
from parity.decoding import BODY_FORMS


@dataclass(frozen=True, slots=True)
class Held:
    """A member that is there: its path in the model (`Functions[].Runtime`), where in the answer, and its value."""

    member: str
    at: str  # a path as differences have it: body.Functions[0].Runtime
    value: Any


def held_members(model: ServiceModel, operation: str, answer: Mapping[str, Any]) -> Iterator[Held]:
    """The members that a success answer, as a snapshot has it, holds. A member that is null is not there."""
    output = model["operations"][operation].get("output")
    if not output:
        return
    shape = model["shapes"][output["shape"]]
    for member, described in shape["members"].items():
        if member == shape.get("payload"):
            yield from _payload(model, member, described["shape"], answer)
        elif described.get("location") == "statusCode":
            yield Held(member, "status", answer.get("status"))
        elif described.get("location") == "header":
            header = described["locationName"].lower()
            if header in answer.get("headers", {}):
                yield Held(member, f"headers.{header}", answer["headers"][header])
    body = answer.get("body")
    if "payload" not in shape and isinstance(body, dict):
        yield from _inside(model, output["shape"], body, "", "body")


def _payload(model: ServiceModel, member: str, shape: str, answer: Mapping[str, Any]) -> Iterator[Held]:
    """What a function answered, or the events that carry it."""
    form = next((name for name in BODY_FORMS if name in answer), None)
    if form is None:
        return
    yield Held(member, form, answer[form])
    for index, event in enumerate(answer.get("events", ())):
        described = model["shapes"][shape]["members"].get(event.get("event"))
        if described is None:
            continue
        name, at = f"{member}.{event['event']}", f"events[{index}]"
        yield Held(name, at, event)
        yield from _event(model, described["shape"], event, name, at)


def _event(model: ServiceModel, shape: str, event: Mapping[str, Any], name: str, at: str) -> Iterator[Held]:
    blob = [one for one, what in model["shapes"][shape]["members"].items() if what.get("eventpayload")]
    if blob:
        yield Held(f"{name}.{blob[0]}", at, event)
    elif isinstance(event.get("body"), dict):
        yield from _inside(model, shape, event["body"], f"{name}.", f"{at}.body")


def _inside(model: ServiceModel, shape: str, value: Any, path: str, at: str) -> Iterator[Held]:
    described = model["shapes"][shape]
    match described["type"], value:
        case "structure", dict():
            for member, inner in described["members"].items():
                key = inner.get("locationName", member)
                if value.get(key) is not None:
                    yield Held(f"{path}{member}", f"{at}.{key}", value[key])
                    yield from _inside(model, inner["shape"], value[key], f"{path}{member}.", f"{at}.{key}")
        case "list", list():
            for index, item in enumerate(value):
                inside = f"{path.removesuffix('.')}[]."
                yield from _inside(model, described["member"]["shape"], item, inside, f"{at}[{index}]")
        case "map", dict():
            for key, item in value.items():
                inside = f"{path.removesuffix('.')}{{}}."
                yield from _inside(model, described["value"]["shape"], item, inside, f"{at}.{key}")
