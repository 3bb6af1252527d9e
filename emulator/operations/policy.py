"""GetPolicy."""

from emulator.errors import ResourceNotFoundException
from emulator.operations.call import Call, Members
from emulator.operations.target import read_target, resources_of


def get_policy(call: Call, members: Members) -> Members:
    """The policy of a function, a version or an alias, as JSON text, and its RevisionId.

    What is missing, the function, its version or the policy, makes no difference [rec: test_permission_exceptions].
    """
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function = resources_of(call, target).functions.get(target.name)
    policy = function.policies.get(target.qualifier) if function is not None else None
    if policy is None:
        raise ResourceNotFoundException.requested()
    return {**policy.describe()}
