"""TagResource, UntagResource, ListTags."""

from collections.abc import Callable, Mapping

from emulator import ids, quotas
from emulator.errors import InvalidParameterValueException, ResourceNotFoundException
from emulator.operations.call import Call, Members
from emulator.operations.target import find_function, read_target
from emulator.resources.capacity_provider import CapacityProvider
from emulator.resources.code_signing_config import CodeSigningConfig
from emulator.resources.event_source_mapping import EventSourceMapping
from emulator.resources.function import Function

Tagged = Function | EventSourceMapping | CapacityProvider | CodeSigningConfig

# What else can be tagged, how the sentence about its absence begins [rec: test_tag_exceptions, 2025-11-25], and where
# it is kept by the last part of its ARN; None for what no operation makes.
_OTHER_KINDS: dict[str, tuple[str, Callable[[Call], Mapping[str, Tagged]] | None]] = {
    "event-source-mapping": ("Event source mapping", lambda call: call.resources.event_source_mappings),
    "capacity-provider": ("Capacity provider", lambda call: call.resources.capacity_providers),
    "code-signing-config": ("Code signing config", lambda call: call.resources.code_signing_configs),
    "network-connector": ("Network connector", None),
}


def tag_resource(call: Call, members: Members) -> Members:
    """Add tags to a resource; a key that is there already gets the new value."""
    tags = members["Tags"]
    tagged = _find_tagged(call, members["Resource"])
    if not tags:
        raise InvalidParameterValueException.cannot_be_processed()
    check_tags(tagged.tags | tags)
    tagged.tags.update(tags)
    _revise(tagged)
    return {}


def untag_resource(call: Call, members: Members) -> Members:
    """Take tags away from a resource. Keys that are not there do not matter."""
    tagged = _find_tagged(call, members["Resource"])
    for key in members["TagKeys"]:
        tagged.tags.pop(key, None)
    _revise(tagged)
    return {}


def list_tags(call: Call, members: Members) -> Members:
    """The tags of a resource, `{}` if it has none."""
    return {"Tags": dict(_find_tagged(call, members["Resource"]).tags)}


def check_tags(tags: Mapping[str, str]) -> None:
    """Raises InvalidParameterValueException for more than 50 tags, and for keys that belong to AWS."""
    if len(tags) > quotas.TAGS:
        raise InvalidParameterValueException.too_many_tags(quotas.TAGS)
    if any(key.lower().startswith("aws:") for key in tags):
        raise InvalidParameterValueException.reserved_tag()


def _revise(tagged: Tagged) -> None:
    # A function's RevisionId changes with every tagging [rec: TestLambdaTags::test_tag_lifecycle, 2025-11-25].
    if isinstance(tagged, Function):
        tagged.latest.revision_id = ids.revision_id()


def _find_tagged(call: Call, resource: str) -> Tagged:
    _, _, _, region, account_id, kind, name, *_ = resource.split(":")
    if kind in _OTHER_KINDS:
        sentence, store = _OTHER_KINDS[kind]
        here = (region, account_id) == (call.region, call.account_id)
        found = store(call).get(name) if here and store else None
        if found is None:
            raise ResourceNotFoundException.tagged(sentence, resource)
        return found
    return _find_function(call, resource)


def _find_function(call: Call, resource: str) -> Function:
    target = read_target(call, resource)
    if target.qualifier is not None:
        # Whether it exists or not [rec: test_tag_exceptions, 2025-11-25].
        raise InvalidParameterValueException.tags_on_version()
    return find_function(call, target)
