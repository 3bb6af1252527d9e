"""Making a version of what `$LATEST` holds: what CreateFunction, UpdateFunctionCode and PublishVersion have in common.

Functions on managed instances may be published to `$LATEST.PUBLISHED` instead of a number: one version that every
publication there replaces [docs: lambda-managed-instances-version-publishing].
"""

from emulator import arn, quotas
from emulator.errors import CodeStorageExceededException, InvalidParameterValueException
from emulator.operations.call import Call, Members
from emulator.operations.capacity_provider import refuse_full_provider
from emulator.operations.settling import settle_later
from emulator.resources.condition import Condition
from emulator.resources.function import Function, FunctionVersion


def refuse_publish_to(members: Members, *, managed: bool) -> None:
    """Raises InvalidParameterValueException for PublishTo on a function that is not on managed instances."""
    if "PublishTo" in members and not managed:
        raise InvalidParameterValueException.publish_to()


def refuse_publication(call: Call, function: Function, members: Members, added: int) -> None:
    """Refuse to publish what there is no room for, before anything has changed. `added` is in bytes of code.

    Raises FunctionVersionsPerCapacityProviderLimitExceededException, CodeStorageExceededException.
    """
    replaced = function.versions.get(arn.LATEST_PUBLISHED) if "PublishTo" in members else None
    if replaced is None:
        refuse_full_provider(call, function.latest)
    else:
        added -= replaced.code.size
    if call.resources.total_code_size() + added > quotas.TOTAL_CODE_SIZE:
        raise CodeStorageExceededException.limit()


def publish(call: Call, function: Function, members: Members, condition: Condition) -> FunctionVersion:
    """Publish what `$LATEST` holds, where PublishTo says, and let it settle unless it is ready at once.

    What was at `$LATEST.PUBLISHED` before is gone, and no longer runs.
    """
    publish_to = members.get("PublishTo")
    replaced = function.versions.get(arn.LATEST_PUBLISHED) if publish_to else None
    # Of CreateFunction it is the function's, which the version has too; PublishVersion's is that of the version alone.
    published = function.publish(call.clock.now(), condition, members.get("Description"), publish_to)
    if replaced is not None:
        call.dispatcher.retire(replaced.key)
    if condition is not Condition.READY:
        settle_later(call, function, published)
    return published
