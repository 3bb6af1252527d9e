"""GetLayerVersionPolicy, and how the operations on layer policies find their layer version."""

from emulator.errors import ResourceNotFoundException
from emulator.operations.call import Call, Members
from emulator.operations.layers import find_layer, read_own_layer
from emulator.resources.layer import LayerVersion


def get_layer_version_policy(call: Call, members: Members) -> Members:
    """The policy of a layer version, as JSON text, and its RevisionId."""
    policy = find_version(call, members).policy
    if policy is None:
        raise ResourceNotFoundException.no_policy()
    return {**policy.describe()}


def find_version(call: Call, members: Members) -> LayerVersion:
    """The layer version that LayerName and VersionNumber name.

    Raises ResourceNotFoundException with the version's ARN, for a missing layer and for a missing version alike
    [rec: test_layer_policy_exceptions, 2025-11-25].
    """
    target = read_own_layer(call, members["LayerName"])
    layer = find_layer(call, target)
    found = layer.versions.get(members["VersionNumber"]) if layer is not None else None
    if found is None:
        raise ResourceNotFoundException.layer_version(target.arn(members["VersionNumber"]))
    return found
