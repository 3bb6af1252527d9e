"""TagResource, UntagResource, ListTags."""

from collections.abc import Mapping

from emulator import ids, quotas
from emulator.errors import InvalidParameterValueException, ResourceNotFoundException
from emulator.operations.call import Call, Members
from emulator.operations.target import find_function, read_target
from emulator.resources.function import Function

# What else can be tagged, and how the sentence about its absence begins [rec: test_tag_exceptions, 2025-11-25].
_OTHER_KINDS = {
    "event-source-mapping": "Event source mapping",
    "capacity-provider": "Capacity provider",
    "code-signing-config": "Code signing config",
    "network-connector": "Network connector",
}


def tag_resource(call: Call, members: Members) -> Members:
    """Add tags to a function; a key that is there already gets the new value."""
    tags = members["Tags"]
    function = _find_tagged(call, members["Resource"])
    if not tags:
        raise InvalidParameterValueException.cannot_be_processed()
    check_tags(function.tags | tags)
    function.tags.update(tags)
    _revise(function)
    return {}


def untag_resource(call: Call, members: Members) -> Members:
    """Take tags away from a function. Keys that are not there do not matter."""
    function = _find_tagged(call, members["Resource"])
    for key in members["TagKeys"]:
        function.tags.pop(key, None)
    _revise(function)
    return {}


def list_tags(call: Call, members: Members) -> Members:
    """The tags of a function, `{}` if it has none."""
    return {"Tags": dict(_find_tagged(call, members["Resource"]).tags)}


def check_tags(tags: Mapping[str, str]) -> None:
    """Raises InvalidParameterValueException for more than 50 tags, and for keys that belong to AWS."""
    if len(tags) > quotas.TAGS:
        raise InvalidParameterValueException.too_many_tags(quotas.TAGS)
    if any(key.lower().startswith("aws:") for key in tags):
        raise InvalidParameterValueException.reserved_tag()


def _revise(function: Function) -> None:
    # A function's RevisionId changes with every tagging [rec: TestLambdaTags::test_tag_lifecycle, 2025-11-25].
    function.latest.revision_id = ids.revision_id()


def _find_tagged(call: Call, resource: str) -> Function:
    kind = resource.split(":")[5]
    if kind in _OTHER_KINDS:  # none of them exists yet
        raise ResourceNotFoundException.tagged(_OTHER_KINDS[kind], resource)
    target = read_target(call, resource)
    if target.qualifier is not None:
        # Whether it exists or not [rec: test_tag_exceptions, 2025-11-25].
        raise InvalidParameterValueException.tags_on_version()
    return find_function(call, target)
