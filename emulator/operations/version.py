"""PublishVersion, ListVersionsByFunction."""

from emulator import quotas
from emulator.errors import InvalidParameterValueException
from emulator.operations.call import Call, Members
from emulator.operations.pages import page
from emulator.operations.publishing import publish, refuse_publication, refuse_publish_to
from emulator.operations.target import find_function, read_target, read_unpublished_target, require_idle
from emulator.resources.condition import Condition
from emulator.resources.function import Function, FunctionVersion


def publish_version(call: Call, members: Members) -> Members:
    """Publish what `$LATEST` holds; if that has been done, answer the version there is [model].

    A version is Active at once [rec: test_lambda_permission_fn_versioning, 2025-11-25], except with SnapStart, where a
    snapshot is made first [docs: snapstart-activate], and on managed instances, where environments are started first
    [docs: lambda-managed-instances-scaling].
    """
    target = read_unpublished_target(call, members["FunctionName"])
    function = find_function(call, target)
    refuse_publish_to(members, managed=function.latest.capacity_provider_config is not None)
    require_idle(function, members.get("RevisionId"))
    _check_code(function.latest, members.get("CodeSha256"))
    # An existing version is answered as it is, its description too [rec: test_publish_version_on_create, 2025-11-25].
    published = function.published(members.get("PublishTo"))
    if published is None:
        refuse_publication(call, function, members, function.latest.code.size)
        published = publish(call, function, members, _condition(function))
    return published.describe(published.version)


def _condition(function: Function) -> Condition:
    at_once = function.latest.snap_start == "None" and function.latest.capacity_provider_config is None
    return Condition.READY if at_once else Condition.CREATING


def _check_code(latest: FunctionVersion, code_sha256: str | None) -> None:
    if code_sha256 and code_sha256 != (present := latest.code.current().sha256):
        raise InvalidParameterValueException.code_sha256(code_sha256, present)


def list_versions_by_function(call: Call, members: Members) -> Members:
    """`$LATEST`, then the published versions in ascending order, each under its own ARN.

    That `$LATEST.PUBLISHED` is among them, and stands second, is not evidenced.
    """
    function = find_function(call, read_target(call, members["FunctionName"]))
    shown, more = page(function.all_versions(), _place, members, quotas.FUNCTIONS_PER_PAGE)
    return {"Versions": [version.describe_listed(version.version) for version in shown], **more}


def _place(version: FunctionVersion) -> tuple[int]:
    return (version.place,)
